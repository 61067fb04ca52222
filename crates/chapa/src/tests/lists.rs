//! Chapa's own lists: read whole, or not at all.

use super::read;
use crate::client::answers::{balances, timeline, transactions};
use crate::{Error, Observed, TransactionPage};

fn page(data: &str) -> Result<TransactionPage, Error> {
    let body = format!(r#"{{"message":"Transactions","status":"success","data":{data}}}"#);
    transactions(&read(200, &body))
}

#[test]
fn a_page_is_read() {
    let page = page(
        r#"{"transactions":[
        {"status":"success","ref_id":"AP1","currency":"ETB","amount":"400.00","charge":12},
        {"status":"pending","ref_id":"AP2","currency":"ETB","amount":"1.001"}],
        "pagination":{"next_page_url":"https:\/\/api.chapa.co\/v1\/transactions?page=2"}}"#,
    )
    .unwrap();
    assert!(page.has_next);
    let [paid, pending] = page.transactions.as_slice() else {
        panic!("{page:?}")
    };
    assert_eq!(paid.state, Observed::Charged);
    assert_eq!(paid.provider_reference.as_deref(), Some("AP1"));
    assert_eq!(
        (paid.amount_minor, paid.fee_minor),
        (Some(40_000), Some(1_200))
    );
    assert_eq!(pending.state, Observed::Pending);
    assert_eq!(pending.amount_minor, None);
}

#[test]
fn the_last_page_has_no_next() {
    for pages in [
        "",
        r#","pagination":null"#,
        r#","pagination":{"next_page_url":null}"#,
        r#","pagination":{"next_page_url":" "}"#,
    ] {
        let page = page(&format!(r#"{{"transactions":[]{pages}}}"#)).unwrap();
        assert!(!page.has_next && page.transactions.is_empty(), "{pages}");
    }
}

#[test]
fn what_is_no_object_is_no_row() {
    for data in [
        "{}",
        r#"{"transactions":null}"#,
        r#"{"transactions":{}}"#,
        r#"{"transactions":[["success","AP1","ETB","400.00","12.00"]]}"#,
        r#"{"transactions":[null]}"#,
        r#"{"transactions":[{"status":"success"},"AP1"]}"#,
        r#"{"transactions":[{"status":"failed","status":"success"}]}"#,
        r#"{"transactions":[],"pagination":["https:\/\/api.chapa.co"]}"#,
        r#"{"transactions":[],"pagination":"next"}"#,
        r#"["success"]"#,
    ] {
        let read = page(data);
        assert!(matches!(read, Err(Error::Protocol(_))), "{data}: {read:?}");
    }
    for data in [r#"[["paid","log"]]"#, "[null]", "[1]", "{}", "null"] {
        let body = format!(r#"{{"message":"Events","status":"success","data":{data}}}"#);
        let read = timeline(&read(200, &body));
        assert!(matches!(read, Err(Error::Protocol(_))), "{data}: {read:?}");
    }
}

#[test]
fn balances_are_read_whole_or_not_at_all() {
    let told = |data: &str| {
        let body = format!(r#"{{"message":"Balances","status":"success","data":{data}}}"#);
        balances(&read(200, &body))
    };
    let read = told(
        r#"[{"currency":"ETB","available_balance":1000,"ledger_balance":"1200.50"},
        {"currency":"USD","available_balance":"1e3"}]"#,
    )
    .unwrap();
    let read: Vec<_> = read
        .iter()
        .map(|one| (one.currency.as_str(), one.available_minor, one.ledger_minor))
        .collect();
    assert_eq!(
        read,
        [("ETB", Some(100_000), Some(120_050)), ("USD", None, None)]
    );
    for data in [
        "null",
        "{}",
        "[1]",
        r#"[["ETB",1,1]]"#,
        r#"[{"ledger_balance":1}]"#,
    ] {
        assert!(matches!(told(data), Err(Error::Protocol(_))), "{data}");
    }
}
