//! Callbacks are read in every form that merchants have met.

use crate::callback;

fn check(query: &str, body: &str, expected: Option<&str>) {
    assert_eq!(
        callback::tx_ref(query, body.as_bytes()).as_deref(),
        expected,
        "{query:?} {body:?}"
    );
}

#[test]
fn the_reference_is_found_under_both_names() {
    check("trx_ref=ord-1&ref_id=AP1&status=success", "", Some("ord-1"));
    check("?tx_ref=ord-1", "", Some("ord-1"));
    check("tx_ref=ord-2&trx_ref=ord-1", "", Some("ord-1"));
    check("status=success&extra=&trx_ref=ord%2D1", "", Some("ord-1"));
    check(
        "",
        r#"{"trx_ref":"ord-1","ref_id":"AP1","status":"success"}"#,
        Some("ord-1"),
    );
    check("", "\n{\"tx_ref\":\"ord-1\"}", Some("ord-1"));
    check("", "trx_ref=ord-1&status=failed", Some("ord-1"));
    check("a=b", r#"{"trx_ref":"ord-1"}"#, Some("ord-1"));
}

#[test]
fn nonsense_names_nothing() {
    let long = format!("trx_ref={}", "x".repeat(101));
    for query in [
        "",
        "trx_ref=",
        "trx_ref",
        "status=success",
        "trx_ref=%zz",
        "trx_ref=a%20b",
        &long,
    ] {
        check(query, "", None);
    }
    for body in [
        "null",
        "[]",
        "{",
        r#"{"trx_ref":null}"#,
        r#"{"trx_ref":{"a":1}}"#,
    ] {
        check("", body, None);
    }
    assert_eq!(callback::tx_ref("", &[0xff, 0xfe]), None);
}
