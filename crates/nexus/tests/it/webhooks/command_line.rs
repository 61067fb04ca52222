//! `nexus webhooks`: events on this machine, a test event, deliveries once more.

use chrono::TimeDelta;

use super::{order, told};
use crate::world::{Process, Receiver, Shop};

fn webhooks(shop: &Shop, args: &[&str]) -> Process {
    let variables = [("DATABASE_URL".to_owned(), shop.database_url.clone())];
    let all: Vec<&str> = ["webhooks"].iter().chain(args).copied().collect();
    Process::nexus(&all, &variables)
}

#[tokio::test(flavor = "multi_thread")]
async fn events_come_to_a_receiver_on_this_machine() {
    let receiver = Receiver::open().await;
    let shop = Shop::open().await;
    let args = [
        "listen",
        "--events",
        "order.*",
        "--forward-to",
        &receiver.url,
        "--count",
        "1",
    ];
    let mut listener = webhooks(&shop, &args).having_said("listening").await;
    order(&shop, "coffee").await;
    shop.run_jobs().await;
    assert!(listener.ended().await.success());
    let received = receiver.received();
    assert_eq!(received.len(), 1);
    assert_eq!(received[0].text_of("type"), "order.placed");
    assert_eq!(received[0].body["sequence"], 1);
    assert_eq!(received[0].body["data"]["status"], "pending_payment");
    let said = listener.said();
    let secret = said
        .lines()
        .find_map(|line| line.strip_prefix("signed with "));
    assert_eq!(received[0].right_signatures(secret.unwrap()), 1);
    let line = said.lines().last().unwrap();
    assert!(
        line.contains(" order.placed ") && line.ends_with("-> 200 OK"),
        "{said}"
    );
    shop.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn deliveries_are_sent_again_and_tried_out() {
    let receiver = Receiver::open().await;
    let (shop, owner, endpoint) = told(&receiver, &["order.placed"]).await;
    for slug in ["one", "two"] {
        order(&shop, slug).await;
    }
    shop.run_jobs().await;
    assert_eq!(receiver.received().len(), 2);
    let id = endpoint.text("/id");
    let list = owner
        .get("/api/v1/admin/webhooks/deliveries/")
        .await
        .expect(200);
    let (_, complaint) = webhooks(&shop, &["resend", &id]).left().await;
    assert!(complaint.contains("delivery"), "{complaint}");
    let again = webhooks(&shop, &["resend", &list.text("/data/0/id")])
        .ended()
        .await;
    assert!(again.success());
    let range = ["resend", "--endpoint", &id, "--first", "1", "--last", "2"];
    assert!(webhooks(&shop, &range).ended().await.success());
    assert!(
        webhooks(&shop, &["trigger", "--endpoint", &id])
            .ended()
            .await
            .success()
    );
    // The command line has the time of the machine, and the shop its own.
    shop.advance(TimeDelta::hours(1));
    shop.run_jobs().await;
    let events = ["placed", "placed", "placed", "placed", "placed", "paid"];
    assert_eq!(
        receiver.events(),
        events.map(|name| format!("order.{name}"))
    );
    let delivered = "select count(*) from webhook_deliveries where state = 'delivered'";
    assert_eq!(shop.number(delivered).await, 6);
    let unknown = ["trigger", "--endpoint", &id, "order.eaten"];
    let (code, complaint) = webhooks(&shop, &unknown).left().await;
    assert_eq!(code, 2);
    assert!(complaint.contains("order.eaten"), "{complaint}");
    assert_eq!(shop.count("webhook_deliveries").await, 6);
    shop.close().await;
}
