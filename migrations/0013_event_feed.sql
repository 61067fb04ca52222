-- Owned by kit: committed events, numbered in one row for those who follow them.

-- Its place in the feed; null until the relay has seen it committed. Places have no gaps.
alter table events add column position bigint
    constraint events_position_key unique
    constraint events_position_positive check (position > 0);
-- What the relay has not numbered yet; empty most of the time.
create index events_unnumbered on events (occurred_at, id) where position is null;

-- How far the feed is numbered; its row lock makes one relay of many.
create table event_feed (
    singleton boolean constraint event_feed_pkey primary key default true
        constraint event_feed_singleton check (singleton),
    last_position bigint not null default 0
);
insert into event_feed default values;

-- How far each follower has read.
create table event_cursors (
    consumer text constraint event_cursors_pkey primary key,
    position bigint not null default 0
        constraint event_cursors_position_not_negative check (position >= 0),
    moved_at timestamptz not null
);
