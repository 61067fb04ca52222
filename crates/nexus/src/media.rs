//! Pictures. Those of the demo's goods are drawn from their address; nothing is stored.

use axum::{
    Router,
    extract::Path,
    response::{IntoResponse, Response},
    routing::get,
};
use http::header;
use kit::{
    Error, Kit,
    http::problem::{NOT_FOUND, Refused},
};

/// The routes of pictures.
pub fn routes() -> Router<Kit> {
    Router::new().route("/media/demo/{glyph}/{initials}/{file}", get(demo_picture))
}

/// `/media/demo/{glyph}/{initials}/{key}-{view}.svg`: the same address, the same picture.
async fn demo_picture(
    Path((glyph, initials, file)): Path<(String, String, String)>,
) -> Result<Response, Error> {
    let missing = || Error::from(Refused::new(&NOT_FOUND, "There is no such picture."));
    let picture = seed::picture_at(&glyph, &initials, &file).ok_or_else(missing)?;
    let headers = [
        (header::CONTENT_TYPE, "image/svg+xml; charset=utf-8"),
        (header::CACHE_CONTROL, "public, max-age=31536000, immutable"),
        // An address that somebody made up must not run as a document of ours.
        (
            header::CONTENT_SECURITY_POLICY,
            "default-src 'none'; style-src 'unsafe-inline'; sandbox",
        ),
    ];
    Ok((headers, picture).into_response())
}
