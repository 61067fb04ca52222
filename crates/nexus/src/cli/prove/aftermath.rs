//! After the storm: the shop comes to rest, what others let go is sold, the drills are held, and
//! all of it is judged.

use std::{
    collections::VecDeque,
    sync::{Arc, atomic::AtomicUsize},
};

use anyhow::Result;
use ids::VariantId;

use super::{
    Plan,
    buyer::Buyer,
    chance::Chance,
    client::Line,
    drills::{self, Field},
    journal::Journal,
    judge::Evidence,
    quiet::Quiet,
    report::{self, Finding, Verdict},
    stage::Stage,
    store,
    storm::{self, Storm},
    weather,
};
use crate::audit::audit_at;

/// Comes to rest, sells the rest, holds the drills, and judges.
pub(super) async fn aftermath(
    stage: &Arc<Stage>,
    plan: &Plan,
    mut storm: Storm,
    stock: &[(VariantId, i64)],
) -> Result<Verdict> {
    let quiet = Arc::new(Quiet::open(stage, plan).await?);
    weather::clear(&quiet.control).await?;
    let mut has_rest = quiet.rest().await?;
    let line = Arc::new(Line::open(&stage.urls[..1], 0)?);
    storm.journal = sell_the_rest(&line, plan, storm.journal).await?;
    has_rest &= quiet.rest().await?;
    let mut field = Field::new(&quiet, &line, plan.seed);
    let drilled = drills::hold_all(&mut field).await;
    weather::clear(&quiet.control).await?;
    has_rest &= quiet.rest().await?;
    let mut findings = judged(&quiet, &storm, stock, &field).await?;
    findings.extend(drilled);
    findings.push(keys(&line, plan, &storm.journal).await?);
    findings.push(rest(&quiet, has_rest).await?);
    let audited = audit_at(&quiet.app.kit.db, quiet.now()).await?;
    findings.extend(report::of_audit(&audited));
    findings.sort_by_key(|finding| number_of(&finding.id));
    let verdict = verdict(plan, &storm, stock, findings, &audited, &quiet).await?;
    drop(field);
    if let Some(quiet) = Arc::into_inner(quiet) {
        quiet.close().await?;
    }
    Ok(verdict)
}

/// P before I, then by number.
fn number_of(id: &str) -> (bool, u32) {
    let (kind, number) = id.split_at(1);
    (kind != "P", number.parse().unwrap_or(u32::MAX))
}

/// Those who were told "sold out" come back for what others have let go.
async fn sell_the_rest(line: &Arc<Line>, plan: &Plan, journal: Journal) -> Result<Journal> {
    let mut done = Journal::default();
    let mut again = VecDeque::new();
    for (number, told) in journal.told.into_iter().enumerate() {
        if told.habit.pays() && !told.unmet.is_empty() {
            again.push_back(Buyer::again(line, plan.seed, number, told));
        } else {
            done.told.push(told);
        }
    }
    let count = Arc::new(AtomicUsize::new(0));
    let came_back = storm::crowd(again, plan.at_once, &count).await?;
    done.told.extend(came_back.told);
    Ok(done)
}

async fn judged(
    quiet: &Quiet,
    storm: &Storm,
    stock: &[(VariantId, i64)],
    field: &Field,
) -> Result<Vec<Finding>> {
    let conn = quiet.app.kit.db.read().await?;
    let variants: Vec<VariantId> = stock.iter().map(|(id, _)| *id).collect();
    let evidence = Evidence {
        journal: &storm.journal,
        stock,
        shelves: store::list_shelves(&conn, &variants).await?,
        orders: store::list_orders(&conn).await?,
        captures: store::list_captures(&conn).await?,
        ledger: quiet.ask_provider("/__sim/ledger").await?,
        drilled: &field.orders,
        belied: &field.belied,
    };
    let seen = &storm.seen;
    let title = "at every sampled instant the shelf is sound";
    let mut sampled = Finding::new("P2", title).with(seen.samples, seen.violations.clone());
    sampled.break_count = seen.violation_count;
    let oddities: Vec<String> = storm
        .journal
        .told
        .iter()
        .flat_map(|told| told.oddities.clone())
        .collect();
    let title = "no answer but those that the API promises";
    let odd = Finding::new("P11", title).with(storm.journal.told.len(), oddities);
    let mut circles = Finding::new("P12", "nobody waits in a circle");
    circles.counts(i64::try_from(evidence.orders.len())?);
    let deadlocks = seen.deadlocks.max(store::find_deadlocks(&conn).await?);
    if deadlocks > 0 {
        circles.breaks(format!(
            "PostgreSQL has broken {deadlocks} circles of waits"
        ));
    }
    Ok(vec![
        evidence.sold(),
        sampled,
        evidence.acknowledged(),
        evidence.nothing_else(),
        evidence.money(),
        odd,
        circles,
    ])
}

/// P5: some of what was acknowledged, asked for again with its key.
async fn keys(line: &Line, plan: &Plan, journal: &Journal) -> Result<Finding> {
    const KEYS_MAX: usize = 300;
    let mut chance = Chance::of(plan.seed, 2);
    let mut finding = Finding::new("P5", "a repeated key has its first answer");
    let kept = journal.told.iter().flat_map(|told| &told.kept);
    for kept in kept.take(KEYS_MAX) {
        let answer = line.ask(&kept.sender, &kept.request, &mut chance).await?;
        if (answer.status, &answer.bytes) != (kept.status, &kept.bytes) {
            let path = &kept.request.path;
            let (then, now, body) = (kept.status, answer.status, &answer.body);
            finding.breaks(format!("{path} was answered {then}, and now {now} {body}"));
        }
        finding.counts(1);
    }
    Ok(finding)
}

/// P13: nothing is left to be done, and nothing was given up.
async fn rest(quiet: &Quiet, has_rest: bool) -> Result<Finding> {
    let mut finding = Finding::new("P13", "everything that was to be done is done");
    finding.counts(quiet.job_count().await?);
    if !has_rest {
        finding.breaks("the jobs come to no end".to_owned());
    }
    let conn = quiet.app.kit.db.read().await?;
    for words in store::list_unfinished(&conn, quiet.now()).await? {
        finding.breaks(words);
    }
    Ok(finding)
}

async fn verdict(
    plan: &Plan,
    storm: &Storm,
    stock: &[(VariantId, i64)],
    findings: Vec<Finding>,
    audited: &crate::audit::Report,
    quiet: &Quiet,
) -> Result<Verdict> {
    let conn = quiet.app.kit.db.read().await?;
    let variants: Vec<VariantId> = stock.iter().map(|(id, _)| *id).collect();
    let shelves = store::list_shelves(&conn, &variants).await?;
    let told = || storm.journal.orders();
    let paid = || told().filter(|order| order.is_paid);
    let mut verdict = Verdict {
        holds: findings.iter().all(|finding| finding.break_count == 0),
        seed: plan.seed,
        without: plan.without.map(|guard| guard.name.to_owned()),
        units: plan.units,
        buyers: plan.buyers,
        demand: variants.iter().map(|id| storm.journal.demand(*id)).sum(),
        sold: shelves.iter().map(|shelf| shelf.sold).sum(),
        orders: told().count(),
        orders_paid: paid().count(),
        captured_minor: paid().map(|order| order.total_minor).sum(),
        kills_of_servers: 0,
        kills_of_workers: 0,
        kills_of_postgres: 0,
        hang_ups: storm.hang_ups,
        repeats: storm.repeats,
        weather: storm.weather.webhook_spells + storm.weather.call_faults,
        seconds: 0,
        findings,
        audit_invariants: audited.checks.len(),
        audit_rows: audited.checks.iter().map(|check| check.rows_checked).sum(),
    };
    verdict.kills(storm.kills);
    Ok(verdict)
}
