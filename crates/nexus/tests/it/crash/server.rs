//! The server dies while somebody buys.

use super::buyer::{Buyer, assert_bought_once, until_jobs_are_done};
use crate::world::Deployment;

/// Where the server dies, and where the one that follows it dies.
pub(super) const CASES: &[&[&str]] = &[
    &["before commit of create_cart"],
    &["after commit of create_cart"],
    &["before commit of add_cart_item"],
    &["after commit of add_cart_item"],
    &["before commit of place_order"],
    &["after commit of place_order"],
    &["before commit of initiate_payment"],
    &["after commit of initiate_payment"],
    &["before provider initialize"],
    &["after provider initialize"],
    &["before commit of record_payment_page"],
    &["after commit of record_payment_page"],
    // The page may have been opened, so it is asked about and closed before another one is.
    &["after provider initialize", "after provider verify"],
    &[
        "after provider initialize",
        "before commit of settle_payment",
    ],
    &[
        "after provider initialize",
        "after commit of settle_payment",
    ],
    &[
        "after provider initialize",
        "before commit of record_provider_call",
    ],
    &[
        "after provider initialize",
        "after commit of record_provider_call",
    ],
    &[
        "after provider initialize",
        "before commit of cancel_payment_attempt",
    ],
    &[
        "after provider initialize",
        "after commit of cancel_payment_attempt",
    ],
    &["before commit of receive_payment_webhook"],
    &["after commit of receive_payment_webhook"],
    &["before commit of follow_payment_callback"],
    &["after commit of follow_payment_callback"],
    &["after provider verify"],
    &["before commit of settle_payment"],
    &["after commit of settle_payment"],
    // From one death to the next.
    &[
        "after commit of place_order",
        "after commit of initiate_payment",
        "after commit of record_payment_page",
        "after commit of receive_payment_webhook",
        "after commit of settle_payment",
    ],
];

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_dies_at_any_point_loses_and_doubles_nothing() {
    let shop = Deployment::open().await;
    let coffee = shop.product("coffee", 1_000).await;
    let mut bought = Vec::new();
    for (number, points) in CASES.iter().enumerate() {
        let mut buyer = Buyer::new(&shop, &format!("server-{number}"), points).await;
        let one = buyer.buy(coffee).await;
        buyer.verify(&one).await;
        buyer.leave().await;
        shop.assert_audit_clean().await;
        bought.push(one);
    }
    let mut worker = shop.worker(None);
    until_jobs_are_done(&shop).await;
    worker.kill().await;
    for one in &bought {
        assert_bought_once(&shop, one, 1..=1).await;
    }
    shop.assert_provider_agrees().await;
}
