//! Bodies that are no JSON object of a sane size, or say that they are something else.

use serde_json::{Value, json};

use super::{Write, pointers, writes};
use crate::world::Shop;

const JSON: &str = "application/json";
const KIB: usize = 1024;

/// Bytes that are no JSON text, or not one alone.
fn malformed(good: &str) -> Vec<Vec<u8>> {
    let utf_16: Vec<u8> = good.encode_utf16().flat_map(u16::to_le_bytes).collect();
    vec![
        Vec::new(),
        b" ".to_vec(),
        b"{".to_vec(),
        good.as_bytes()[..good.len() - 1].to_vec(),
        format!("{good}{good}").into_bytes(),
        format!("{good}x").into_bytes(),
        format!("\u{feff}{good}").into_bytes(),
        format!("{good}\0").into_bytes(),
        format!("// a comment\n{good}").into_bytes(),
        good.replace('"', "'").into_bytes(),
        good.replacen('{', "{,", 1).into_bytes(),
        utf_16,
        good.as_bytes().iter().copied().chain([0xff]).collect(),
    ]
}

async fn refused(write: &Write, bytes: Vec<u8>, codes: &[&str]) {
    let start = String::from_utf8_lossy(&bytes[..bytes.len().min(60)]).into_owned();
    let answer = write.send(JSON, bytes).await;
    let code = answer.body["code"].as_str().unwrap_or_default();
    assert!(
        codes.contains(&code),
        "{}: {start:?}: {} {code}",
        write.name,
        answer.status
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_body_that_is_no_json_is_refused() {
    let shop = Shop::open().await;
    let before = shop.state().await;
    assert!(!before.is_empty());
    for write in writes(&shop).await {
        let write = write.at_version(1);
        let before = shop.state().await;
        let good = write.body.to_string();
        for bytes in malformed(&good) {
            refused(&write, bytes, &["malformed_body"]).await;
        }
        for other in [
            "null",
            "true",
            "7",
            "\"text\"",
            "[]",
            "[{}]",
            &format!("[{good}]"),
        ] {
            refused(&write, other.as_bytes().to_vec(), &["invalid_body"]).await;
        }
        assert_eq!(shop.state().await, before, "{}", write.name);
    }
    shop.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_body_that_is_deep_or_wide_or_large_is_refused() {
    let shop = Shop::open().await;
    for write in writes(&shop).await {
        let write = write.at_version(1);
        let before = shop.state().await;
        let leaf = |value: &Value| value.is_string() || value.is_number();
        let first = pointers(&write.body, leaf)[0].clone();
        for deep in ["[".repeat(100_000), "{\"a\":".repeat(40_000)] {
            refused(
                &write,
                deep.clone().into_bytes(),
                &["malformed_body", "invalid_body"],
            )
            .await;
            let inside = write.with(&first, &deep).await;
            assert!(
                [400, 422].contains(&inside.status.as_u16()),
                "{}",
                write.name
            );
        }
        let wide: Vec<String> = (0..20_000).map(|n| format!("\"k{n}\":0")).collect();
        refused(
            &write,
            format!("{{{}}}", wide.join(",")).into_bytes(),
            &["invalid_body"],
        )
        .await;
        let million = format!("{{{}\"z\":0}}", "\"a\":0,".repeat(1_000_000));
        write.send_too_much(million.into_bytes()).await;
        let over = " ".repeat(256 * KIB + 1);
        write.send_too_much(over.into_bytes()).await;
        let most = " ".repeat(256 * KIB);
        refused(&write, most.into_bytes(), &["malformed_body"]).await;
        assert_eq!(shop.state().await, before, "{}", write.name);
    }
    shop.client()
        .send(
            http::Method::POST,
            "/api/v1/payment/callback/",
            Some(json!("x".repeat(17 * KIB))),
        )
        .await
        .expect(413);
    shop.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_member_that_comes_twice_is_refused() {
    let shop = Shop::open().await;
    let mut count = 0;
    for write in writes(&shop).await {
        let write = write.at_version(1);
        let before = shop.state().await;
        for at in pointers(&write.body, Value::is_object) {
            let object = write.body.pointer(&at).unwrap();
            let text = object.to_string();
            let (name, value) = object.as_object().unwrap().iter().next().unwrap();
            let twice = text.replacen('{', &format!("{{\"{name}\":{value},"), 1);
            let body = if at.is_empty() {
                write.send(JSON, twice.into_bytes()).await
            } else {
                write.with(&at, &twice).await
            };
            body.refused(422, "invalid_body");
            count += 1;
        }
        assert_eq!(shop.state().await, before, "{}", write.name);
    }
    assert!(count > 30, "only {count} objects were tried");
    shop.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_array_is_not_taken_for_an_object() {
    let shop = Shop::open().await;
    for write in writes(&shop).await {
        let write = write.at_version(1);
        let before = shop.state().await;
        for at in pointers(&write.body, Value::is_object)
            .iter()
            .filter(|at| !at.is_empty())
        {
            let members = write.body.pointer(at).unwrap().as_object().unwrap();
            let array = Value::Array(members.values().cloned().collect());
            write
                .with(at, &array.to_string())
                .await
                .refused(422, "invalid_body");
        }
        assert_eq!(shop.state().await, before, "{}", write.name);
    }
    shop.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_body_must_say_that_it_is_json() {
    let shop = Shop::open().await;
    for write in writes(&shop).await {
        let write = write.at_version(1);
        let before = shop.state().await;
        for media in [
            "text/plain",
            "text/json",
            "application/x-www-form-urlencoded",
            "multipart/form-data; boundary=x",
            "application/xml",
            "application/jsonp",
            "json",
            "application/ json",
            "text/plain; application/json",
        ] {
            let answer = write.send(media, write.body.to_string().into_bytes()).await;
            answer.refused(415, "unsupported_media_type");
        }
        assert_eq!(shop.state().await, before, "{}", write.name);
        // These are JSON; what is refused then is the body.
        for media in [
            "application/json; charset=utf-8",
            "APPLICATION/JSON",
            "application/merge-patch+json",
        ] {
            write
                .send(media, b"{".to_vec())
                .await
                .refused(400, "malformed_body");
        }
    }
    shop.close().await;
}
