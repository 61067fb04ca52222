//! Several servers have one line, and it outlives them.

use serde_json::json;

use crate::world::{Client, Deployment, Process, free_ports, place_body, until};

/// A guest of a deployment with one unit in the cart.
async fn guest(client: &Client, variant: ids::VariantId) -> (Client, String) {
    let cart = client.post("/api/v1/cart/", json!({})).await.expect(201);
    let guest = client.guest(&cart.text("/shopper_token"));
    let id = cart.text("/id");
    let line = json!({ "variant_id": variant });
    let items = format!("/api/v1/cart/{id}/items/");
    guest.post(&items, line).await.expect(201);
    (guest, id)
}

/// A sale that has started, with a queue of two slots: its id.
async fn sale(deployment: &Deployment, variant: ids::VariantId) -> String {
    let id = ids::SaleId::generate(deployment.kit.clock.now());
    let sql = format!(
        "insert into sales (id, name, starts_at, created_at, updated_at, queue_slots,
             queue_token_seconds, queue_since)
         values ('{id}', '', now() - interval '1 hour', now(), now(), 2, 3600, now());
         insert into sale_variants (variant_id, sale_id, added_at)
         values ('{variant}', '{id}', now())"
    );
    deployment.execute(&sql).await;
    id.to_string()
}

#[tokio::test(flavor = "multi_thread")]
async fn two_servers_have_one_line_and_it_outlives_both() {
    let deployment = Deployment::open().await;
    let mut first = deployment.server(None).await;
    let url = format!("http://127.0.0.1:{}", free_ports(1));
    let listen = url.trim_start_matches("http://");
    let variables = deployment.with(&[("NEXUS__SERVER__LISTEN", listen)]);
    let start = async || Process::nexus(&["serve"], &variables).answering(&url).await;
    let mut second = start().await;
    let variant = deployment.product("goods", 50).await;
    let sale = sale(&deployment, variant).await;
    let path = format!("/api/v1/sales/{sale}/queue/");
    let both = [deployment.client(), Client::new(&url)];
    let mut joined = Vec::new();
    let mut clients = Vec::new();
    for n in 0..8 {
        let (here, cart) = guest(&both[n % 2], variant).await;
        let answer = here
            .post(&path, json!({ "cart_id": cart }))
            .await
            .expect(201);
        assert_eq!(answer.body["number"], n + 1);
        joined.push(answer.text("/place_id"));
        clients.push((here, cart));
    }
    let asked = async |n: usize| {
        let (who, cart) = &clients[n];
        who.get(&format!("{path}{cart}/")).await.expect(200).body
    };
    let admitted = async |n: usize| {
        until("its turn", async || {
            let place = asked(n).await;
            (place["state"] == "admitted").then_some(place["admission"].clone())
        })
        .await
    };
    let tokens = [admitted(0).await, admitted(1).await];
    until("both servers agree", async || {
        let (here, there) = (asked(6).await, asked(7).await);
        (here["position"] == 5 && there["position"] == 6).then_some(())
    })
    .await;
    first.kill().await;
    second.kill().await;
    let _first = deployment.server(None).await;
    let _second = start().await;
    // The same places, the same tokens.
    for (n, place_id) in joined.iter().enumerate() {
        let place = asked(n).await;
        assert_eq!(place["place_id"], *place_id);
        assert_eq!(place["number"], n + 1);
        if let Some(token) = tokens.get(n) {
            assert_eq!(place["admission"], *token);
        }
    }
    // A token of one server counts at the other.
    let (who, cart) = &clients[0];
    let mut order = place_body(cart);
    order["admission_tokens"] = json!([tokens[0]["token"]]);
    let there = Client::new(&url).guest(who.header("x-shopper-token").unwrap());
    there.post("/api/v1/orders/", order).await.expect(201);
    admitted(2).await;
    assert_eq!(asked(3).await["state"], "waiting");
    deployment.assert_audit_clean().await;
}

/// The server dies before or after the place is kept; whoever asks again has one place.
#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_dies_while_somebody_joins_leaves_one_place() {
    for point in [
        "before commit of join_queue",
        "after commit of join_queue",
        "before commit of number_queue",
        "after commit of number_queue",
        "before commit of call_queue",
        "after commit of call_queue",
    ] {
        let deployment = Deployment::open().await;
        let variant = deployment.product("goods", 50).await;
        let sale = sale(&deployment, variant).await;
        let path = format!("/api/v1/sales/{sale}/queue/");
        let mut server = deployment.server(Some(point)).await;
        let (who, cart) = guest(&deployment.client(), variant).await;
        let body = json!({ "cart_id": cart }).to_string().into_bytes();
        let lost = who.try_raw(http::Method::POST, &path, "application/json", Some(body));
        assert!(lost.await.is_err(), "{point}: it was answered");
        server.crashed(point).await;
        let _server = deployment.server(None).await;
        let (guest_of_later, later) = guest(&deployment.client(), variant).await;
        let answer = who.post(&path, json!({ "cart_id": cart })).await;
        let kept = !point.starts_with("before commit of join");
        assert_eq!(answer.status, if kept { 200 } else { 201 }, "{point}");
        assert_eq!(answer.body["number"], 1, "{point}");
        let next = json!({ "cart_id": later });
        let next = guest_of_later.post(&path, next).await.expect(201);
        assert_eq!(next.body["number"], 2, "{point}");
        let places = "select count(*) from sale_queue_places";
        assert_eq!(deployment.number(places).await, 2);
        deployment.assert_audit_clean().await;
    }
}
