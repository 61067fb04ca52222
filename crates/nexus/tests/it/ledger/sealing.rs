//! Sealing: by several at once, beside payments, killed at any point: one chain without a gap.

use chrono::{DateTime, TimeDelta, Utc};
use kit::Db;
use sha2::{Digest, Sha256};

use super::{post, three_orders};
use crate::world::{
    Deployment, Shop,
    race::{Held, at_once, caught, equal, every_round, holds, patient_shop, rounds},
    until,
};

const SEALERS: usize = 6;

/// Everybody books and then seals, at the same moment.
async fn book_and_seal(shop: &Shop, n: usize) -> Held {
    let now = shop.now();
    let work = (0..SEALERS).map(|sealer| {
        let db = shop.app.kit.db.clone();
        async move {
            for step in 0..3 {
                post(&db, &format!("test:{n}-{sealer}-{step}"), "", 7, now).await;
                ledger::seal(&db, now)
                    .await
                    .map_err(|error| error.to_string())?;
            }
            Ok::<(), String>(())
        }
    });
    let outcomes = at_once(work).await;
    let failed: Vec<_> = outcomes.iter().filter(|outcome| outcome.is_err()).collect();
    holds("sealing", failed.is_empty(), &failed)?;
    let last = ledger::seal(&shop.app.kit.db, shop.now()).await;
    holds("sealing", last.is_ok(), &last)?;
    let broken = shop.number(BROKEN).await;
    equal("chain", &broken, &0)?;
    equal("unsealed", &shop.count("ledger_unsealed").await, &0)
}

/// The hashes as decision 0011 describes them, computed here and not by the database: whoever
/// has an export of the rows can prove them without it.
#[tokio::test(flavor = "multi_thread")]
async fn the_chain_can_be_computed_outside() {
    let (shop, _) = three_orders().await;
    post(&shop.app.kit.db, "test:1", "ቡና", 7, shop.now()).await;
    shop.seal().await;
    let rows = "select id, fact, leg, debit_account, credit_account, amount_minor, currency,
            order_id, memo, posted_at, hash
        from ledger_transfers join ledger_chain on transfer_id = id order by sequence";
    let rows = shop.db().await.query(rows, &[]).await.unwrap();
    assert_eq!(rows.len(), 7);
    let mut before = Sha256::digest(b"").to_vec();
    for row in rows {
        let mut bytes = before;
        let text = |bytes: &mut Vec<u8>, column: &str| {
            let text: &str = row.get(column);
            bytes.extend(u32::try_from(text.len()).unwrap().to_be_bytes());
            bytes.extend(text.as_bytes());
        };
        bytes.extend(row.get::<_, uuid::Uuid>("id").as_bytes());
        text(&mut bytes, "fact");
        bytes.extend(row.get::<_, i16>("leg").to_be_bytes());
        text(&mut bytes, "debit_account");
        text(&mut bytes, "credit_account");
        bytes.extend(row.get::<_, i64>("amount_minor").to_be_bytes());
        text(&mut bytes, "currency");
        match row.get::<_, Option<uuid::Uuid>>("order_id") {
            Some(order) => {
                bytes.push(1);
                bytes.extend(order.as_bytes());
            }
            None => bytes.push(0),
        }
        text(&mut bytes, "memo");
        let epoch: DateTime<Utc> = "2000-01-01T00:00:00Z".parse().unwrap();
        let at: DateTime<Utc> = row.get("posted_at");
        let microseconds = (at - epoch).num_microseconds().unwrap();
        bytes.extend(microseconds.to_be_bytes());
        let hash = Sha256::digest(&bytes).to_vec();
        assert_eq!(hash, row.get::<_, Vec<u8>>("hash"));
        before = hash;
    }
    shop.close().await;
}

/// Numbers that are given twice or left out, and transfers without one.
const BROKEN: &str = "
    select (select count(*) from ledger_transfers) - count(distinct transfer_id)
        + count(*) - count(distinct sequence) + abs(coalesce(max(sequence), 0) - count(*))
        + abs(max(sequence) - (select last_sequence from ledger_head))
    from ledger_chain";

#[tokio::test(flavor = "multi_thread")]
async fn many_who_seal_at_once_make_one_chain() {
    let shop = patient_shop(&[]).await;
    every_round(rounds(12), async |n| book_and_seal(&shop, n).await).await;
    let (sealed, posted) = (
        shop.count("ledger_chain").await,
        shop.count("ledger_transfers").await,
    );
    assert_eq!(sealed, posted);
    shop.close().await;
}

/// Two seal while somebody keeps the first transfer from them; the second has seen one transfer
/// more. With the lock, it waits for the first to end.
async fn two_meet(shop: &Shop) -> Held {
    let (db, now) = (&shop.app.kit.db, shop.now());
    post(db, "test:first", "", 7, now).await;
    let keeper = db.begin("test_keep").await.unwrap();
    let kept = "select from ledger_unsealed for update";
    keeper.query(kept, &[]).await.unwrap();
    let mut sealers = Vec::new();
    for n in 1..=2 {
        let sealer = db.clone();
        let sealing = async move { ledger::seal(&sealer, now).await };
        sealers.push(shop.app.tasks.spawn(sealing));
        until("it has met the other", async || {
            (shop.number(WAITING).await == n).then_some(())
        })
        .await;
        if n == 1 {
            post(db, "test:second", "", 7, now).await;
        }
    }
    keeper.rollback().await.unwrap();
    for sealer in sealers {
        sealer.await.unwrap().unwrap();
    }
    equal("chain", &shop.number(BROKEN).await, &0)?;
    equal("unsealed", &shop.count("ledger_unsealed").await, &0)
}

const WAITING: &str = "
    select count(*)
    from pg_stat_activity
    where datname = current_database() and wait_event_type = 'Lock'";

#[tokio::test(flavor = "multi_thread")]
async fn two_who_meet_make_one_chain() {
    let shop = patient_shop(&[]).await;
    two_meet(&shop).await.unwrap();
    shop.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn without_the_lock_the_chain_forks() {
    let shop = patient_shop(&["seal lock"]).await;
    // The keys of number and transfer stand behind the lock: either alone stops most forks.
    for key in ["ledger_chain_pkey", "ledger_chain_transfer_key"] {
        shop.drop_constraint("ledger_chain", key).await;
    }
    caught("chain", 1, async |_| two_meet(&shop).await).await;
    shop.close_broken().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn without_the_lock_the_key_refuses_the_second() {
    let shop = patient_shop(&["seal lock"]).await;
    caught("sealing", 60, async |n| book_and_seal(&shop, n).await).await;
    shop.close_broken().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn payments_do_not_wait_for_the_chain() {
    let shop = Shop::open().await;
    let tx = shop.app.kit.db.begin("test_seal").await.unwrap();
    tx.query_one("select last_sequence from ledger_head for update", &[])
        .await
        .unwrap();
    post(&shop.app.kit.db, "test:1", "", 7, shop.now()).await;
    assert_eq!(shop.count("ledger_transfers").await, 1);
    tx.rollback().await.unwrap();
    assert_eq!(shop.seal().await, 1);
    shop.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_not_committed_is_sealed_when_it_is() {
    let shop = Shop::open().await;
    let db: &Db = &shop.app.kit.db;
    let transfer = ledger::Transfer {
        debit: ledger::Account::WriteOffs,
        credit: ledger::Account::Disputed,
        amount: money::Money::new(5, money::Currency::ETB),
        order_id: None,
    };
    let tx = db.begin("test_post").await.unwrap();
    ledger::post(&tx, "test:late", "", &[transfer], shop.now())
        .await
        .unwrap();
    post(db, "test:soon", "", 7, shop.now()).await;
    assert_eq!(shop.seal().await, 1);
    shop.advance(TimeDelta::days(1));
    tx.commit().await.unwrap();
    assert_eq!(shop.seal().await, 1);
    let late = "select sequence from ledger_chain
                join ledger_transfers on id = transfer_id where fact = 'test:late'";
    assert_eq!(shop.number(late).await, 2);
    // It belongs to the day of its sealing, and to the sums of the day of its booking.
    assert_eq!(
        shop.number("select first_sequence from ledger_head").await,
        2
    );
    let days = "select count(distinct day) from ledger_sums";
    assert_eq!(shop.number(days).await, 1);
    shop.close().await;
}

/// Where the worker dies: when it plans the sealing at its start, and while it seals.
pub(crate) const SEALING: [&str; 6] = [
    "before commit of plan_sealing",
    "after commit of plan_sealing",
    "after claim of seal_ledger",
    "before commit of seal_ledger",
    "after commit of seal_ledger",
    "before end of seal_ledger",
];

#[tokio::test(flavor = "multi_thread")]
async fn a_worker_that_dies_while_it_seals_leaves_one_chain() {
    let shop = Deployment::open().await;
    for (n, point) in SEALING.into_iter().enumerate() {
        let now = shop.kit.clock.now();
        post(&shop.kit.db, &format!("test:{n}"), "", 7, now).await;
        shop.execute("update jobs set run_at = created_at where kind = 'seal_ledger'")
            .await;
        let mut worker = shop.worker(Some(point));
        worker.crashed(point).await;
        shop.end_leases().await;
        let mut worker = shop.worker(None);
        until("the books are sealed", async || {
            let sql = "select count(*) from ledger_unsealed";
            (shop.number(sql).await == 0).then_some(())
        })
        .await;
        worker.kill().await;
        shop.end_leases().await;
        shop.assert_audit_clean().await;
    }
    let sealed = "select count(*) from ledger_chain";
    assert_eq!(shop.number(sealed).await, 6);
}
