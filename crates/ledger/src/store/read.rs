//! Reading the books: balances, transfers, days.

use std::collections::BTreeMap;

use chrono::{DateTime, NaiveDate, NaiveTime, Utc};
use ids::TransferId;
use kit::{Conn, Error, Result};
use money::{Currency, Money};
use tokio_postgres::Row;

use crate::model::{AccountBalance, AccountKind, Day, Filter, PostedTransfer, Range};

// Of days that were over: the sums, and what is booked and not in them yet. Of the day itself:
// its rows. In one statement, so that a transfer that is being sealed is counted once.
const SUM_BALANCES: &str = "
    with sides as (
        select account, currency, debit_minor, credit_minor
        from ledger_sums
        where day < $1
        union all
        select account, currency, debit_minor, credit_minor
        from (
            select debit_account, credit_account, currency, sum(amount_minor) as amount_minor
            from (
                select debit_account, credit_account, currency, amount_minor
                from ledger_unsealed
                join ledger_transfers on id = transfer_id
                where posted_at < $2
                union all
                select debit_account, credit_account, currency, amount_minor
                from ledger_transfers
                where posted_at >= $2 and posted_at <= $3
            ) as latest
            group by debit_account, credit_account, currency
        ) as pairs
        cross join lateral (
            values (debit_account, amount_minor, 0), (credit_account, 0, amount_minor)
        ) as side (account, debit_minor, credit_minor)
    )
    select currencies.currency, code, kind, title,
        coalesce(sum(debit_minor), 0)::bigint as debit_minor,
        coalesce(sum(credit_minor), 0)::bigint as credit_minor
    from (
        select distinct currency
        from sides
        where $4::text is null or currency = $4
        union
        select $4
        where $4 is not null
    ) as currencies
    cross join ledger_accounts
    left join sides on sides.account = code and sides.currency = currencies.currency
    group by currencies.currency, code, kind, title
    order by currencies.currency, kind, code";

/// Every account with the sums of its sides as of an instant, by currency.
pub(crate) async fn sum_balances(
    conn: &Conn,
    as_of: DateTime<Utc>,
    currency: Option<Currency>,
) -> Result<Vec<(Currency, AccountBalance)>> {
    let day = as_of.date_naive();
    let midnight = day.and_time(NaiveTime::MIN).and_utc();
    let code = currency.as_ref().map(Currency::code);
    let rows = conn
        .query(SUM_BALANCES, &[&day, &midnight, &as_of, &code])
        .await?;
    rows.iter().map(balance).collect()
}

fn balance(row: &Row) -> Result<(Currency, AccountBalance)> {
    let currency: Currency = row
        .get::<_, &str>("currency")
        .parse()
        .map_err(Error::fault)?;
    let kind: &str = row.get("kind");
    let kind = AccountKind::parse(kind)
        .ok_or_else(|| Error::fault(format_args!("unknown kind of account {kind}")))?;
    let account = (row.get("code"), kind, row.get("title"));
    let sides = (row.get("debit_minor"), row.get("credit_minor"));
    Ok((currency, AccountBalance::new(account, sides, currency)?))
}

const LIST_ACCOUNT_TITLES: &str = "
    select code, title
    from ledger_accounts";

/// The chart's titles by code.
pub(crate) async fn list_account_titles(conn: &Conn) -> Result<BTreeMap<String, String>> {
    let rows = conn.query(LIST_ACCOUNT_TITLES, &[]).await?;
    let pairs = rows.iter().map(|row| (row.get("code"), row.get("title")));
    Ok(pairs.collect())
}

// The page is cut first; what belongs to its transfers is looked up for them alone.
macro_rules! select_transfers {
    ($page:literal) => {
        concat!(
            "
    select page.id, fact, leg, debit_account, credit_account, amount_minor, page.currency,
        order_id, orders.number as order_number, memo, posted_at, sequence, hash
    from (",
            $page,
            "
    ) as page
    left join ledger_chain on transfer_id = page.id
    left join orders on orders.id = order_id"
        )
    };
}

fn transfer(row: &Row) -> Result<PostedTransfer> {
    let currency: Currency = row
        .get::<_, &str>("currency")
        .parse()
        .map_err(Error::fault)?;
    Ok(PostedTransfer {
        id: row.get("id"),
        fact: row.get("fact"),
        leg: row.get("leg"),
        debit_account: row.get("debit_account"),
        credit_account: row.get("credit_account"),
        amount: Money::new(row.get("amount_minor"), currency),
        order_id: row.get("order_id"),
        order_number: row.get("order_number"),
        memo: row.get("memo"),
        posted_at: row.get("posted_at"),
        sequence: row.get("sequence"),
        hash: row.get("hash"),
    })
}

const LIST_TRANSFERS: &str = select_transfers!(
    "
        select id, fact, leg, debit_account, credit_account, amount_minor, currency, order_id,
            memo, posted_at
        from ledger_transfers
        where posted_at >= $1 and (posted_at, id) < ($2, $3)
        order by posted_at desc, id desc
        limit $4"
);

const LIST_TRANSFERS_OF_ORDER: &str = select_transfers!(
    "
        select id, fact, leg, debit_account, credit_account, amount_minor, currency, order_id,
            memo, posted_at
        from ledger_transfers
        where posted_at >= $1 and (posted_at, id) < ($2, $3)
            and order_id = $5
            and ($6::text is null or $6 in (debit_account, credit_account))
            and ($7::text is null or fact = $7)
        order by posted_at desc, id desc
        limit $4"
);

const LIST_TRANSFERS_OF_FACT: &str = select_transfers!(
    "
        select id, fact, leg, debit_account, credit_account, amount_minor, currency, order_id,
            memo, posted_at
        from ledger_transfers
        where posted_at >= $1 and (posted_at, id) < ($2, $3)
            and fact = $5
            and ($6::text is null or $6 in (debit_account, credit_account))
        order by posted_at desc, id desc
        limit $4"
);

// Each side off its own index: an account with few entries is not looked for among all of them.
const LIST_TRANSFERS_OF_ACCOUNT: &str = select_transfers!(
    "
        (select id, fact, leg, debit_account, credit_account, amount_minor, currency, order_id,
            memo, posted_at
        from ledger_transfers
        where posted_at >= $1 and (posted_at, id) < ($2, $3) and debit_account = $5
        order by posted_at desc, id desc
        limit $4)
        union all
        (select id, fact, leg, debit_account, credit_account, amount_minor, currency, order_id,
            memo, posted_at
        from ledger_transfers
        where posted_at >= $1 and (posted_at, id) < ($2, $3) and credit_account = $5
        order by posted_at desc, id desc
        limit $4)
        order by posted_at desc, id desc
        limit $4"
);

/// Transfers, newest first, behind `after`.
pub(crate) async fn list_transfers(
    conn: &Conn,
    filter: &Filter,
    after: Option<(DateTime<Utc>, TransferId)>,
    limit: i64,
) -> Result<Vec<PostedTransfer>> {
    let Filter {
        range: Range { from, to },
        account,
        order_id,
        fact,
    } = filter;
    // No id is below the lowest: without a cursor the end of the range is outside.
    let lowest = TransferId::from_uuid(uuid::Uuid::nil());
    let (at, id) = after.map_or((*to, lowest), |after| after.min((*to, lowest)));
    let rows = match (order_id, fact, account) {
        (Some(order_id), ..) => {
            let params: [kit::db::Param<'_>; 7] = [from, &at, &id, &limit, order_id, account, fact];
            conn.query(LIST_TRANSFERS_OF_ORDER, &params).await?
        }
        (None, Some(fact), _) => {
            let params: [kit::db::Param<'_>; 6] = [from, &at, &id, &limit, fact, account];
            conn.query(LIST_TRANSFERS_OF_FACT, &params).await?
        }
        (None, None, Some(account)) => {
            let params: [kit::db::Param<'_>; 5] = [from, &at, &id, &limit, account];
            conn.query(LIST_TRANSFERS_OF_ACCOUNT, &params).await?
        }
        (None, None, None) => {
            let params: [kit::db::Param<'_>; 4] = [from, &at, &id, &limit];
            conn.query(LIST_TRANSFERS, &params).await?
        }
    };
    // The joins do not promise to keep the order of the page.
    let mut transfers: Vec<PostedTransfer> = rows.iter().map(transfer).collect::<Result<_>>()?;
    transfers.sort_by_key(|transfer| std::cmp::Reverse((transfer.posted_at, transfer.id)));
    Ok(transfers)
}

const LIST_TRANSFERS_ONWARD: &str = select_transfers!(
    "
        select id, fact, leg, debit_account, credit_account, amount_minor, currency, order_id,
            memo, posted_at
        from ledger_transfers
        where (posted_at, id) > ($1, $2) and posted_at < $3
        order by posted_at, id
        limit $4"
);

/// Transfers, oldest first, behind `after` and before `to`.
pub(crate) async fn list_transfers_onward(
    conn: &Conn,
    (at, id): (DateTime<Utc>, TransferId),
    to: DateTime<Utc>,
    limit: i64,
) -> Result<Vec<PostedTransfer>> {
    let rows = conn
        .query(LIST_TRANSFERS_ONWARD, &[&at, &id, &to, &limit])
        .await?;
    let mut transfers: Vec<PostedTransfer> = rows.iter().map(transfer).collect::<Result<_>>()?;
    transfers.sort_by_key(|transfer| (transfer.posted_at, transfer.id));
    Ok(transfers)
}

// The open day stands at the end of the chain and nowhere else.
const LIST_DAYS: &str = "
    select day, first_sequence, last_sequence, opening_hash, closing_hash, closed_at
    from ledger_days
    where $1::date is null or day < $1
    union all
    select day, first_sequence, last_sequence, opening_hash, last_hash, null
    from ledger_head
    where first_sequence <= last_sequence and ($1::date is null or day < $1)
    order by day desc
    limit $2";

/// Days of the chain, newest first, before `before`; the open one has no `closed_at`.
pub(crate) async fn list_days(
    conn: &Conn,
    before: Option<NaiveDate>,
    limit: i64,
) -> Result<Vec<Day>> {
    let rows = conn.query(LIST_DAYS, &[&before, &limit]).await?;
    let day = |row: &Row| Day {
        day: row.get("day"),
        first_sequence: row.get("first_sequence"),
        last_sequence: row.get("last_sequence"),
        opening_hash: row.get("opening_hash"),
        closing_hash: row.get("closing_hash"),
        closed_at: row.get("closed_at"),
    };
    Ok(rows.iter().map(day).collect())
}
