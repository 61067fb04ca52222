//! Whose webhook it is: the one right signature is taken, every other is refused without a row.

use chapa::{
    Secret,
    webhook::{signature, static_token},
};
use kit::sabotage::Sabotage;
use payments::StaticTokenPolicy;
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};

use super::provider::{WEBHOOK, sign};
use crate::world::{Shop, WEBHOOK_SECRET};

const EVENTS: [&str; 8] = [
    "charge.success",
    "charge.failed/cancelled",
    "charge.refunded",
    "charge.reversed",
    "payout.success",
    "payout.failed/cancelled",
    "refund.success",
    "something.new",
];

/// As the provider writes it: one line, its own order of keys.
fn body(event: &str, tx_ref: &str) -> String {
    format!(
        concat!(
            r#"{{"event":"{event}","first_name":"አበበ","amount":"1250.00","currency":"ETB","#,
            r#""status":"success","mode":"test","reference":"AP634JFwEbxd","tx_ref":"{tx_ref}","#,
            r#""meta":null}}"#
        ),
        event = event,
        tx_ref = tx_ref
    )
}

type Forgery = (&'static str, Vec<u8>, Vec<(&'static str, String)>);

const X: &str = "x-chapa-signature";

/// The right bytes under wrong signatures.
fn wrong_signatures(genuine: &[u8]) -> Vec<Forgery> {
    let right = sign(genuine);
    let by = |secret: &str| signature(&Secret::new(secret), genuine);
    let cases = [
        ("of another body", sign(b"{}")),
        ("by another secret", by("another secret")),
        ("by the empty secret", by("")),
        ("cut by one", right[..63].to_owned()),
        ("first digit cut", right[1..].to_owned()),
        ("one digit more", format!("{right}0")),
        ("in capitals", right.to_ascii_uppercase()),
        ("with its algorithm", format!("sha256={right}")),
        ("twice in one", format!("{right}, {right}")),
        ("not hex", "g".repeat(64)),
        ("all zero", "0".repeat(64)),
        ("empty", String::new()),
        ("the secret", WEBHOOK_SECRET.to_owned()),
    ];
    let mut forgeries = vec![
        ("none", genuine.to_vec(), vec![]),
        (
            "two wrong ones",
            genuine.to_vec(),
            vec![(X, "0".repeat(64)), (X, sign(b"{}"))],
        ),
        (
            "elsewhere",
            genuine.to_vec(),
            vec![("authorization", right.clone()), ("signature", right)],
        ),
    ];
    for (name, value) in cases {
        forgeries.push((name, genuine.to_vec(), vec![(X, value.clone())]));
        forgeries.push((name, genuine.to_vec(), vec![("chapa-signature", value)]));
    }
    forgeries
}

/// Other bytes under the right signature.
fn changed_bytes(genuine: &[u8]) -> Vec<Forgery> {
    let text = String::from_utf8(genuine.to_vec()).unwrap();
    let value: Value = serde_json::from_str(&text).unwrap();
    let changed = [
        ("parsed and written again", value.to_string()),
        (
            "written prettily",
            serde_json::to_string_pretty(&value).unwrap(),
        ),
        (
            "escaped differently",
            text.replace("አበበ", "\\u12a0\\u1260\\u1260"),
        ),
        ("a space", text.replacen(':', ": ", 1)),
        ("a line end", format!("{text}\n")),
        ("a byte order mark", format!("\u{feff}{text}")),
        ("another amount", text.replace("1250.00", "1.00")),
        ("empty", String::new()),
    ];
    let headers = vec![(X, sign(genuine))];
    changed
        .map(|(name, text)| (name, text.into_bytes(), headers.clone()))
        .into()
}

/// Each is 401 and leaves no trace.
async fn refused(shop: &Shop, forgeries: Vec<Forgery>) {
    let before = shop.memory().await;
    for (name, body, headers) in forgeries {
        let headers: Vec<(&str, &str)> = headers.iter().map(|(k, v)| (*k, v.as_str())).collect();
        let answer = shop.post_webhook(&body, &headers).await;
        assert_eq!(answer.status, 401, "{name}: {}", answer.body);
        answer.refused(401, "webhook_signature_invalid");
    }
    assert_eq!(shop.memory().await, before);
}

#[tokio::test(flavor = "multi_thread")]
async fn every_forgery_of_every_event_is_refused_and_leaves_no_trace() {
    let shop = Shop::open().await;
    let coffee = shop.product("coffee", &[(125_000, 10)]).await[0];
    let pending = shop.pending(coffee).await;
    for event in EVENTS {
        let genuine = body(event, &pending.tx_ref).into_bytes();
        refused(&shop, wrong_signatures(&genuine)).await;
        refused(&shop, changed_bytes(&genuine)).await;
    }
    for event in EVENTS {
        let answer = shop
            .post_signed(body(event, &pending.tx_ref).as_bytes())
            .await
            .expect(200);
        assert_eq!(answer.body, json!({ "received": true }));
    }
    assert_eq!(
        shop.number("select count(*) from webhooks_received").await,
        8
    );
    shop.run_jobs().await;
    assert_eq!(
        shop.order_status(&pending.order_id).await,
        "pending_payment"
    );
    assert_eq!(shop.attempt_state(&pending.tx_ref).await, "pending");
    shop.settle_and_close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_constant_signature_alone_is_a_reason_to_ask_and_no_more() {
    let shop = Shop::open().await;
    let coffee = shop.product("coffee", &[(125_000, 10)]).await[0];
    let pending = shop.pending(coffee).await;
    let constant = static_token(&Secret::new(WEBHOOK_SECRET));
    for (header, lie) in [("chapa-signature", "1250.00"), (X, "1250.0")] {
        let claim = body("charge.success", &pending.tx_ref).replace("1250.00", lie);
        shop.post_webhook(claim.as_bytes(), &[(header, &constant)])
            .await
            .expect(200);
    }
    shop.run_jobs().await;
    assert_eq!(shop.calls("verify").await, 2);
    let stored = "select string_agg(authenticity, ' ') from webhooks_received";
    assert_eq!(shop.text(stored).await, "static_token static_token");
    assert_eq!(
        shop.order_status(&pending.order_id).await,
        "pending_payment"
    );

    shop.send_webhooks(json!({ "headers": "static_only" }))
        .await;
    shop.vary(json!({ "result_order": ["webhook", "redirect"] }))
        .await;
    shop.on_page(&pending.page, "pay").await.expect(302);
    shop.run_jobs().await;
    assert_eq!(shop.order_status(&pending.order_id).await, "paid");
    shop.settle_and_close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_shop_may_refuse_the_constant_signature() {
    let refuse = |settings: &mut nexus::config::Settings| {
        settings.payments.static_token = StaticTokenPolicy::Refuse;
    };
    let shop = Shop::open_with(Sabotage::none(), refuse).await;
    let coffee = shop.product("coffee", &[(125_000, 10)]).await[0];
    let pending = shop.pending(coffee).await;
    let claim = body("charge.success", &pending.tx_ref).into_bytes();
    let constant = static_token(&Secret::new(WEBHOOK_SECRET));
    refused(
        &shop,
        vec![
            (
                "in its own header",
                claim.clone(),
                vec![("chapa-signature", constant.clone())],
            ),
            (
                "in the other header",
                claim.clone(),
                vec![(X, constant.clone())],
            ),
            (
                "in both",
                claim,
                vec![(X, constant.clone()), ("chapa-signature", constant)],
            ),
        ],
    )
    .await;
    assert_eq!(shop.calls("verify").await, 0);
    shop.settle_and_close().await;
}

const VECTOR: &str = concat!(
    r#"{"event":"charge.success","first_name":"Abebe","last_name":"Bikila","email":null,"#,
    r#""mobile":"251900123456","currency":"ETB","amount":"400.00","charge":"12.00","#,
    r#""status":"success","mode":"test","reference":"AP634JFwEbxd","#,
    r#""created_at":"2026-01-05T09:00:00.000000Z","updated_at":"2026-01-05T09:00:09.000000Z","#,
    r#""type":"API","tx_ref":"ord-01HX-1","payment_method":"telebirr","#,
    r#""customization":{"title":null,"description":null,"logo":null},"meta":null}"#
);
const VECTOR_SIGNATURE: &str = "1631b107129c0ba7bfc7b6d94c55bc00236e718c7641f4e5e4a150cc085588f4";
const VECTOR_CONSTANT: &str = "7a1a1d752c3d4c1cac18e083582022a621e1393b05fcdd18d000f24b18d9e674";

#[tokio::test(flavor = "multi_thread")]
async fn the_known_vector_is_taken_byte_for_byte_also_while_secrets_rotate() {
    let rotating = |settings: &mut nexus::config::Settings| {
        settings.payments.webhook_secrets = ["the-next-secret", "sim-webhook-secret-1"]
            .map(kit::config::Secret::new)
            .into();
    };
    let shop = Shop::open_with(Sabotage::none(), rotating).await;
    assert_eq!(VECTOR.len(), 440);
    let both = [(X, VECTOR_SIGNATURE), ("chapa-signature", VECTOR_CONSTANT)];
    shop.post_webhook(VECTOR.as_bytes(), &both)
        .await
        .expect(200);
    shop.post_webhook(VECTOR.as_bytes(), &both[1..])
        .await
        .expect(200);
    let next = signature(&Secret::new("the-next-secret"), VECTOR.as_bytes());
    shop.post_webhook(VECTOR.as_bytes(), &[(X, &next)])
        .await
        .expect(200);
    let stored = "select string_agg(authenticity || received_count, ' ' order by authenticity)
        from webhooks_received where convert_from(body, 'utf8') like '%ord-01HX-1%'";
    assert_eq!(shop.text(stored).await, "signed2 static_token1");
    let old = sign(VECTOR.as_bytes());
    shop.post_webhook(VECTOR.as_bytes(), &[(X, &old)])
        .await
        .refused(401, "webhook_signature_invalid");
    shop.run_jobs().await;
    assert_eq!(shop.calls("verify").await, 0, "no payment of ours is named");
    shop.settle_and_close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_headers_name_may_be_written_in_any_case() {
    let shop = Shop::open().await;
    let host = shop.url.trim_start_matches("http://");
    for (n, name) in [
        "X-CHAPA-SIGNATURE",
        "X-Chapa-Signature",
        "x-cHAPA-sIGNATURE",
    ]
    .iter()
    .enumerate()
    {
        let body = body("charge.success", &format!("nobody-{n}"));
        let (length, signature) = (body.len(), sign(body.as_bytes()));
        let head = format!(
            "POST {WEBHOOK} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\
             Content-Length: {length}\r\n{name}: {signature}\r\n\r\n"
        );
        let mut socket = tokio::net::TcpStream::connect(host).await.unwrap();
        socket.write_all((head + &body).as_bytes()).await.unwrap();
        let mut answer = String::new();
        socket.read_to_string(&mut answer).await.unwrap();
        assert!(
            answer.starts_with("HTTP/1.1 200 OK\r\n"),
            "{name}: {answer}"
        );
    }
    assert_eq!(
        shop.number("select count(*) from webhooks_received").await,
        3
    );
    shop.settle_and_close().await;
}
