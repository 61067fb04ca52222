//! `nexus ledger` as an operator runs it.

use chrono::{TimeDelta, Utc};
use kit::Clock;
use serde_json::Value;

use super::{export::records, export::sums, post};
use crate::world::{Deployment, Process};

async fn run(deployment: &Deployment, args: &[&str]) -> (i32, String, String) {
    let mut process = Process::nexus(args, &deployment.variables);
    let code = process.ended().await.code().unwrap();
    (code, process.said(), process.complained())
}

#[tokio::test(flavor = "multi_thread")]
async fn the_books_are_read_on_the_command_line() {
    let deployment = Deployment::open().await;
    let (code, said, complained) = run(&deployment, &["ledger", "balances"]).await;
    assert_eq!(
        (code, said.as_str(), complained.as_str()),
        (0, "nothing was booked\n", "")
    );

    let then: chrono::DateTime<Utc> = Clock::system().now() - TimeDelta::hours(30);
    post(&deployment.kit.db, "test:1", "one", 125, then).await;
    post(
        &deployment.kit.db,
        "test:2",
        "two",
        1_000,
        then + TimeDelta::hours(1),
    )
    .await;
    let sealed = run(&deployment, &["ledger", "seal"]).await;
    let sentence = "2 transfers came into the chain\n".to_owned();
    assert_eq!(sealed, (0, sentence, String::new()));

    let (code, said, _) = run(&deployment, &["ledger", "balances"]).await;
    let last = "owes 0.00, is owed -11.25, has earned 0.00, has spent 11.25\n";
    assert!(code == 0 && said.ends_with(last), "{said}");
    let as_of = then.to_rfc3339();
    let args = ["ledger", "balances", "--json", "--as-of", &as_of];
    let (code, said, _) = run(&deployment, &args).await;
    let books: Value = serde_json::from_str(&said).unwrap();
    assert_eq!((code, &books[0]["spent"]["amount"]), (0, &Value::from(125)));

    let (code, said, complained) = run(&deployment, &["ledger", "export"]).await;
    assert_eq!((code, complained.as_str()), (0, ""));
    let lines = records(&said);
    assert_eq!((lines.len(), sums(&lines[1..])["write_offs"]), (5, 1_125));
    let to = (then + TimeDelta::minutes(1)).to_rfc3339();
    let (code, said, _) = run(&deployment, &["ledger", "export", "--to", &to]).await;
    assert_eq!((code, records(&said).len()), (0, 3));
    let (code, _, complained) = run(&deployment, &["ledger", "export", "--from", "x"]).await;
    assert!(code == 2 && complained.contains("--from"), "{complained}");
    let args = ["ledger", "export", "--from", &to, "--to", &as_of];
    let (code, _, complained) = run(&deployment, &args).await;
    assert!(
        code == 2 && complained.contains("--to must be later"),
        "{complained}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn the_audit_names_the_row_on_the_command_line() {
    let deployment = Deployment::open().await;
    let now = Clock::system().now();
    for n in 0..5 {
        post(&deployment.kit.db, &format!("test:{n}"), "", 100, now).await;
    }
    run(&deployment, &["ledger", "seal"]).await;
    let clean = run(&deployment, &["audit"]).await;
    assert_eq!(clean.0, 0, "{}", clean.1);
    deployment
        .execute(
            "alter table ledger_transfers disable trigger ledger_transfers_append_only;
             update ledger_transfers set memo = 'changed' where fact = 'test:3';
             alter table ledger_transfers enable trigger ledger_transfers_append_only",
        )
        .await;
    let id = "select id::text from ledger_transfers where fact = 'test:3'";
    let conn = deployment.kit.db.read().await.unwrap();
    let id: String = conn.query_one(id, &[]).await.unwrap().get(0);
    let (code, said, _) = run(&deployment, &["audit"]).await;
    let line = format!("\n  transfer {id}: it is not what was sealed as number ");
    assert!(code == 1 && said.contains(&line), "{said}");
    assert!(
        said.ends_with("1 violations; nothing was changed\n"),
        "{said}"
    );
}
