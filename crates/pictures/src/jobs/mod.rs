//! What happens to pictures later: narrower widths are drawn, and files are taken away.

mod storage;

use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};
use ids::ImageId;
use kit::{
    Db, Error, Result,
    jobs::{self, Job, JobRun, NewJob, Outcome, Registry},
    sabotage::crash_point,
};
use serde::{Deserialize, Serialize};

pub use self::storage::Pictures;
use crate::{
    model::{PictureFormat, draw_narrower, key, narrower},
    store,
};

/// How long an upload may take from its row to its place; what took longer is nobody's.
pub(crate) const UPLOAD_MAX: TimeDelta = TimeDelta::hours(1);

/// How many pictures are taken away in one go.
const BATCH: i64 = 200;

/// Draws a picture in its narrower widths. What it writes has fixed names, so doing it twice
/// writes the same files again.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct MakeThumbnails {
    pub(crate) id: ImageId,
    /// What its files are called by, to be taken away where the row is gone already.
    pub(crate) name: String,
}

impl Job for MakeThumbnails {
    const KIND: &'static str = "make_thumbnails";
    const QUEUE: &'static str = "upkeep";
    const LEASE: std::time::Duration = std::time::Duration::from_secs(180);

    fn unique_key(&self) -> Option<String> {
        Some(self.id.to_string())
    }
}

/// Takes away the files of a picture that nobody has any more, and then its row.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct RemovePicture {
    pub(crate) id: ImageId,
}

impl Job for RemovePicture {
    const KIND: &'static str = "remove_picture";
    const QUEUE: &'static str = "upkeep";

    fn unique_key(&self) -> Option<String> {
        Some(self.id.to_string())
    }
}

/// Looks every hour for what uploads have left behind that were broken off.
#[derive(Debug, Serialize, Deserialize)]
struct CollectPictures;

impl Job for CollectPictures {
    const KIND: &'static str = "collect_pictures";
    const QUEUE: &'static str = "upkeep";
    const LEASE: std::time::Duration = std::time::Duration::from_secs(300);

    fn unique_key(&self) -> Option<String> {
        Some("hourly".to_owned())
    }
}

/// Makes sure that the collecting is planned; from then on it plans itself.
///
/// # Errors
/// Faults of the database.
pub async fn plan(db: &Db, now: DateTime<Utc>) -> Result<()> {
    let tx = db.begin("plan_pictures").await?;
    jobs::insert(&tx, &NewJob::now(&CollectPictures)?, now).await?;
    tx.commit().await
}

/// The jobs of pictures.
#[must_use]
pub fn jobs(registry: Registry, pictures: &Arc<Pictures>) -> Registry {
    let (drawing, removing) = (Arc::clone(pictures), Arc::clone(pictures));
    let collecting = Arc::clone(pictures);
    registry
        .with(move |job: MakeThumbnails, run| make_thumbnails(Arc::clone(&drawing), job, run))
        .with(move |job: RemovePicture, run| remove(Arc::clone(&removing), job, run))
        .with(move |_: CollectPictures, run| collect(Arc::clone(&collecting), run))
}

async fn make_thumbnails(
    pictures: Arc<Pictures>,
    job: MakeThumbnails,
    run: JobRun,
) -> Result<Outcome> {
    let conn = run.db.read().await?;
    let found = store::find_kept(&conn, job.id).await?;
    drop(conn);
    let Some(picture) = found else {
        // Whatever an earlier try has written came after the rest was taken away.
        pictures.remove(&job.name).await?;
        return Ok(Outcome::Done);
    };
    let file = pictures
        .open(&key(&picture.name, picture.width, picture.format))
        .await?;
    let file = file.ok_or_else(|| Error::fault(format!("picture {} has no file", job.id)))?;
    let bytes = file.bytes().await.map_err(Error::fault)?;
    draw_all(&pictures, bytes, &picture.name, picture.format).await?;
    crash_point("before thumbnails are recorded");
    let tx = run.db.begin("record_thumbnails").await?;
    let is_recorded = store::update_widths(&tx, job.id, &narrower(picture.width)).await?;
    tx.commit().await?;
    if !is_recorded {
        pictures.remove(&job.name).await?;
    }
    Ok(Outcome::Done)
}

/// One width after the other: only one of them is in memory.
async fn draw_all(
    pictures: &Pictures,
    bytes: bytes::Bytes,
    name: &str,
    format: PictureFormat,
) -> Result<()> {
    let mut left = pictures
        .at_work(move || draw_narrower(&bytes, format))
        .await??;
    loop {
        let (rest, drawn) = pictures
            .at_work(move || {
                let drawn = left.next();
                (left, drawn)
            })
            .await?;
        let Some(drawn) = drawn.transpose()? else {
            return Ok(());
        };
        left = rest;
        pictures
            .put(&key(name, drawn.width, format), drawn.bytes)
            .await?;
        crash_point("between thumbnails");
    }
}

async fn remove(pictures: Arc<Pictures>, job: RemovePicture, run: JobRun) -> Result<Outcome> {
    let conn = run.db.read().await?;
    let found = store::find_dropped(&conn, job.id).await?;
    drop(conn);
    if let Some(name) = found {
        take_away(&pictures, &run, job.id, &name).await?;
    }
    Ok(Outcome::Done)
}

/// The files first: a row that is left names what is still to be taken away.
async fn take_away(pictures: &Pictures, run: &JobRun, id: ImageId, name: &str) -> Result<()> {
    pictures.remove(name).await?;
    crash_point("after files are taken away");
    let tx = run.db.begin("forget_picture").await?;
    store::delete_dropped(&tx, id).await?;
    tx.commit().await
}

async fn collect(pictures: Arc<Pictures>, run: JobRun) -> Result<Outcome> {
    let now = run.clock.now();
    let tx = run.db.begin("collect_pictures").await?;
    store::update_broken_off(&tx, now - UPLOAD_MAX).await?;
    let dropped = store::list_dropped(&tx, BATCH).await?;
    tx.commit().await?;
    for (id, name) in &dropped {
        take_away(&pictures, &run, *id, name).await?;
    }
    let is_all = i64::try_from(dropped.len()).is_ok_and(|count| count < BATCH);
    let pause = if is_all {
        TimeDelta::hours(1)
    } else {
        TimeDelta::zero()
    };
    Ok(Outcome::Again(now + pause))
}
