//! What staff write: categories, brands, products, variants; with versions and an audit trail.

mod lists;
mod products;
mod tree;
mod types;
mod versions;

use serde_json::Value;

use crate::world::{Answer, Client, Shop};

pub(super) const VARIANTS: &str = "/api/v1/admin/catalogue/variants/";

async fn writer(shop: &Shop) -> Client {
    shop.staff("writer", &["catalogue.edit"]).await
}

/// Reads the resource and changes it with the ETag that was read.
async fn patch(staff: &Client, path: &str, change: Value) -> Answer {
    let etag = staff.get(path).await.expect(200).etag();
    staff.with("if-match", &etag).patch(path, change).await
}

async fn delete(staff: &Client, path: &str) -> Answer {
    let etag = staff.get(path).await.expect(200).etag();
    staff.with("if-match", &etag).delete(path).await
}
