-- Staff see drafts too, newest first.
create index products_newest_of_any_status on products (created_at desc, id desc);
