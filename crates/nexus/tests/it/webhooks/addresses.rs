//! Nobody inside a private network is ever called.

use kit::sabotage::Sabotage;
use serde_json::json;

use super::{ENDPOINTS, newest, order};
use crate::world::{Receiver, Shop};

/// A shop as it runs in production: no network is allowed that is not public.
async fn strict_shop() -> Shop {
    Shop::open_with(Sabotage::none(), |settings| {
        settings.webhooks.allowed_networks.clear();
    })
    .await
}

#[tokio::test(flavor = "multi_thread")]
async fn an_endpoint_inside_a_private_network_is_refused() {
    let shop = strict_shop().await;
    let owner = shop.superuser().await;
    let before = shop.state().await;
    for url in [
        "http://127.0.0.1/",
        "http://127.1:8080/",
        "http://2130706433/",
        "http://0x7f.1/",
        "http://0177.0.0.1/",
        "http://[::1]:8080/",
        "http://[::ffff:127.0.0.1]/",
        "http://[fe80::1]/",
        "http://[fd00:ec2::254]/latest/meta-data/",
        "http://169.254.169.254/latest/meta-data/",
        "http://10.0.0.1/",
        "http://192.168.1.1/",
        "http://172.16.0.1/",
        "http://100.64.0.1/",
        "http://0.0.0.0/",
        "http://255.255.255.255/",
        "http://user:pass@example.com/",
        "http://example.com:22/",
        "http://example.com/#x",
        "ftp://example.com/",
        "file:///etc/passwd",
        "javascript:alert(1)",
        "//example.com/",
        "example.com",
        "",
    ] {
        let body = json!({ "url": url });
        let refused = owner.post(ENDPOINTS, body).await;
        refused.refused(422, "webhook_address_refused");
    }
    assert_eq!(shop.state().await, before);
    shop.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_name_that_leads_inside_is_found_out_when_it_is_called() {
    let receiver = Receiver::open().await;
    let shop = strict_shop().await;
    let owner = shop.superuser().await;
    // A name says nothing about where it leads, today or tomorrow.
    let url = receiver.url.replace("127.0.0.1", "localhost");
    owner
        .post(ENDPOINTS, json!({ "url": url }))
        .await
        .expect(201);
    order(&shop, "coffee").await;
    shop.run_jobs().await;
    let delivery = newest(&owner).await;
    assert_eq!(delivery["state"], "pending");
    assert_eq!(delivery["tries"][0]["error"], "the address is not allowed");
    assert_eq!(receiver.received().len(), 0);
    shop.close().await;
}
