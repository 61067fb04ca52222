-- Owned by inventory: what the file before left to be looked at.

alter table stock_movements validate constraint stock_movements_count_adjusts;
