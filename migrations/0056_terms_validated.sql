-- Owned by orders: what the file before left to be looked at.

alter table orders validate constraint orders_terms_not_negative;
alter table order_lines validate constraint order_lines_terms_bounded;
