//! The built files, and how one of them is sent.

use std::borrow::Cow;

use axum::response::{IntoResponse, Response};
use http::{HeaderMap, HeaderName, header};
use kit::{
    Error,
    http::problem::{NOT_FOUND, Refused},
};

// A folder that is missing compiles: cargo alone builds the server, `make web` the pages.
#[derive(rust_embed::Embed)]
#[folder = "../../web/dist"]
#[allow_missing = true]
struct Built;

/// Which of the two applications.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum App {
    /// The dashboard.
    Admin,
    /// The demo shop.
    Shop,
}

impl App {
    fn folder(self) -> &'static str {
        match self {
            Self::Admin => "admin",
            Self::Shop => "shop",
        }
    }
}

/// Where files come from: the embedded ones, or those of a test.
#[derive(Clone, Copy)]
pub(super) struct Source(pub(super) fn(&str) -> Option<Cow<'static, [u8]>>);

/// What `make web` built.
pub(super) const BUILT: Source = Source(|path| Built::get(path).map(|file| file.data));

impl Source {
    pub(super) fn index(self, app: App) -> Option<String> {
        let bytes = (self.0)(&format!("{}/index.html", app.folder()))?;
        String::from_utf8(bytes.into_owned()).ok()
    }

    /// The file, compressed ahead of time where the client takes that.
    ///
    /// # Errors
    /// `not_found` when there is none of this name.
    pub(super) fn asset(
        self,
        app: App,
        name: &str,
        headers: &HeaderMap,
    ) -> Result<Response, Error> {
        let missing = || Refused::new(&NOT_FOUND, "There is no such file.");
        let media = media_type(name).ok_or_else(missing)?;
        let path = format!("{}/assets/{name}", app.folder());
        let always = [
            (header::CONTENT_TYPE, media),
            (header::CACHE_CONTROL, "public, max-age=31536000, immutable"),
            (header::VARY, "accept-encoding"),
        ];
        if takes_brotli(headers)
            && let Some(packed) = (self.0)(&format!("{path}.br"))
        {
            let encoding: [(HeaderName, &str); 1] = [(header::CONTENT_ENCODING, "br")];
            return Ok((always, encoding, packed.into_owned()).into_response());
        }
        let bytes = (self.0)(&path).ok_or_else(missing)?;
        Ok((always, bytes.into_owned()).into_response())
    }
}

/// The kinds of files that the build makes, and no other. A script without its charset is read
/// in whatever the browser guesses.
fn media_type(name: &str) -> Option<&'static str> {
    let (_, ending) = name.rsplit_once('.')?;
    Some(match ending {
        "js" => "text/javascript; charset=utf-8",
        "css" => "text/css; charset=utf-8",
        "svg" => "image/svg+xml; charset=utf-8",
        "webmanifest" => "application/manifest+json",
        "png" => "image/png",
        _ => return None,
    })
}

fn takes_brotli(headers: &HeaderMap) -> bool {
    let accepted = headers.get_all(header::ACCEPT_ENCODING).iter();
    let mut codings = accepted
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','));
    codings.any(|coding| {
        let (name, weight) = coding.split_once(';').unwrap_or((coding, "q=1"));
        let refused = ["q=0", "q=0.0", "q=0.00", "q=0.000"].contains(&weight.trim());
        name.trim().eq_ignore_ascii_case("br") && !refused
    })
}
