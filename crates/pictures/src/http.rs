//! Pictures over HTTP: how a file comes in, how it is served. Which thing it is a picture of, and
//! who may say so, is the affair of that thing's owner.

use std::sync::Arc;

use axum::{
    Extension, Router,
    body::Body,
    extract::{Path, Request},
    response::{IntoResponse, Response},
    routing::get,
};
use http::header;
use ids::ImageId;
use kit::{
    Error, Kit, Result,
    http::{
        body::raw_body,
        problem::{NOT_FOUND, Refused},
    },
    sabotage::crash_point,
};
use sha2::{Digest, Sha256};
use uuid::Uuid;

use crate::{
    jobs::Pictures,
    model::{Picture, PictureRefusal, Sight, draw, key, look, parse_address},
    store,
};

/// The routes of files. They stand in no document: their addresses are read from other answers.
pub fn routes() -> Router<Kit> {
    Router::new().route("/media/pictures/{name}/{file}", get(serve))
}

/// A file that was sent and whose head was looked at.
pub struct Upload {
    bytes: Vec<u8>,
    sight: Sight,
    /// What an idempotency key is bound to.
    pub fingerprint: Vec<u8>,
}

impl Pictures {
    /// Reads the body of a request and looks at its head.
    ///
    /// # Errors
    /// `unsupported_picture`, `body_too_large`, `invalid_picture`, `picture_too_large`, and those
    /// of a body that breaks off.
    pub async fn receive(&self, request: Request) -> Result<Upload> {
        let media_type = request.headers().get(header::CONTENT_TYPE);
        let media_type = media_type.and_then(|value| value.to_str().ok());
        let media_type = media_type.unwrap_or_default().trim().to_ascii_lowercase();
        if !media_type.starts_with("image/") {
            return Err(PictureRefusal::Unsupported.into());
        }
        let bytes = raw_body(request, self.bytes_max).await?;
        let pixels_max = self.pixels_max;
        let looked = self.at_work(move || {
            Ok(Upload {
                sight: look(&media_type, &bytes, pixels_max)?,
                fingerprint: Sha256::digest(&bytes).to_vec(),
                bytes,
            })
        });
        looked.await?
    }

    /// Draws what was sent anew and writes its file. It is kept when its place is
    /// ([`crate::keep_picture`]); else it is to be given back ([`Pictures::discard`]), and where
    /// nobody lives to do so, the hourly job does.
    ///
    /// # Errors
    /// `invalid_picture`, `picture_too_large`: nothing was written then; `pictures_unavailable`:
    /// what was written is taken away by the hourly job.
    pub async fn take_in(&self, kit: &Kit, upload: Upload) -> Result<Picture> {
        let Upload { bytes, sight, .. } = upload;
        let drawn = self.at_work(move || draw(&bytes, sight)).await??;
        let now = kit.clock.now();
        let picture = Picture {
            id: ImageId::generate(now),
            name: Uuid::new_v4().simple().to_string(),
            format: drawn.format,
            width: drawn.width,
            height: drawn.height,
            widths: Vec::new(),
        };
        let byte_count = i64::try_from(drawn.bytes.len()).map_err(Error::fault)?;
        let tx = kit.db.begin("begin_picture").await?;
        store::insert_pending(&tx, &picture, byte_count, now).await?;
        tx.commit().await?;
        crash_point("before picture is stored");
        let file = key(&picture.name, picture.width, picture.format);
        // When this fails, a bucket may still write what it was sent after we have stopped waiting:
        // so the row stays, and the hourly job takes both away.
        self.put(&file, drawn.bytes).await?;
        crash_point("after picture is stored");
        Ok(picture)
    }

    /// Gives back what was taken in and not kept; what is kept stays.
    pub async fn discard(&self, kit: &Kit, picture: &Picture) {
        if let Err(error) = self.try_discard(kit, picture).await {
            // The hourly job finds the row.
            tracing::warn!(%error, id = %picture.id, "a picture is left for later");
        }
    }

    async fn try_discard(&self, kit: &Kit, picture: &Picture) -> Result<()> {
        let tx = kit.db.begin("discard_picture").await?;
        let is_dropped = store::update_to_dropped(&tx, picture.id, "pending").await?;
        tx.commit().await?;
        if !is_dropped {
            return Ok(());
        }
        self.remove(&picture.name).await?;
        let tx = kit.db.begin("forget_picture").await?;
        store::delete_dropped(&tx, picture.id).await?;
        tx.commit().await
    }
}

/// A file never changes, so whoever has it need not ask again.
async fn serve(
    Extension(pictures): Extension<Arc<Pictures>>,
    Path((name, file)): Path<(String, String)>,
) -> Result<Response> {
    let missing = || Error::from(Refused::new(&NOT_FOUND, "There is no such picture."));
    let (key, format) = parse_address(&name, &file).ok_or_else(missing)?;
    let found = pictures.open(&key).await?.ok_or_else(missing)?;
    let headers = [
        (header::CONTENT_TYPE, format.media_type().to_owned()),
        (header::CONTENT_LENGTH, found.meta.size.to_string()),
        (
            header::CACHE_CONTROL,
            "public, max-age=31536000, immutable".to_owned(),
        ),
        (header::ETAG, format!("\"{name}-{file}\"")),
        // Shown by the pages of storefronts, which have other origins.
        (
            header::HeaderName::from_static("cross-origin-resource-policy"),
            "cross-origin".to_owned(),
        ),
    ];
    Ok((headers, Body::from_stream(found.into_stream())).into_response())
}
