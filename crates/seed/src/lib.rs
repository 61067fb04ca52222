//! The demo shop's goods: what a newcomer sees first and what the load tests run on.
//!
//! Owns no table: it holds plans, which are written into the catalogue through its front door.
//!
//! Promises: the hand-written shop is complete in English and Amharic and free of contradictions
//! or it is refused; the same seed generates the same goods on every machine; every slug and
//! SKU, written or generated, is unique; a picture depends on its subject alone.
//!
//! Never: a clock, ambient chance, a floating-point number, a file read at run time.

mod actions;
mod address;
mod error;
mod generator;
mod goods;
mod picture;
mod plan;
mod terms;

pub use self::terms::{COUPON, plant_terms};
pub use actions::{Planted, is_planted, plant};
pub use address::{picture_address, picture_at};
pub use error::SeedError;
pub use generator::Generator;
pub use goods::parse;
pub use picture::{Glyph, Subject, View, picture};
pub use plan::{
    BrandPlan, CategoryPlan, OptionPlan, ProductPlan, Shop, Text, ValuePlan, VariantPlan,
};
