//! The contract: the OpenAPI document and the registry of refusals.

use std::{collections::BTreeSet, fs, path::Path};

use nexus::{migrations::MIGRATIONS, openapi, refusals};
use serde_json::Value;

fn root() -> std::path::PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

fn operations(document: &Value) -> Vec<(String, String, &Value)> {
    let paths = document["paths"].as_object().unwrap();
    let methods = ["get", "post", "put", "patch", "delete"];
    let mut found = Vec::new();
    for (path, item) in paths {
        for method in methods {
            if let Some(operation) = item.get(method) {
                found.push((method.to_owned(), path.clone(), operation));
            }
        }
    }
    found
}

#[test]
fn the_committed_document_is_the_codes() {
    let committed = fs::read_to_string(root().join("openapi.json")).unwrap_or_default();
    let current = openapi::json().unwrap();
    assert!(
        committed == current,
        "openapi.json is stale: run `make openapi` and read the diff"
    );
}

#[test]
fn the_founding_endpoints_exist_exactly_so() {
    let document: Value = serde_json::from_str(&openapi::json().unwrap()).unwrap();
    let existing: BTreeSet<String> = operations(&document)
        .into_iter()
        .map(|(method, path, _)| format!("{} {path}", method.to_uppercase()))
        .collect();
    for founding in [
        "GET /api/v1/catalogue/products/",
        "GET /api/v1/catalogue/products/{id_or_slug}/",
        "GET /api/v1/catalogue/categories/",
        "GET /api/v1/catalogue/brands/",
        "POST /api/v1/cart/",
        "GET /api/v1/cart/{id}/",
        "DELETE /api/v1/cart/{id}/",
        "GET /api/v1/cart/{id}/items/",
        "POST /api/v1/cart/{id}/items/",
        "PATCH /api/v1/cart/{id}/items/{item_id}/",
        "DELETE /api/v1/cart/{id}/items/{item_id}/",
        "POST /api/v1/cart/{id}/merge/",
        "POST /api/v1/orders/",
        "GET /api/v1/orders/",
        "GET /api/v1/orders/{id}/",
        "POST /api/v1/payment/initiate/{order_id}/",
        "GET /api/v1/payment/verify/{tx_ref}/",
        "GET /api/v1/payment/callback/",
        "POST /api/v1/payment/callback/",
        "POST /api/v1/payment/webhook/chapa/",
        "POST /auth/users/",
        "GET /auth/users/me/",
        "PATCH /auth/users/me/",
        "POST /auth/jwt/create/",
        "POST /auth/jwt/refresh/",
        "POST /auth/jwt/verify/",
        "POST /auth/jwt/revoke/",
    ] {
        assert!(
            existing.contains(founding),
            "{founding} is missing from {existing:#?}"
        );
    }
}

#[test]
fn every_operation_is_documented() {
    let document: Value = serde_json::from_str(&openapi::json().unwrap()).unwrap();
    assert_eq!(document["openapi"], "3.1.0");
    let mut names = BTreeSet::new();
    for (method, path, operation) in operations(&document) {
        let name = operation["operationId"].as_str().unwrap_or_default();
        assert!(
            names.insert(name.to_owned()),
            "operationId {name:?} is used twice"
        );
        let is_camel = name.chars().next().is_some_and(|c| c.is_ascii_lowercase());
        assert!(
            is_camel && !name.contains('_'),
            "operationId {name:?} of {method} {path}"
        );
        assert!(path.ends_with('/'), "{path} is documented with its slash");
        for member in ["summary", "tags", "responses"] {
            assert!(
                !operation[member].is_null(),
                "{method} {path} has no {member}"
            );
        }
        let responses = operation["responses"].as_object().unwrap();
        assert!(
            responses.keys().any(|status| status.starts_with('2')),
            "{method} {path}"
        );
        assert!(
            responses.keys().any(|status| status.starts_with('4')),
            "{method} {path}"
        );
    }
}

#[test]
fn every_body_has_a_worked_example() {
    let document: Value = serde_json::from_str(&openapi::json().unwrap()).unwrap();
    for (method, path, operation) in operations(&document) {
        let content = &operation["requestBody"]["content"]["application/json"];
        let Some(reference) = content["schema"]["$ref"].as_str() else {
            continue;
        };
        let schema = document.pointer(reference.trim_start_matches('#')).unwrap();
        let has = |value: &Value| !value["example"].is_null() || !value["examples"].is_null();
        assert!(
            has(content) || has(schema),
            "{method} {path}: {reference} has no example"
        );
    }
}

#[test]
fn codes_of_refusals_are_unique_and_explained() {
    let mut codes = BTreeSet::new();
    for kind in refusals::all() {
        assert!(
            codes.insert(kind.code),
            "{} stands twice in the registry",
            kind.code
        );
        assert!(
            (400..=503).contains(&kind.status),
            "{}: {}",
            kind.code,
            kind.status
        );
        assert!(
            kind.help.len() > 30 && kind.help.ends_with('.'),
            "{}: {}",
            kind.code,
            kind.help
        );
        let is_snake = kind
            .code
            .bytes()
            .all(|b| b.is_ascii_lowercase() || b == b'_');
        assert!(is_snake, "{}", kind.code);
    }
}

#[test]
fn the_binary_carries_every_migration() {
    let mut files: Vec<String> = fs::read_dir(root().join("migrations"))
        .unwrap()
        .filter_map(|entry| entry.unwrap().file_name().into_string().ok())
        .filter_map(|name| name.strip_suffix(".sql").map(str::to_owned))
        .collect();
    files.sort();
    let carried: Vec<&str> = MIGRATIONS.iter().map(|migration| migration.name).collect();
    assert_eq!(files, carried);
}
