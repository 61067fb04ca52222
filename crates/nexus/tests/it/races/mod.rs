//! What happens at once: many rounds behind a barrier, and for each race a positive control, the
//! same round without its guard, which must be caught.

mod automatic;
mod backorders;
mod batches;
mod bundles;
mod by_hand;
mod called_off;
mod carts;
mod counting;
mod counts;
mod credit;
mod editing;
mod expiry;
mod invoices;
mod last_unit;
mod late_coupons;
mod late_money;
mod limits;
mod locations;
mod lock_order;
mod low_stock;
mod merging;
mod names;
mod one_cart;
mod parcels;
mod payment;
mod prices;
mod promotions;
mod refunds;
mod returns;
mod reviews;
