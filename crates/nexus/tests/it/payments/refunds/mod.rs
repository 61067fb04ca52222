//! Money that goes back: by whom, how much, by which answer of the provider, exactly once.

mod amounts;
mod away;
mod buyers;
mod by_hand;
mod confirming;
mod lost;
mod mails;
mod outcomes;
mod retried;
mod staff;
mod told;
mod unanswered;
