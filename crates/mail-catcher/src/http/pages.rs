//! The pages for people: the list and one mail. Never: anything from outside this program.

use askama::Template;
use axum::extract::{Path, State};
use axum::http::{HeaderName, StatusCode, header};
use axum::response::{IntoResponse, Response};

use super::not_found;
use crate::Shared;
use crate::message::{self, Full, Summary};

/// The pages load their own style and script and frame their own mails, nothing else.
const PAGE_POLICY: &str = "default-src 'none'; style-src 'self'; script-src 'self'; \
                           connect-src 'self'; frame-src 'self'; img-src data:; \
                           base-uri 'none'; form-action 'none'; frame-ancestors 'none'";
/// A mail may style itself and show images that it carries along; it runs nothing, loads nothing,
/// and has no origin. Its links open in a new tab.
const MAIL_POLICY: &str = "sandbox allow-popups allow-popups-to-escape-sandbox; \
                           default-src 'none'; style-src 'unsafe-inline'; img-src data:; \
                           frame-ancestors 'self'";

#[derive(Template)]
#[template(path = "list.html")]
struct ListPage {
    messages: Vec<Summary>,
}

#[derive(Template)]
#[template(path = "message.html")]
struct MessagePage {
    message: Full,
}

/// `GET /`: every mail, the newest first.
pub(crate) async fn list(State(shared): State<Shared>) -> Response {
    let mails = shared.mailbox.list();
    let messages = mails.iter().map(|mail| message::summarise(mail)).collect();
    page(&ListPage { messages })
}

/// `GET /messages/{id}`: one mail with all its parts.
pub(crate) async fn message(State(shared): State<Shared>, Path(id): Path<u64>) -> Response {
    match shared.mailbox.find(id) {
        Some(mail) => page(&MessagePage {
            message: message::open(&mail),
        }),
        None => not_found(),
    }
}

/// `GET /messages/{id}/html`: the HTML part alone, for the frame in the mail's page.
pub(crate) async fn html_part(State(shared): State<Shared>, Path(id): Path<u64>) -> Response {
    let html = shared
        .mailbox
        .find(id)
        .and_then(|mail| message::open(&mail).html);
    match html {
        Some(html) => reply(MAIL_POLICY, with_links_in_new_tabs(&html)),
        None => not_found(),
    }
}

/// Directs links out of the frame; the doctype stays first, or browsers lay the mail out by old
/// rules.
fn with_links_in_new_tabs(html: &str) -> String {
    let html = html.trim_start();
    let is_doctype = html
        .get(..9)
        .is_some_and(|start| start.eq_ignore_ascii_case("<!doctype"));
    let end = if is_doctype {
        html.find('>').map_or(0, |position| position + 1)
    } else {
        0
    };
    let (doctype, rest) = html.split_at(end);
    format!("{doctype}<base target=\"_blank\">{rest}")
}

/// `GET /page.css`.
pub(crate) async fn style() -> impl IntoResponse {
    asset(
        "text/css; charset=utf-8",
        include_str!("../../templates/page.css"),
    )
}

/// `GET /page.js`.
pub(crate) async fn script() -> impl IntoResponse {
    asset(
        "text/javascript; charset=utf-8",
        include_str!("../../templates/page.js"),
    )
}

type AssetHeaders = [(HeaderName, &'static str); 2];

fn asset(kind: &'static str, content: &'static str) -> (AssetHeaders, &'static str) {
    // A newer program may serve another style under the same name.
    (
        [
            (header::CONTENT_TYPE, kind),
            (header::CACHE_CONTROL, "no-cache"),
        ],
        content,
    )
}

fn page(template: &impl Template) -> Response {
    match template.render() {
        Ok(html) => reply(PAGE_POLICY, html),
        Err(_) => (StatusCode::INTERNAL_SERVER_ERROR, "the page failed\n").into_response(),
    }
}

fn reply(policy: &'static str, html: String) -> Response {
    let headers = [
        (header::CONTENT_TYPE, "text/html; charset=utf-8"),
        (header::CONTENT_SECURITY_POLICY, policy),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::REFERRER_POLICY, "no-referrer"),
        (header::CACHE_CONTROL, "no-store"),
    ];
    (headers, html).into_response()
}

#[cfg(test)]
mod tests {
    use super::with_links_in_new_tabs;

    #[test]
    fn the_doctype_stays_first() {
        let base = "<base target=\"_blank\">";
        for (html, expected) in [
            (
                "<!DOCTYPE html><p>ሰላም",
                format!("<!DOCTYPE html>{base}<p>ሰላም"),
            ),
            ("\n<p>ሰላም", format!("{base}<p>ሰላም")),
            ("ሰላም", format!("{base}ሰላም")),
            ("<!doctype", format!("{base}<!doctype")),
            ("", base.to_owned()),
        ] {
            assert_eq!(with_links_in_new_tabs(html), expected);
        }
    }
}
