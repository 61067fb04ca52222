//! Money that goes back: by whom, how much, by which answer of the provider, exactly once.

mod amounts;
mod buyers;
mod confirming;
mod lost;
mod outcomes;
mod staff;
mod told;
mod unanswered;
