//! Unpredictable values from the operating system. Never a seed, never a fast generator.

use std::{panic::AssertUnwindSafe, sync::Mutex};

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use chrono::{DateTime, Utc};
use ring::rand::{SecureRandom, SystemRandom};
use sha2::{Digest, Sha256};
use uuid::{ContextV7, Timestamp};

use crate::error::{Error, Result};

/// 256 bits as 43 characters of URL-safe base64: a capability or a refresh token.
///
/// # Errors
/// A fault when the operating system has no randomness to give.
pub fn token() -> Result<String> {
    let mut bytes = [0_u8; 32];
    SystemRandom::new()
        .fill(&mut bytes)
        .map_err(|_| Error::fault("the operating system gives no random bytes"))?;
    Ok(URL_SAFE_NO_PAD.encode(bytes))
}

/// What is stored in place of a token: a stolen table opens nothing.
#[must_use]
pub fn token_hash(token: &str) -> Vec<u8> {
    Sha256::digest(token.as_bytes()).to_vec()
}

/// The token that follows another for whoever has both it and a key: the same for the same two,
/// and for nobody else to be found.
#[must_use]
pub fn token_after(token: &str, key: &str) -> String {
    let mut digest = Sha256::new();
    for part in ["the token after", token, key] {
        digest.update(part.len().to_be_bytes());
        digest.update(part.as_bytes());
    }
    URL_SAFE_NO_PAD.encode(digest.finalize())
}

/// Counts within a millisecond, so that ids of this process sort in the order of their birth.
static BIRTHS: Mutex<AssertUnwindSafe<ContextV7>> = Mutex::new(AssertUnwindSafe(ContextV7::new()));

/// The moment in the form that a UUIDv7 is made from. Later calls make greater ids, also within
/// one millisecond and when the clock was set back.
#[must_use]
pub fn uuid_timestamp(now: DateTime<Utc>) -> Timestamp {
    let seconds = u64::try_from(now.timestamp()).unwrap_or(0);
    Timestamp::from_unix(&BIRTHS, seconds, now.timestamp_subsec_nanos())
}
