//! What is to be put into the shop: plain values that written and generated goods share. No rules
//! and no reading; those are in `goods`.

use crate::picture::{Glyph, Subject, View, picture};

/// A text in both languages of the shop; neither is blank.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Text {
    /// English.
    pub en: String,
    /// Amharic, in Ethiopic script.
    pub am: String,
}

/// A whole shop, checked: every code that one part names is defined by another.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shop {
    /// The tree of categories, every parent before its children.
    pub categories: Vec<CategoryPlan>,
    /// The makers of the goods.
    pub brands: Vec<BrandPlan>,
    /// The goods, in the order in which they were written.
    pub products: Vec<ProductPlan>,
}

/// A category.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CategoryPlan {
    /// Unique among categories: lower-case ASCII letters, digits and single hyphens.
    pub slug: String,
    /// The slug of the category that holds this one; `None` at the top.
    pub parent: Option<String>,
    /// Its name.
    pub name: Text,
    /// A sentence about what it holds.
    pub description: Text,
    /// What its pictures show, and those of its goods unless they say otherwise.
    pub glyph: Glyph,
}

/// A maker of goods; all are invented.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BrandPlan {
    /// Unique among brands: lower-case ASCII letters, digits and single hyphens.
    pub slug: String,
    /// Its name.
    pub name: Text,
    /// A sentence about it.
    pub description: Text,
}

/// A product with its variants.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct ProductPlan {
    /// Unique among products: lower-case ASCII letters, digits and single hyphens.
    pub slug: String,
    /// Its title.
    pub title: Text,
    /// One to three sentences about it.
    pub description: Text,
    /// The slug of its brand.
    pub brand: String,
    /// The slugs of its categories, the main one first; at least one.
    pub categories: Vec<String>,
    /// What its pictures show.
    pub glyph: Glyph,
    /// What a buyer chooses; empty when there is a single variant.
    pub options: Vec<OptionPlan>,
    /// Exactly one variant for each combination of option values; at least one.
    pub variants: Vec<VariantPlan>,
}

/// Something a buyer chooses, such as a size.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct OptionPlan {
    /// Unique within the product.
    pub code: String,
    /// Its name.
    pub name: Text,
    /// The values to choose from, in the order to show; at least one.
    pub values: Vec<ValuePlan>,
}

/// One of the values of an option.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct ValuePlan {
    /// Unique within the option.
    pub code: String,
    /// Its name.
    pub name: Text,
}

/// What is put into a cart.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct VariantPlan {
    /// Unique in the shop: upper-case ASCII letters, digits and single hyphens.
    pub sku: String,
    /// One value code per option of the product, in the order of the options.
    pub values: Vec<String>,
    /// The price in santim (1/100 birr), VAT included; above zero.
    pub price_minor: i64,
    /// A former or list price in santim; always above `price_minor`.
    pub compare_at_minor: Option<i64>,
    /// How many are on the shelf; zero is sold out.
    pub stock_quantity: i64,
}

impl ProductPlan {
    /// The first letters of the first two words of the Amharic title, without the prefix of
    /// origin (የ) and what follows a comma or bracket; at most two letters, possibly none.
    #[must_use]
    pub fn initials(&self) -> String {
        // What follows a comma or a bracket is a measure, not a name.
        let name = self
            .title
            .am
            .split(['፣', '፦', '('])
            .next()
            .unwrap_or_default();
        name.split_whitespace()
            .filter_map(initial)
            .take(2)
            .collect()
    }

    /// The product's picture in a view: a self-contained SVG document.
    #[must_use]
    pub fn picture(&self, view: View) -> String {
        let initials = self.initials();
        let subject = Subject {
            key: &self.slug,
            title: &self.title.en,
            glyph: self.glyph,
            initials: &initials,
        };
        picture(subject, view)
    }
}

/// The first letter of a word that is in Ethiopic script.
fn initial(word: &str) -> Option<char> {
    let mut letters = word.chars().filter(|letter| ('ሀ'..='ፚ').contains(letter));
    let first = letters.next()?;
    match (first, letters.next(), letters.next()) {
        ('የ', Some(second), Some(_)) => Some(second),
        _ => Some(first),
    }
}

#[cfg(test)]
mod tests {
    use super::initial;

    #[test]
    fn initials_skip_the_prefix_of_origin_but_not_short_words() {
        assert_eq!(initial("የይርጋጨፌ"), Some('ይ'));
        assert_eq!(initial("ቡና"), Some('ቡ'));
        assert_eq!(initial("የጤፍ"), Some('ጤ'));
        assert_eq!(initial("የኔ"), Some('የ'));
        assert_eq!(initial("(ሙሉ)"), Some('ሙ'));
        assert_eq!(initial("250"), None);
        assert_eq!(initial("። "), None);
    }
}
