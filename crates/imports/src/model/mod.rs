//! Nouns of imports, and files: what their columns are, how cells are written and read.

mod cells;
mod columns;
mod reading;
mod refusal;
mod saying;
mod shopify;
mod writing;

use chrono::{DateTime, Utc};
use ids::{ProductImportId, StaffId};
use money::Currency;

#[cfg(test)]
pub(crate) use self::cells::{neutral, plain};
pub(crate) use self::reading::{Group, Reading, SheetReader};
pub use self::{
    refusal::{ImportRefusal, REFUSALS},
    writing::SheetWriter,
};

/// Whose columns a file has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FileFormat {
    /// Ours: a row for each variant.
    Nexus,
    /// Those of Shopify's product export.
    Shopify,
}

impl FileFormat {
    /// Its word.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Nexus => "nexus",
            Self::Shopify => "shopify",
        }
    }

    /// The format with this word.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        [Self::Nexus, Self::Shopify]
            .into_iter()
            .find(|format| format.as_str() == text)
    }
}

/// How a file is written.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Dialect {
    /// Cells are divided by `;` instead of `,`.
    pub has_semicolons: bool,
    /// It begins with the mark by which spreadsheets know UTF-8.
    pub has_mark: bool,
}

impl Dialect {
    pub(crate) const fn delimiter(self) -> u8 {
        if self.has_semicolons { b';' } else { b',' }
    }
}

/// How a file is to be taken over.
#[derive(Debug, Clone)]
pub struct NewImport {
    /// Its id.
    pub id: ProductImportId,
    /// Who wants it; none where it is somebody at the command line.
    pub staff_id: Option<StaffId>,
    /// Whose columns it has.
    pub format: FileFormat,
    /// The currency of products of which the file does not say one.
    pub currency: Option<Currency>,
    /// Nothing is changed, and everything is said as if it were.
    pub is_dry_run: bool,
    /// Which of our columns a column of the file is; empty: it is left out.
    pub mapping: Vec<(String, String)>,
}

/// A file that is taken over, and how far that is.
#[derive(Debug, Clone)]
pub struct ProductImport {
    /// Its id.
    pub id: ProductImportId,
    /// Who wants it.
    pub staff_id: Option<StaffId>,
    /// Whose columns it has.
    pub format: FileFormat,
    /// Whether nothing is changed.
    pub is_dry_run: bool,
    /// Where it is: `running`, `done`, `undoing`, `undone`.
    pub state: String,
    /// Columns that nobody asked for.
    pub ignored_columns: Vec<String>,
    /// Rows of the file, without its head.
    pub row_count: i64,
    /// How many products have which result.
    pub counts: Counts,
    /// When it came.
    pub created_at: DateTime<Utc>,
    /// When it was done, or undone.
    pub finished_at: Option<DateTime<Utc>>,
}

/// How many products of a file have which result.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Counts {
    /// All of them.
    pub all: i64,
    /// Not looked at yet.
    pub waiting: i64,
    /// Made.
    pub created: i64,
    /// Changed.
    pub updated: i64,
    /// So already.
    pub unchanged: i64,
    /// Refused.
    pub failed: i64,
    /// Brought back.
    pub undone: i64,
    /// Not brought back, because somebody has changed them since.
    pub kept: i64,
}
