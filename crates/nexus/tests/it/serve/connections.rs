//! More connections than the system lets the server have: those that send nothing are closed, the
//! others wait, and the server keeps the files that it needs itself.

use std::path::Path;

use serde_json::json;
use tokio::net::TcpStream;

use crate::world::{Deployment, Process, place_body};

/// So many files may the server open, half of them for clients.
const FILES: usize = 160;

#[tokio::test(flavor = "multi_thread")]
async fn clients_take_no_files_from_the_database() {
    let shop = Deployment::open().await;
    let coffee = shop.product("coffee", 10).await;
    let script = format!("ulimit -n {FILES}; exec \"$0\" serve");
    let server = Process::start(
        Path::new("/bin/sh"),
        &["-c", &script, env!("CARGO_BIN_EXE_nexus")],
        &shop.with(&[("NEXUS__SERVER__HEADER_TIMEOUT_MS", "400")]),
    );
    let mut server = server.answering(&shop.url).await;
    let mut silent = Vec::new();
    for _ in 0..2 * FILES {
        let address = shop.url.trim_start_matches("http://");
        silent.push(TcpStream::connect(address).await.unwrap());
    }
    let cart = shop.client().post("/api/v1/cart/", json!({})).await;
    let cart = cart.expect(201);
    let guest = shop.client().guest(&cart.text("/shopper_token"));
    let path = format!("/api/v1/cart/{}/items/", cart.text("/id"));
    let line = json!({ "variant_id": coffee, "quantity": 1 });
    guest.post(&path, line).await.expect(201);
    let order = guest.post("/api/v1/orders/", place_body(&cart.text("/id")));
    order.await.expect(201);
    assert!(!server.has_ended(), "{}", server.complained());
    // Nobody was turned away for want of a file, so nobody complained.
    assert_eq!(server.complained(), "");
    shop.assert_audit_clean().await;
}
