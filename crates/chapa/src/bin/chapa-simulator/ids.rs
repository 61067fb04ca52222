//! References and tokens that look like Chapa's and repeat for the same seed.

use serde::{Deserialize, Serialize};

const ALPHABET: &[u8; 62] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";

/// A SplitMix64 sequence; its position is kept with the book so that a restart goes on.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(crate) struct Ids {
    state: u64,
}

impl Ids {
    pub(crate) fn new(seed: u64) -> Self {
        Self { state: seed }
    }

    /// A sequence of its own, so that what is drawn from it moves no other.
    pub(crate) fn named(seed: u64, name: &str) -> Self {
        let mixed = name.bytes().fold(seed, |state, byte| {
            (state ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3)
        });
        Self { state: mixed }
    }

    /// So many alphanumerics, for keys.
    pub(crate) fn key(&mut self, count: usize) -> String {
        self.alphanumerics(count)
    }

    fn next(&mut self) -> u64 {
        self.state = self.state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.state;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    fn alphanumerics(&mut self, count: usize) -> String {
        (0..count)
            .map(|_| {
                let index = self.next() % ALPHABET.len() as u64;
                char::from(ALPHABET[usize::try_from(index).unwrap_or(0)])
            })
            .collect()
    }

    /// `AP` and ten alphanumerics: Chapa's reference of a payment.
    pub(crate) fn payment_reference(&mut self) -> String {
        format!("AP{}", self.alphanumerics(10))
    }

    /// `M` and eleven alphanumerics: Chapa's reference of a refund.
    pub(crate) fn refund_reference(&mut self) -> String {
        format!("M{}", self.alphanumerics(11))
    }

    /// `PL-` and ten alphanumerics: the `tx_ref` that Chapa makes up for a payment link.
    pub(crate) fn link_reference(&mut self) -> String {
        format!("PL-{}", self.alphanumerics(10))
    }

    /// 45 alphanumerics: the last part of a checkout page's address.
    pub(crate) fn checkout_token(&mut self) -> String {
        self.alphanumerics(45)
    }
}
