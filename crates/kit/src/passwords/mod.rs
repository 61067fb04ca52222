//! Passwords: argon2id (19 MiB, two passes, one lane) by a bounded number of workers.
//!
//! Promises: verifying takes the same work whether or not the account exists; hashing never
//! takes more processors than it was given, and too long a queue is refused at once.
//! Never: a password in a log, in an error or in memory for longer than the call.

#[cfg(test)]
mod tests;

use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};

use argon2::{
    Algorithm, Argon2, Params, Version,
    password_hash::{PasswordHasher, PasswordVerifier, phc::PasswordHash},
};
use ring::rand::{SecureRandom, SystemRandom};
use tokio::sync::Semaphore;
use unicode_normalization::UnicodeNormalization;

use crate::{
    error::{Error, Refusal, RefusalKind, Resolution, Result},
    http::problem::{OVERLOADED, Refused},
};

/// The fewest characters of a password.
pub const CHARACTERS_MIN: usize = 8;

/// The most characters of a password: room for any phrase, and a bound for the hash's input.
pub const CHARACTERS_MAX: usize = 1024;

const MEMORY_KIB: u32 = 19_456;
const PASSES: u32 = 2;
const LANES: u32 = 1;

/// Of no password; verifying against it costs what verifying against a real one costs.
const DUMMY_HASH: &str = "$argon2id$v=19$m=19456,t=2,p=1$AAAAAAAAAAAAAAAAAAAAAA$\
                          AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";

/// One a line, lower case; those of fewer than eight characters are refused by their length.
const COMMON: &str = include_str!("common.txt");

/// Hashes and verifies passwords; copies share the workers.
#[derive(Clone)]
pub struct Passwords {
    workers: Arc<Semaphore>,
    waiting_count: Arc<AtomicUsize>,
    waiting_max: usize,
}

/// Why nobody is signed in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct InvalidCredentials;

/// Every refusal of this module, for the registry.
pub static REFUSALS: &[&RefusalKind] = &[&INVALID_CREDENTIALS];

static INVALID_CREDENTIALS: RefusalKind = RefusalKind {
    code: "invalid_credentials",
    status: 401,
    title: "E-mail address or password is wrong",
    is_retryable: false,
    resolution: Resolution::RequiresBuyerInput,
    help: "No account has this e-mail address with this password. Which of the two is wrong is \
           not told, so that nobody can find out who has an account.",
};

impl Refusal for InvalidCredentials {
    fn kind(&self) -> &'static RefusalKind {
        &INVALID_CREDENTIALS
    }

    fn detail(&self) -> String {
        "Check the e-mail address and the password, and try again.".to_owned()
    }

    fn headers(&self) -> Vec<(&'static str, String)> {
        vec![("www-authenticate", "Bearer".to_owned())]
    }
}

/// What speaks against choosing a password; `None` when it will do.
///
/// `known` are words that others know about the account, such as its e-mail address.
#[must_use]
pub fn objection(password: &str, known: &[&str]) -> Option<&'static str> {
    let count = password.chars().count();
    let lower = password.to_lowercase();
    let has_one_character = password.chars().all(|c| password.starts_with(c));
    if count < CHARACTERS_MIN {
        Some("a password has at least 8 characters")
    } else if count > CHARACTERS_MAX {
        Some("a password has at most 1024 characters")
    } else if has_one_character || COMMON.lines().any(|common| common == lower) {
        Some("this password is one of the first that a thief tries; choose another")
    } else if known.iter().any(|word| word.to_lowercase() == lower) {
        Some("this password can be guessed from the account; choose another")
    } else {
        None
    }
}

impl Passwords {
    /// Workers for hashing: at most `workers` at once, at most `waiting_max` in the queue.
    ///
    /// Each worker takes a processor and 19 MiB while it works; half of the processors leave
    /// the other half to everybody else.
    #[must_use]
    pub fn new(workers: usize, waiting_max: usize) -> Self {
        Self {
            workers: Arc::new(Semaphore::new(workers.max(1))),
            waiting_count: Arc::default(),
            waiting_max,
        }
    }

    /// The form in which a password is stored: `$argon2id$…` with a salt of its own.
    ///
    /// # Errors
    /// `overloaded` when the queue is full; faults.
    pub async fn hash(&self, password: &str) -> Result<String> {
        let password = normalized(password);
        self.work(move || {
            let mut salt = [0_u8; 16];
            SystemRandom::new()
                .fill(&mut salt)
                .map_err(|_| Error::fault("the operating system gives no random bytes"))?;
            let hash: PasswordHash = argon2()?
                .hash_password_with_salt(&password, &salt)
                .map_err(|error| Error::fault(format_args!("hashing failed: {error}")))?;
            Ok(hash.to_string())
        })
        .await
    }

    /// Whether the password is the one that was stored. Without a stored one the answer is no,
    /// after the same work.
    ///
    /// # Errors
    /// `overloaded` when the queue is full; a fault when the stored form cannot be read.
    pub async fn verify(&self, password: &str, stored: Option<String>) -> Result<bool> {
        // Nothing longer can have been stored.
        let is_sane = password.chars().count() <= CHARACTERS_MAX;
        let password = if is_sane {
            normalized(password)
        } else {
            Vec::new()
        };
        self.work(move || {
            let is_known = stored.is_some();
            let hash = PasswordHash::new(stored.as_deref().unwrap_or(DUMMY_HASH))
                .map_err(|error| Error::fault(format_args!("a stored hash is broken: {error}")))?;
            let matches = argon2()?.verify_password(&password, &hash).is_ok();
            let is_theirs = matches && is_known && is_sane;
            let outcome = if is_theirs { "right" } else { "wrong" };
            metrics::counter!("password_checks_total", "outcome" => outcome).increment(1);
            Ok(is_theirs)
        })
        .await
    }

    async fn work<T, F>(&self, work: F) -> Result<T>
    where
        T: Send + 'static,
        F: FnOnce() -> Result<T> + Send + 'static,
    {
        let place = Place::take(&self.waiting_count, self.waiting_max)?;
        let worker = Arc::clone(&self.workers)
            .acquire_owned()
            .await
            .map_err(|_| Error::fault("the workers for passwords are gone"))?;
        drop(place);
        tokio::task::spawn_blocking(move || {
            // Held by the work itself: a caller who hangs up frees no worker that is busy.
            let _worker = worker;
            work()
        })
        .await
        .map_err(|error| Error::fault(format_args!("hashing broke off: {error}")))?
    }
}

/// A place in the queue, given back however the wait ends.
struct Place(Arc<AtomicUsize>);

impl Place {
    fn take(count: &Arc<AtomicUsize>, max: usize) -> Result<Self> {
        let place = Self(Arc::clone(count));
        if count.fetch_add(1, Ordering::SeqCst) >= max {
            // Dropping the place gives it back.
            return Err(Refused::new(&OVERLOADED, OVERLOADED.help).into());
        }
        Ok(place)
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::SeqCst);
    }
}

/// The same letters typed on another keyboard are the same password.
fn normalized(password: &str) -> Vec<u8> {
    password.nfc().collect::<String>().into_bytes()
}

fn argon2() -> Result<Argon2<'static>> {
    let params = Params::new(MEMORY_KIB, PASSES, LANES, None)
        .map_err(|error| Error::fault(format_args!("argon2 refuses its parameters: {error}")))?;
    Ok(Argon2::new(Algorithm::Argon2id, Version::V0x13, params))
}
