//! The rules that every entry obeys: combinations, texts, codes. No order of reading.

use std::collections::HashSet;

use super::document::TextEntry;
use crate::error::SeedError;
use crate::plan::{OptionPlan, Text, VariantPlan};

/// Refuses variants that are not exactly the combinations of the options, each once. A product
/// without options has one combination: the empty one.
pub(super) fn combinations(
    options: &[OptionPlan],
    variants: &[VariantPlan],
    owner: &str,
) -> Result<(), SeedError> {
    let refuse = |problem, values: &[String]| {
        Err(SeedError::Combination {
            owner: owner.to_owned(),
            problem,
            values: values.to_vec(),
        })
    };
    if variants.is_empty() {
        return Err(SeedError::Empty {
            what: "variant",
            owner: owner.to_owned(),
        });
    }
    let mut allowed: Vec<Vec<String>> = vec![Vec::new()];
    for option in options {
        allowed = allowed
            .iter()
            .flat_map(|start| {
                option
                    .values
                    .iter()
                    .map(move |value| start.iter().cloned().chain([value.code.clone()]).collect())
            })
            .collect();
    }
    let mut taken: HashSet<&[String]> = HashSet::new();
    for variant in variants {
        if !allowed.contains(&variant.values) {
            return refuse("the options do not allow", &variant.values);
        }
        if !taken.insert(&variant.values) {
            return refuse("two variants have", &variant.values);
        }
    }
    match allowed
        .iter()
        .find(|values| !taken.contains(values.as_slice()))
    {
        Some(values) => refuse("no variant has", values),
        None => Ok(()),
    }
}

/// Both languages, each in its own script, without spaces at the ends.
pub(super) fn text(entry: TextEntry, owner: &str) -> Result<Text, SeedError> {
    let ethiopic = |letter: char| ('\u{1200}'..='\u{137f}').contains(&letter);
    let latin = |letter: char| letter.is_ascii_alphanumeric();
    let complete = |text: &str| !text.is_empty() && text.trim() == text;
    let missing = |language, text: &str| {
        Err(SeedError::TextMissing {
            language,
            text: text.to_owned(),
            owner: owner.to_owned(),
        })
    };
    if !complete(&entry.en) || !entry.en.contains(latin) || entry.en.contains(ethiopic) {
        return missing("English", &entry.en);
    }
    if !complete(&entry.am) || !entry.am.contains(ethiopic) {
        return missing("Amharic", &entry.am);
    }
    Ok(Text {
        en: entry.en,
        am: entry.am,
    })
}

/// Refuses a code that would not survive an address, a file name or a bar code.
pub(super) fn proper(kind: &'static str, code: &str, owner: &str) -> Result<(), SeedError> {
    let is_sku = kind == "SKU";
    let letter = |byte: u8| {
        let case = if is_sku {
            byte.is_ascii_uppercase()
        } else {
            byte.is_ascii_lowercase()
        };
        case || byte.is_ascii_digit()
    };
    let (rule, longest) = if is_sku {
        (
            "upper-case letters, digits and single hyphens, at most 40",
            40,
        )
    } else {
        (
            "lower-case letters, digits and single hyphens, at most 80",
            80,
        )
    };
    let parts_are_words = code
        .split('-')
        .all(|part| !part.is_empty() && part.bytes().all(letter));
    if parts_are_words && code.len() <= longest {
        return Ok(());
    }
    Err(SeedError::ImproperCode {
        kind,
        code: code.to_owned(),
        owner: owner.to_owned(),
        rule,
    })
}

/// Remembers a code; refuses it when it was there.
pub(super) fn unique(
    seen: &mut HashSet<String>,
    kind: &'static str,
    code: &str,
) -> Result<(), SeedError> {
    if seen.insert(code.to_owned()) {
        return Ok(());
    }
    Err(SeedError::Duplicate {
        kind,
        code: code.to_owned(),
    })
}

/// Refuses a code that nothing defines.
pub(super) fn known(
    is_known: bool,
    kind: &'static str,
    code: &str,
    owner: &str,
) -> Result<(), SeedError> {
    if is_known {
        Ok(())
    } else {
        Err(unknown(kind, code, owner))
    }
}

/// The refusal of a code that nothing defines.
pub(super) fn unknown(kind: &'static str, code: &str, owner: &str) -> SeedError {
    SeedError::Unknown {
        kind,
        code: code.to_owned(),
        owner: owner.to_owned(),
    }
}
