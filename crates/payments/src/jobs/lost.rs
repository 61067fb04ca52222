//! Attempts that nobody asked about when it was time: a job can be buried or get lost, a payment
//! cannot.

use chrono::TimeDelta;
use kit::{
    Kit, Result,
    jobs::{self, Job, NewJob},
};
use uuid::Uuid;

use super::{CheckPayment, ConfirmPayment, Gateway};
use crate::{
    model::{Attempt, NEWS_EXPECTED_FOR, ProviderId, last_round},
    store,
};

const PAGE: i64 = 500;

/// Has every attempt asked about whose round was missed and whose job is not there to make it.
pub(super) async fn find_lost_checks(kit: &Kit, gateway: &Gateway) -> Result<()> {
    let now = kit.clock.now();
    // Open for three days, and asked about for three more after closing.
    let created_after = now - NEWS_EXPECTED_FOR * 2 - TimeDelta::days(1);
    let whose = (ProviderId::Chapa, gateway.mode());
    let mut after = Uuid::nil();
    loop {
        let attempts = {
            let conn = kit.db.read().await?;
            store::list_unsettled(&conn, whose, created_after, after, PAGE).await?
        };
        let Some(last) = attempts.last() else {
            return Ok(());
        };
        after = last.id.uuid();
        for attempt in lost(kit, attempts).await? {
            tracing::warn!(attempt_id = %attempt.id, "its check was missed and is made now");
            metrics::counter!("payment_checks_lost_total").increment(1);
            let job = NewJob::now(&ConfirmPayment {
                attempt_id: attempt.id,
            })?;
            let tx = kit.db.begin("ask_about_lost_attempt").await?;
            jobs::insert(&tx, &job, now).await?;
            tx.commit().await?;
        }
    }
}

async fn lost(kit: &Kit, attempts: Vec<Attempt>) -> Result<Vec<Attempt>> {
    let now = kit.clock.now();
    let conn = kit.db.read().await?;
    let due: Vec<(Attempt, _)> = attempts
        .into_iter()
        .filter_map(|attempt| last_round(&attempt, now).map(|round| (attempt, round)))
        .collect();
    let keys: Vec<String> = due
        .iter()
        .map(|(attempt, _)| attempt.id.to_string())
        .collect();
    let planned = jobs::list_planned(&conn, CheckPayment::KIND, &keys).await?;
    let mut lost = Vec::new();
    for (attempt, round) in due {
        if planned.contains(&attempt.id.to_string()) {
            continue;
        }
        let asked = store::find_last_asked(&conn, attempt.id).await?;
        if asked.is_none_or(|asked| asked < round) {
            lost.push(attempt);
        }
    }
    Ok(lost)
}
