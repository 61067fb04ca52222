//! `nexus pay reconcile` on a machine.

use serde_json::json;

use crate::world::{Deployment, Process};

/// How it left and what it said.
async fn reconcile(shop: &Deployment, args: &[&str], changes: &[(&str, &str)]) -> (i32, String) {
    let mut all = vec!["pay", "reconcile"];
    all.extend_from_slice(args);
    let mut process = Process::nexus(&all, &shop.with(changes));
    let status = process.ended().await;
    (
        status.code().unwrap(),
        process.said() + &process.complained(),
    )
}

#[tokio::test(flavor = "multi_thread")]
async fn the_command_compares_and_says_what_it_found() {
    let shop = Deployment::open().await;
    let (code, said) = reconcile(&shop, &[], &[]).await;
    assert_eq!(code, 0, "{said}");
    assert!(said.ends_with("clean: the books agree\n"), "{said}");
    let body = json!({ "amount": "250.00", "currency": "ETB" });
    let made = shop.provider().post("/__sim/transactions", body).await;
    let reference = made.text("/reference");
    for _ in 0..2 {
        let (code, said) = reconcile(&shop, &[], &[]).await;
        assert_eq!(code, 1, "{said}");
        let row = format!("open     missing_here     {reference}  ours nothing, theirs 250.00 ETB");
        assert!(said.contains(&row), "{said}");
        let last = "OPEN: 1 differences wait, 0 were repaired\n";
        assert!(said.ends_with(last), "{said}");
    }
    let past = [
        "--from",
        "2026-01-01T00:00:00Z",
        "--to",
        "2026-01-03T00:00:00Z",
    ];
    let (code, said) = reconcile(&shop, &past, &[]).await;
    assert_eq!(code, 0, "nothing was charged then: {said}");
    let open = "select count(*) from reconciliation_breaks where state = 'open'";
    assert_eq!(
        shop.number(open).await,
        1,
        "another time says nothing of it"
    );
    let backwards = [
        "--from",
        "2026-01-03T00:00:00Z",
        "--to",
        "2026-01-01T00:00:00Z",
    ];
    let (code, said) = reconcile(&shop, &backwards, &[]).await;
    assert_eq!(code, 2);
    assert!(said.contains("it must begin before it ends"), "{said}");
    let nowhere = [("NEXUS__PAYMENTS__BASE_URL", "http://127.0.0.1:9/v1")];
    let (code, said) = reconcile(&shop, &[], &nowhere).await;
    assert_eq!(code, 2);
    assert!(said.contains("the provider does not answer"), "{said}");
    let (code, said) = reconcile(&shop, &[], &[]).await;
    assert_eq!(code, 2);
    assert!(
        said.contains("comparison with a provider goes on"),
        "{said}"
    );
    shop.assert_audit_clean().await;
}
