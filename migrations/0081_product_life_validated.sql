-- What 0080 has added is true of every row.

alter table products validate constraint products_schedule_in_order;
