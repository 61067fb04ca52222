//! Only a charge that is equal in every field pays.

use crate::{Expected, Mismatch, Mode, Observation, Observed, RawAnswer, Settlement, settles};

fn expected() -> Expected {
    Expected {
        tx_ref: "ord-1".to_owned(),
        amount_minor: 40_000,
        currency: "ETB".to_owned(),
        mode: Mode::Live,
    }
}

fn charged() -> Observation {
    Observation {
        state: Observed::Charged,
        amount_minor: Some(40_000),
        currency: Some("ETB".to_owned()),
        tx_ref: Some("ord-1".to_owned()),
        provider_reference: Some("AP634JFwEbxd".to_owned()),
        fee_minor: Some(1_200),
        mode: Some(Mode::Live),
        method: None,
        raw: RawAnswer {
            http_status: 200,
            body: String::new(),
        },
    }
}

fn check(change: impl FnOnce(&mut Observation), verdict: Settlement) {
    let mut observation = charged();
    change(&mut observation);
    assert_eq!(
        settles(&expected(), &observation),
        verdict,
        "{observation:?}"
    );
}

fn amount(observed_minor: Option<i64>, differs_by_fee: bool) -> Settlement {
    Settlement::Mismatch(vec![Mismatch::Amount {
        observed_minor,
        differs_by_fee,
    }])
}

#[test]
fn an_exact_charge_pays() {
    check(|_| {}, Settlement::Paid);
    check(|o| o.provider_reference = None, Settlement::Paid);
}

#[test]
fn other_states_do_not_pay_whatever_else_fits() {
    for state in [
        Observed::NotFound,
        Observed::Pending,
        Observed::Failed,
        Observed::Cancelled,
        Observed::Refunded,
        Observed::Reversed,
        Observed::Unknown("Success".to_owned()),
    ] {
        check(
            |o| o.state = state.clone(),
            Settlement::NotPaid(state.clone()),
        );
    }
}

#[test]
fn each_difference_is_named() {
    check(
        |o| o.amount_minor = Some(39_999),
        amount(Some(39_999), false),
    );
    check(
        |o| o.amount_minor = Some(40_001),
        amount(Some(40_001), false),
    );
    check(|o| o.amount_minor = Some(400), amount(Some(400), false));
    check(
        |o| o.amount_minor = Some(41_200),
        amount(Some(41_200), true),
    );
    check(
        |o| o.amount_minor = Some(38_800),
        amount(Some(38_800), true),
    );
    check(
        |o| o.amount_minor = Some(i64::MIN),
        amount(Some(i64::MIN), false),
    );
    check(|o| o.amount_minor = None, amount(None, false));
    for currency in [
        None,
        Some("USD".to_owned()),
        Some("etb".to_owned()),
        Some("ETB ".to_owned()),
    ] {
        let verdict = vec![Mismatch::Currency {
            observed: currency.clone(),
        }];
        check(|o| o.currency = currency, Settlement::Mismatch(verdict));
    }
    for tx_ref in [None, Some("ord-2".to_owned()), Some("ORD-1".to_owned())] {
        let verdict = vec![Mismatch::TxRef {
            observed: tx_ref.clone(),
        }];
        check(|o| o.tx_ref = tx_ref, Settlement::Mismatch(verdict));
    }
    for mode in [None, Some(Mode::Test)] {
        let verdict = vec![Mismatch::Mode { observed: mode }];
        check(|o| o.mode = mode, Settlement::Mismatch(verdict));
    }
}

#[test]
fn all_differences_are_named_together() {
    check(
        |o| {
            o.tx_ref = None;
            o.amount_minor = None;
            o.currency = None;
            o.mode = None;
        },
        Settlement::Mismatch(vec![
            Mismatch::TxRef { observed: None },
            Mismatch::Amount {
                observed_minor: None,
                differs_by_fee: false,
            },
            Mismatch::Currency { observed: None },
            Mismatch::Mode { observed: None },
        ]),
    );
}
