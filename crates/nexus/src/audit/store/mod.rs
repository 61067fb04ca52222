//! Every statement of the audit: one per invariant, which finds the rows that break it.
//! Reads every table, writes none. Set-based: a million orders cost less than a minute of processor
//! time.

mod catalogue;
mod credit;
mod fulfilment;
mod guards;
mod invoices;
mod ledger;
mod limits;
mod orders;
mod payments;
mod processes;
mod reconciliation;
mod refunds;
mod returns;
mod sales;
mod stock;
mod terms;

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use kit::{Result, Tx, db::Param};

use self::guards::Guard;
use super::model::{Captured, Check, Summary, Violation};

/// What must hold, and the statement that finds what breaks it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Invariant {
    id: &'static str,
    title: &'static str,
    /// An expression: how many rows are looked at.
    counted: &'static str,
    /// A query of (subject, detail): the broken rows.
    broken: &'static str,
    binds: Binds,
    plan: Plan,
}

/// What the statement of an invariant is given.
#[derive(Debug, Clone, Copy)]
enum Binds {
    Nothing,
    /// `$1`: the instant.
    Now,
    /// `$1`, `$2`, `$3`: tables, names and kinds of what guards the schema.
    Guards,
}

/// How PostgreSQL brings rows together that belong together.
#[derive(Debug, Clone, Copy)]
enum Plan {
    /// As it thinks best.
    Free,
    /// By sorting, never by hashing. Ids are born in order and tables lie nearly sorted by them,
    /// which the planner does not know: sorting them once more is cheap, and a table of hashes
    /// of a million orders is not.
    Sorted,
}

impl Plan {
    const fn settings(self) -> &'static str {
        match self {
            Self::Free => "set local enable_hashagg = on; set local enable_hashjoin = on",
            Self::Sorted => "set local enable_hashagg = off; set local enable_hashjoin = off",
        }
    }
}

/// All invariants, in the order of their ids.
pub(super) fn invariants() -> impl Iterator<Item = &'static Invariant> {
    let groups: [&[Invariant]; 15] = [
        &stock::INVARIANTS,
        &orders::INVARIANTS,
        &payments::INVARIANTS,
        &refunds::INVARIANTS,
        &processes::INVARIANTS,
        &ledger::INVARIANTS,
        &reconciliation::INVARIANTS,
        &sales::INVARIANTS,
        &fulfilment::INVARIANTS,
        &returns::INVARIANTS,
        &limits::INVARIANTS,
        &invoices::INVARIANTS,
        &catalogue::INVARIANTS,
        &terms::INVARIANTS,
        &credit::INVARIANTS,
    ];
    let mut all: Vec<&Invariant> = groups.into_iter().flatten().collect();
    all.push(&guards::INVARIANT);
    all.sort_by_key(|invariant| {
        invariant
            .id
            .trim_start_matches('I')
            .parse::<u32>()
            .unwrap_or(u32::MAX)
    });
    all.into_iter()
}

// A long look at everything is no runaway: the pool's limit of seconds is lifted for this
// transaction. One processor and bounded memory, so that the shop beside it goes on.
const SET_LIMITS: &str = "
    set local statement_timeout = '15min';
    set local work_mem = '64MB';
    set local max_parallel_workers_per_gather = 0;
    set local jit = off";

/// Prepares the transaction for long statements.
pub(super) async fn set_limits(tx: &Tx) -> Result<()> {
    tx.batch(SET_LIMITS).await
}

impl Invariant {
    /// One row per violation, the first hundred; a single row without a subject when it holds.
    fn statement(&self) -> String {
        let Self {
            counted, broken, ..
        } = self;
        format!(
            "
    select counted.rows_checked, listed.violation_count, listed.subject, listed.detail
    from (select ({counted})::bigint as rows_checked) as counted
    left join (
        select subject, detail, count(*) over () as violation_count
        from ({broken}) as broken (subject, detail)
        order by subject, detail
        limit 100
    ) as listed on true
    order by listed.subject, listed.detail"
        )
    }
}

/// Finds what breaks an invariant.
pub(super) async fn check(tx: &Tx, invariant: &Invariant, now: DateTime<Utc>) -> Result<Check> {
    let tables: Vec<&str> = guards::all().map(|guard: &Guard| guard.table).collect();
    let names: Vec<&str> = guards::all().map(|guard| guard.name).collect();
    let kinds: Vec<&str> = guards::all().map(|guard| guard.kind.code()).collect();
    let moment: [Param<'_>; 1] = [&now];
    let schema: [Param<'_>; 3] = [&tables, &names, &kinds];
    let params: &[Param<'_>] = match invariant.binds {
        Binds::Nothing => &[],
        Binds::Now => &moment,
        Binds::Guards => &schema,
    };
    tx.batch(invariant.plan.settings()).await?;
    let rows = tx.query(&invariant.statement(), params).await?;
    let mut check = Check {
        id: invariant.id,
        title: invariant.title,
        rows_checked: 0,
        violation_count: 0,
        violations: Vec::new(),
    };
    for row in rows {
        check.rows_checked = row.get("rows_checked");
        let (subject, detail): (Option<String>, Option<String>) =
            (row.get("subject"), row.get("detail"));
        if let (Some(subject), Some(detail)) = (subject, detail) {
            check.violation_count = row.get("violation_count");
            check.violations.push(Violation { subject, detail });
        }
    }
    Ok(check)
}

const ORDERS_BY_STATUS: &str = "
    select status, count(*) as orders
    from orders
    group by status";

// Sums are exact and unbounded in the database; what no i64 holds is shown as the largest one.
// `least` passes over what is null: a shop without a sale has sold nothing.
const UNITS: &str = "
    select least(coalesce(sum(on_hand), 0), 9223372036854775807)::bigint as on_hand,
        least(coalesce(sum(reserved), 0), 9223372036854775807)::bigint as reserved,
        (
            select least(coalesce(-sum(quantity), 0), 9223372036854775807)::bigint
            from stock_movements
            where kind = 'sale'
        ) as sold
    from stock_levels";

const CAPTURED: &str = "
    select currency,
        least(coalesce(sum(amount_minor) filter (where disposition = 'applied'), 0),
            9223372036854775807)::bigint as applied_minor,
        least(coalesce(sum(amount_minor) filter (where disposition = 'surplus'), 0),
            9223372036854775807)::bigint as surplus_minor
    from captures
    group by currency
    order by currency";

/// The figures of the shop.
pub(super) async fn summarize(tx: &Tx) -> Result<Summary> {
    let by_status = tx.query(ORDERS_BY_STATUS, &[]).await?;
    let units = tx.query_one(UNITS, &[]).await?;
    let captured = tx.query(CAPTURED, &[]).await?;
    let number = |column: &str| units.get::<_, Option<i64>>(column).unwrap_or(0);
    let orders_by_status: BTreeMap<String, i64> = by_status
        .iter()
        .map(|row| (row.get("status"), row.get("orders")))
        .collect();
    let captured = captured.iter().map(|row| Captured {
        currency: row.get("currency"),
        applied_minor: row.get::<_, Option<i64>>("applied_minor").unwrap_or(0),
        surplus_minor: row.get::<_, Option<i64>>("surplus_minor").unwrap_or(0),
    });
    Ok(Summary {
        orders_by_status,
        units_on_hand: number("on_hand"),
        units_reserved: number("reserved"),
        units_sold: number("sold"),
        captured: captured.collect(),
    })
}
