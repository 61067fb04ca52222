//! Every statement on the catalogue's tables.

mod groups;
mod insert;
mod read;
mod write;

pub(crate) use self::{groups::*, insert::*, read::*, write::*};

pub use self::{insert::count_products, read::list_sellables};
