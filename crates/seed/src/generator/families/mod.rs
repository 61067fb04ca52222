//! The families of generated goods: which things there are, who makes them, what they cost and how
//! they are told of. Every category and brand is one of the hand-written shop.

mod house;
mod pantry;
mod wear;

use super::words::{Choice, Word, word};
use crate::picture::Glyph;

/// Goods that share their words, makers and options.
#[derive(Debug)]
pub(super) struct Family {
    pub(super) glyph: Glyph,
    pub(super) categories: &'static [&'static str],
    pub(super) brands: &'static [&'static str],
    pub(super) qualities: &'static [Word],
    pub(super) goods: &'static [Good],
    pub(super) facts: &'static [Word],
    pub(super) choices: &'static [Choice],
}

/// A kind of thing, with the range of its base price in birr.
#[derive(Clone, Copy, Debug)]
pub(super) struct Good {
    pub(super) name: Word,
    pub(super) least_birr: u64,
    pub(super) most_birr: u64,
}

const fn good(en: &'static str, am: &'static str, least_birr: u64, most_birr: u64) -> Good {
    Good {
        name: word(en, am),
        least_birr,
        most_birr,
    }
}

/// Every family, equally likely.
pub(super) const FAMILIES: &[&Family] = &[
    &pantry::COFFEE,
    &pantry::GREEN,
    &pantry::SPICES,
    &pantry::GRAINS,
    &pantry::HONEY,
    &wear::KEMIS,
    &wear::MEN,
    &wear::CHILDREN,
    &wear::SHAWLS,
    &wear::SHOES,
    &wear::BAGS,
    &wear::JEWELLERY,
    &house::CEREMONY,
    &house::BASKETS,
    &house::LIGHTING,
    &house::BOOKS,
    &house::PHONES,
    &house::SOUND,
    &house::CARE,
];
