//! Problem documents: complete whatever is wrong, explained on a page, silent about the inside.

use http::Method;
use serde_json::json;

use crate::world::{Answer, Shop};

pub(super) fn assert_complete(problem: &Answer, path: &str) {
    let body = &problem.body;
    let text = |name: &str| {
        let text = body[name]
            .as_str()
            .unwrap_or_else(|| panic!("{path}: no {name} in {body}"));
        assert!(!text.is_empty(), "{path}: {name} is empty");
        text.to_owned()
    };
    assert_eq!(
        problem.headers["content-type"], "application/problem+json",
        "{path}"
    );
    assert_eq!(problem.headers["cache-control"], "no-store");
    assert_eq!(text("type"), format!("/api/docs/errors/{}", text("code")));
    assert_eq!(body["status"], problem.status.as_u16());
    assert_eq!(
        text("request_id"),
        problem.headers["x-request-id"].to_str().unwrap()
    );
    assert_eq!(text("instance"), path.split('?').next().unwrap());
    assert!(body["retryable"].is_boolean());
    assert!(
        ["recoverable", "requires_buyer_input", "final"].contains(&text("resolution").as_str())
    );
    assert!(
        text("title").len() > 5 && text("detail").len() > 15,
        "{body}"
    );
    let kind = nexus::refusals::all()
        .into_iter()
        .find(|kind| kind.code == body["code"])
        .unwrap();
    assert_eq!(
        (kind.status, kind.title),
        (problem.status.as_u16(), &*text("title"))
    );
    for part in body["errors"].as_array().into_iter().flatten() {
        assert!(
            part["pointer"].is_string() && part["code"].is_string() && part["message"].is_string()
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_problem_is_complete_whatever_is_wrong() {
    let shop = Shop::open().await;
    let coffee = shop.product("coffee", &[(100, 1)]).await[0];
    let (guest, cart) = shop.guest_cart(&[]).await;
    let items = format!("/api/v1/cart/{cart}/items/");
    let line = json!({ "variant_id": coffee, "quantity": 2 });
    for (method, path, body, status) in [
        (Method::GET, "/", None, 404),
        (Method::GET, "/api/v2/", None, 404),
        (Method::GET, "/api/v1/catalogue/products/none/", None, 404),
        (Method::GET, "/api/v1/catalogue/products/?x=1", None, 400),
        (Method::GET, "/api/v1/cart/1/", None, 404),
        (Method::PUT, "/api/v1/cart/", None, 405),
        (Method::DELETE, "/healthz", None, 405),
        (Method::GET, "/api/docs/errors/none/", None, 404),
        (Method::GET, "/media/none.png", None, 404),
        (Method::GET, "/auth/users/me/", None, 401),
        (Method::GET, "/api/v1/admin/me/", None, 401),
        (Method::POST, "/auth/users/", Some(json!({})), 422),
        (Method::POST, "/auth/users/", None, 415),
        (Method::POST, &*items, Some(line), 409),
        (Method::POST, &*items, Some(json!({ "variant_id": 7 })), 422),
    ] {
        let problem = guest.send(method, path, body).await.expect(status);
        assert_complete(&problem, path);
    }
    let wrong = guest
        .put("/api/v1/cart/", json!({}))
        .await
        .refused(405, "method_not_allowed");
    assert_eq!(wrong.headers["allow"], "POST");
    shop.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn every_code_has_a_page_that_explains_it() {
    let shop = Shop::open().await;
    let index = shop.client().get("/api/docs/errors/").await.expect(200);
    let index = String::from_utf8(index.bytes).unwrap();
    for kind in nexus::refusals::all() {
        for path in [
            format!("/api/docs/errors/{}/", kind.code),
            format!("/api/docs/errors/{}", kind.code),
        ] {
            let page = shop.client().get(&path).await.expect(200);
            assert!(
                page.headers["content-type"]
                    .to_str()
                    .unwrap()
                    .starts_with("text/html")
            );
            let page = String::from_utf8(page.bytes).unwrap();
            assert!(
                page.contains(kind.code) && page.contains(kind.help),
                "{}",
                kind.code
            );
        }
        assert!(index.contains(kind.code), "{}", kind.code);
    }
    shop.client()
        .get("/api/docs/errors/<script>/")
        .await
        .refused(404, "not_found");
    shop.close().await;
}
