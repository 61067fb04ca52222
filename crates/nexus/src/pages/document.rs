//! The one page of each application, and the few facts that it is told.

use http::{HeaderMap, header};
use kit::http::server::ClientAddress;
use serde_json::json;

use super::Demo;

/// Where the build leaves room for the facts.
const PLACE: &str = r#"<meta name="nexus" content="{}""#;

pub(super) const NOT_BUILT: &str = "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\">\
    <title>Pages not built</title><h1>The pages are not built</h1><p>This binary was built \
    without them. Run <code>make web</code> (Node.js 20.19 or newer, once), then build and start \
    the server again.</p><p>The API works without: \
    <a href=\"/api/docs/\">/api/docs/</a>.</p></html>";

/// What the pages are told beside the API: the shop's name and, in a demo, what stands around it.
pub(super) struct Document {
    shop_name: String,
    demo: Option<Demo>,
}

impl Document {
    pub(super) fn new(shop_name: &str, demo: Option<Demo>) -> Self {
        Self {
            shop_name: shop_name.to_owned(),
            demo,
        }
    }

    /// The page with its facts; the demo's password is among them only for this machine.
    pub(super) fn fill(&self, index: &str, is_here: bool) -> String {
        let demo = self.demo.as_ref().map(|demo| {
            json!({
                "mailbox": demo.mailbox,
                "staff_email": demo.staff_email,
                "staff_password": is_here.then_some(&demo.staff_password),
            })
        });
        let facts = json!({ "shop_name": self.shop_name, "demo": demo }).to_string();
        let filled = format!(r#"<meta name="nexus" content="{}""#, escape(&facts));
        index.replacen(PLACE, &filled, 1)
    }
}

/// Both ends are this machine. The name in `Host` too: a strange site whose name was made to
/// lead here is not it.
pub(super) fn is_this_machine(client: Option<ClientAddress>, headers: &HeaderMap) -> bool {
    let host = headers
        .get(header::HOST)
        .and_then(|value| value.to_str().ok())
        .unwrap_or_default();
    let name = host.rsplit_once(':').map_or(host, |(name, _)| name);
    client.is_some_and(|ClientAddress(address)| address.is_loopback())
        && ["localhost", "127.0.0.1", "[::1]"].contains(&name)
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('"', "&quot;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
}
