//! `nexus prove`: a whole shop holds, and each guard that is taken away is missed, by the line
//! that docs/proof.md names.

use serde_json::Value;

use crate::world::Process;

/// Proves without a guard until it is missed, which takes one of them nearly always.
const TRIES: u64 = 5;

/// Runs a small proof; answers its exit code and its verdict.
async fn prove(seed: u64, kills: &str, without: Option<&str>) -> (i32, Value) {
    let seed = seed.to_string();
    let mut args = vec!["prove", "--json", "--units", "12", "--buyers", "60"];
    args.extend(["--at-once", "16", "--seed", &seed, "--kills", kills]);
    args.extend(["--directory", env!("CARGO_TARGET_TMPDIR")]);
    if let Some(guard) = without {
        args.extend(["--without", guard]);
    }
    let mut process = Process::nexus(&args, &[]).with_patience(600);
    let code = process.ended().await.code();
    let (said, complained) = (process.said(), process.complained());
    let verdict = serde_json::from_str(&said);
    let verdict = verdict.unwrap_or_else(|_| panic!("no verdict: {said}{complained}"));
    (code.expect("it was not killed"), verdict)
}

/// The lines that are broken.
fn broken(verdict: &Value) -> Vec<&str> {
    let findings = verdict["findings"].as_array().unwrap().iter();
    let broken = findings.filter(|finding| finding["break_count"] != 0);
    broken.map(|found| found["id"].as_str().unwrap()).collect()
}

/// The positive control: without this guard a proof breaks at this line.
async fn missed(guard: &str, line: &str) {
    for seed in 1..=TRIES {
        let (code, verdict) = prove(seed, "0", Some(guard)).await;
        assert_eq!(verdict["without"], guard);
        let found = broken(&verdict);
        assert_eq!(code, i32::from(!found.is_empty()), "{verdict:#}");
        if found.contains(&line) {
            return;
        }
    }
    panic!("{TRIES} proofs without the {guard}, and none broke {line}");
}

#[tokio::test]
async fn a_whole_shop_holds_under_kills() {
    let (code, verdict) = prove(7, "3", None).await;
    assert_eq!(broken(&verdict), Vec::<&str>::new(), "{verdict:#}");
    assert_eq!((code, &verdict["holds"]), (0, &Value::Bool(true)));
    assert_eq!(
        (&verdict["units"], &verdict["sold"]),
        (&12.into(), &12.into())
    );
    let kills = ["servers", "workers", "postgres"]
        .map(|name| verdict[format!("kills_of_{name}")].as_u64().unwrap());
    assert_eq!(kills.iter().sum::<u64>(), 3);
}

macro_rules! missed {
    ($($test:ident: $guard:literal, $line:literal;)*) => {$(
        #[tokio::test]
        async fn $test() {
            missed($guard, $line).await;
        }
    )*};
}

missed! {
    the_stock_guard_is_missed: "stock guard", "P2";
    the_order_of_stock_locks_is_missed: "stock lock order", "P12";
    the_release_of_holds_is_missed: "hold release", "P1";
    the_guard_of_late_money_is_missed: "late stock guard", "P8";
    idempotency_keys_are_missed: "idempotency key", "P5";
    one_order_per_cart_is_missed: "one order per cart", "P4";
    one_capture_per_payment_is_missed: "capture once", "P6";
    the_comparison_of_amounts_is_missed: "settlement match", "P10";
    the_limit_of_refunds_is_missed: "refund guard", "P7";
    the_booking_of_captures_is_missed: "booking", "I8";
}

#[tokio::test]
async fn a_guard_that_nobody_knows_is_refused() {
    let args = ["prove", "--without", "nobody"];
    let (code, complaint) = Process::nexus(&args, &[]).left().await;
    assert_eq!(code, 2);
    assert!(
        complaint.contains("there is no guard \"nobody\""),
        "{complaint}"
    );
}
