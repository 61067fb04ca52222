//! Payments over HTTP against the provider's simulator: who may move money, and by which words.

mod by_hand;
mod callbacks;
mod cancel_answers;
mod claims;
mod closing;
mod differing;
mod disagreements;
mod expiry;
mod initiation;
mod late;
mod logs;
mod outages;
mod permutations;
mod policies;
mod poller;
pub(crate) mod provider;
mod providers;
mod receipts;
mod received;
mod refunds;
mod reviews;
mod signatures;
mod staff;
mod verify_answers;
mod webhooks;
