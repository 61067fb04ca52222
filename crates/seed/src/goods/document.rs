//! The shape of the goods as people write them. No rules.

use serde::Deserialize;

use crate::picture::Glyph;

/// The entries of a document, or of several.
#[derive(Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(super) struct Entries {
    pub(super) category: Vec<CategoryEntry>,
    pub(super) brand: Vec<BrandEntry>,
    pub(super) option: Vec<OptionEntry>,
    pub(super) product: Vec<ProductEntry>,
}

impl Entries {
    /// Adds the entries of a further document behind those that are here.
    pub(super) fn append(&mut self, mut other: Self) {
        self.category.append(&mut other.category);
        self.brand.append(&mut other.brand);
        self.option.append(&mut other.option);
        self.product.append(&mut other.product);
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct TextEntry {
    #[serde(default)]
    pub(super) en: String,
    #[serde(default)]
    pub(super) am: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct CategoryEntry {
    pub(super) slug: String,
    pub(super) parent: Option<String>,
    pub(super) name: TextEntry,
    pub(super) description: TextEntry,
    pub(super) glyph: Glyph,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct BrandEntry {
    pub(super) slug: String,
    pub(super) name: TextEntry,
    pub(super) description: TextEntry,
}

/// An option with all values that any product may offer.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct OptionEntry {
    pub(super) code: String,
    pub(super) name: TextEntry,
    pub(super) values: Vec<ValueEntry>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ValueEntry {
    pub(super) code: String,
    #[serde(default)]
    pub(super) en: String,
    #[serde(default)]
    pub(super) am: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ProductEntry {
    pub(super) slug: String,
    pub(super) brand: String,
    pub(super) categories: Vec<String>,
    pub(super) glyph: Option<Glyph>,
    pub(super) title: TextEntry,
    pub(super) description: TextEntry,
    #[serde(default)]
    pub(super) options: Vec<ChoiceEntry>,
    pub(super) variants: Vec<VariantEntry>,
}

/// The values of an option that a product offers.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ChoiceEntry {
    pub(super) code: String,
    pub(super) values: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct VariantEntry {
    pub(super) sku: String,
    #[serde(default)]
    pub(super) values: Vec<String>,
    pub(super) price: String,
    pub(super) compare_at: Option<String>,
    pub(super) stock: i64,
}
