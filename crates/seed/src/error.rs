//! Why the written goods were refused. Every message names the entry to repair.

/// A contradiction or a gap in the written goods.
///
/// None of these can be caused by a visitor: the goods are part of the program.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum SeedError {
    /// A document is not TOML, or not of the shape that goods have.
    #[error("{document} cannot be read: {message}")]
    Malformed {
        /// The document's name.
        document: String,
        /// What the reader said, with line and column.
        message: String,
    },
    /// A slug, SKU or code has letters that it may not have, or is too long.
    #[error("{code:?} of {owner} is no proper {kind}: {rule}")]
    ImproperCode {
        /// What the code is: `slug`, `SKU`, `option code` or `value code`.
        kind: &'static str,
        /// The code as written.
        code: String,
        /// The entry that has it.
        owner: String,
        /// What is allowed.
        rule: &'static str,
    },
    /// Two entries of a kind have the same slug, SKU or code.
    #[error("{code:?} is used by two entries: every {kind} must be unique")]
    Duplicate {
        /// What must be unique, such as `product slug`.
        kind: &'static str,
        /// The code that occurs twice.
        code: String,
    },
    /// An entry names something that no document defines.
    #[error("{owner} names the {kind} {code:?}, which is not defined")]
    Unknown {
        /// What is missing, such as `brand`.
        kind: &'static str,
        /// The code that leads nowhere.
        code: String,
        /// The entry that names it.
        owner: String,
    },
    /// A text is blank, padded, or not in the script of its language.
    #[error("the {language} text of {owner} is missing or not {language}: {text:?}")]
    TextMissing {
        /// `English` or `Amharic`.
        language: &'static str,
        /// The text as written.
        text: String,
        /// The entry that has it.
        owner: String,
    },
    /// A price is not a positive amount of birr with exactly two decimals.
    #[error("the price {text:?} of {owner} is not an exact amount of birr such as \"1299.00\"")]
    PriceNotExact {
        /// The price as written.
        text: String,
        /// The variant that has it.
        owner: String,
    },
    /// A compare-at price that does not exceed the price would advertise no saving.
    #[error("the compare-at price of {owner} must be higher than its price")]
    CompareAtTooLow {
        /// The variant that has it.
        owner: String,
    },
    /// A stock quantity is below zero.
    #[error("the stock of {owner} is below zero: {quantity}")]
    StockNegative {
        /// The variant that has it.
        owner: String,
        /// The quantity as written.
        quantity: i64,
    },
    /// A product has nothing to show, to choose or to sell.
    #[error("{owner} has no {what}")]
    Empty {
        /// What is missing: `category`, `option value` or `variant`.
        what: &'static str,
        /// The entry that lacks it.
        owner: String,
    },
    /// The variants of a product are not exactly the combinations that its options allow.
    #[error("{owner}: {problem} the combination {values:?} of its options")]
    Combination {
        /// The product.
        owner: String,
        /// `no variant has`, `two variants have` or `the options do not allow`.
        problem: &'static str,
        /// The value codes, in the order of the options.
        values: Vec<String>,
    },
}
