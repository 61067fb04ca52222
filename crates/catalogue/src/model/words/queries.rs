//! What a shopper asks for, as PostgreSQL's `tsquery`, written out.

use super::{forms, in_latin, normalise, sound, words};

/// How many words of a question are looked for.
const WORDS_MAX: usize = 8;

/// The shortest word that may be misspelled, in characters.
const LIKENESS_CHARS_MIN: usize = 4;

/// A question, in the ways in which it is compared. Each is a `tsquery` that wants every word;
/// the default one finds nothing.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct SearchText {
    /// Each word as it stands, in the title.
    pub(crate) titled: String,
    /// Each word as it stands.
    pub(crate) exact: String,
    /// Each word, or one that begins with it.
    pub(crate) begun: String,
    /// As `begun`, or what sounds like it.
    pub(crate) heard: String,
    /// As `heard`, for each word by itself; likeness is added by the database.
    pub(crate) alternatives: Vec<String>,
    /// Each word in Latin letters; empty where it cannot be misspelled.
    pub(crate) spelled: Vec<String>,
}

fn either(forms: &[String], suffix: &str) -> String {
    let quoted: Vec<String> = forms
        .iter()
        .map(|form| format!("'{form}'{suffix}"))
        .collect();
    quoted.join(" | ")
}

fn every(parts: &[String]) -> String {
    let parts: Vec<String> = parts.iter().map(|part| format!("({part})")).collect();
    parts.join(" & ")
}

impl SearchText {
    /// What `text` asks for; `None` where it has no word.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let words: Vec<String> = words(&normalise(text)).take(WORDS_MAX).collect();
        if words.is_empty() {
            return None;
        }
        let (mut titled, mut exact, mut begun) = (Vec::new(), Vec::new(), Vec::new());
        let (mut alternatives, mut spelled) = (Vec::new(), Vec::new());
        for word in &words {
            let forms = forms(word);
            titled.push(either(&forms, ":A"));
            exact.push(either(&forms, ""));
            let is_letter = word.chars().count() == 1;
            let starts = if is_letter && words.len() > 1 {
                ""
            } else {
                ":*"
            };
            let beginning = format!("{} | '{word}'{starts}", either(&forms, ""));
            let sounds: Vec<String> = forms
                .iter()
                .filter_map(|form| sound(form))
                .map(|sound| format!("~{sound}"))
                .collect();
            alternatives.push(if sounds.is_empty() {
                beginning.clone()
            } else {
                format!("{beginning} | {}", either(&sounds, ""))
            });
            begun.push(beginning);
            let may_err = word.chars().count() >= LIKENESS_CHARS_MIN
                || in_latin(word).len() >= LIKENESS_CHARS_MIN;
            let is_number = word.starts_with(char::is_numeric);
            spelled.push(if may_err && !is_number {
                in_latin(word)
            } else {
                String::new()
            });
        }
        Some(Self {
            titled: every(&titled),
            exact: every(&exact),
            begun: every(&begun),
            heard: every(&alternatives),
            alternatives,
            spelled,
        })
    }
}
