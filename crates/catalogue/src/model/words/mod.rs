//! Words as search compares them: one form for what is spelled in many ways. Pure; the database
//! only compares what is written here, so no locale of a server changes what is found.

mod ethiopic;
mod latin;
mod lexemes;
mod queries;

use unicode_normalization::UnicodeNormalization;

pub(crate) use self::{
    lexemes::{Lexemes, Weight},
    queries::SearchText,
};

/// The longest word that is told apart from others, in characters.
const WORD_CHARS_MAX: usize = 48;

/// One form of a text: lower case, no accents, one letter of each family of Ethiopic homophones,
/// words divided by single spaces, digits apart from letters.
pub(crate) fn normalise(text: &str) -> String {
    // Twice: what the first pass takes apart may itself have an upper case or an accent.
    let folded = fold(&fold(text));
    let mut words = String::with_capacity(folded.len());
    let mut before = ' ';
    for character in folded.chars() {
        let is_part = character.is_alphanumeric();
        let turns = before.is_ascii_digit() != character.is_ascii_digit();
        let begins = is_part && before.is_alphanumeric() && turns;
        if (begins || !is_part) && !words.is_empty() && !words.ends_with(' ') {
            words.push(' ');
        }
        if is_part {
            words.push(character);
        }
        before = character;
    }
    words.truncate(words.trim_end().len());
    words
}

fn fold(text: &str) -> String {
    text.nfkd()
        .filter(|character| !is_accent(*character))
        .flat_map(char::to_lowercase)
        .map(ethiopic::one_of_family)
        .collect()
}

/// Accents of European letters and the marks of Ethiopic length: what people leave out.
const fn is_accent(character: char) -> bool {
    matches!(character, '\u{300}'..='\u{36f}' | '\u{135d}'..='\u{135f}')
}

/// The words of a text that is in its one form.
fn words(normalised: &str) -> impl Iterator<Item = String> {
    normalised
        .split(' ')
        .filter(|word| !word.is_empty())
        .map(|word| word.chars().take(WORD_CHARS_MAX).collect())
}

/// The forms under which a word is kept and asked for: itself, and without what sticks to it.
fn forms(word: &str) -> Vec<String> {
    let mut forms = vec![word.to_owned()];
    if ethiopic::is_ethiopic(word) {
        forms.extend(ethiopic::stems(word));
    } else if let Some(singular) = latin::singular(word) {
        forms.push(singular);
    }
    forms
}

/// A word as it is typed in Latin letters, for likeness; itself where it is not Ethiopic.
fn in_latin(word: &str) -> String {
    if ethiopic::is_ethiopic(word) {
        ethiopic::spell(word)
    } else {
        word.to_owned()
    }
}

/// What is left of a word when people spell it as they hear it; `None` where that is too little to
/// tell words apart.
fn sound(word: &str) -> Option<String> {
    let key = latin::sound(&in_latin(word));
    (key.len() > 1 && key.bytes().all(|byte| byte.is_ascii_alphabetic())).then_some(key)
}

#[cfg(test)]
mod tests;
