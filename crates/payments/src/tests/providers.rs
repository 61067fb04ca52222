//! What providers declare, and the references that buyers write on transfers.

use std::collections::BTreeSet;

use money::{Currency, Money};

use super::attempt;
use crate::model::{
    AttemptState, BankAccount, Capabilities, Confirmation, Instructions, Lifetime, ProviderError,
    ProviderId, Unsuitable, customer_reference,
};

fn taking(amount_max: Vec<Money>) -> Capabilities {
    Capabilities {
        confirmation: Confirmation::ByStaff,
        has_redirect: false,
        has_webhooks: false,
        can_cancel: true,
        can_refund: false,
        can_refund_in_part: true,
        can_list: false,
        amount_max,
        lifetime: Lifetime::Hold(chrono::TimeDelta::hours(1)),
    }
}

#[test]
fn an_amount_is_taken_up_to_the_limit_of_its_currency() {
    let most = Money::new(100, Currency::ETB);
    let able = taking(vec![most]);
    assert_eq!(able.check(most), Ok(()));
    let more = Money::new(101, Currency::ETB);
    assert_eq!(able.check(more), Err(Unsuitable::Amount { most }));
    let other = Money::new(1, Currency::USD);
    assert_eq!(able.check(other), Err(Unsuitable::Currency));
    assert_eq!(taking(Vec::new()).check(most), Err(Unsuitable::Currency));
}

#[test]
fn staff_confirm_what_no_provider_knows() {
    let by_staff: Vec<&str> = ProviderId::ALL
        .into_iter()
        .filter(|id| id.confirmation() == Confirmation::ByStaff)
        .map(ProviderId::as_str)
        .collect();
    assert_eq!(by_staff, ["cash_on_delivery", "bank_transfer"]);
    for id in ProviderId::ALL {
        assert_eq!(ProviderId::parse(id.as_str()), Some(id));
    }
}

#[test]
fn what_may_have_been_heard_is_not_done_again() {
    let heard = [ProviderError::Duplicate, ProviderError::Unknown];
    assert!(heard.iter().all(ProviderError::may_have_happened));
    assert!(ProviderError::Protocol(String::new()).may_have_happened());
    let unheard = [
        ProviderError::Auth,
        ProviderError::RateLimited(None),
        ProviderError::Unavailable,
        ProviderError::Unsupported,
    ];
    assert!(!unheard.iter().any(ProviderError::may_have_happened));
}

#[test]
fn a_slip_of_the_pen_is_no_other_reference() {
    assert_eq!(customer_reference(1_001, 1), "NX-1001-138");
    let mut all = BTreeSet::new();
    for number in 1_000..1_300 {
        for ordinal in 1..12 {
            let reference = customer_reference(number, ordinal);
            assert!(all.insert(reference.clone()), "{reference} twice");
        }
    }
    for reference in &all {
        let digits: String = reference.chars().filter(char::is_ascii_digit).collect();
        let rest = digits.bytes().fold(0_u32, |rest, digit| {
            (rest * 10 + u32::from(digit - b'0')) % 97
        });
        assert_eq!(rest, 1, "{reference}");
    }
}

#[test]
fn instructions_speak_the_language_of_the_order_and_english_otherwise() {
    let waiting = crate::model::Attempt {
        customer_reference: Some("NX-1001-138".to_owned()),
        ..attempt(AttemptState::Created)
    };
    let account = BankAccount {
        bank: "Bank".to_owned(),
        holder: "Shop".to_owned(),
        number: "1000".to_owned(),
    };
    for (language, told) in [("en", "en"), ("am", "am"), ("fr", "en"), ("", "en")] {
        let transfer = Instructions::to_account(&waiting, language, &account);
        let cash = Instructions::at_the_door(&waiting, language);
        assert_eq!((&*transfer.language, &*cash.language), (told, told));
        for text in [&transfer.text, &cash.text] {
            assert!(
                text.contains("400.00 ETB") && text.contains("NX-1001-138"),
                "{text}"
            );
        }
    }
}
