//! Members of a JSON Merge Patch (RFC 7396): absent keeps, null clears, a value sets.

use serde::{Deserialize, Deserializer};

/// One member of a merge patch. Give the field `#[serde(default)]`: absent is [`Member::Keep`].
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Member<T> {
    /// Not sent: stays as it is.
    #[default]
    Keep,
    /// Sent as null: is cleared.
    Clear,
    /// Sent with a value: becomes it.
    Set(T),
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Member<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(Option::<T>::deserialize(deserializer)?.map_or(Self::Clear, Self::Set))
    }
}

impl<T> Member<T> {
    /// The same member with its value, if it has one, turned into something else.
    ///
    /// # Errors
    /// The error of `into`.
    pub fn try_map<U, E>(self, into: impl FnOnce(T) -> Result<U, E>) -> Result<Member<U>, E> {
        Ok(match self {
            Self::Keep => Member::Keep,
            Self::Clear => Member::Clear,
            Self::Set(value) => Member::Set(into(value)?),
        })
    }

    /// The patched value: `current` when kept, `None` when cleared.
    #[must_use]
    pub fn apply(self, current: Option<T>) -> Option<T> {
        match self {
            Self::Keep => current,
            Self::Clear => None,
            Self::Set(value) => Some(value),
        }
    }
}

/// Reads a member that a merge patch can change and not clear: absent is `None` (with
/// `#[serde(default)]`), null is refused instead of being taken for absent.
///
/// # Errors
/// When the value is null or of another type.
pub fn given<'de, D: Deserializer<'de>, T: Deserialize<'de>>(
    deserializer: D,
) -> Result<Option<T>, D::Error> {
    T::deserialize(deserializer).map(Some)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Deserialize, Debug, PartialEq)]
    struct Patch {
        #[serde(default)]
        name: Member<String>,
    }

    #[test]
    fn absent_null_and_a_value_differ() {
        let read = |text: &str| serde_json::from_str::<Patch>(text).unwrap().name;
        assert_eq!(read("{}"), Member::Keep);
        assert_eq!(read(r#"{"name": null}"#), Member::Clear);
        assert_eq!(read(r#"{"name": "a"}"#), Member::Set("a".to_owned()));
        assert!(serde_json::from_str::<Patch>(r#"{"name": 1}"#).is_err());
    }

    #[derive(Deserialize)]
    struct Fixed {
        #[serde(default, deserialize_with = "given")]
        name: Option<String>,
    }

    #[test]
    fn what_cannot_be_cleared_refuses_null() {
        let read = |text: &str| serde_json::from_str::<Fixed>(text).map(|patch| patch.name);
        assert_eq!(read("{}").unwrap(), None);
        assert_eq!(read(r#"{"name": "a"}"#).unwrap(), Some("a".to_owned()));
        assert!(read(r#"{"name": null}"#).is_err());
    }

    #[test]
    fn a_member_is_applied() {
        assert_eq!(Member::Keep.apply(Some(1)), Some(1));
        assert_eq!(Member::Clear.apply(Some(1)), None);
        assert_eq!(Member::Set(2).apply(Some(1)), Some(2));
    }
}
