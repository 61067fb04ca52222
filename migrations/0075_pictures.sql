-- Pictures that staff upload. Owned by pictures; which product one is of: catalogue.

create table pictures (
    id uuid primary key,
    -- What its files are called by: random.
    name text not null constraint pictures_name_key unique,
    format text not null constraint pictures_format_known check (format in ('jpeg', 'png')),
    width integer not null,
    height integer not null,
    byte_count bigint not null,
    -- The narrower widths that are there by now, from the narrowest.
    widths integer[] not null default '{}',
    -- pending: the file is being written; kept: it has its place; dropped: the files are to go, and
    -- then the row. A file exists only while its row does.
    state text not null
        constraint pictures_state_known check (state in ('pending', 'kept', 'dropped')),
    created_at timestamptz not null,
    constraint pictures_name_form check (name ~ '^[0-9a-f]{32}$'),
    constraint pictures_size_positive check (width > 0 and height > 0 and byte_count > 0),
    constraint pictures_widths_narrower
        check (widths <@ '{160,320,640,1280}'::integer[] and width > all (widths))
);
-- What is still under way or to be taken away: few.
create index pictures_unsettled on pictures (state, created_at) where state <> 'kept';

alter table product_images
    -- None: the picture is somebody else's, at its address.
    add column picture_id uuid
        constraint product_images_picture_key unique;
alter table product_images
    add constraint product_images_picture_fkey
        foreign key (picture_id) references pictures (id) not valid;

-- The version of a product's pictures: who they are, their order, their words.
alter table products add column images_version bigint not null default 1;
