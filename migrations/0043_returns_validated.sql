-- What 0042 put on stock movements, held against their rows without stopping writers.

alter table stock_movements validate constraint stock_movements_kind_known;
alter table stock_movements validate constraint stock_movements_direction;
alter table stock_movements validate constraint stock_movements_order_named;
