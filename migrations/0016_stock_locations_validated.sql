-- Owned by inventory: what 0015 left to be looked at, while everybody goes on reading and writing.

alter table stock_movements validate constraint stock_movements_level_fkey;
alter table reservations validate constraint reservations_level_fkey;
alter table stock_movements validate constraint stock_movements_kind_known;
alter table stock_movements validate constraint stock_movements_direction;
alter table stock_movements validate constraint stock_movements_order_named;
alter table stock_movements validate constraint stock_movements_reason_known;
alter table stock_movements validate constraint stock_movements_transfer_named;
