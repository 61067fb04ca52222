//! The staff: signing in, rights that count at once, sessions of a working day, the audit trail.

use chrono::TimeDelta;
use serde_json::{Value, json};

use crate::world::{Client, Shop};

const SIGN_IN: &str = "/api/v1/admin/auth/jwt/create/";
const ME: &str = "/api/v1/admin/me/";
const AUDIT: &str = "/api/v1/admin/audit/";
const PASSWORD: &str = "correct horse battery staple";

fn owner() -> Value {
    json!({ "email": "Owner@shop.example", "password": PASSWORD })
}

async fn execute(shop: &Shop, sql: &str) {
    assert_eq!(shop.db().await.execute(sql, &[]).await.unwrap(), 1, "{sql}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_member_signs_in_and_it_is_written_down() {
    let shop = Shop::open().await;
    shop.superuser().await;
    shop.advance(TimeDelta::seconds(1));
    let signed_in = shop
        .client()
        .with("x-request-id", "desk-1")
        .post(SIGN_IN, owner())
        .await
        .expect(200);
    assert_eq!(signed_in.body["staff"]["is_superuser"], true);
    let me = shop.client().bearer(&signed_in.text("/access"));
    assert_eq!(me.get(ME).await.expect(200).body, signed_in.body["staff"]);
    let trail = me.get(&format!("{AUDIT}?limit=1")).await.expect(200);
    let entry = &trail.body["data"][0];
    assert_eq!(
        (&entry["action"], &entry["request_id"]),
        (&json!("staff.signed_in"), &json!("desk-1"))
    );
    assert_eq!(entry["staff_email"], "owner@shop.example");
    let all = trail.body.to_string() + &signed_in.body["staff"].to_string();
    assert!(!all.contains("argon2") && !all.contains(PASSWORD));
    shop.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_right_counts_from_the_next_request_on() {
    let shop = Shop::open().await;
    let coffee = shop.product("coffee", &[(100, 5)]).await[0];
    let level = format!("/api/v1/admin/inventory/levels/{coffee}/");
    let clerk = shop.staff("clerk", &["stock.edit"]).await;
    clerk.get(&level).await.expect(200);
    execute(
        &shop,
        "update staff set permissions = '{orders.read}' where name = 'clerk'",
    )
    .await;
    clerk.get(&level).await.refused(403, "permission_denied");
    clerk.get("/api/v1/orders/").await.expect(200);
    assert_eq!(
        clerk.get(ME).await.expect(200).body["permissions"],
        json!(["orders.read"])
    );
    execute(
        &shop,
        "update staff set is_superuser = true where name = 'clerk'",
    )
    .await;
    clerk.get(&level).await.expect(200);
    shop.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_closed_account_is_nobodys_at_once() {
    let shop = Shop::open().await;
    shop.superuser().await;
    let signed_in = shop.client().post(SIGN_IN, owner()).await.expect(200);
    let who = shop.client().bearer(&signed_in.text("/access"));
    execute(&shop, "update staff set is_active = false").await;
    for path in [ME, AUDIT, "/api/v1/orders/"] {
        who.get(path).await.refused(401, "session_ended");
    }
    let refresh = json!({ "refresh": signed_in.text("/refresh") });
    shop.client()
        .post("/auth/jwt/refresh/", refresh)
        .await
        .refused(401, "refresh_token_revoked");
    shop.client()
        .post(SIGN_IN, owner())
        .await
        .refused(401, "invalid_credentials");
    shop.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_session_lasts_a_working_day_and_two_idle_hours() {
    let shop = Shop::open().await;
    shop.superuser().await;
    let mut pair = shop.client().post(SIGN_IN, owner()).await.expect(200);
    let idle = shop.client().post(SIGN_IN, owner()).await.expect(200);
    let refresh = async |token: String| {
        shop.client()
            .post("/auth/jwt/refresh/", json!({ "refresh": token }))
            .await
    };
    for _ in 0..11 {
        shop.advance(TimeDelta::hours(1));
        pair = refresh(pair.text("/refresh")).await.expect(200);
        let who = shop.client().bearer(&pair.text("/access"));
        who.get(ME).await.expect(200);
    }
    refresh(idle.text("/refresh"))
        .await
        .refused(401, "refresh_token_expired");
    shop.advance(TimeDelta::hours(1));
    refresh(pair.text("/refresh"))
        .await
        .refused(401, "refresh_token_expired");
    shop.close().await;
}

/// Reads the trail page by page; answers the ids.
async fn walk(who: &Client, query: &str, mut between: impl AsyncFnMut()) -> Vec<String> {
    let (mut seen, mut cursor) = (Vec::new(), String::new());
    loop {
        let page = who
            .get(&format!("{AUDIT}?limit=2{query}{cursor}"))
            .await
            .expect(200);
        let entries = page.body["data"].as_array().unwrap().clone();
        seen.extend(
            entries
                .iter()
                .map(|entry| entry["id"].as_str().unwrap().to_owned()),
        );
        let Some(next) = page.body["page"]["next_cursor"].as_str() else {
            return seen;
        };
        assert_eq!(entries.len(), 2);
        cursor = format!("&cursor={next}");
        between().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_trail_is_read_page_by_page() {
    let shop = Shop::open().await;
    let coffee = shop.product("coffee", &[(100, 5)]).await[0];
    let clerk = shop.staff("clerk", &["stock.edit"]).await;
    let clerk_id = clerk.get(ME).await.expect(200).text("/id");
    let level = format!("/api/v1/admin/inventory/levels/{coffee}/");
    let set = async |version: i64| {
        shop.advance(TimeDelta::milliseconds(1));
        let who = clerk.with("if-match", &format!("\"v{version}\""));
        who.put(&level, json!({ "on_hand": 5 + version }))
            .await
            .expect(200);
    };
    for version in 1..=5 {
        set(version).await;
    }
    let auditor = shop.staff("auditor", &["staff.manage"]).await;
    let newest = shop.count("staff_audit").await;
    let all = walk(&auditor, "", async || ()).await;
    assert_eq!(i64::try_from(all.len()).unwrap(), newest);
    let mut sorted = all.clone();
    sorted.sort_by(|a, b| b.cmp(a));
    assert_eq!(all, sorted, "newest first");
    for query in [
        format!("&staff_id={clerk_id}"),
        format!("&subject_id={coffee}"),
    ] {
        let mut version = shop.stock_version(coffee).await;
        let own = walk(&auditor, &query, async || {
            set(version).await;
            version += 1;
        })
        .await;
        let unique: std::collections::BTreeSet<&String> = own.iter().collect();
        assert_eq!(unique.len(), own.len());
        let before = usize::try_from(version - 1).unwrap();
        assert!(
            own.len() <= before && own.len() >= 5,
            "{query}: {} of {before}",
            own.len()
        );
    }
    for query in [
        "limit=0",
        "limit=101",
        "cursor=x",
        "action=a",
        "staff_id=1",
        "subject_id=1",
    ] {
        auditor
            .get(&format!("{AUDIT}?{query}"))
            .await
            .refused(400, "invalid_query");
    }
    shop.close().await;
}
