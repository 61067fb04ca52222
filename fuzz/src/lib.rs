//! Second readers: each says what some bytes mean, by rules written anew and strictly, so that a
//! target can hold the shop's own reader against it. They share no code with what they judge.

pub mod exact;
pub mod input;
pub mod json;
