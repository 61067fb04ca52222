//! Administrative operations on kinds of products and prices, what each needs and what it is tried
//! with.

use serde_json::json;

use super::{
    rights::{Operation, change, create, read, remove},
    targets::Target,
};

const CATALOGUE: Option<&str> = Some("catalogue.edit");

/// A price list without prices.
pub(super) fn price_list() -> serde_json::Value {
    json!({ "name": "New", "currency": "ETB", "prices": [] })
}

/// In the place of the id of a picture.
pub(super) const IMAGE: &str = "the picture";

/// Of kinds of products and of pictures, in the order in which they are tried with the right.
pub(super) static OPERATIONS: [Operation; 46] = [
    create("createProductType", || json!({ "name": { "en": "New" } })),
    read("listProductTypes", CATALOGUE, None),
    read("getProductType", CATALOGUE, Some(Target::ProductType)),
    change(
        "updateProductType",
        Target::ProductType,
        || json!({ "slug": "changed" }),
    ),
    remove("deleteProductType", Target::ProductType),
    read("listProductImages", CATALOGUE, Some(Target::Product)),
    // Who may is asked before the file is looked at, and JSON is no picture.
    Operation {
        target: Some(Target::Product),
        status: 415,
        ..create("addProductImage", || json!({}))
    },
    change(
        "orderProductImages",
        Target::Gallery,
        || json!({ "image_ids": [IMAGE] }),
    ),
    Operation {
        version: Some(2),
        ..change("updateProductImage", Target::Image, || json!({ "alt": {} }))
    },
    Operation {
        version: Some(3),
        status: 200,
        ..remove("deleteProductImage", Target::Image)
    },
    create("createCollection", || json!({ "title": { "en": "New" } })),
    read("listCollectionsAsStaff", CATALOGUE, None),
    read("getCollectionAsStaff", CATALOGUE, Some(Target::Collection)),
    read("getCollectionProducts", CATALOGUE, Some(Target::Collection)),
    change(
        "setCollectionProducts",
        Target::Collection,
        || json!({ "product_ids": [] }),
    ),
    Operation {
        version: Some(2),
        ..change(
            "updateCollection",
            Target::Collection,
            || json!({ "is_published": true }),
        )
    },
    Operation {
        version: Some(3),
        ..remove("deleteCollection", Target::Collection)
    },
    read("getRelatedProducts", CATALOGUE, Some(Target::Gallery)),
    change(
        "setRelatedProducts",
        Target::Gallery,
        || json!({ "product_ids": [] }),
    ),
    read("getProductLife", CATALOGUE, Some(Target::Gallery)),
    read("getProductHistory", CATALOGUE, Some(Target::Gallery)),
    read("listVariantPrices", CATALOGUE, Some(Target::Variant)),
    read("listProductsAsStaff", CATALOGUE, None),
    read("listVariantsAsStaff", CATALOGUE, None),
    Operation {
        version: Some(2),
        ..change("setProductSeo", Target::Gallery, || json!({}))
    },
    Operation {
        version: Some(3),
        ..change("setProductSchedule", Target::Gallery, || json!({}))
    },
    create("createPriceList", price_list),
    read("listPriceLists", CATALOGUE, None),
    read("getPriceList", CATALOGUE, Some(Target::PriceList)),
    change("replacePriceList", Target::PriceList, price_list),
    remove("deletePriceList", Target::PriceList),
    create("createCustomerGroup", || json!({ "name": "New" })),
    read("listCustomerGroups", CATALOGUE, None),
    read("getCustomerGroup", CATALOGUE, Some(Target::CustomerGroup)),
    read(
        "listCustomerGroupMembers",
        CATALOGUE,
        Some(Target::CustomerGroup),
    ),
    Operation {
        version: None,
        ..change(
            "addCustomerGroupMember",
            Target::CustomerGroup,
            || json!({ "email": "member@example.com" }),
        )
    },
    Operation {
        version: None,
        ..remove("removeCustomerGroupMember", Target::Member)
    },
    change(
        "renameCustomerGroup",
        Target::CustomerGroup,
        || json!({ "name": "Changed" }),
    ),
    remove("deleteCustomerGroup", Target::CustomerGroup),
    // Who may is asked before the file is looked at, and JSON is no file of products.
    Operation {
        status: 422,
        ..create("createProductImport", || json!({}))
    },
    read("listProductImports", CATALOGUE, None),
    read("getProductImport", CATALOGUE, Some(Target::Import)),
    read("listProductImportItems", CATALOGUE, Some(Target::Import)),
    Operation {
        target: Some(Target::Import),
        status: 202,
        ..create("runProductImport", || json!({}))
    },
    // It is being taken over.
    Operation {
        target: Some(Target::Import),
        status: 409,
        ..create("undoProductImport", || json!({}))
    },
    read("exportProducts", CATALOGUE, None),
];
