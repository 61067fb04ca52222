//! Payments over HTTP against the provider's simulator: who may move money, and by which words.

mod callbacks;
mod claims;
mod closing;
mod differing;
mod expiry;
mod initiation;
mod late;
mod logs;
mod outages;
mod poller;
mod provider;
mod receipts;
mod refunds;
mod signatures;
mod verify_answers;
mod webhooks;
