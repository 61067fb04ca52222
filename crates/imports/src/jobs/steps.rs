//! The products of a file are taken over one by one, or brought back, each in a transaction of its
//! own.

use catalogue::{Taken, TakenProduct};
use chrono::{DateTime, Utc};
use ids::{ProductId, ProductImportId};
use kit::{Conn, Db, Error, Result, Tx};

use crate::{
    actions,
    model::ImportRefusal,
    store::{self, ItemInHand, Kept},
};

/// What a step came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stepped {
    /// A product is done; there may be more.
    On,
    /// All of them are done.
    Over,
    /// Somebody else has the rest in hand.
    Elsewhere,
}

/// Takes the next product of an import over, or brings it back, in a transaction of its own: it is
/// done as a whole, with its result, or not at all. A product that is refused is noted with the
/// reason. Of a trial everything is done, and undone again, and noted.
///
/// # Errors
/// Faults; `import_not_found`.
pub async fn step(db: &Db, id: ProductImportId, now: DateTime<Utc>) -> Result<Stepped> {
    let (staff, is_dry_run, state) = {
        let conn = db.read().await?;
        let found = store::find_run(&conn, id).await?;
        found.ok_or(ImportRefusal::NotFound)?
    };
    let is_undone = match state.as_str() {
        "running" => false,
        "undoing" => true,
        _ => return Ok(Stepped::Over),
    };
    let tx = db.begin("take_product").await?;
    let Some(item) = store::lock_next_item(&tx, id, is_undone).await? else {
        return finish(tx, id, now).await;
    };
    catalogue::update_actor_of(&tx, staff).await?;
    if is_undone {
        bring_back(&tx, id, &item, now).await?;
        tx.commit().await?;
        return Ok(Stepped::On);
    }
    let taken = match catalogue::take_sheet(&tx, &item.sheet, now).await {
        Ok(taken) => taken,
        Err(Error::Refused(refusal)) => {
            tx.rollback().await?;
            let refusal = (refusal.kind().code, refusal.detail());
            note(db, id, item.number, ("failed", Some(refusal))).await?;
            return Ok(Stepped::On);
        }
        Err(fault) => return Err(fault),
    };
    if is_dry_run {
        tx.rollback().await?;
        note(db, id, item.number, (word(taken.taken), None)).await?;
        return Ok(Stepped::On);
    }
    keep(&tx, id, item.number, &taken).await?;
    tx.commit().await?;
    Ok(Stepped::On)
}

const fn word(taken: Taken) -> &'static str {
    match taken {
        Taken::Created => "created",
        Taken::Updated => "updated",
        Taken::Unchanged => "unchanged",
    }
}

async fn keep(tx: &Tx, id: ProductImportId, number: i32, taken: &TakenProduct) -> Result<()> {
    let kept = Kept {
        product_id: taken.id,
        before: taken.before.as_ref(),
        version: taken.version,
    };
    store::update_item(tx, id, number, (word(taken.taken), None), Some(kept)).await
}

async fn note(
    db: &Db,
    id: ProductImportId,
    number: i32,
    result: (&str, Option<(&str, String)>),
) -> Result<()> {
    let tx = db.begin("note_product").await?;
    store::update_item(&tx, id, number, result, None).await?;
    tx.commit().await
}

async fn bring_back(
    tx: &Tx,
    id: ProductImportId,
    item: &ItemInHand,
    now: DateTime<Utc>,
) -> Result<()> {
    let known: Option<(ProductId, i64)> = item.product_id.zip(item.product_version);
    let is_back = match known {
        Some(known) => catalogue::restore_sheet(tx, known, item.before.as_ref(), now).await?,
        None => false,
    };
    let result = if is_back { "undone" } else { "kept" };
    store::update_undone(tx, id, item.number, result).await
}

/// Ends an import if nobody has a product of it in hand.
async fn finish(tx: Tx, id: ProductImportId, now: DateTime<Utc>) -> Result<Stepped> {
    let found = store::lock_import(&tx, id).await?;
    let (_, is_dry_run, state) = found.ok_or(ImportRefusal::NotFound)?;
    let conn: &Conn = &tx;
    let counts = actions::find(conn, id).await?.counts;
    let (next, left) = match state.as_str() {
        "running" => ("done", counts.waiting),
        "undoing" => ("undone", counts.created + counts.updated),
        _ => return Ok(Stepped::Over),
    };
    if left > 0 {
        return Ok(Stepped::Elsewhere);
    }
    store::update_state(&tx, id, (next, is_dry_run), now).await?;
    tx.commit().await?;
    Ok(Stepped::Over)
}
