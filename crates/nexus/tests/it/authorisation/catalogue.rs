//! Administrative operations on kinds of products, what each needs and what it is tried with.

use serde_json::json;

use super::{
    rights::{Operation, change, create, read, remove},
    targets::Target,
};

const CATALOGUE: Option<&str> = Some("catalogue.edit");

/// Of kinds of products, in the order in which they are tried with the right.
pub(super) static OPERATIONS: [Operation; 5] = [
    create("createProductType", || json!({ "name": { "en": "New" } })),
    read("listProductTypes", CATALOGUE, None),
    read("getProductType", CATALOGUE, Some(Target::ProductType)),
    change(
        "updateProductType",
        Target::ProductType,
        || json!({ "slug": "changed" }),
    ),
    remove("deleteProductType", Target::ProductType),
];
