//! What holds for every input, hostile ones included.

use http::{HeaderMap, HeaderValue};
use proptest::prelude::*;

use super::{read, write};
use crate::client::answers::{cancelled, initialized, observation, refund_accepted};
use crate::webhook::{Authenticity, authenticate, parse, signature};
use crate::{Expected, Mode, Secret, Settlement, callback, clean_description, clean_title};
use crate::{national_phone, settles, wire};

/// JSON as Chapa might write it, with the odd value in each place.
fn odd() -> impl Strategy<Value = String> {
    prop_oneof![
        Just("\"success\"".to_owned()),
        Just("\"ETB\"".to_owned()),
        Just("\"ord-1\"".to_owned()),
        Just("\"test\"".to_owned()),
        Just("100".to_owned()),
        Just("\"100.00\"".to_owned()),
        Just("1e2".to_owned()),
        Just("null".to_owned()),
        Just("[]".to_owned()),
        Just("{}".to_owned()),
        any::<i64>().prop_map(|number| number.to_string()),
        "[ -~]{0,12}".prop_map(|text| serde_json::json!(text).to_string()),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn only_five_equal_fields_pay(
        http_status in prop_oneof![Just(200_u16), 200..600_u16],
        outer in odd(),
        fields in [odd(), odd(), odd(), odd(), odd()],
    ) {
        let [status, amount, currency, tx_ref, mode] = &fields;
        let body = format!(
            r#"{{"status":{outer},"data":{{"status":{status},"amount":{amount},
            "currency":{currency},"tx_ref":{tx_ref},"mode":{mode}}}}}"#
        );
        let expected = Expected {
            tx_ref: "ord-1".to_owned(),
            amount_minor: 10_000,
            currency: "ETB".to_owned(),
            mode: Mode::Test,
        };
        let is_exact = http_status == 200
            && status == "\"success\""
            && (amount == "100" || amount == "\"100.00\"" || amount == "\"100\"")
            && currency == "\"ETB\""
            && tx_ref == "\"ord-1\""
            && mode.to_ascii_lowercase().replace(' ', "") == "\"test\"";
        let is_paid = observation(read(http_status, &body))
            .is_ok_and(|seen| settles(&expected, &seen) == Settlement::Paid);
        prop_assert_eq!(is_paid, is_exact, "{}", body);
    }

    #[test]
    fn no_text_panics_a_reader(text in "\\PC{0,200}", status in 100..600_u16) {
        let hosts = ["checkout.chapa.co".to_owned()];
        let _ = observation(read(status, &text));
        let _ = refund_accepted(write(status, &text));
        let _ = cancelled(&write(status, &text));
        let _ = callback::tx_ref(&text, text.as_bytes());
        let _ = national_phone(&text);
        prop_assert!(initialized(&write(status, &text), &hosts, true).is_err());
        prop_assert!(clean_title(&text).chars().count() <= 16);
        prop_assert!(clean_description(&text).len() <= 50);
    }

    #[test]
    fn no_bytes_panic_a_webhook_and_none_pass_unsigned(
        body in proptest::collection::vec(any::<u8>(), 0..300),
        header in "[0-9a-f]{0,70}",
    ) {
        let _ = parse(&body);
        let secret = Secret::new("a-secret");
        let mut headers = HeaderMap::new();
        headers.insert("x-chapa-signature", HeaderValue::from_str(&header).unwrap());
        let secrets = [secret.clone()];
        prop_assert_eq!(authenticate(&secrets, &headers, &body), Authenticity::Invalid);
        let genuine = signature(&secret, &body);
        headers.insert("x-chapa-signature", HeaderValue::from_str(&genuine).unwrap());
        prop_assert_eq!(authenticate(&secrets, &headers, &body), Authenticity::Signed);
    }

    #[test]
    fn amounts_and_escapes_survive_the_way_there_and_back(
        minor in 0..=999_999_999_i64,
        text in "\\PC{0,40}",
    ) {
        prop_assert_eq!(wire::minor_of_text(&wire::decimal(minor)), Some(minor));
        let encoded = wire::percent_encode(&text);
        prop_assert!(encoded.is_ascii());
        prop_assert_eq!(wire::percent_decode(&encoded), Some(text));
    }
}
