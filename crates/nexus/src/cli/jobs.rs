//! `nexus jobs`: the work in the background, for operators. The same as over HTTP.

use std::{fmt::Write as _, process::ExitCode};

use anyhow::{Context, Result, bail};
use chrono::{DateTime, Utc};
use kit::{
    Clock, Db,
    jobs::backlog::{self, Depth, JobFilter, JobRow, STATES},
};
use serde_json::json;
use staff::{Actor, Change};
use uuid::Uuid;

use super::say;
use crate::{config::Settings, subscriptions::subscriptions};

/// What to do with jobs.
#[derive(clap::Subcommand)]
pub(super) enum Command {
    /// How much there is to do, kind by kind; with --state the jobs themselves, newest first.
    List {
        /// Only the jobs in this state: ready, running, done, dead or discarded.
        #[arg(long)]
        state: Option<String>,
        /// Only the jobs of this kind.
        #[arg(long, requires = "state")]
        kind: Option<String>,
        /// How many jobs at the most.
        #[arg(long, default_value_t = 50, requires = "state")]
        limit: i64,
        /// For machines.
        #[arg(long)]
        json: bool,
    },
    /// Try jobs that were given up or put away again, from the beginning.
    Retry(Which),
    /// Put jobs away that were given up.
    Discard(Which),
}

/// Which jobs.
#[derive(clap::Args)]
#[group(required = true, multiple = false)]
pub(super) struct Which {
    /// Their ids.
    ids: Vec<Uuid>,
    /// All of this kind that were given up.
    #[arg(long)]
    dead: Option<String>,
}

/// Jobs that are changed in one transaction.
const BATCH: i64 = 100;

pub(super) async fn run(settings: &Settings, command: Command) -> Result<ExitCode> {
    settings.database_url()?;
    let db = Db::open(&settings.database, subscriptions())?;
    let now = Clock::system().now();
    match command {
        Command::List {
            state: None, json, ..
        } => list_depths(&db, now, json).await?,
        Command::List {
            state,
            kind,
            limit,
            json,
        } => {
            let kinds = kind.map(|kind| vec![kind]);
            list(&db, JobFilter { kinds, state }, limit, json).await?;
        }
        Command::Retry(which) => change(&db, &which, Action::Retry, now).await?,
        Command::Discard(which) => change(&db, &which, Action::Discard, now).await?,
    }
    db.close();
    Ok(ExitCode::SUCCESS)
}

async fn list_depths(db: &Db, now: DateTime<Utc>, as_json: bool) -> Result<()> {
    let depths = backlog::depths(&db.read().await?, now).await?;
    if as_json {
        let row = |depth: &Depth| {
            json!({
                "kind": depth.kind, "ready": depth.ready, "due": depth.due,
                "running": depth.running, "dead": depth.dead, "due_since": depth.due_since,
            })
        };
        let rows: Vec<_> = depths.values().map(row).collect();
        return say(serde_json::to_string_pretty(&rows)?);
    }
    if depths.is_empty() {
        return say("nothing is to be done, and nothing was given up");
    }
    let mut text = format!(
        "{:<26} {:>8} {:>8} {:>8} {:>8}  waiting for\n",
        "kind", "ready", "due", "running", "dead"
    );
    for depth in depths.values() {
        let since = depth.due_since;
        let waited = since.map_or_else(String::new, |since| {
            format!("{} s", (now - since).num_seconds().max(0))
        });
        let Depth {
            kind,
            ready,
            due,
            running,
            dead,
            ..
        } = depth;
        writeln!(
            text,
            "{kind:<26} {ready:>8} {due:>8} {running:>8} {dead:>8}  {waited}"
        )?;
    }
    say(text.trim_end())
}

async fn list(db: &Db, filter: JobFilter, limit: i64, as_json: bool) -> Result<()> {
    let state = filter.state.as_deref().unwrap_or_default();
    if !STATES.contains(&state) {
        bail!("--state must be one of {}", STATES.join(", "));
    }
    let jobs = backlog::list(&db.read().await?, &filter, None, limit.max(1)).await?;
    if as_json {
        let row = |job: &JobRow| {
            json!({
                "id": job.id, "kind": job.kind, "state": job.state, "payload": job.payload,
                "unique_key": job.unique_key, "run_at": job.run_at, "attempts": job.attempts,
                "attempts_max": job.attempts_max, "last_error": job.last_error,
                "created_at": job.created_at, "finished_at": job.finished_at,
            })
        };
        let rows: Vec<_> = jobs.iter().map(row).collect();
        return say(serde_json::to_string_pretty(&rows)?);
    }
    for job in &jobs {
        let error = job.last_error.as_deref().unwrap_or_default();
        let (id, kind) = (job.id, &job.kind);
        let (tries, most) = (job.attempts, job.attempts_max);
        let run_at = job.run_at.format("%Y-%m-%d %H:%M:%S");
        say(format_args!(
            "{id}  {kind:<24} {run_at}  {tries:>3}/{most:<3} {error}"
        ))?;
    }
    if jobs.is_empty() {
        say(format_args!("no job is {state}"))?;
    }
    Ok(())
}

#[derive(Clone, Copy)]
enum Action {
    Retry,
    Discard,
}

async fn change(db: &Db, which: &Which, action: Action, now: DateTime<Utc>) -> Result<()> {
    let mut count = 0;
    let Some(kind) = &which.dead else {
        for id in &which.ids {
            let changed = change_all(db, &[*id], action, now).await;
            changed.with_context(|| format!("job {id} is left as it is"))?;
            count += 1;
        }
        return tell(count, action);
    };
    let filter = JobFilter {
        kinds: Some(vec![kind.clone()]),
        state: Some("dead".to_owned()),
    };
    loop {
        let dead = backlog::list(&db.read().await?, &filter, None, BATCH).await?;
        if dead.is_empty() {
            return tell(count, action);
        }
        // In the order of their ids, as everybody locks them.
        let mut ids: Vec<Uuid> = dead.iter().map(|job| job.id).collect();
        ids.sort_unstable();
        change_all(db, &ids, action, now).await?;
        count += ids.len();
    }
}

async fn change_all(db: &Db, ids: &[Uuid], action: Action, now: DateTime<Utc>) -> Result<()> {
    let tx = db.begin("change_jobs").await?;
    for id in ids {
        let (before, name) = match action {
            Action::Retry => (backlog::retry(&tx, *id, now).await?, "job.retried"),
            Action::Discard => (backlog::discard(&tx, *id, now).await?, "job.discarded"),
        };
        let after = backlog::get(&tx, *id).await?;
        let of = |job: &JobRow| Some(json!({ "kind": job.kind, "state": job.state }));
        let change = Change {
            action: name,
            subject_kind: "job",
            subject_id: *id,
            before: of(&before),
            after: of(&after),
        };
        staff::record(&tx, &Actor::command_line(), &change, now).await?;
    }
    Ok(tx.commit().await?)
}

fn tell(count: usize, action: Action) -> Result<()> {
    let what = match action {
        Action::Retry => "are tried again",
        Action::Discard => "are put away",
    };
    say(format_args!("{count} jobs {what}"))
}
