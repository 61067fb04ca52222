//! Every statement on the catalogue's tables.

mod groups;
mod images;
mod insert;
mod list;
mod product_types;
mod read;
mod search;
mod search_index;
mod write;

pub(crate) use self::{
    groups::*, images::*, insert::*, list::*, product_types::*, read::*, search::*,
    search_index::*, write::*,
};

pub use self::{insert::count_products, read::list_sellables};
