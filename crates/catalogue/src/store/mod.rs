//! Every statement on the catalogue's tables.

mod collection_pages;
mod collections;
mod groups;
mod images;
mod insert;
mod known;
mod life;
mod list;
mod price_lists;
mod product_types;
mod read;
mod search;
mod search_index;
mod sellables;
mod sheets;
mod write;

pub(crate) use self::{
    collection_pages::*, collections::*, groups::*, images::*, insert::*, known::*, life::*,
    list::*, price_lists::*, product_types::*, read::*, search::*, search_index::*, sheets::*,
    write::*,
};

pub use self::{
    insert::count_products,
    life::update_actor_of,
    sellables::list_sellables,
    sheets::{SheetWords, find_sheet_words, list_sheets},
};
