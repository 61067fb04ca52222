//! Every statement on the books: posting, sealing, reading.

mod post;
mod read;
mod seal;

pub(crate) use self::{
    post::insert_transfers,
    read::{list_account_titles, list_days, list_transfers, list_transfers_onward, sum_balances},
    seal::{find_head, insert_chain, insert_day, lock_head, update_head_day},
};
