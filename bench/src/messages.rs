//! Webhooks as the provider would send them: about payments that have begun, signed. Never a
//! payment that succeeded: the worker is to ask about each of them, again and again.

use std::sync::atomic::{AtomicU64, Ordering};

use anyhow::{Context, Result, ensure};
use hmac::{Hmac, KeyInit, Mac};
use sha2::{Digest, Sha256};

use crate::{database::Database, random::Random};

/// The header with the signature.
pub(crate) const SIGNATURE: &str = "x-chapa-signature";
/// Of how many messages a repetition repeats one.
pub(crate) const REPLAYS: u64 = 256;
/// `NUMBER` and `TX_REF` are replaced; the SQL side has it from here.
const TEMPLATE: &str = include_str!("../webhook.json");

/// What webhooks are made of.
pub(crate) struct Messages {
    secret: String,
    /// Sorted, as in `bench.attempts`.
    tx_refs: Vec<String>,
    next: AtomicU64,
}

/// A body with its signature.
pub(crate) struct Message {
    pub(crate) body: String,
    pub(crate) signature: String,
}

impl Messages {
    /// Nothing to speak of yet.
    pub(crate) fn new(secret: String) -> Self {
        Self {
            secret,
            tx_refs: Vec::new(),
            next: AtomicU64::new(0),
        }
    }

    /// Speaks of these payments from now on, on both sides.
    ///
    /// # Errors
    /// When the two sides do not make the same message.
    pub(crate) fn about(&mut self, mut tx_refs: Vec<String>, database: &Database) -> Result<()> {
        tx_refs.sort_unstable();
        self.tx_refs = tx_refs;
        let template = [("template", TEMPLATE.trim_end().to_owned())];
        let theirs = database.run(include_str!("../sql/messages.sql"), &template)?;
        let ours = hex::encode(Sha256::digest(self.replay(0)?.body));
        ensure!(theirs == ours, "the sides differ in their messages");
        Ok(())
    }

    /// How many payments there are.
    pub(crate) fn payments(&self) -> usize {
        self.tx_refs.len()
    }

    /// A message that was never sent.
    pub(crate) fn fresh(&self) -> Result<Message> {
        let number = self.next.fetch_add(1, Ordering::Relaxed);
        self.message(&format!("http-{number}"), number)
    }

    /// Any of those that are sent again and again.
    pub(crate) fn again(&self, random: &mut Random) -> Result<Message> {
        self.replay(random.below(REPLAYS))
    }

    /// The one of this number, below [`REPLAYS`].
    pub(crate) fn replay(&self, number: u64) -> Result<Message> {
        self.message(&format!("again-{number}"), number)
    }

    fn message(&self, name: &str, number: u64) -> Result<Message> {
        let count = u64::try_from(self.payments())?;
        let index = number.checked_rem(count).context("no payment has begun")?;
        let tx_ref = &self.tx_refs[usize::try_from(index)?];
        let body = TEMPLATE
            .trim_end()
            .replace("NUMBER", name)
            .replace("TX_REF", tx_ref);
        let mut mac = Hmac::<Sha256>::new_from_slice(self.secret.as_bytes())?;
        mac.update(body.as_bytes());
        let signature = hex::encode(mac.finalize().into_bytes());
        Ok(Message { body, signature })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn messages_differ_and_repetitions_do_not() {
        let mut messages = Messages::new("a secret".to_owned());
        assert!(messages.fresh().is_err());
        messages.tx_refs = vec!["nx-1".to_owned(), "nx-2".to_owned()];
        let (one, other) = (messages.fresh().unwrap(), messages.fresh().unwrap());
        assert!(one.body.contains(r#""reference":"http-1""#));
        assert!(one.body.contains(r#""tx_ref":"nx-2""#));
        assert!(other.body.contains(r#""tx_ref":"nx-1""#));
        assert_ne!(one.signature, other.signature);
        let again = || messages.replay(7).unwrap();
        assert_eq!(again().body, again().body);
        assert_eq!(again().signature.len(), 64);
    }
}
