//! The database is lost and comes back as it was at the last backup: what was paid since is found
//! at the provider, and what nobody here knows of any more is told.

use std::{
    io::Write,
    process::{Command, Stdio},
    sync::Arc,
};

use embedded_postgres::Installation;

use super::buyer::Buyer;
use crate::world::{Deployment, Process};

/// One of PostgreSQL's programs.
fn program(name: &str) -> Command {
    let installation = Installation::find().expect("PostgreSQL is installed");
    Command::new(installation.program(name))
}

fn back_up(shop: &Deployment) -> Vec<u8> {
    let mut dump = program("pg_dump");
    dump.args(["--clean", "--if-exists", &shop.database_url]);
    let output = dump.output().unwrap();
    assert!(output.status.success(), "{:?}", output.stderr);
    output.stdout
}

fn restore(shop: &Deployment, backup: &[u8]) {
    let mut psql = program("psql");
    psql.args(["--no-psqlrc", "--quiet", "--single-transaction"]);
    psql.args(["--set", "ON_ERROR_STOP=1", &shop.database_url]);
    let mut child = psql
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(backup).unwrap();
    assert!(child.wait().unwrap().success(), "the backup is taken back");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_paid_since_the_backup_is_found_again() {
    let shop = Deployment::open().await;
    let coffee = shop.product("coffee", 100).await;
    let mut early = Buyer::new(&shop, "early", &[]).await;
    let paid = early.buy(coffee).await;
    early.verify(&paid).await;
    let mut across = Buyer::before(&shop, "across", &Arc::default());
    let begun = across.begin(coffee).await;

    let backup = back_up(&shop);
    begun.pay().await;
    across.verify(&begun).await;
    let mut late = Buyer::before(&shop, "late", &Arc::default());
    let lost = late.buy(coffee).await;
    late.verify(&lost).await;
    early.leave().await;

    restore(&shop, &backup);
    let orders = "select email || ' ' || status from orders order by email";
    let due = [
        "across@example.com pending_payment",
        "early@example.com paid",
    ];
    assert_eq!(shop.texts(orders).await, due);
    shop.assert_audit_clean().await;

    let mut process = Process::nexus(&["pay", "reconcile"], &shop.variables);
    let code = process.ended().await.code().unwrap();
    let said = process.said() + &process.complained();
    assert_eq!(code, 1, "{said}");
    let last = "OPEN: 1 differences wait, 1 were repaired\n";
    assert!(said.ends_with(last), "{said}");
    let due = ["across@example.com paid", "early@example.com paid"];
    assert_eq!(shop.texts(orders).await, due);
    let captured = "select sum(amount_minor)::bigint from captures where disposition = 'applied'";
    assert_eq!(shop.number(captured).await, 500_000);
    let found = "select class || ' ' || state || ' ' || coalesce(order_id::text, 'of nobody')
        from reconciliation_breaks order by state";
    let due = [
        "missing_here open of nobody".to_owned(),
        format!("missing_here repaired {}", begun.order_id),
    ];
    assert_eq!(shop.texts(found).await, due);
    shop.assert_audit_clean().await;
}
