//! Whether a secret deserves the name; asked at start-up, before anything is signed with it.

/// RFC 7518, section 3.2: the key of HS256 has at least the size of its output.
const BYTES_MIN: usize = 32;

/// Fewer different characters than this are a keyboard's row, not chance.
const DISTINCT_MIN: usize = 8;

/// What stands in samples and tutorials, and from there in servers.
const SAMPLE_WORDS: [&str; 14] = [
    "change-me",
    "change_me",
    "changeme",
    "default",
    "example",
    "insecure",
    "notsafe",
    "password",
    "placeholder",
    "qwerty",
    "replace",
    "secret",
    "123456789",
    "abcdefgh",
];

/// Why a secret must not be used, in words that do not repeat it; `None` when it may be.
#[must_use]
pub fn weak_secret(secret: &str) -> Option<&'static str> {
    let lower = secret.to_ascii_lowercase();
    let mut distinct: Vec<u8> = secret.bytes().collect();
    distinct.sort_unstable();
    distinct.dedup();
    if secret.trim().is_empty() {
        Some("it is empty")
    } else if secret.len() < BYTES_MIN {
        Some("it has fewer than 32 bytes")
    } else if distinct.len() < DISTINCT_MIN {
        Some("it repeats a few characters")
    } else if SAMPLE_WORDS.iter().any(|word| lower.contains(word)) {
        Some("it contains a word that stands in samples, so others know it")
    } else {
        None
    }
}
