-- What 0086 left to be looked at beside a running shop.
alter table orders validate constraint orders_credit_within;
alter table payment_attempts validate constraint payment_attempts_provider_known;
alter table payment_attempts validate constraint payment_attempts_confirmed_by_whom;
