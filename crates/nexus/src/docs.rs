//! The documentation that the server itself serves: Swagger UI, ReDoc, the document, a page for
//! each refusal. All of it from this binary; nothing comes from outside.

use std::sync::LazyLock;

use axum::{
    Router,
    extract::Path,
    response::{Html, IntoResponse, Response},
    routing::get,
};
use http::{HeaderMap, HeaderValue, header};
use kit::{
    Error,
    http::problem::{NOT_FOUND, Refused},
};
use utoipa::openapi::OpenApi;
use utoipa_swagger_ui::{Config, SwaggerUi};

use crate::refusals;

/// ReDoc, without the logo that it would load from its maker's server.
static REDOC: LazyLock<String> = LazyLock::new(|| {
    include_str!("../assets/redoc/redoc.standalone.js")
        .replace("https://cdn.redoc.ly/redoc/logo-mini.svg", "data:,")
});

/// Scripts and styles from this server only; the viewers set style attributes and draw with
/// `data:` pictures; ReDoc runs a worker from a blob.
const CONTENT_SECURITY_POLICY: &str = "default-src 'self'; script-src 'self'; worker-src blob:; \
     style-src 'self' 'unsafe-inline'; img-src 'self' data:; font-src 'self' data:; \
     connect-src 'self'; base-uri 'none'; object-src 'none'; frame-ancestors 'none'";

const REDOC_PAGE: &str = r#"<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Ecommerce Nexus API</title>
<style>body { margin: 0 }</style>
</head>
<body>
<redoc spec-url="/api/schema/" hide-hostname disable-search="false"></redoc>
<script src="/api/redoc/redoc.standalone.js"></script>
</body>
</html>
"#;

/// The routes of the documentation.
pub fn routes(document: OpenApi) -> Router {
    let config = Config::from("/api/schema/")
        .persist_authorization(true)
        .try_it_out_enabled(true);
    let json = serde_json::to_string(&document).unwrap_or_default();
    let yaml = serde_yaml_ng::to_string(&document).unwrap_or_default();
    Router::new()
        .merge(SwaggerUi::new("/api/docs").config(config))
        .route(
            "/api/schema/",
            get(async move |headers: HeaderMap| schema(&headers, json, yaml)),
        )
        .route("/api/redoc/", get(async || Html(REDOC_PAGE)))
        .route("/api/redoc/redoc.standalone.js", get(redoc_script))
        .route("/api/docs/errors/", get(error_index))
        .route("/api/docs/errors/{code}/", get(error_page))
        .layer(axum::middleware::map_response(with_policy))
}

async fn with_policy(mut response: Response) -> Response {
    let policy = HeaderValue::from_static(CONTENT_SECURITY_POLICY);
    response
        .headers_mut()
        .insert(header::CONTENT_SECURITY_POLICY, policy);
    response
}

fn schema(headers: &HeaderMap, json: String, yaml: String) -> Response {
    let wants_yaml = headers
        .get(header::ACCEPT)
        .and_then(|value| value.to_str().ok())
        .is_some_and(|accept| accept.contains("yaml"));
    let (media, body) = if wants_yaml {
        ("application/yaml", yaml)
    } else {
        ("application/json", json)
    };
    let headers = [
        (header::CONTENT_TYPE, media),
        (header::CACHE_CONTROL, "public, max-age=60"),
        (header::VARY, "Accept"),
    ];
    (headers, body).into_response()
}

async fn redoc_script() -> impl IntoResponse {
    let headers = [
        (header::CONTENT_TYPE, "text/javascript; charset=utf-8"),
        (header::CACHE_CONTROL, "public, max-age=86400"),
    ];
    (headers, REDOC.as_str())
}

fn page(title: &str, body: &str) -> Html<String> {
    Html(format!(
        "<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\">\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\
         <title>{title}</title><style>body{{font:1rem/1.6 system-ui,sans-serif;max-width:42rem;\
         margin:3rem auto;padding:0 1rem;color:#1c1917}}code{{background:#f5f5f4;padding:.1em .3em;\
         border-radius:.2em}}dt{{font-weight:600;margin-top:1rem}}a{{color:#b45309}}</style>\
         </head><body>{body}</body></html>"
    ))
}

/// One page per refusal: why it happens and what to do. The texts are our own constants.
async fn error_page(Path(code): Path<String>) -> Result<Html<String>, Error> {
    let kind = refusals::all().into_iter().find(|kind| kind.code == code);
    let kind =
        kind.ok_or_else(|| Refused::new(&NOT_FOUND, "There is no refusal with this code."))?;
    let body = format!(
        "<p><a href=\"/api/docs/errors/\">All codes</a></p><h1>{}</h1><p><code>{}</code></p>\
         <p>{}</p><dl><dt>HTTP status</dt><dd>{}</dd><dt>Same request again</dt><dd>{}</dd>\
         <dt>What can be done</dt><dd><code>{}</code></dd></dl>",
        kind.title,
        kind.code,
        kind.help,
        kind.status,
        if kind.is_retryable {
            "may succeed later"
        } else {
            "will be refused again"
        },
        kind.resolution.as_str(),
    );
    Ok(page(kind.title, &body))
}

async fn error_index() -> Html<String> {
    let entry = |kind: &&kit::RefusalKind| {
        format!(
            "<dt><a href=\"/api/docs/errors/{0}/\"><code>{0}</code></a> {1}</dt><dd>{2}</dd>",
            kind.code, kind.status, kind.title
        )
    };
    let entries: String = refusals::all().iter().map(entry).collect();
    page("Refusals", &format!("<h1>Refusals</h1><dl>{entries}</dl>"))
}
