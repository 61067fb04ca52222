//! Who may do what: rights of staff, owners of carts and orders, guests' tokens. Every operation
//! of the document stands in one of the tables here, or the first test fails.

mod catalogue;
mod credit;
mod guests;
mod jobs;
mod orders;
mod owners;
mod rights;
mod sales;
mod stock;
mod targets;
mod terms;
mod webhooks;

use std::collections::BTreeSet;

use serde_json::Value;

/// Operations that ask nobody who they are.
const PUBLIC: [&str; 36] = [
    "createCart",
    "getGiftCardBalance",
    "getCollection",
    "listCollectionProducts",
    "listCollections",
    "listRelatedProducts",
    // Of whoever is signed in, as far as their group has prices of its own.
    "listOwnPrices",
    "getProduct",
    "getSale",
    "listBrands",
    "listCategories",
    "listPaymentProviders",
    "listProducts",
    "listRegions",
    "receiveChapaWebhook",
    "receivePaymentCallback",
    "receivePaymentCallbackByPost",
    "refreshSession",
    "registerCustomer",
    "searchProducts",
    "signIn",
    "signInStaff",
    "streamProductStock",
    "suggest",
    "signOut",
    "verifyPayment",
    "verifyToken",
    // Of whoever is signed in, and nobody else: there is no id to guess.
    "changeOwnAccount",
    "getOwnAccount",
    "keepOwnAddress",
    "listOwnAddresses",
    "listOwnCredit",
    // Whose ids are guessed stands in `credit/paying.rs`.
    "listOwnCreditEntries",
    // Of whoever is signed in; whose ids are guessed stands in `accounts/addresses.rs`.
    "deleteOwnAddress",
    "getOwnAddress",
    "replaceOwnAddress",
];

fn document() -> Value {
    serde_json::from_str(&nexus::openapi::json().unwrap()).unwrap()
}

/// (operationId, method, path) of every operation of the document.
fn operations() -> Vec<(String, String, String)> {
    let document = document();
    let mut found = Vec::new();
    for (path, item) in document["paths"].as_object().unwrap() {
        for (method, operation) in item.as_object().unwrap() {
            if let Some(name) = operation["operationId"].as_str() {
                found.push((name.to_owned(), method.to_uppercase(), path.clone()));
            }
        }
    }
    found
}

/// The method and path of an operation, its placeholders filled in order.
fn address(name: &str, ids: &[&str]) -> (http::Method, String) {
    let operations = operations();
    let (_, method, path) = operations.iter().find(|found| found.0 == name).unwrap();
    let mut ids = ids.iter();
    let filled: Vec<&str> = path
        .split('/')
        .map(|part| {
            if part.starts_with('{') {
                ids.next().unwrap()
            } else {
                part
            }
        })
        .collect();
    (method.parse().unwrap(), filled.join("/"))
}

#[test]
fn every_operation_is_judged_here() {
    let judged = PUBLIC
        .into_iter()
        .chain(rights::operations().map(|operation| operation.name));
    let judged: BTreeSet<&str> = judged
        .chain(owners::OPERATIONS.map(|operation| operation.0))
        .collect();
    let operations = operations();
    let existing: BTreeSet<&str> = operations.iter().map(|found| found.0.as_str()).collect();
    assert_eq!(judged, existing);
    for (name, _, path) in &operations {
        let is_for_staff = rights::operations().any(|operation| operation.name == name);
        let is_admin = path.starts_with("/api/v1/admin/") && name != "signInStaff";
        assert_eq!(is_for_staff, is_admin, "{name}");
    }
}
