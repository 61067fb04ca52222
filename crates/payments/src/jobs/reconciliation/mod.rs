//! Comparing our books with the provider's: daily and when staff ask. A comparison goes on step
//! by step, one call to the provider each, so that a crash costs one call and nothing is open
//! while it is made.

mod watch;

use std::sync::Arc;

pub use self::watch::{WatchPayments, plan_watch};
use chrono::{DateTime, Utc};
use ids::ReconciliationId;
use kit::{
    Error, Kit, Result,
    jobs::{Job, JobRun, Outcome, Priority, Registry},
    sabotage::crash_point,
};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::{Answer, Gateway, ask};
use crate::{
    actions,
    model::{
        Break, CALLS_FAILED_MAX, CallOutcome, Phase, ProviderBalance, ProviderError, ProviderId,
        Reconciliation, Window, pause, read_page,
    },
    store::{self, BreakFilter},
};

/// Makes the steps of one comparison of our books with a provider's list.
#[derive(Debug, Serialize, Deserialize)]
pub struct ReconcileProvider {
    /// Which comparison.
    pub reconciliation_id: ReconciliationId,
}

impl Job for ReconcileProvider {
    const KIND: &'static str = "reconcile_provider";
    const QUEUE: &'static str = "upkeep";
    const PRIORITY: Priority = Priority::Low;

    fn unique_key(&self) -> Option<String> {
        Some(self.reconciliation_id.to_string())
    }
}

/// Adds the jobs of comparing.
pub(super) fn jobs(registry: Registry, gateway: &Arc<Gateway>) -> Registry {
    let (comparing, watching) = (Arc::clone(gateway), Arc::clone(gateway));
    registry
        .with(move |job: ReconcileProvider, run| compare(Arc::clone(&comparing), job, run))
        .with(move |_: WatchPayments, run| watch::watch(Arc::clone(&watching), run))
}

async fn compare(gateway: Arc<Gateway>, job: ReconcileProvider, run: JobRun) -> Result<Outcome> {
    let kit = super::kit(run);
    let next = make_step(&kit, &gateway, job.reconciliation_id).await?;
    Ok(next.map_or(Outcome::Done, Outcome::Again))
}

/// Makes the next step of a comparison, safely beside others who do the same. Answers when the
/// one after it is due; nothing when it has ended.
///
/// # Errors
/// Faults.
pub async fn make_step(
    kit: &Kit,
    gateway: &Gateway,
    id: ReconciliationId,
) -> Result<Option<DateTime<Utc>>> {
    let found = store::find_reconciliation(&kit.db.read().await?, id).await?;
    let Some(run) = found.filter(Reconciliation::is_running) else {
        return Ok(None);
    };
    if kit.clock.now() >= run.deadline_at {
        let failure = "it was not through after a day";
        return end(kit, &run, failure).await;
    }
    let step = match run.phase {
        Phase::Listing => list(kit, gateway, &run).await?,
        Phase::Planning => plan(kit, gateway, &run).await?,
        Phase::Asking => question(kit, gateway, &run).await?,
        Phase::Correcting => correct(kit, &run).await?,
        Phase::Judging => judge(kit, gateway, &run).await?,
    };
    match step {
        Step::Made => Ok(Some(kit.clock.now())),
        Step::Ended => {
            watch::show(kit, gateway).await?;
            Ok(None)
        }
        Step::Silent { word, asked_for } => wait(kit, &run, word, asked_for).await,
    }
}

/// How many differences are told to whoever runs a comparison by hand.
const TOLD_MAX: i64 = 100;

/// Runs a comparison from the first step to the last and answers it with the differences that it
/// saw. A provider that does not answer ends it early, still running: a worker goes on with it.
///
/// # Errors
/// `reconciliation_running`; faults.
pub async fn reconcile(
    kit: &Kit,
    gateway: &Gateway,
    provider: ProviderId,
    window: Window,
) -> Result<(Reconciliation, Vec<Break>)> {
    let now = kit.clock.now();
    let tx = kit.db.begin("start_reconciliation_by_hand").await?;
    let whose = (provider, gateway.mode());
    let id = actions::start_reconciliation(&tx, whose, window, None, now)
        .await?
        .id;
    tx.commit().await?;
    while let Some(at) = make_step(kit, gateway, id).await? {
        if at > kit.clock.now() {
            break;
        }
    }
    let conn = kit.db.read().await?;
    let filter = BreakFilter {
        seen_in: Some(id.uuid()),
        ..BreakFilter::default()
    };
    let breaks = store::list_breaks(&conn, &filter, None, TOLD_MAX).await?;
    let run = store::find_reconciliation(&conn, id).await?;
    let run = run.ok_or_else(|| Error::fault("a comparison is gone"))?;
    Ok((run, breaks))
}

/// What came of a step.
enum Step {
    /// There are more.
    Made,
    /// That was the last.
    Ended,
    /// The provider did not answer.
    Silent {
        word: &'static str,
        asked_for: Option<u64>,
    },
}

fn silent(error: &ProviderError) -> Step {
    let asked_for = match error {
        ProviderError::RateLimited(wait) => wait.map(|wait| wait.as_secs()),
        _ => None,
    };
    Step::Silent {
        word: error.word(),
        asked_for,
    }
}

/// Reads the next page, or the first page of rows that were seen twice.
async fn list(kit: &Kit, gateway: &Gateway, run: &Reconciliation) -> Result<Step> {
    let repeat = store::find_repeat(&kit.db.read().await?, run.id).await?;
    let number = repeat.unwrap_or(run.next_page);
    let asked = u32::try_from(number).map_err(Error::fault)?;
    let page = match gateway.list_transactions(run.provider, asked).await {
        Ok(page) => read_page(&page, run.window.from),
        Err(error) => return Ok(silent(&error)),
    };
    crash_point("after provider list");
    let tx = kit.db.begin("record_list_page").await?;
    if let Some(run) = actions::claim_step(&tx, run).await? {
        match repeat {
            Some(number) => actions::record_page_again(&tx, run, number, &page).await?,
            None => {
                actions::record_page_of_list(&tx, run, &page, kit.clock.now()).await?;
            }
        }
        tx.commit().await?;
    }
    Ok(Step::Made)
}

/// Finds out whom to ask about, once it is known of each row whether it stands twice.
async fn plan(kit: &Kit, gateway: &Gateway, run: &Reconciliation) -> Result<Step> {
    let repeat = store::find_repeat(&kit.db.read().await?, run.id).await?;
    if repeat.is_some() {
        return list(kit, gateway, run).await;
    }
    turn_to(kit, run, Phase::Asking).await
}

/// Asks about the next attempt for which the list and our books differ.
async fn question(kit: &Kit, gateway: &Gateway, run: &Reconciliation) -> Result<Step> {
    let conn = kit.db.read().await?;
    let next = match store::find_question(&conn, run.id).await? {
        // What is unknown may have been found meanwhile: then nobody else need be asked.
        Some((_, store::QuestionCause::MissingHere))
            if !store::exists_unknown_charge(&conn, run).await? =>
        {
            None
        }
        Some((attempt_id, _)) => store::find_attempt(&conn, attempt_id).await?,
        None => None,
    };
    drop(conn);
    let Some(attempt) = next else {
        return turn_to(kit, run, Phase::Correcting).await;
    };
    if let Answer::Silent {
        retry_after_seconds,
    } = ask(kit, gateway, &attempt).await?
    {
        return Ok(Step::Silent {
            word: "no answer about an attempt",
            asked_for: retry_after_seconds,
        });
    }
    let now = kit.clock.now();
    let tx = kit.db.begin("record_reconciliation_answer").await?;
    if let Some(mut run) = actions::claim_step(&tx, run).await? {
        run.calls_failed = 0;
        store::update_question(&tx, run.id, attempt.id, now).await?;
        store::update_progress(&tx, &run).await?;
        tx.commit().await?;
    }
    Ok(Step::Made)
}

/// Goes over to a phase; into asking with the questions.
async fn turn_to(kit: &Kit, run: &Reconciliation, phase: Phase) -> Result<Step> {
    let tx = kit.db.begin("turn_reconciliation").await?;
    if let Some(mut run) = actions::claim_step(&tx, run).await? {
        if phase == Phase::Asking {
            actions::plan_questions(&tx, &run).await?;
        }
        run.phase = phase;
        store::update_progress(&tx, &run).await?;
        tx.commit().await?;
    }
    Ok(Step::Made)
}

async fn correct(kit: &Kit, run: &Reconciliation) -> Result<Step> {
    let differing = store::find_differing_fee(&kit.db.read().await?, run).await?;
    let Some(differing) = differing else {
        return turn_to(kit, run, Phase::Judging).await;
    };
    kit.db
        .retrying(|| async {
            let tx = kit.db.begin("correct_provider_fee").await?;
            if let Some(run) = actions::claim_step(&tx, run).await? {
                actions::correct_fee(&tx, &run, &differing, kit.clock.now()).await?;
                store::update_progress(&tx, &run).await?;
                tx.commit().await?;
            }
            Ok(Step::Made)
        })
        .await
}

async fn judge(kit: &Kit, gateway: &Gateway, run: &Reconciliation) -> Result<Step> {
    let there = gateway.list_balances(run.provider).await;
    crash_point("after provider balances");
    let here = store::sum_held(&kit.db.read().await?, run.provider).await?;
    let balances = balances(there.ok(), &here);
    kit.db
        .retrying(|| async {
            let tx = kit.db.begin("judge_reconciliation").await?;
            if let Some(run) = actions::claim_step(&tx, run).await? {
                actions::judge(&tx, &run, balances.clone(), kit.clock.now()).await?;
                tx.commit().await?;
            }
            Ok(Step::Ended)
        })
        .await
}

/// Both sides per currency; a provider that does not tell is shown as null.
fn balances(there: Option<Vec<ProviderBalance>>, here: &[(String, i64)]) -> Value {
    let mut currencies: Vec<&str> = here.iter().map(|(code, _)| code.as_str()).collect();
    let there = there.unwrap_or_default();
    currencies.extend(there.iter().map(|balance| balance.currency.as_str()));
    currencies.sort_unstable();
    currencies.dedup();
    let rows = currencies.into_iter().map(|currency| {
        let said = there.iter().find(|balance| balance.currency == currency);
        let booked = here.iter().find(|(code, _)| code == currency);
        json!({
            "currency": currency,
            "there_minor": said.and_then(|balance| balance.total_minor),
            "there_available_minor": said.and_then(|balance| balance.available_minor),
            "here_minor": booked.map_or(0, |(_, minor)| *minor),
        })
    });
    Value::Array(rows.collect())
}

/// The provider did not answer: later again, with growing pauses, up to a bound.
async fn wait(
    kit: &Kit,
    seen: &Reconciliation,
    word: &'static str,
    asked_for: Option<u64>,
) -> Result<Option<DateTime<Utc>>> {
    tracing::warn!(id = %seen.id, word, "the provider gave no answer to a comparison");
    let calls_failed = seen.calls_failed + 1;
    if calls_failed >= CALLS_FAILED_MAX {
        let failure = format!("the provider gave no answer {calls_failed} times: {word}");
        return end(kit, seen, &failure).await;
    }
    let tx = kit.db.begin("note_provider_silence").await?;
    if let Some(mut run) = actions::claim_step(&tx, seen).await? {
        run.calls_failed = calls_failed;
        store::update_progress(&tx, &run).await?;
        tx.commit().await?;
    }
    Ok(Some(kit.clock.now() + pause(calls_failed, asked_for)))
}

async fn end(kit: &Kit, seen: &Reconciliation, failure: &str) -> Result<Option<DateTime<Utc>>> {
    let tx = kit.db.begin("fail_reconciliation").await?;
    if let Some(run) = actions::claim_step(&tx, seen).await? {
        actions::fail(&tx, &run, failure, kit.clock.now()).await?;
        tx.commit().await?;
    }
    Ok(None)
}
