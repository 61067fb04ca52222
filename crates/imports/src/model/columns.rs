//! The columns of a file.

use std::fmt;

/// What a column says of a product or of a variant.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Column {
    Sku,
    Slug,
    Status,
    Currency,
    Title(String),
    Description(String),
    Brand,
    BrandName,
    Categories,
    Tags,
    Kind,
    Attributes,
    /// What the n-th option is called.
    OptionName(usize, String),
    /// What the variant has of it.
    OptionValue(usize, String),
    /// The place of that among the values.
    OptionPlace(usize),
    Price,
    CompareAt,
    IsActive,
    OnHand,
}

/// The most options of a product.
const OPTIONS_MAX: usize = 5;

impl Column {
    /// The column with this name; none where it is not one of ours.
    pub(crate) fn parse(name: &str) -> Option<Self> {
        let name = name.trim();
        let column = match name.to_lowercase().as_str() {
            "sku" => Self::Sku,
            "slug" => Self::Slug,
            "status" => Self::Status,
            "currency" => Self::Currency,
            "brand" => Self::Brand,
            "brand_name" => Self::BrandName,
            "categories" => Self::Categories,
            "tags" => Self::Tags,
            "type" => Self::Kind,
            "attributes" => Self::Attributes,
            "price" => Self::Price,
            "compare_at_price" => Self::CompareAt,
            "is_active" => Self::IsActive,
            "on_hand" => Self::OnHand,
            _ => return Self::with_language(name),
        };
        Some(column)
    }

    fn with_language(name: &str) -> Option<Self> {
        let (head, rest) = name.split_once('.')?;
        let head = head.to_lowercase();
        if let Some(number) = head.strip_prefix("option") {
            let number: usize = number.parse().ok()?;
            let place = number.checked_sub(1).filter(|place| *place < OPTIONS_MAX)?;
            return match rest.split_once('.') {
                None if rest == "place" => Some(Self::OptionPlace(place)),
                None => Some(Self::OptionName(place, language(rest)?)),
                Some(("value", tag)) => Some(Self::OptionValue(place, language(tag)?)),
                Some(_) => None,
            };
        }
        match head.as_str() {
            "title" => Some(Self::Title(language(rest)?)),
            "description" => Some(Self::Description(language(rest)?)),
            _ => None,
        }
    }

    /// Whether it speaks of the variant of its row, and not of the whole product.
    pub(crate) const fn is_of_variant(&self) -> bool {
        matches!(
            self,
            Self::Sku
                | Self::OptionValue(..)
                | Self::OptionPlace(_)
                | Self::Price
                | Self::CompareAt
                | Self::IsActive
                | Self::OnHand
        )
    }
}

fn language(tag: &str) -> Option<String> {
    catalogue::is_language(tag).then(|| tag.to_owned())
}

impl fmt::Display for Column {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = match self {
            Self::Sku => "sku",
            Self::Slug => "slug",
            Self::Status => "status",
            Self::Currency => "currency",
            Self::Brand => "brand",
            Self::BrandName => "brand_name",
            Self::Categories => "categories",
            Self::Tags => "tags",
            Self::Kind => "type",
            Self::Attributes => "attributes",
            Self::Price => "price",
            Self::CompareAt => "compare_at_price",
            Self::IsActive => "is_active",
            Self::OnHand => "on_hand",
            Self::Title(language) => return write!(f, "title.{language}"),
            Self::Description(language) => return write!(f, "description.{language}"),
            Self::OptionName(place, language) => {
                return write!(f, "option{}.{language}", place + 1);
            }
            Self::OptionValue(place, language) => {
                return write!(f, "option{}.value.{language}", place + 1);
            }
            Self::OptionPlace(place) => return write!(f, "option{}.place", place + 1),
        };
        f.write_str(name)
    }
}
