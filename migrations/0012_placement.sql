-- A guest's cart has no customer, so it has no place in the index of customers' open carts.
drop index carts_customer_open_key;
create unique index carts_customer_open_key on carts (customer_id)
    where state = 'open' and customer_id is not null;

-- Rows that every order updates: with room on their pages, the new version of a row stays beside
-- the old one, and no index is written.
alter table stock_levels set (fillfactor = 80);
alter table order_numbers set (fillfactor = 10);
