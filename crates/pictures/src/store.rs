//! Every statement on the table of pictures.

use chrono::{DateTime, Utc};
use ids::ImageId;
use kit::{Conn, Error, Result, Tx};
use tokio_postgres::Row;

use crate::model::{Picture, PictureFormat};

const INSERT_PENDING: &str = "
    insert into pictures (id, name, format, width, height, byte_count, state, created_at)
    values ($1, $2, $3, $4, $5, $6, 'pending', $7)";

pub(crate) async fn insert_pending(
    tx: &Tx,
    picture: &Picture,
    byte_count: i64,
    now: DateTime<Utc>,
) -> Result<()> {
    let Picture {
        id,
        name,
        format,
        width,
        height,
        ..
    } = picture;
    let (width, height) = (pixels(*width)?, pixels(*height)?);
    let format = format.as_str();
    tx.execute(
        INSERT_PENDING,
        &[id, name, &format, &width, &height, &byte_count, &now],
    )
    .await?;
    Ok(())
}

fn pixels(count: u32) -> Result<i32> {
    i32::try_from(count).map_err(Error::fault)
}

// The guard: what was given up meanwhile, because it took too long, stays given up.
const UPDATE_TO_KEPT: &str = "
    update pictures
    set state = 'kept'
    where id = $1
      and state = 'pending'";

/// Whether the picture is kept from now on.
pub(crate) async fn update_to_kept(tx: &Tx, id: ImageId) -> Result<bool> {
    Ok(tx.execute(UPDATE_TO_KEPT, &[&id]).await? == 1)
}

const UPDATE_TO_DROPPED: &str = "
    update pictures
    set state = 'dropped'
    where id = $1
      and state = $2";

/// Whether the picture was in the state, and is nobody's from now on.
pub(crate) async fn update_to_dropped(tx: &Tx, id: ImageId, state: &str) -> Result<bool> {
    Ok(tx.execute(UPDATE_TO_DROPPED, &[&id, &state]).await? == 1)
}

const UPDATE_BROKEN_OFF: &str = "
    update pictures
    set state = 'dropped'
    where state = 'pending'
      and created_at < $1";

/// Uploads that began before `since` and did not end are nobody's.
pub(crate) async fn update_broken_off(tx: &Tx, since: DateTime<Utc>) -> Result<()> {
    tx.execute(UPDATE_BROKEN_OFF, &[&since]).await?;
    Ok(())
}

const UPDATE_WIDTHS: &str = "
    update pictures
    set widths = $2
    where id = $1
      and state = 'kept'";

/// Whether there is still a picture to have these widths.
pub(crate) async fn update_widths(tx: &Tx, id: ImageId, widths: &[u32]) -> Result<bool> {
    let widths = widths.iter().map(|width| pixels(*width));
    let widths = widths.collect::<Result<Vec<i32>>>()?;
    Ok(tx.execute(UPDATE_WIDTHS, &[&id, &widths]).await? == 1)
}

const FIND_KEPT: &str = "
    select id, name, format, width, height, widths
    from pictures
    where id = $1
      and state = 'kept'";

pub(crate) async fn find_kept(conn: &Conn, id: ImageId) -> Result<Option<Picture>> {
    let row = conn.query_opt(FIND_KEPT, &[&id]).await?;
    row.as_ref().map(picture).transpose()
}

fn picture(row: &Row) -> Result<Picture> {
    let format: &str = row.get("format");
    let unsigned = |number: i32| u32::try_from(number).map_err(Error::fault);
    let widths: Vec<i32> = row.get("widths");
    Ok(Picture {
        id: row.get("id"),
        name: row.get("name"),
        format: PictureFormat::parse(format)
            .ok_or_else(|| Error::fault(format!("pictures are kept as {format}")))?,
        width: unsigned(row.get("width"))?,
        height: unsigned(row.get("height"))?,
        widths: widths.into_iter().map(unsigned).collect::<Result<_>>()?,
    })
}

const FIND_DROPPED: &str = "
    select name
    from pictures
    where id = $1
      and state = 'dropped'";

/// What the files of a picture that is nobody's are called by.
pub(crate) async fn find_dropped(conn: &Conn, id: ImageId) -> Result<Option<String>> {
    let row = conn.query_opt(FIND_DROPPED, &[&id]).await?;
    Ok(row.map(|row| row.get("name")))
}

const LIST_DROPPED: &str = "
    select id, name
    from pictures
    where state = 'dropped'
    order by created_at
    limit $1";

pub(crate) async fn list_dropped(tx: &Tx, limit: i64) -> Result<Vec<(ImageId, String)>> {
    let rows = tx.query(LIST_DROPPED, &[&limit]).await?;
    let pairs = rows.iter().map(|row| (row.get("id"), row.get("name")));
    Ok(pairs.collect())
}

const DELETE_DROPPED: &str = "
    delete from pictures
    where id = $1
      and state = 'dropped'";

pub(crate) async fn delete_dropped(tx: &Tx, id: ImageId) -> Result<()> {
    tx.execute(DELETE_DROPPED, &[&id]).await?;
    Ok(())
}
