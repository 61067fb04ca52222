//! What is answered at which address, over files of a test; and that what was built is whole.

use std::{borrow::Cow, net::IpAddr};

use axum::body::Body;
use http::{Request, header};
use http_body_util::BodyExt;
use tower::ServiceExt;

use super::*;

const FILES: Source = Source(|path| {
    let index = |name: &str| {
        format!(r#"<html><head><meta name="nexus" content="{{}}"></head>{name}</html>"#)
            .into_bytes()
    };
    Some(Cow::Owned(match path {
        "admin/index.html" => index("admin"),
        "shop/index.html" => index("shop"),
        "shop/assets/a-1.js" | "admin/assets/b-1.js" => b"plain".to_vec(),
        "shop/assets/a-1.js.br" => b"packed".to_vec(),
        "shop/assets/secret.html" => b"no".to_vec(),
        _ => return None,
    }))
});

fn settings() -> PagesSettings {
    PagesSettings {
        dashboard: true,
        shop: true,
        demo: Some(Demo {
            mailbox: "http://localhost:2/".to_owned(),
            staff_email: "staff@demo.example".to_owned(),
            staff_password: "open \"sesame\" <b>".to_owned(),
        }),
    }
}

struct Answer {
    status: u16,
    headers: http::HeaderMap,
    body: String,
}

impl Answer {
    fn header(&self, name: header::HeaderName) -> &str {
        self.headers.get(name).map_or("", |v| v.to_str().unwrap())
    }
}

async fn ask_from(router: Router, peer: &str, request: Request<Body>) -> Answer {
    let peer: IpAddr = peer.parse().unwrap();
    let router = router.layer(Extension(ClientAddress(peer)));
    let response = router.oneshot(request).await.unwrap();
    let (parts, body) = response.into_parts();
    let bytes = body.collect().await.unwrap().to_bytes();
    Answer {
        status: parts.status.as_u16(),
        headers: parts.headers,
        body: String::from_utf8(bytes.to_vec()).unwrap(),
    }
}

async fn ask(settings: &PagesSettings, path: &str) -> Answer {
    let request = Request::get(path).header("accept-encoding", "gzip, br");
    let request = request.body(Body::empty()).unwrap();
    ask_from(
        serving(settings, "Our \"Shop\"", FILES),
        "127.0.0.1",
        request,
    )
    .await
}

#[tokio::test]
async fn every_address_of_an_application_is_its_page() {
    for (path, name) in [
        ("/", "shop"),
        ("/products/jebena", "shop"),
        ("/cart", "shop"),
        ("/orders/0199", "shop"),
        ("/admin", "admin"),
        ("/admin/", "admin"),
        ("/admin/orders/0199/", "admin"),
    ] {
        let answer = ask(&settings(), path).await;
        assert_eq!(answer.status, 200, "{path}");
        assert!(answer.body.ends_with(&format!("{name}</html>")), "{path}");
        assert!(
            answer.body.contains("Our \\&quot;Shop\\&quot;"),
            "{}",
            answer.body
        );
        assert_eq!(answer.header(header::CACHE_CONTROL), "no-cache");
        assert_eq!(
            answer.header(header::CONTENT_TYPE),
            "text/html; charset=utf-8"
        );
        let policy = answer.header(header::CONTENT_SECURITY_POLICY);
        assert_eq!(policy, CONTENT_SECURITY_POLICY);
        assert!(!policy.contains("unsafe") && !policy.contains("http"));
    }
}

#[tokio::test]
async fn assets_are_kept_for_ever_and_packed() {
    let packed = ask(&settings(), "/assets/a-1.js").await;
    assert_eq!((packed.status, &*packed.body), (200, "packed"));
    assert_eq!(packed.header(header::CONTENT_ENCODING), "br");
    let plain = ask(&settings(), "/admin/assets/b-1.js").await;
    assert_eq!((plain.status, &*plain.body), (200, "plain"));
    assert_eq!(plain.header(header::CONTENT_ENCODING), "");
    for answer in [packed, plain] {
        let media = answer.header(header::CONTENT_TYPE);
        assert_eq!(media, "text/javascript; charset=utf-8");
        let kept = answer.header(header::CACHE_CONTROL);
        assert_eq!(kept, "public, max-age=31536000, immutable");
        assert_eq!(answer.header(header::VARY), "accept-encoding");
    }
    let refusing = Request::get("/assets/a-1.js").header("accept-encoding", "br;q=0, gzip");
    let refusing = refusing.body(Body::empty()).unwrap();
    let router = serving(&settings(), "", FILES);
    assert_eq!(ask_from(router, "127.0.0.1", refusing).await.body, "plain");
}

#[tokio::test]
async fn a_missing_asset_is_never_a_page() {
    for path in [
        "/assets/b-1.js",
        "/assets/none.js",
        "/assets/../index.html",
        "/assets/secret.html",
        "/admin/assets/a-1.js",
        "/admin/assets/none.css",
        "/unknown",
    ] {
        let answer = ask(&settings(), path).await;
        assert!(!answer.body.contains("<html"), "{path}");
        assert_ne!(answer.status, 200, "{path}");
    }
}

#[tokio::test]
async fn what_is_switched_off_is_not_there() {
    let none = PagesSettings::default();
    for path in ["/", "/admin/", "/assets/a-1.js", "/admin/assets/b-1.js"] {
        assert_eq!(ask(&none, path).await.status, 404, "{path}");
    }
    let dashboard = PagesSettings {
        dashboard: true,
        ..none
    };
    assert_eq!(ask(&dashboard, "/").await.status, 404);
    let page = ask(&dashboard, "/admin/").await;
    assert_eq!(page.status, 200);
    assert!(page.body.contains("&quot;demo&quot;:null"), "{}", page.body);
}

#[tokio::test]
async fn the_password_of_the_demo_stays_on_this_machine() {
    for (peer, host, is_told) in [
        ("127.0.0.1", "localhost:8000", true),
        ("::1", "[::1]:8000", true),
        ("127.0.0.1", "rebound.example:8000", false),
        ("192.168.1.7", "localhost:8000", false),
        ("192.168.1.7", "192.168.1.5:8000", false),
    ] {
        let request = Request::get("/admin/").header("host", host);
        let request = request.body(Body::empty()).unwrap();
        let router = serving(&settings(), "", FILES);
        let page = ask_from(router, peer, request).await.body;
        assert!(page.contains("staff@demo.example"));
        assert_eq!(page.contains("sesame"), is_told, "{peer} {host}");
        assert!(!page.contains("<b>"), "{page}");
    }
}

#[tokio::test]
async fn without_built_files_the_page_says_how_to_get_them() {
    let request = Request::get("/admin/").body(Body::empty()).unwrap();
    let router = serving(&settings(), "", Source(|_| None));
    let answer = ask_from(router, "127.0.0.1", request).await;
    assert_eq!(answer.status, 503);
    assert!(answer.body.contains("make web"));
}

/// A release without its pages, or with a page whose script is missing, must not leave the house.
#[test]
fn what_was_built_is_whole() {
    let must_be_there = !cfg!(debug_assertions) || std::env::var_os("NEXUS_WEB_BUILT").is_some();
    for (folder, app) in [("admin", App::Admin), ("shop", App::Shop)] {
        let Some(index) = BUILT.index(app) else {
            assert!(
                !must_be_there,
                "web/dist/{folder} is missing: run `make web`"
            );
            continue;
        };
        assert!(index.contains(r#"<meta name="nexus" content="{}""#));
        assert!(!index.contains("<script>") && !index.contains("<style"));
        let manifest = (BUILT.0)(&format!("{folder}/manifest.json")).unwrap();
        let manifest: serde_json::Value = serde_json::from_slice(&manifest).unwrap();
        let mut named: Vec<String> = index
            .split('"')
            .filter_map(|part| part.split_once("assets/"))
            .map(|(_, name)| format!("assets/{name}"))
            .collect();
        assert!(named.len() >= 2, "{index}");
        for chunk in manifest.as_object().unwrap().values() {
            named.push(chunk["file"].as_str().unwrap().to_owned());
            let styles = chunk["css"].as_array().into_iter().flatten();
            named.extend(styles.map(|name| name.as_str().unwrap().to_owned()));
        }
        for name in named {
            let asset = format!("{folder}/{name}");
            assert!((BUILT.0)(&asset).is_some(), "{asset} is not embedded");
        }
    }
}
