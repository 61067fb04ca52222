//! Signatures of Standard Webhooks (<https://www.standardwebhooks.com>, version 1):
//! `v1,` and the base64 of HMAC-SHA256 over `{id}.{timestamp}.{body}`.

use std::fmt;

use base64::{Engine, engine::general_purpose::STANDARD};
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

/// What a delivery is signed with. Shows itself only where it is asked to.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Secret(pub(crate) Vec<u8>);

impl Secret {
    /// As the receiver's library wants it: `whsec_` and base64.
    pub(crate) fn reveal(&self) -> String {
        format!("whsec_{}", STANDARD.encode(&self.0))
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(…)")
    }
}

/// The header `webhook-signature`: one signature for each secret, with spaces between.
pub(crate) fn signatures(secrets: &[&Secret], id: &str, timestamp: i64, body: &str) -> String {
    let signed: Vec<String> = secrets
        .iter()
        .map(|secret| sign(secret, id, timestamp, body))
        .collect();
    signed.join(" ")
}

#[expect(clippy::expect_used, reason = "HMAC takes keys of every length")]
fn sign(secret: &Secret, id: &str, timestamp: i64, body: &str) -> String {
    let mut mac = Hmac::<Sha256>::new_from_slice(&secret.0).expect("a key");
    mac.update(format!("{id}.{timestamp}.").as_bytes());
    mac.update(body.as_bytes());
    format!("v1,{}", STANDARD.encode(mac.finalize().into_bytes()))
}
