//! E-mail addresses: one spelling for comparing, the typed one for writing to.
//! Never: a promise that anybody reads there.

use std::fmt;

use unicode_normalization::UnicodeNormalization;

/// The most bytes of an address (RFC 5321 with its erratum 1690).
pub const BYTES_MAX: usize = 254;

/// An address that looks like one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EmailAddress {
    typed: String,
    key: String,
}

/// Why a text is not an e-mail address.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NotAnAddress;

impl fmt::Display for NotAnAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("it must be an e-mail address such as name@example.com")
    }
}

impl EmailAddress {
    /// Reads an address: trimmed, in Unicode's composed form (NFC), as typed otherwise.
    ///
    /// # Errors
    /// [`NotAnAddress`]
    pub fn parse(text: &str) -> Result<Self, NotAnAddress> {
        let text = text.trim();
        if text.len() > BYTES_MAX {
            return Err(NotAnAddress);
        }
        let typed: String = text.nfc().collect();
        let key: String = typed.to_lowercase().nfc().collect();
        let (local, domain) = typed.rsplit_once('@').ok_or(NotAnAddress)?;
        let fits = typed.len() <= BYTES_MAX && key.len() <= BYTES_MAX;
        if fits && is_local(local) && is_domain(domain) {
            Ok(Self { typed, key })
        } else {
            Err(NotAnAddress)
        }
    }

    /// The address to write to.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.typed
    }

    /// What makes two spellings one address: lower case and NFC.
    #[must_use]
    pub fn key(&self) -> &str {
        &self.key
    }
}

fn is_local(local: &str) -> bool {
    (1..=64).contains(&local.len())
        && local
            .split('.')
            .all(|atom| !atom.is_empty() && atom.chars().all(is_atom_character))
}

fn is_atom_character(character: char) -> bool {
    character.is_alphanumeric()
        || "!#$%&'*+-/=?^_`{|}~".contains(character)
        || (!character.is_ascii() && is_mark(character))
}

/// Vowel signs and the like, without which some scripts cannot be written.
fn is_mark(character: char) -> bool {
    unicode_normalization::char::is_combining_mark(character)
}

fn is_domain(domain: &str) -> bool {
    let labels: Vec<&str> = domain.split('.').collect();
    labels.len() >= 2
        && labels.iter().all(|label| {
            (1..=63).contains(&label.len())
                && !label.starts_with('-')
                && !label.ends_with('-')
                && label.chars().all(|c| c.is_alphanumeric() || c == '-' || is_mark(c))
        })
        // An address of numbers is a machine's, not a person's.
        && labels.last().is_some_and(|last| last.chars().any(char::is_alphabetic))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(text: &str) -> String {
        EmailAddress::parse(text)
            .map(|address| address.key().to_owned())
            .unwrap()
    }

    #[test]
    fn two_spellings_are_one_address() {
        assert_eq!(
            key("  Abebe.Kebede@Example.COM "),
            "abebe.kebede@example.com"
        );
        assert_eq!(key("jose\u{301}@example.com"), key("JOS\u{c9}@EXAMPLE.COM"));
        assert_eq!(key("STRASSE@example.com"), "strasse@example.com");
        assert_ne!(key("a.b@example.com"), key("ab@example.com"));
    }

    #[test]
    fn the_typed_form_is_kept_for_writing() {
        assert_eq!(
            EmailAddress::parse(" Abebe@Example.com").unwrap().as_str(),
            "Abebe@Example.com"
        );
    }

    #[test]
    fn usual_and_unusual_addresses_pass() {
        for text in [
            "a@b.co",
            "first.last+tag@sub.example.com",
            "o'brien@example.ie",
            "አበበ@example.com",
            "name@xn--4dbcagdahymbxekheh6e0a7fei0b.com",
            "name@bücher.example",
            "user_1@exa-mple.museum",
        ] {
            assert!(EmailAddress::parse(text).is_ok(), "{text}");
        }
    }

    #[test]
    fn what_is_no_address_is_refused() {
        let long_local = format!("{}@example.com", "a".repeat(65));
        let long_label = format!("a@{}.com", "b".repeat(64));
        let long = format!("a@{}.com", "b.".repeat(125));
        for text in [
            "",
            "@",
            "a",
            "a@",
            "@b.co",
            "a@b",
            "a@b.",
            "a@.b",
            "a..b@c.de",
            ".a@b.co",
            "a.@b.co",
            "a b@c.de",
            "a@b c.de",
            "a@@b.co",
            "a\n@b.co",
            "a@b.co\r\nBcc: x@y.z",
            "<a@b.co>",
            "\"a\"@b.co",
            "a,b@c.de",
            "a@-b.co",
            "a@b-.co",
            "a@b_c.de",
            "a@127.0.0.1",
            "a@[::1]",
            "a\u{0}@b.co",
            "a\u{202e}@b.co",
            "a@b.co;c@d.ef",
            &long_local,
            &long_label,
            &long,
        ] {
            assert_eq!(EmailAddress::parse(text), Err(NotAnAddress), "{text:?}");
        }
    }

    #[test]
    fn a_megabyte_is_refused_at_once() {
        assert!(EmailAddress::parse(&"a.".repeat(512 * 1024)).is_err());
    }
}
