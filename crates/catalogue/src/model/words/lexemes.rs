//! What is kept of a product's texts: PostgreSQL's `tsvector`, written out.

use std::collections::{BTreeMap, BTreeSet};

use super::{forms, in_latin, normalise, sound, words};

/// How much a place says about a product.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Weight {
    /// Its title.
    Title,
    /// Its brand, its SKUs, its tags.
    Name,
    /// Its categories, options and attributes.
    Kind,
    /// Its description, and how its words sound.
    Text,
}

impl Weight {
    const fn letter(self) -> char {
        match self {
            Self::Title => 'A',
            Self::Name => 'B',
            Self::Kind => 'C',
            Self::Text => 'D',
        }
    }
}

/// The largest position that a `tsvector` tells apart.
const POSITION_MAX: u16 = 16_383;

/// How many positions of one word are kept.
const POSITIONS_OF_A_WORD: usize = 30;

/// How many words of a product are kept.
const WORDS_MAX: usize = 3_000;

/// The words of a product with their places.
#[derive(Debug, Default)]
pub(crate) struct Lexemes {
    places: BTreeMap<String, Vec<(u16, Weight)>>,
    position: u16,
    /// Words that a misspelled one may be taken for.
    vocabulary: BTreeSet<String>,
}

impl Lexemes {
    /// Adds a text.
    pub(crate) fn add(&mut self, text: &str, weight: Weight) {
        for word in words(&normalise(text)) {
            if self.places.len() >= WORDS_MAX {
                return;
            }
            self.position = (self.position + 1).min(POSITION_MAX);
            for form in forms(&word) {
                if super::ethiopic::is_ethiopic(&form)
                    && let Some(sound) = sound(&form)
                {
                    self.place(format!("~{sound}"), Weight::Text);
                }
                self.place(form, weight);
            }
            let is_word = word.chars().count() > 2 && !word.starts_with(|c: char| c.is_numeric());
            if is_word && weight != Weight::Text {
                self.vocabulary.insert(word);
            }
        }
        // Words of different texts are not neighbours.
        self.position = (self.position + 1).min(POSITION_MAX);
    }

    fn place(&mut self, lexeme: String, weight: Weight) {
        let places = self.places.entry(lexeme).or_default();
        if places.len() < POSITIONS_OF_A_WORD {
            places.push((self.position, weight));
        }
    }

    /// As `tsvector` reads it. Lexemes are letters, digits and `~`: nothing to escape.
    pub(crate) fn vector(&self) -> String {
        let entries = self.places.iter().map(|(lexeme, places)| {
            let places: Vec<String> = places
                .iter()
                .map(|(position, weight)| format!("{position}{}", weight.letter()))
                .collect();
            format!("'{lexeme}':{}", places.join(","))
        });
        entries.collect::<Vec<_>>().join(" ")
    }

    /// The words that a misspelled one may be taken for, each with its Latin spelling.
    pub(crate) fn vocabulary(&self) -> impl Iterator<Item = (&str, String)> {
        self.vocabulary
            .iter()
            .map(|word| (word.as_str(), in_latin(word)))
    }
}
