//! What the server refuses to start on: one sentence that names the setting, never its value.

use crate::world::{Deployment, Process, empty_database};

/// A variable, a value that must not be accepted, and what the complaint says.
const REFUSED: &[(&str, &str, &str)] = &[
    ("NEXUS__AUTH__SECRET", "", "auth.secret: it is empty"),
    (
        "NEXUS__AUTH__SECRET",
        "k3Jx9-Vq72",
        "auth.secret: it has fewer than 32 bytes",
    ),
    (
        "NEXUS__AUTH__SECRET",
        "abababababababababababababababababab",
        "auth.secret: it repeats",
    ),
    (
        "NEXUS__AUTH__SECRET",
        "change-me-V7q2-change-me-K9x4-change-me",
        "auth.secret: it contains a word",
    ),
    (
        "NEXUS__PAYMENTS__WEBHOOK_SECRETS",
        "",
        "payments.webhook_secrets is empty",
    ),
    (
        "NEXUS__PAYMENTS__WEBHOOK_SECRETS",
        "Xw82kd",
        "payments.webhook_secrets: it has fewer than 32 bytes",
    ),
    (
        "NEXUS__PAYMENTS__WEBHOOK_SECRETS",
        "simulator-webhook-secret",
        "payments.webhook_secrets: it",
    ),
    (
        "NEXUS__PAYMENTS__WEBHOOK_SECRETS",
        "6c5e1a7b9d3f4e2a8b0c1d2e3f405162738495a6",
        "auth.secret and payments.webhook_secrets must differ",
    ),
    (
        "NEXUS__PAYMENTS__SECRET_KEY",
        "",
        "payments.secret_key is empty",
    ),
    (
        "NEXUS__PAYMENTS__SECRET_KEY",
        "CHASECK-4a55a8d778e5022f",
        "[payments]",
    ),
    (
        "NEXUS__PAYMENTS__BASE_URL",
        "ftp://4a55a8d778e5022f",
        "[payments]",
    ),
    (
        "NEXUS__SERVER__ALLOWED_ORIGINS",
        "*",
        "server.allowed_origins",
    ),
    (
        "NEXUS__SERVER__ALLOWED_ORIGINS",
        "https://a.example, *",
        "server.allowed_origins",
    ),
    ("NEXUS__SERVER__LISTENN", "127.0.0.1:1", "listenn"),
    ("NEXUS__DATABASE__POOL_SIZE", "many", "database.pool_size"),
    ("DATABASE_URL", "", "DATABASE_URL"),
    ("DATABASE_URL", "mysql:/4a55a8d778e5022f", "DATABASE_URL"),
    (
        "DATABASE_URL",
        "postgres://shop:4a55a8d778e5022f@127.0.0.1:1/shop",
        "DATABASE_URL",
    ),
    ("REDIS_URL", "4a55a8d778e5022f", "redis.url"),
    ("NEXUS__MAIL__SMTP_URL", "4a55a8d778e5022f", "mail.smtp_url"),
];

#[tokio::test(flavor = "multi_thread")]
async fn guessable_secrets_and_wrong_settings_are_refused() {
    let shop = Deployment::open().await;
    let starts: Vec<_> = REFUSED
        .iter()
        .map(|(variable, value, says)| {
            let server = Process::nexus(&["serve"], &shop.with(&[(variable, value)]));
            (server, *variable, *value, *says)
        })
        .collect();
    for (server, variable, value, says) in starts {
        let (code, complaint) = server.left().await;
        let case = format!("{variable}={value}: {complaint}");
        assert_eq!(code, 2, "{case}");
        assert!(complaint.starts_with("nexus: "), "{case}");
        assert_eq!(complaint.trim_end().lines().count(), 1, "{case}");
        assert!(complaint.contains(says), "{case}");
        assert!(!complaint.contains(".rs:"), "{case}");
        assert!(
            value.len() < 6 || value.contains('*') || !complaint.contains(value),
            "{case}"
        );
        assert!(!complaint.contains("4a55a8d778e5022f"), "{case}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_worker_refuses_what_the_server_refuses() {
    let shop = Deployment::open().await;
    let worker = Process::nexus(&["worker"], &shop.with(&[("NEXUS__AUTH__SECRET", "short")]));
    let (code, complaint) = worker.left().await;
    assert_eq!(code, 2, "{complaint}");
    assert!(complaint.contains("auth.secret"), "{complaint}");
}

#[tokio::test(flavor = "multi_thread")]
async fn secrets_of_digits_alone_are_secrets() {
    let shop = Deployment::open().await;
    let digits = [
        (
            "NEXUS__AUTH__SECRET",
            "9081726354405162738495061728394050617283",
        ),
        (
            "NEXUS__PAYMENTS__WEBHOOK_SECRETS",
            "5140392817263540918273645546372819201938",
        ),
    ];
    let variables = shop.with(&digits);
    let server = Process::nexus(&["serve"], &variables)
        .answering(&shop.url)
        .await;
    // Signed with the very text, not with a number that was made of it.
    let body = br#"{"event":"charge.success","tx_ref":"nobody's"}"#;
    let signature = chapa_signature(digits[1].1, body);
    let client = shop.client().with("x-chapa-signature", &signature);
    let path = "/api/v1/payment/webhook/chapa/";
    let sent = client.try_raw(
        http::Method::POST,
        path,
        "application/json",
        Some(body.to_vec()),
    );
    sent.await.unwrap().expect(200);
    drop(server);
}

/// What `x-chapa-signature` must be: the hex HMAC-SHA256 of the body.
fn chapa_signature(secret: &str, body: &[u8]) -> String {
    use sha2::{Digest, Sha256};
    let mut key = secret.as_bytes().to_vec();
    key.resize(64, 0);
    let pad = |byte: u8| key.iter().map(|key| key ^ byte).collect::<Vec<u8>>();
    let inner = Sha256::digest([pad(0x36), body.to_vec()].concat());
    let outer = Sha256::digest([pad(0x5c), inner.to_vec()].concat());
    outer.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_schema_that_lacks_migrations_is_refused() {
    let shop = Deployment::open().await;
    let empty = empty_database().await;
    for command in ["serve", "worker"] {
        let process = Process::nexus(&[command], &shop.with(&[("DATABASE_URL", &empty)]));
        let (code, complaint) = process.left().await;
        assert_eq!(code, 2, "{complaint}");
        assert!(complaint.contains("0001_foundation"), "{complaint}");
        assert!(complaint.contains("run `nexus migrate`"), "{complaint}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_busy_port_is_refused() {
    let shop = Deployment::open().await;
    let server = shop.server(None).await;
    let (code, complaint) = Process::nexus(&["serve"], &shop.variables).left().await;
    assert_eq!(code, 2, "{complaint}");
    assert!(
        complaint.contains("choose another server.listen"),
        "{complaint}"
    );
    assert!(
        complaint.contains(shop.url.trim_start_matches("http://")),
        "{complaint}"
    );
    drop(server);
}
