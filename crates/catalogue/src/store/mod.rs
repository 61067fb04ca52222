//! Every statement on the catalogue's tables.

mod groups;
mod insert;
mod list;
mod read;
mod write;

pub(crate) use self::{groups::*, insert::*, list::*, read::*, write::*};

pub use self::{insert::count_products, read::list_sellables};
