//! Locations: where units are.

use chrono::{DateTime, Utc};
use kit::{Error, Result, Tx};

use crate::{
    model::{InventoryRefusal, Location},
    store,
};

pub(crate) async fn create_location(tx: &Tx, new: &Location, now: DateTime<Utc>) -> Result<()> {
    let made = store::insert_location(tx, new, now).await;
    made.map_err(refuse_by_constraint)
}

pub(crate) async fn change_location(tx: &Tx, changed: &Location, now: DateTime<Utc>) -> Result<()> {
    let made = store::update_location(tx, changed, now).await;
    made.map_err(refuse_by_constraint)
}

fn refuse_by_constraint(error: Error) -> Error {
    match error.constraint() {
        Some("stock_locations_code_key") => InventoryRefusal::LocationCodeTaken.into(),
        _ => error,
    }
}
