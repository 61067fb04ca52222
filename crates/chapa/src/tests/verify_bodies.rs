//! Every shape of an answer to `verify` that is known or imaginable.

use super::read;
use crate::client::answers::observation;
use crate::{Error, Expected, Mode, Observed, Settlement, settles};

fn expected() -> Expected {
    Expected {
        tx_ref: "ord-1".to_owned(),
        amount_minor: 10_000,
        currency: "ETB".to_owned(),
        mode: Mode::Test,
    }
}

fn envelope(status: &str, amount: &str) -> String {
    format!(
        r#"{{"message":"Payment details","status":"success","data":{{
        "currency":"ETB","amount":{amount},
        "charge":3.0,"mode":"test","method":"test","status":{status},"reference":"AP1",
        "tx_ref":"ord-1",
        "customization":{{"title":"Shop"}},"meta":{{"any":[1,"thing"]}},"first_name":"አበበ"}}}}"#
    )
}

fn is_paid(http_status: u16, body: &str) -> bool {
    observation(read(http_status, body))
        .is_ok_and(|seen| settles(&expected(), &seen) == Settlement::Paid)
}

#[track_caller]
fn check_state(http_status: u16, body: &str, state: Observed) {
    let seen = observation(read(http_status, body)).unwrap();
    assert_eq!(seen.state, state, "{body}");
    assert_eq!(seen.raw.http_status, http_status);
    assert_eq!(seen.raw.body, body);
}

#[test]
fn the_genuine_answer_pays_in_every_spelling_of_the_amount() {
    for amount in [
        "100",
        "100.0",
        "100.00",
        r#""100""#,
        r#""100.00""#,
        r#""100.000""#,
    ] {
        assert!(is_paid(200, &envelope(r#""success""#, amount)), "{amount}");
    }
    let observation = observation(read(200, &envelope(r#""success""#, "100"))).unwrap();
    assert_eq!(observation.provider_reference.as_deref(), Some("AP1"));
    assert_eq!(observation.fee_minor, Some(300));
    assert_eq!(observation.mode, Some(Mode::Test));
    assert_eq!(observation.method.as_deref(), Some("test"));
}

#[test]
fn the_envelope_never_pays() {
    for status in [
        r#""pending""#,
        r#""failed""#,
        r#""refunded""#,
        r#""reversed""#,
        r#""cancelled""#,
        r#""failed/cancelled""#,
        "null",
        "1",
        "true",
        r#""Success""#,
        r#""SUCCESS""#,
        r#""success ""#,
        r#"" success""#,
        r#""success\t""#,
        r#"["success"]"#,
        r#"{"a":"success"}"#,
        r#""""#,
        r#""paid""#,
    ] {
        assert!(!is_paid(200, &envelope(status, "100")), "{status}");
    }
    for body in [
        r#"{"message":"Payment details","status":"success","data":null}"#,
        r#"{"message":"Payment details","status":"success"}"#,
        r#"{"message":"Payment details","status":"success","data":[]}"#,
        r#"{"message":"Payment details","status":"success","data":"success"}"#,
        r#"{"message":"Payment details","status":"success","data":{}}"#,
        r#"{"message":"Payment details","status":"success","data":{"status":"success"}}"#,
        r#"["success"]"#,
        r#""success""#,
        "success",
        "",
        "{",
        "null",
        "<html>success</html>",
    ] {
        assert!(!is_paid(200, body), "{body}");
    }
}

#[test]
fn unreadable_amounts_do_not_pay() {
    for amount in [
        "1e2",
        r#""1e2""#,
        r#""100,00""#,
        "-100",
        r#""-100""#,
        r#""NaN""#,
        r#""100 ""#,
        "null",
        "true",
        "[100]",
        "99.99",
        "100.01",
        "100.001",
        "1000000000000000000000000000000",
        "10000",
        r#""""#,
    ] {
        assert!(!is_paid(200, &envelope(r#""success""#, amount)), "{amount}");
    }
    // NaN is no JSON at all.
    let result = observation(read(200, &envelope(r#""success""#, "NaN")));
    assert!(matches!(result, Err(Error::Protocol(_))), "{result:?}");
}

#[test]
fn other_differences_do_not_pay() {
    let genuine = envelope(r#""success""#, "100");
    for (from, to) in [
        (r#""tx_ref":"ord-1""#, r#""tx_ref":"ord-2""#),
        (r#""tx_ref":"ord-1""#, r#""tx_ref":null"#),
        (r#""tx_ref":"ord-1""#, r#""tx_ref":"ord-1 ""#),
        (r#""currency":"ETB""#, r#""currency":"USD""#),
        (r#""currency":"ETB""#, r#""currency":null"#),
        (r#""mode":"test""#, r#""mode":"live""#),
        (r#""mode":"test""#, r#""mode":null"#),
        (r#""amount":100"#, r#""amount":1,"amount":100"#),
        (
            r#""status":"success","reference""#,
            r#""status":"failed","status":"success","reference""#,
        ),
        (r#""data":{"#, r#""data":null,"data":{"#),
    ] {
        let changed = genuine.replacen(from, to, 1);
        assert_ne!(changed, genuine, "{from}");
        assert!(!is_paid(200, &changed), "{changed}");
    }
    for http_status in [201, 202, 203, 206, 400, 403, 404, 422] {
        assert!(!is_paid(http_status, &genuine), "{http_status}");
    }
}

#[test]
fn states_are_read() {
    for (status, state) in [
        (r#""success""#, Observed::Charged),
        (r#""pending""#, Observed::Pending),
        (r#""Pending\t""#, Observed::Pending),
        (r#""failed""#, Observed::Failed),
        (r#""failed/cancelled""#, Observed::Failed),
        (r#""cancelled""#, Observed::Cancelled),
        (r#""refunded""#, Observed::Refunded),
        (r#""reversed""#, Observed::Reversed),
        (r#""Success""#, Observed::Unknown("Success".to_owned())),
        ("null", Observed::Unknown("no status".to_owned())),
        ("1", Observed::Unknown("1".to_owned())),
    ] {
        check_state(200, &envelope(status, "100"), state);
    }
    let genuine = envelope(r#""success""#, "100");
    check_state(
        201,
        &genuine,
        Observed::Unknown("success with HTTP 201".to_owned()),
    );
}

#[test]
fn a_404_is_read_by_its_words() {
    for status in ["null", r#""null""#, r#""failed""#, "0"] {
        let body = format!(r#"{{"message":"Payment not paid yet","status":{status},"data":null}}"#);
        check_state(404, &body, Observed::Pending);
    }
    check_state(
        404,
        r#"{"message":"Payment not paid yet"}"#,
        Observed::Pending,
    );
    check_state(
        404,
        r#"{"message":["Payment not paid yet\t"]}"#,
        Observed::Pending,
    );
    check_state(
        404,
        r#"{"message":{"tx_ref":["Payment not paid yet"]}}"#,
        Observed::Pending,
    );
    let unknown = r#"{"message":"Invalid transaction or Transaction not found\t",
        "status":"failed","data":null}"#;
    check_state(404, unknown, Observed::NotFound);
    check_state(
        404,
        r#"{"message":"Gone fishing"}"#,
        Observed::Unknown("gone fishing".to_owned()),
    );
    let html = observation(read(404, "<html>not found</html>"));
    assert!(matches!(html, Err(Error::Protocol(_))), "{html:?}");
}

#[test]
fn a_text_that_no_database_takes_is_not_read() {
    let genuine = envelope(r#""success""#, "100");
    let long = format!(r#""{}""#, "x".repeat(501));
    for unreadable in [r#""AP\u0000""#, r#""AP\u001b[2J""#, long.as_str()] {
        let strange = genuine.replace(r#""AP1""#, unreadable);
        let seen = observation(read(200, &strange)).unwrap();
        assert_eq!(seen.provider_reference, None);
        assert_eq!(settles(&expected(), &seen), Settlement::Paid);
        assert!(!is_paid(200, &genuine.replace(r#""ord-1""#, unreadable)));
    }
    let said = r#"{"message":"not\u0000 paid\u0007 now","status":"failed","data":null}"#;
    let refused = observation(read(400, said)).unwrap_err();
    assert_eq!(refused.to_string(), "Chapa refused (400): not  paid  now");
}

#[test]
fn only_white_space_of_json_stands_around_an_answer() {
    let genuine = envelope(r#""success""#, "100");
    for space in ["", " ", "\n", "\r\n\t "] {
        assert!(is_paid(200, &format!("{space}{genuine}{space}")));
    }
    for space in ["\u{a0}", "\u{b}", "\u{c}", "\u{85}", "\u{2029}", "\u{feff}"] {
        for strange in [format!("{space}{genuine}"), format!("{genuine}{space}")] {
            let read = observation(read(200, &strange));
            assert!(matches!(read, Err(Error::Protocol(_))), "{space:?}");
        }
    }
}
