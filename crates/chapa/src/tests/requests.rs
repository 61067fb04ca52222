//! What is sent keeps Chapa's rules, whatever the caller holds.

use crate::client::requests::{check_reference, initialize_body, refund_body};
use crate::{Error, NewRefund, NewTransaction, clean_description, clean_title, national_phone};

fn transaction() -> NewTransaction {
    NewTransaction {
        tx_ref: "ord-1".to_owned(),
        amount_minor: 40_000,
        currency: "ETB".to_owned(),
        ..NewTransaction::default()
    }
}

fn body(change: impl FnOnce(&mut NewTransaction)) -> Result<serde_json::Value, Error> {
    let mut transaction = transaction();
    change(&mut transaction);
    initialize_body(&transaction).map(|text| serde_json::from_str(&text).unwrap())
}

#[test]
fn the_smallest_body_has_three_fields() {
    let expected = serde_json::json!({"amount": "400.00", "currency": "ETB", "tx_ref": "ord-1"});
    assert_eq!(body(|_| {}), Ok(expected.clone()));
    let blank = body(|t| {
        t.email = Some("  ".to_owned());
        t.title = Some(String::new());
        t.description = Some("ጫማ".to_owned());
        t.phone = Some("+1 555 0100".to_owned());
    });
    assert_eq!(blank, Ok(expected));
}

#[test]
fn a_full_body_is_clean() {
    let full = body(|t| {
        t.email = Some("abebe@shop.et".to_owned());
        t.first_name = Some("አበበ".to_owned());
        t.last_name = Some("Bikila".to_owned());
        t.phone = Some("+251 911 22 33 44".to_owned());
        t.callback_url = Some("https://shop.et/callback".to_owned());
        t.return_url = Some("https://shop.et/done".to_owned());
        t.title = Some("The best shop of Addis".to_owned());
        t.description = Some("Order #17: shoes & \"socks\"".to_owned());
        t.meta = serde_json::json!({"order": "17"}).as_object().cloned();
    });
    assert_eq!(
        full,
        Ok(serde_json::json!({
            "amount": "400.00", "currency": "ETB", "tx_ref": "ord-1",
            "email": "abebe@shop.et", "first_name": "አበበ", "last_name": "Bikila",
            "phone_number": "0911223344",
            "callback_url": "https://shop.et/callback", "return_url": "https://shop.et/done",
            "customization": {"title": "The best shop of", "description": "Order 17 shoes socks"},
            "meta": {"order": "17"},
        }))
    );
}

#[test]
fn what_chapa_would_refuse_is_not_sent() {
    let field = |result: Result<serde_json::Value, Error>| match result {
        Err(Error::Invalid { field, .. }) => field,
        other => panic!("{other:?}"),
    };
    for amount_minor in [0, -1, i64::MIN, 1_000_000_000, i64::MAX] {
        assert_eq!(field(body(|t| t.amount_minor = amount_minor)), "amount");
    }
    assert!(body(|t| t.amount_minor = 999_999_999).is_ok());
    for currency in ["", "etb", "EUR", "ETB "] {
        assert_eq!(
            field(body(|t| t.currency = currency.to_owned())),
            "currency"
        );
    }
    for tx_ref in ["", "a b", "a/b", "..", "ሀ", &"x".repeat(51)] {
        assert_eq!(field(body(|t| t.tx_ref = tx_ref.to_owned())), "tx_ref");
    }
}

#[test]
fn references_stay_in_their_place_in_the_path() {
    for reference in ["", ".", "..", "a b", "a\n", "ሀ", &"x".repeat(101)] {
        assert!(
            check_reference("tx_ref", reference).is_err(),
            "{reference:?}"
        );
    }
    for reference in ["ord-1", "a/b", "a?b#c", "%2e%2e", "..a"] {
        assert_eq!(
            check_reference("tx_ref", reference),
            Ok(()),
            "{reference:?}"
        );
    }
}

#[test]
fn refunds_are_forms() {
    let refund = NewRefund {
        provider_reference: "APezQ1KKswbb".to_owned(),
        amount_minor: Some(10_050),
        reason: Some("size & colour: ትንሽ".to_owned()),
        merchant_reference: Some("r-1".to_owned()),
    };
    assert_eq!(
        refund_body(&refund).unwrap(),
        "amount=100.50&reason=size%20%26%20colour%3A%20%E1%89%B5%E1%8A%95%E1%88%BD&reference=r-1"
    );
    let whole = NewRefund {
        provider_reference: "AP1".to_owned(),
        ..NewRefund::default()
    };
    assert_eq!(refund_body(&whole).unwrap(), "");
    for amount_minor in [0, -1, 1_000_000_000] {
        let bad = NewRefund {
            amount_minor: Some(amount_minor),
            ..whole.clone()
        };
        assert!(matches!(
            refund_body(&bad),
            Err(Error::Invalid {
                field: "amount",
                ..
            })
        ));
    }
}

#[test]
fn texts_are_cut_and_cleaned() {
    assert_eq!(clean_title("BMS Invoice Payment"), "BMS Invoice Paym");
    assert_eq!(clean_title("  Nexus   Shop "), "Nexus Shop");
    assert_eq!(clean_title("የኢትዮጵያ ምርጥ ሱቅ በአዲስ"), "የኢትዮጵያ ምርጥ ሱቅ በአ");
    assert_eq!(clean_title("exactly fifteen x"), "exactly fifteen");
    assert_eq!(clean_description("a_b-c.d/e,f"), "a_b-c.d e f");
    assert_eq!(clean_description(&"x".repeat(60)), "x".repeat(50));
}

#[test]
fn phones_are_national_or_absent() {
    for phone in [
        "0911223344",
        "+251911223344",
        "251911223344",
        "00251911223344",
        "911223344",
        "+251 911-22-33-44",
        "(0911) 22.33.44",
        "+2510911223344",
    ] {
        assert_eq!(
            national_phone(phone).as_deref(),
            Some("0911223344"),
            "{phone}"
        );
    }
    assert_eq!(
        national_phone("+251700123456").as_deref(),
        Some("0700123456")
    );
    for phone in [
        "",
        "0",
        "0111223344",
        "09112233445",
        "091122334",
        "+15550100",
        "0911x23344",
        "+251",
    ] {
        assert_eq!(national_phone(phone), None, "{phone}");
    }
}
