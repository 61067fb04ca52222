//! Every statement on the catalogue's tables.

mod collection_pages;
mod collections;
mod groups;
mod images;
mod insert;
mod known;
mod life;
mod list;
mod product_types;
mod read;
mod search;
mod search_index;
mod write;

pub(crate) use self::{
    collection_pages::*, collections::*, groups::*, images::*, insert::*, known::*, life::*,
    list::*, product_types::*, read::*, search::*, search_index::*, write::*,
};

pub use self::{insert::count_products, read::list_sellables};
