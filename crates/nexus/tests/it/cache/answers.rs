//! What is kept is what a server without a memory would say, and nothing of anybody.

use kit::rate_limit::address_key;
use nexus::{app::App, routes};
use tokio::net::TcpListener;

use super::PRODUCTS;
use crate::world::{Answer, Client, Shop, servers};

/// Another server of the shop, which keeps nothing.
async fn forgetful(shop: &Shop) -> (App, Client) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let mut settings = (*shop.app.settings).clone();
    settings.cache.memory_mb = 0;
    let app = App::build(settings, shop.app.kit.clock.clone())
        .await
        .unwrap();
    let (router, tasks) = (routes::router(&app), app.tasks.clone());
    let server =
        kit::http::server::serve(listener, router, app.settings.server.clone(), tasks.clone());
    drop(tasks.spawn(server));
    (app, Client::new(&url))
}

fn seen(answer: &Answer) -> (u16, Vec<(String, String)>, String) {
    let shown = ["etag", "link", "cache-control", "content-type", "location"];
    let headers = shown.iter().filter_map(|name| {
        let value = answer.headers.get(*name)?.to_str().unwrap();
        Some(((*name).to_owned(), value.to_owned()))
    });
    let mut body = answer.body.clone();
    // A problem names its request.
    if let Some(problem) = body.as_object_mut() {
        problem.remove("request_id");
    }
    (answer.status.as_u16(), headers.collect(), body.to_string())
}

/// Questions that differ in one thing each.
fn questions(id: &str) -> Vec<String> {
    let mut asked = vec![
        String::new(),
        format!("{id}/"),
        format!("{id}/?language=am"),
    ];
    for path in [
        "lamp/",
        "lamp/?language=en",
        "lamp/?language=am",
        "lamp/?language=am-ET",
        "lamp/?language=de",
        "missing/",
        "?limit=1",
        "?limit=2",
        "?limit=100",
        "?sort=price",
        "?sort=-price",
        "?sort=-created_at",
        "?sort=-sold",
        "?is_available=true",
        "?is_available=false",
        "?language=am",
        "?language=am&limit=1",
        "?category=missing",
        "?brand=missing",
        "?brand=lamp",
        "?category=lamp",
        "?price_min=1",
        "?price_max=200",
        "?q=lamp",
        "?tag=lamp",
        "?attributes=a:b",
        "?limit=0",
        "?sort=color",
        "?language=english-please",
    ] {
        asked.push(path.to_owned());
    }
    asked
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_kept_is_what_would_be_loaded_whoever_asks() {
    let shop = Shop::open().await;
    let lamp = shop.product("lamp", &[(100, 3)]).await[0];
    shop.product("chair", &[(200, 0), (300, 1)]).await;
    shop.product("table", &[(300, 0)]).await;
    let staff = shop.staff("reader", &["catalogue.edit"]).await;
    let customer = shop.customer("abebe@example.com").await;
    let (guest, _) = shop.guest_cart(&[(lamp, 1)]).await;
    let (app, plain) = forgetful(&shop).await;
    let id = plain
        .get(&format!("{PRODUCTS}lamp/"))
        .await
        .expect(200)
        .text("/id");
    for question in questions(&id) {
        let path = format!("{PRODUCTS}{question}");
        let expected = seen(&plain.get(&path).await);
        for who in [&shop.client(), &staff, &customer, &guest, &shop.client()] {
            assert_eq!(seen(&who.get(&path).await), expected, "{question}");
        }
        // Whoever has it already is told so.
        if let Some((_, etag)) = expected.1.iter().find(|(name, _)| name == "etag") {
            let again = shop.client().with("if-none-match", etag).get(&path).await;
            assert_eq!(again.expect(304).bytes, b"", "{question}");
        }
    }
    assert!(app.stop().await, "the other server stops in time");
    shop.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_second_reader_costs_no_load_and_another_server_none_either() {
    let shop = Shop::open().await;
    shop.product("lamp", &[(100, 3)]).await;
    let second = crate::world::Second::open(&shop).await;
    let other = Client::new(&second.url);
    // From its first look on a server knows what changes.
    other
        .get(&format!("{PRODUCTS}chair/"))
        .await
        .refused(404, "catalogue_not_found");
    shop.client()
        .get(&format!("{PRODUCTS}lamp/"))
        .await
        .expect(200);
    let (before, before_there) = (shop.app.cache.loads(), second.app.cache.loads());
    for _ in 0..3 {
        shop.client()
            .get(&format!("{PRODUCTS}lamp/"))
            .await
            .expect(200);
        other.get(&format!("{PRODUCTS}lamp/")).await.expect(200);
    }
    let there = second.app.cache.loads() - before_there;
    assert_eq!(shop.app.cache.loads(), before);
    let expected = u64::from(servers().redis.is_none());
    assert_eq!(there, expected);
    second.close().await;
    shop.close().await;
}

/// Everything that buyers say of themselves, from the cart to the payment; then all that is in
/// Redis of this shop.
#[tokio::test(flavor = "multi_thread")]
async fn nothing_private_is_ever_in_redis() {
    let shop = Shop::open().await;
    let Some(redis) = &servers().redis else {
        return shop.close().await;
    };
    let lamp = shop.product("lamp", &[(100, 3)]).await[0];
    let customer = shop.customer("abebe@example.com").await;
    customer.get("/auth/users/me/").await.expect(200);
    let (guest, order) = shop.paid_order(&[(lamp, 1)]).await;
    guest.get("/api/v1/orders/").await.expect(200);
    for path in ["", "lamp/", "lamp/?language=am"] {
        guest.get(&format!("{PRODUCTS}{path}")).await.expect(200);
        customer.get(&format!("{PRODUCTS}{path}")).await.expect(200);
    }
    let client = redis::Client::open(redis.url()).unwrap();
    let mut connection = client.get_multiplexed_async_connection().await.unwrap();
    let pattern = format!("{}:*", shop.app.settings.redis.namespace);
    let keys: Vec<String> = redis::cmd("KEYS")
        .arg(&pattern)
        .query_async(&mut connection)
        .await
        .unwrap();
    let (kept, counted): (Vec<_>, Vec<_>) = keys.iter().partition(|key| key.contains(":cache:"));
    assert!(
        counted.iter().all(|key| key.contains(":limit:")),
        "{counted:?}"
    );
    assert_eq!(kept.len(), 3, "{kept:?}");
    let token = guest.header("x-shopper-token").unwrap();
    let address = address_key([127, 0, 0, 1].into());
    let private = [
        token,
        order["email"].as_str().unwrap(),
        order["id"].as_str().unwrap(),
        "abebe",
        &address,
    ];
    for key in kept {
        let bytes: Vec<u8> = redis::cmd("GET")
            .arg(key)
            .query_async(&mut connection)
            .await
            .unwrap();
        let text = String::from_utf8_lossy(&bytes);
        let key = key.trim_start_matches(&*shop.app.settings.redis.namespace);
        for word in private {
            assert!(
                !text.contains(word) && !key.contains(word),
                "{word} in {key}: {text}"
            );
        }
    }
    shop.close().await;
}
