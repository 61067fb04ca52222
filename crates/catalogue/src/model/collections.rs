//! Collections: products that are shown together, by hand or by a rule. Tags and what is related.

use std::collections::BTreeSet;

use ids::{BrandId, CategoryId, CollectionId, ProductId};

use super::{CatalogueRefusal, Texts};

/// The most tags of a product.
pub(crate) const TAGS_MAX: usize = 50;

/// The most products that one is related to.
pub(crate) const RELATED_MAX: usize = 20;

/// The most products of a collection that is put together by hand.
pub(crate) const CHOSEN_MAX: usize = 1_000;

/// The most values of one part of a rule.
pub(crate) const RULE_VALUES_MAX: usize = 50;

/// A collection.
#[derive(Debug, Clone)]
pub(crate) struct Collection {
    pub(crate) id: CollectionId,
    pub(crate) slug: String,
    pub(crate) title: Texts,
    pub(crate) description: Texts,
    pub(crate) is_published: bool,
    /// None: its products are chosen by hand.
    pub(crate) rule: Option<CollectionRule>,
    pub(crate) version: i64,
}

/// Which products are in a collection: each part that says something must be so, and of each part
/// one value is enough.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct CollectionRule {
    /// With everything below them.
    pub(crate) category_ids: Vec<CategoryId>,
    pub(crate) brand_ids: Vec<BrandId>,
    pub(crate) tags: Vec<String>,
    /// Of the lowest price, in minor units.
    pub(crate) price_min: Option<i64>,
    /// Of the lowest price, in minor units.
    pub(crate) price_max: Option<i64>,
    /// `code:value`.
    pub(crate) facets: Vec<String>,
}

impl CollectionRule {
    /// Whether it can be told from the whole shop, and from nothing.
    ///
    /// # Errors
    /// `invalid_collection`
    pub(crate) fn check(&self) -> Result<(), CatalogueRefusal> {
        let refuse = |rule: &str| Err(CatalogueRefusal::InvalidCollection(rule.to_owned()));
        let says_nothing = self.category_ids.is_empty()
            && self.brand_ids.is_empty()
            && self.tags.is_empty()
            && self.facets.is_empty()
            && self.price_min.is_none()
            && self.price_max.is_none();
        if says_nothing {
            return refuse("a rule says something");
        }
        let counts = [
            self.category_ids.len(),
            self.brand_ids.len(),
            self.tags.len(),
            self.facets.len(),
        ];
        if counts.into_iter().any(|count| count > RULE_VALUES_MAX) {
            return refuse("a rule names at most 50 of a kind");
        }
        check_tags(&self.tags)?;
        let (least, most) = (self.price_min.unwrap_or(0), self.price_max);
        if least < 0 || most.is_some_and(|most| most < least) {
            return refuse("prices are 0 or more, and the highest is not below the lowest");
        }
        let is_facet = |facet: &String| {
            let parts = facet.split_once(':');
            parts.is_some_and(|(code, value)| super::is_code(code) && super::is_code(value))
        };
        if !self.facets.iter().all(is_facet) {
            return refuse("an attribute is written as code:value");
        }
        Ok(())
    }
}

/// A tag is written like a slug.
///
/// # Errors
/// `invalid_tag`
pub(crate) fn check_tags(tags: &[String]) -> Result<(), CatalogueRefusal> {
    let is_tag = |tag: &String| tag.len() <= 60 && super::check_slug(tag).is_ok();
    if tags.len() <= TAGS_MAX && tags.iter().all(is_tag) {
        return Ok(());
    }
    Err(CatalogueRefusal::InvalidTag)
}

/// Tags without doubles, in the order of the alphabet.
pub(crate) fn in_order(tags: Vec<String>) -> Vec<String> {
    tags.into_iter()
        .collect::<BTreeSet<_>>()
        .into_iter()
        .collect()
}

/// A list of other products names each once, and not too many.
///
/// # Errors
/// `invalid_order`
pub(crate) fn check_listed(products: &[ProductId], most: usize) -> Result<(), CatalogueRefusal> {
    let distinct: BTreeSet<&ProductId> = products.iter().collect();
    if distinct.len() == products.len() && products.len() <= most {
        return Ok(());
    }
    Err(CatalogueRefusal::InvalidOrder)
}
