//! Clients that hang up, dawdle or send without end: nothing is half done, nothing stays occupied.

use std::time::Duration;

use ids::VariantId;
use kit::sabotage::Sabotage;
use serde_json::{Value, json};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};

use crate::world::{Client, Shop, place_body, until};

/// A shop that waits for nobody longer than this.
const TIMEOUT_MS: u64 = 400;

async fn impatient_shop() -> Shop {
    Shop::open_with(Sabotage::none(), |settings| {
        settings.server.header_timeout_ms = TIMEOUT_MS;
        settings.server.body_timeout_ms = TIMEOUT_MS;
        settings.server.answer_timeout_ms = TIMEOUT_MS;
    })
    .await
}

async fn connect(shop: &Shop) -> TcpStream {
    TcpStream::connect(shop.url.trim_start_matches("http://"))
        .await
        .unwrap()
}

/// The bytes of a request with a JSON body.
fn post(path: &str, token: &str, key: &str, body: &str) -> Vec<u8> {
    format!(
        "POST {path} HTTP/1.1\r\nhost: shop\r\nx-shopper-token: {token}\r\n\
         idempotency-key: {key}\r\ncontent-type: application/json\r\n\
         content-length: {}\r\n\r\n{body}",
        body.len()
    )
    .into_bytes()
}

/// A guest's wish to order a cart of one, as bytes too.
struct Wish {
    guest: Client,
    token: String,
    cart_id: String,
    body: Value,
    bytes: Vec<u8>,
}

async fn wish(shop: &Shop, variant: VariantId, key: &str) -> Wish {
    let cart = shop
        .client()
        .post("/api/v1/cart/", Value::Null)
        .await
        .expect(201);
    let (cart_id, token) = (cart.text("/id"), cart.text("/shopper_token"));
    let guest = shop.client().guest(&token);
    let item = json!({ "variant_id": variant, "quantity": 1 });
    guest
        .post(&format!("/api/v1/cart/{cart_id}/items/"), item)
        .await
        .expect(201);
    let body = place_body(&cart_id);
    let bytes = post("/api/v1/orders/", &token, key, &body.to_string());
    Wish {
        guest: guest.key(key),
        token,
        cart_id,
        body,
        bytes,
    }
}

/// Nobody holds a connection or an open transaction any more.
async fn assert_nothing_is_held(shop: &Shop) {
    until("the pool is idle", async || {
        (shop.app.kit.db.usage().0 == 0).then_some(())
    })
    .await;
    let sql = "select count(*) from pg_stat_activity \
               where datname = current_database() and state like 'idle in transaction%'";
    until("no transaction is open", async || {
        (shop.number(sql).await == 0).then_some(())
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_request_that_breaks_off_has_not_happened() {
    let shop = Shop::open().await;
    let coffee = shop.product("coffee", &[(125_000, 10)]).await[0];
    let Wish {
        guest, body, bytes, ..
    } = wish(&shop, coffee, "broken-off").await;
    for cut in (1..bytes.len()).step_by(bytes.len() / 40) {
        let mut stream = connect(&shop).await;
        stream.write_all(&bytes[..cut]).await.unwrap();
        drop(stream);
    }
    let mut stream = connect(&shop).await;
    stream.write_all(&bytes[..bytes.len() - 1]).await.unwrap();
    stream.shutdown().await.unwrap();
    let mut answer = Vec::new();
    drop(stream.read_to_end(&mut answer).await);
    assert_nothing_is_held(&shop).await;
    assert_eq!(shop.number("select count(*) from orders").await, 0);
    assert_eq!(
        shop.number("select count(*) from idempotency_keys where route = 'placeOrder'")
            .await,
        0
    );
    assert_eq!(shop.stock(coffee).await, (10, 0));
    guest.post("/api/v1/orders/", body).await.expect(201);
    assert_eq!(shop.stock(coffee).await, (10, 1));
    shop.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_that_nobody_hears_is_given_again() {
    let shop = Shop::open().await;
    let coffee = shop.product("coffee", &[(125_000, 100)]).await[0];
    for heard in 0..30 {
        let Wish {
            guest,
            cart_id,
            body,
            bytes,
            ..
        } = wish(&shop, coffee, &format!("lost-{heard}")).await;
        let mut stream = connect(&shop).await;
        stream.write_all(&bytes).await.unwrap();
        let mut first = vec![0; heard * 3];
        stream.read_exact(&mut first).await.unwrap();
        // Closing with a reset: nothing of the rest arrives.
        stream.set_zero_linger().unwrap();
        drop(stream);
        let order = guest
            .post("/api/v1/orders/", body.clone())
            .await
            .expect(201);
        let again = guest.post("/api/v1/orders/", body).await.expect(201);
        assert_eq!(order.bytes, again.bytes);
        let sql = format!("select count(*) from orders where cart_id = '{}'", cart_id);
        assert_eq!(shop.number(&sql).await, 1);
    }
    assert_nothing_is_held(&shop).await;
    assert_eq!(shop.number("select count(*) from orders").await, 30);
    assert_eq!(shop.stock(coffee).await, (100, 30));
    shop.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_hangs_up_while_the_shop_works_leaves_nothing_open() {
    let shop = Shop::open().await;
    let coffee = shop.product("coffee", &[(125_000, 10)]).await[0];
    let Wish {
        guest,
        token,
        cart_id,
        body,
        bytes,
    } = wish(&shop, coffee, "impatient").await;
    // The shop waits for this lock in the middle of its transaction, and in the middle of a read.
    let lock = shop.app.kit.db.begin("test_lock").await.unwrap();
    lock.batch("lock table carts in access exclusive mode")
        .await
        .unwrap();
    let mut writing = connect(&shop).await;
    writing.write_all(&bytes).await.unwrap();
    let mut reading = connect(&shop).await;
    let head = format!(
        "GET /api/v1/cart/{cart_id}/ HTTP/1.1\r\nhost: shop\r\nx-shopper-token: {token}\r\n\r\n"
    );
    reading.write_all(head.as_bytes()).await.unwrap();
    let waiting =
        "select count(*) from pg_locks where not granted and relation = 'carts'::regclass";
    until("both wait", async || {
        let row = lock.query_one(waiting, &[]).await.unwrap();
        (row.get::<_, i64>(0) == 2).then_some(())
    })
    .await;
    drop((writing, reading));
    lock.rollback().await.unwrap();
    assert_nothing_is_held(&shop).await;
    // The write was whole, so it has been done although nobody listens.
    until("the order", async || {
        (shop.number("select count(*) from orders").await == 1).then_some(())
    })
    .await;
    guest.post("/api/v1/orders/", body).await.expect(201);
    assert_eq!(shop.stock(coffee).await, (10, 1));
    shop.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn half_heads_and_idle_connections_are_closed() {
    let shop = impatient_shop().await;
    let mut held = Vec::new();
    for n in 0..50 {
        let mut stream = connect(&shop).await;
        stream
            .write_all(&b"GET /healthz HTTP/1.1\r\nhost: shop\r\n"[..n % 36])
            .await
            .unwrap();
        held.push(stream);
    }
    let mut idle = connect(&shop).await;
    idle.write_all(b"GET /healthz HTTP/1.1\r\nhost: shop\r\n\r\n")
        .await
        .unwrap();
    held.push(idle);
    shop.client().get("/healthz").await.expect(200);
    for mut stream in held {
        let mut rest = Vec::new();
        // The end of the stream, or a reset: the server has closed it.
        let closed = tokio::time::timeout(Duration::from_secs(20), stream.read_to_end(&mut rest));
        drop(closed.await.expect("the server closes it"));
    }
    // A drop now and then does not keep a head open.
    let mut stream = connect(&shop).await;
    let mut drops = 0;
    while stream.write_all(b"X").await.is_ok() {
        drops += 1;
        assert!(drops < 1_000, "the head stays open");
        let mut byte = [0];
        let read = tokio::time::timeout(Duration::from_millis(20), stream.read(&mut byte));
        if matches!(read.await, Ok(Ok(0) | Err(_))) {
            break;
        }
    }
    shop.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_slow_body_is_refused_with_408() {
    let shop = impatient_shop().await;
    let bytes = post("/auth/users/", &"A".repeat(43), "slow", &"x".repeat(100));
    let mut stream = connect(&shop).await;
    stream.write_all(&bytes[..bytes.len() - 50]).await.unwrap();
    assert_eq!(status(&mut stream).await, 408);
    assert_nothing_is_held(&shop).await;
    shop.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_body_without_end_is_refused_with_413() {
    let shop = impatient_shop().await;
    // Chunk after chunk, without a length.
    let mut stream = connect(&shop).await;
    let head = b"POST /auth/users/ HTTP/1.1\r\nhost: shop\r\n\
                 content-type: application/json\r\ntransfer-encoding: chunked\r\n\r\n";
    stream.write_all(head).await.unwrap();
    let (mut reading, mut writing) = stream.into_split();
    let chunk = [b"10000\r\n".as_slice(), &[b' '; 65_536], b"\r\n"].concat();
    let endless = async move {
        let mut sent = 0;
        while sent < 1_000_000_000 && writing.write_all(&chunk).await.is_ok() {
            sent += chunk.len();
        }
        sent
    };
    let (status_code, sent) = tokio::join!(status(&mut reading), endless);
    assert_eq!(status_code, 413);
    assert!(sent < 32_000_000, "{sent} bytes were taken");
    // What announces too much is refused before any of it has come.
    let mut stream = connect(&shop).await;
    let head = b"POST /auth/users/ HTTP/1.1\r\nhost: shop\r\n\
                 content-type: application/json\r\ncontent-length: 1000000000\r\n\r\n";
    stream.write_all(head).await.unwrap();
    assert_eq!(status(&mut stream).await, 413);
    assert_nothing_is_held(&shop).await;
    assert_eq!(shop.number("select count(*) from customers").await, 0);
    shop.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_takes_no_answer_is_let_go() {
    let shop = impatient_shop().await;
    let stream = connect(&shop).await;
    let (mut reading, mut writing) = stream.into_split();
    // More and more answers are asked for and none is read, until both ends hold all they can.
    let request = b"GET /api/schema/ HTTP/1.1\r\nhost: shop\r\n\r\n";
    let greedy = async { while writing.write_all(request).await.is_ok() {} };
    let closed = tokio::time::timeout(Duration::from_secs(20), greedy);
    closed.await.expect("the server closes it");
    drop(reading.read(&mut [0; 16]).await);
    shop.client().get("/healthz").await.expect(200);
    shop.close().await;
}

/// The status of an answer.
async fn status(stream: &mut (impl tokio::io::AsyncRead + Unpin)) -> u16 {
    let mut line = [0; 12];
    let read = tokio::time::timeout(Duration::from_secs(20), stream.read_exact(&mut line));
    read.await.expect("an answer in time").expect("an answer");
    String::from_utf8_lossy(&line[9..]).parse().unwrap()
}
