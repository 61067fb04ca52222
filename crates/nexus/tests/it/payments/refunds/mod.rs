//! Money that goes back: by whom, how much, by which answer of the provider, exactly once.

mod amounts;
mod staff;
