//! Verbs of pictures, for whoever has a thing that pictures are of.

use chrono::{DateTime, Utc};
use ids::ImageId;
use kit::{Error, Result, Tx, jobs::NewJob};

use crate::{
    jobs::{MakeThumbnails, RemovePicture},
    model::Picture,
    store,
};

/// Keeps an uploaded picture for good, in the transaction that gives it its place; its narrower
/// widths are drawn soon after.
///
/// # Errors
/// A fault when the upload has taken so long that it was given up.
pub async fn keep_picture(tx: &Tx, picture: &Picture, now: DateTime<Utc>) -> Result<()> {
    let is_kept = store::update_to_kept(tx, picture.id).await?;
    if !is_kept && !tx.sabotage().has_removed("picture state guard") {
        return Err(Error::fault("an upload was given up before it ended"));
    }
    let job = MakeThumbnails {
        id: picture.id,
        name: picture.name.clone(),
    };
    kit::jobs::insert(tx, &NewJob::now(&job)?, now).await
}

/// Lets go of a picture, in the transaction that takes its place away; its files go soon after.
///
/// # Errors
/// Faults of the database.
pub async fn drop_picture(tx: &Tx, id: ImageId, now: DateTime<Utc>) -> Result<()> {
    store::update_to_dropped(tx, id, "kept").await?;
    kit::jobs::insert(tx, &NewJob::now(&RemovePicture { id })?, now).await
}
