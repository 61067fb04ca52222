//! The stream of events: what happens is told at once, and a break misses nothing.

use serde_json::{Value, json};

use super::order;
use crate::world::{Client, Shop};

const STREAM: &str = "/api/v1/admin/events/stream/";

/// One event of a stream: its id, its name, its data.
type Told = (i64, String, Value);

/// An open stream.
struct Stream {
    answer: reqwest::Response,
    text: String,
}

impl Stream {
    async fn open(shop: &Shop, token: &str, query: &str, last: Option<i64>) -> Self {
        let client = reqwest::Client::builder()
            .tls_certs_only([])
            .no_proxy()
            .build();
        let mut request = client
            .unwrap()
            .get(format!("{}{STREAM}{query}", shop.url))
            .bearer_auth(token);
        if let Some(last) = last {
            request = request.header("last-event-id", last);
        }
        let answer = request.send().await.unwrap();
        assert_eq!(answer.status(), 200);
        assert_eq!(answer.headers()["content-type"], "text/event-stream");
        assert_eq!(answer.headers()["cache-control"], "no-store");
        let text = String::new();
        Self { answer, text }
    }

    /// Reads so many events.
    async fn read(mut self, count: usize) -> Vec<Told> {
        let mut told = Vec::new();
        while told.len() < count {
            let chunk = self.answer.chunk().await.unwrap().unwrap();
            self.text += std::str::from_utf8(&chunk).unwrap();
            while let Some((block, rest)) = self.text.split_once("\n\n") {
                told.extend(event(block));
                self.text = rest.to_owned();
            }
        }
        told
    }
}

fn event(block: &str) -> Option<Told> {
    let field = |name: &str| {
        let mut lines = block.lines();
        lines.find_map(|line| Some(line.strip_prefix(name)?.trim().to_owned()))
    };
    let data = serde_json::from_str(&field("data:")?).unwrap();
    Some((field("id:")?.parse().unwrap(), field("event:")?, data))
}

#[tokio::test(flavor = "multi_thread")]
async fn what_happened_is_told_and_a_break_misses_nothing() {
    let shop = Shop::open().await;
    let token = shop.staff_token("reader", &["orders.read"]).await;
    let orders = [
        order(&shop, "one").await,
        order(&shop, "two").await,
        order(&shop, "three").await,
    ];
    shop.run_jobs().await;
    let told = Stream::open(&shop, &token, "?after=0&events=order.*", None)
        .await
        .read(3)
        .await;
    for (found, placed) in told.iter().zip(&orders) {
        assert_eq!(found.1, "order.placed");
        assert_eq!(found.2["object_id"], placed["id"]);
        assert_eq!(found.2["position"], found.0);
    }
    let after = Stream::open(&shop, &token, "?events=order.placed", Some(told[1].0))
        .await
        .read(1)
        .await;
    assert_eq!(after[0], told[2]);
    shop.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stream_without_a_place_begins_with_what_comes_next() {
    let shop = Shop::open().await;
    let token = shop.staff_token("reader", &["orders.read"]).await;
    order(&shop, "before").await;
    shop.run_jobs().await;
    let stream = Stream::open(&shop, &token, "", None).await;
    let placed = order(&shop, "after").await;
    shop.run_jobs().await;
    let told = stream.read(1).await;
    assert_eq!(told[0].2["object_id"], placed["id"]);
    shop.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_place_that_is_none_is_refused() {
    let shop = Shop::open().await;
    let reader = shop.staff("reader", &["orders.read"]).await;
    let ask = async |client: &Client, query: &str| {
        client
            .get(&format!("{STREAM}{query}"))
            .await
            .refused(400, "invalid_query")
    };
    ask(&reader, "?after=-1").await;
    ask(&reader, "?after=x").await;
    ask(&reader, "?since=1").await;
    ask(&reader.with("last-event-id", "yesterday"), "").await;
    let events = reader
        .get("/api/v1/admin/events/?limit=1")
        .await
        .expect(200);
    assert_eq!(events.body["data"], json!([]));
    shop.close().await;
}
