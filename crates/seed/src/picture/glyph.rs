//! What pictures show: one glyph per family of categories. The shapes are in `drawings`.

use serde::Deserialize;

use super::drawings;

/// What a picture shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Glyph {
    /// A handleless coffee cup with steam.
    Cup,
    /// The clay coffee pot.
    Jebena,
    /// A long dress with a woven hem.
    Dress,
    /// A collarless shirt.
    Shirt,
    /// A laced shoe.
    Shoe,
    /// A bound book.
    Book,
    /// A jar of honey with its dipper.
    Honey,
    /// A mesob: the basket table with its lid.
    Basket,
    /// A bowl heaped with spice.
    Spice,
    /// A telephone.
    Phone,
    /// A pair of headphones.
    Headphones,
    /// A processional cross as a pendant.
    Cross,
    /// A pair of rings.
    Rings,
    /// A leather bag.
    Bag,
    /// Ears of teff.
    Teff,
    /// A folded shawl with fringes.
    Scarf,
    /// A lantern.
    Lamp,
    /// A bar of soap with bubbles.
    Soap,
    /// A wrapped gift.
    Gift,
}

impl Glyph {
    /// Every glyph once, in the order of their definition.
    pub const ALL: [Self; 19] = [
        Self::Cup,
        Self::Jebena,
        Self::Dress,
        Self::Shirt,
        Self::Shoe,
        Self::Book,
        Self::Honey,
        Self::Basket,
        Self::Spice,
        Self::Phone,
        Self::Headphones,
        Self::Cross,
        Self::Rings,
        Self::Bag,
        Self::Teff,
        Self::Scarf,
        Self::Lamp,
        Self::Soap,
        Self::Gift,
    ];

    /// The shapes, with colour marks in place of colours.
    pub(super) const fn shapes(self) -> &'static str {
        match self {
            Self::Cup => drawings::CUP,
            Self::Jebena => drawings::JEBENA,
            Self::Dress => drawings::DRESS,
            Self::Shirt => drawings::SHIRT,
            Self::Shoe => drawings::SHOE,
            Self::Book => drawings::BOOK,
            Self::Honey => drawings::HONEY,
            Self::Basket => drawings::BASKET,
            Self::Spice => drawings::SPICE,
            Self::Phone => drawings::PHONE,
            Self::Headphones => drawings::HEADPHONES,
            Self::Cross => drawings::CROSS,
            Self::Rings => drawings::RINGS,
            Self::Bag => drawings::BAG,
            Self::Teff => drawings::TEFF,
            Self::Scarf => drawings::SCARF,
            Self::Lamp => drawings::LAMP,
            Self::Soap => drawings::SOAP,
            Self::Gift => drawings::GIFT,
        }
    }
}
