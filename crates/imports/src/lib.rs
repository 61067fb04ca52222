//! Products as files: read, tried, taken over, undone; and written.
//!
//! Owns: `product_imports`, `product_import_items`.
//! Promises: a product of a file is taken over as a whole or not at all, with its result; taking a
//! file over again changes nothing; what is written is read as it was. A file is never in memory as
//! a whole but where it came in one request.
//! Never: a rule of products (`catalogue` has them), a cell that a spreadsheet runs.

mod actions;
mod http;
mod jobs;
mod model;
mod store;
#[cfg(test)]
mod tests;

pub use actions::{ExportFile, begin, export_head, export_page, find, resume};
pub use http::routes;
pub use jobs::{Stepped, jobs, step};
pub use model::{
    Dialect, FileFormat, ImportRefusal, NewImport, ProductImport, REFUSALS, SheetWriter,
};
pub use store::{ItemResult, list_items};
