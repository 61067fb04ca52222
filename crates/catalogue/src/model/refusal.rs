//! Why the catalogue says no.

use kit::{Refusal, RefusalKind};

/// Why the catalogue says no.
#[derive(Debug, PartialEq, Eq)]
pub enum CatalogueRefusal {
    /// Not there, or not published.
    NotFound(&'static str),
    /// The slug is taken.
    SlugTaken,
    /// The SKU is taken.
    SkuTaken,
    /// The slug is malformed.
    InvalidSlug,
    /// The SKU is malformed.
    InvalidSku,
    /// A category id that is not ours.
    UnknownCategory,
    /// A brand id that is not ours.
    UnknownBrand,
    /// A category would stand under itself.
    CategoryCycle,
    /// The tree would be deeper than 10.
    CategoryTooDeep,
    /// Something still stands on it.
    InUse(&'static str),
    /// A rule of products is broken.
    InvalidProduct(String),
    /// A rule of kinds of products is broken.
    InvalidProductType(String),
    /// What is said of a product is not what its kind wants: the attribute, and why.
    InvalidAttribute(String),
    /// A kind of product that is not ours.
    UnknownProductType,
    /// A product has as many pictures as it may have.
    TooManyImages,
    /// An order that leaves something out, or names it twice.
    InvalidOrder,
    /// A tag is malformed, or there are too many.
    InvalidTag,
    /// A rule of collections is broken.
    InvalidCollection(String),
    /// A product id that is not ours.
    UnknownProduct,
    /// What is planned is not to come, or ends before it begins.
    InvalidSchedule,
    /// A rule of price lists is broken.
    InvalidPriceList(String),
    /// A group of customers that is not ours.
    UnknownCustomerGroup,
}

kit::refusal_kinds! {
    NOT_FOUND "catalogue_not_found" 404 Final "Not in the catalogue"
        "Nothing in the catalogue has this id or slug, or it is not published."
    SLUG_TAKEN "slug_taken" 409 Recoverable "The slug is taken"
        "Another entry has this slug. Choose another one."
    SKU_TAKEN "sku_taken" 409 Recoverable "The SKU is taken"
        "Another variant has this SKU. A SKU names one variant in the whole shop."
    INVALID_SLUG "invalid_slug" 422 Recoverable "The slug is malformed"
        "A slug has 1 to 120 lower-case letters and digits, in groups joined by single hyphens."
    INVALID_SKU "invalid_sku" 422 Recoverable "The SKU is malformed"
        "A SKU has 1 to 64 letters, digits, dots, hyphens and underscores, and begins with a \
         letter or digit."
    UNKNOWN_CATEGORY "unknown_category" 422 Recoverable "No such category"
        "A category id or slug in the request is not one of this shop."
    UNKNOWN_BRAND "unknown_brand" 422 Recoverable "No such brand"
        "A brand id or slug in the request is not one of this shop."
    CATEGORY_CYCLE "category_cycle" 409 Recoverable "A category cannot stand under itself"
        "The new parent is the category itself or stands below it. Choose another parent."
    CATEGORY_TOO_DEEP "category_too_deep" 409 Recoverable "The category tree would be too deep"
        "Categories nest at most 10 deep."
    IN_USE "in_use" 409 Recoverable "Still in use"
        "Other entries stand on this one; move them first. The detail says which."
    INVALID_PRODUCT "invalid_product" 422 Recoverable "The product breaks a rule"
        "A product has 1 to 1,000 variants with one value of each option, no two alike, and \
         prices above zero in one currency. The detail names the rule that is broken."
    INVALID_PRODUCT_TYPE "invalid_product_type" 422 Recoverable "The kind of product breaks a rule"
        "Attributes have well-formed codes of their own, choices have choices, and only a choice \
         or a boolean is a facet. The detail names the rule that is broken."
    INVALID_ATTRIBUTE "invalid_attribute" 422 Recoverable "An attribute is not as its kind wants it"
        "A product has the attributes of its kind, all that are required, each with a value of \
         its own kind. The detail names the attribute and what it wants."
    UNKNOWN_PRODUCT_TYPE "unknown_product_type" 422 Recoverable "No such kind of product"
        "The id in the request is not one of a kind of product of this shop."
    TOO_MANY_IMAGES "too_many_images" 409 Recoverable "The product has no room for more pictures"
        "A product has at most 50 pictures. Take one away before you add another."
    INVALID_ORDER "invalid_order" 422 Recoverable "The order does not name each entry once"
        "An order names every entry that there is, each once and no other, and not more than there \
         is room for. Read the list again."
    INVALID_TAG "invalid_tag" 422 Recoverable "A tag is malformed"
        "A product has at most 50 tags. A tag has 1 to 60 lower-case letters and digits, in groups \
         joined by single hyphens."
    INVALID_COLLECTION "invalid_collection" 422 Recoverable "The collection breaks a rule"
        "A collection is chosen by hand or by a rule that says something. The detail names what is \
         wrong."
    UNKNOWN_PRODUCT "unknown_product" 422 Recoverable "No such product"
        "A product id in the request is not one of this shop."
    INVALID_SCHEDULE "invalid_schedule" 422 Recoverable "The schedule cannot be kept"
        "What is planned is to come, and what ends does so after it has begun."
    INVALID_PRICE_LIST "invalid_price_list" 422 Recoverable "The price list breaks a rule"
        "A list has up to 1,000 prices of variants of this shop, in its own currency, one from \
         each quantity on. The detail names the rule that is broken."
    UNKNOWN_CUSTOMER_GROUP "unknown_customer_group" 422 Recoverable "No such group of customers"
        "The id in the request is not one of a group of customers of this shop."
}

impl Refusal for CatalogueRefusal {
    fn kind(&self) -> &'static RefusalKind {
        match self {
            Self::NotFound(_) => &NOT_FOUND,
            Self::SlugTaken => &SLUG_TAKEN,
            Self::SkuTaken => &SKU_TAKEN,
            Self::InvalidSlug => &INVALID_SLUG,
            Self::InvalidSku => &INVALID_SKU,
            Self::UnknownCategory => &UNKNOWN_CATEGORY,
            Self::UnknownBrand => &UNKNOWN_BRAND,
            Self::CategoryCycle => &CATEGORY_CYCLE,
            Self::CategoryTooDeep => &CATEGORY_TOO_DEEP,
            Self::InUse(_) => &IN_USE,
            Self::InvalidProduct(_) => &INVALID_PRODUCT,
            Self::InvalidProductType(_) => &INVALID_PRODUCT_TYPE,
            Self::InvalidAttribute(_) => &INVALID_ATTRIBUTE,
            Self::UnknownProductType => &UNKNOWN_PRODUCT_TYPE,
            Self::TooManyImages => &TOO_MANY_IMAGES,
            Self::InvalidOrder => &INVALID_ORDER,
            Self::InvalidTag => &INVALID_TAG,
            Self::InvalidCollection(_) => &INVALID_COLLECTION,
            Self::UnknownProduct => &UNKNOWN_PRODUCT,
            Self::InvalidSchedule => &INVALID_SCHEDULE,
            Self::InvalidPriceList(_) => &INVALID_PRICE_LIST,
            Self::UnknownCustomerGroup => &UNKNOWN_CUSTOMER_GROUP,
        }
    }

    fn detail(&self) -> String {
        match self {
            Self::NotFound(noun) => format!("There is no such {noun}."),
            Self::InUse(by) => format!("It still has {by}; move them first."),
            Self::InvalidProduct(rule)
            | Self::InvalidProductType(rule)
            | Self::InvalidPriceList(rule)
            | Self::InvalidCollection(rule) => format!("The rule: {rule}."),
            Self::InvalidAttribute(reason) => format!("{reason}."),
            _ => self.kind().help.to_owned(),
        }
    }
}
