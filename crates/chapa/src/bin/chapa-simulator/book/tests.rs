//! The ledger's own rules, without a network.

use chrono::{DateTime, TimeDelta, Utc};
use proptest::prelude::*;
use serde_json::Value;

use super::{
    Account, Book, DEFAULT_MERCHANT, LineKind, Moved, Purse, Refund, RefundState, Transaction,
    TransactionState,
};
use crate::clock::Clock;
use crate::variants::FeeBearer;

fn start() -> DateTime<Utc> {
    DateTime::UNIX_EPOCH
}

fn payment(number: u64, amount_minor: i64, charge_minor: i64) -> Transaction {
    Transaction {
        number,
        merchant: DEFAULT_MERCHANT.to_owned(),
        tx_ref: format!("ord-{number}"),
        reference: format!("AP{number}"),
        token: format!("token-{number}"),
        amount_minor,
        charge_minor,
        currency: "ETB".to_owned(),
        mode: "test".to_owned(),
        kind: "API".to_owned(),
        state: TransactionState::Pending,
        method: None,
        email: None,
        first_name: None,
        last_name: None,
        phone_number: None,
        callback_url: None,
        return_url: None,
        title: None,
        description: None,
        logo: None,
        meta: Value::Null,
        attempt_count: 0,
        created_at: start(),
        updated_at: start(),
        expires_at: start() + TimeDelta::hours(1),
        timeline: Vec::new(),
    }
}

fn refund(ref_id: &str, payment: &Transaction, amount_minor: i64) -> Refund {
    Refund {
        ref_id: ref_id.to_owned(),
        merchant: payment.merchant.clone(),
        tx_ref: payment.tx_ref.clone(),
        payment_reference: payment.reference.clone(),
        merchant_reference: None,
        amount_minor,
        currency: payment.currency.clone(),
        reason: None,
        state: RefundState::Initiated,
        created_at: start(),
        updated_at: start(),
    }
}

fn held(book: &Book, account: Account) -> i64 {
    book.ledger().held(&payment(0, 1, 0).purse(), account)
}

#[test]
fn a_refund_is_taken_when_accepted_and_given_back_when_reversed() {
    let mut book = Book::new(1);
    let paid = payment(1, 40_000, 1_200);
    book.add_transaction(paid.clone());
    book.charge("AP1", FeeBearer::Merchant, start());
    assert_eq!(held(&book, Account::Available), 38_800);
    assert_eq!(held(&book, Account::Fees), 1_200);
    book.add_refund(refund("M1", &paid, 10_000));
    assert_eq!(held(&book, Account::Available), 28_800);
    assert_eq!(held(&book, Account::Refunds), 10_000);
    assert_eq!(book.refunded_minor("AP1", true), 0);
    assert_eq!(book.refunded_minor("AP1", false), 10_000);
    let moved = book.move_refund("M1", RefundState::Reversed, start());
    assert_eq!(moved, Moved::Yes);
    assert_eq!(held(&book, Account::Available), 38_800);
    assert_eq!(held(&book, Account::Refunds), 0);
    // It has ended: nothing moves a second time.
    let again = book.move_refund("M1", RefundState::Refunded, start());
    assert_eq!(again, Moved::Ended);
    assert_eq!(held(&book, Account::Buyers), -40_000);
    let unknown = book.move_refund("M2", RefundState::Refunded, start());
    assert_eq!(unknown, Moved::Unknown);
}

#[test]
fn a_reversal_takes_what_refunds_have_not_taken() {
    let mut book = Book::new(1);
    let paid = payment(1, 40_000, 1_200);
    book.add_transaction(paid.clone());
    book.charge("AP1", FeeBearer::Customer, start());
    assert_eq!(held(&book, Account::Available), 40_000);
    assert_eq!(held(&book, Account::Buyers), -41_200);
    book.add_refund(refund("M1", &paid, 15_000));
    book.reverse("AP1", start());
    assert_eq!(book.ledger().moved("AP1", LineKind::Reversal), 25_000);
    book.move_refund("M1", RefundState::Refunded, start());
    assert_eq!(held(&book, Account::Available), 0);
    assert_eq!(held(&book, Account::Buyers), -1_200);
    assert!(book.ledger().is_balanced());
}

#[test]
fn a_file_without_a_ledger_gets_one() {
    let mut book = Book::new(1);
    let paid = payment(1, 40_000, 1_200);
    book.add_transaction(paid.clone());
    book.charge("AP1", FeeBearer::Merchant, start());
    book.add_refund(refund("M1", &paid, 10_000));
    book.add_refund(refund("M2", &paid, 5_000));
    book.move_refund("M2", RefundState::Refunded, start());
    book.reverse("AP1", start());
    let mut file = serde_json::to_value(&book).unwrap();
    let object = file.as_object_mut().unwrap();
    object.remove("ledger");
    object.remove("merchants");
    object["transactions"]["AP1"]
        .as_object_mut()
        .unwrap()
        .remove("merchant");
    // Older versions kept payments by `tx_ref`.
    let kept = object["transactions"]["AP1"].take();
    object["transactions"] = serde_json::json!({ "ord-1": kept });
    let read = Book::parse(&file.to_string()).unwrap();
    for account in [Account::Available, Account::Refunds, Account::Buyers] {
        assert_eq!(held(&read, account), held(&book, account), "{account:?}");
    }
    assert_eq!(read.transaction("AP1").unwrap().tx_ref, "ord-1");
    assert!(read.transaction_of(DEFAULT_MERCHANT, "ord-1").is_some());
    assert!(read.ledger().is_balanced());
}

#[test]
fn the_clock_is_moved_and_stands() {
    let machine = start() + TimeDelta::days(20_000);
    let mut clock = Clock::default();
    assert_eq!(clock.read(machine), machine);
    clock = clock.advanced(60);
    assert_eq!(clock.offset_seconds(machine), 60);
    for apart in [-1_500, -1, 0, 1, 999, 1_000] {
        let to = machine + TimeDelta::milliseconds(apart);
        clock.set(to, machine);
        assert_eq!(clock.read(machine), to);
    }
    clock.stand(true, machine);
    let later = machine + TimeDelta::hours(1);
    assert_eq!(clock.read(later), clock.read(machine));
    clock = clock.advanced(5);
    assert_eq!(clock.read(later), machine + TimeDelta::seconds(6));
    clock.stand(false, later);
    let on = later + TimeDelta::seconds(1);
    assert_eq!(clock.read(on), machine + TimeDelta::seconds(7));
}

/// One thing that happens; the numbers choose payment, refund and amount.
fn happen(book: &mut Book, (what, which, amount): (u8, u64, i64)) {
    let reference = format!("AP{}", which % 3 + 1);
    let ref_id = format!("M{}", which % 5 + 1);
    let purse = payment(0, 1, 0).purse();
    let Some(now) = book.transaction(&reference).cloned() else {
        return;
    };
    match what % 6 {
        0 if !now.is_settled() => book.charge(&reference, FeeBearer::Merchant, start()),
        1 if now.state == TransactionState::Charged => {
            let left = now.amount_minor - book.refunded_minor(&reference, false);
            if amount <= left {
                let ref_id = format!("M{}", book.refunds().len() + 1);
                book.add_refund(refund(&ref_id, &now, amount));
            }
        }
        2 => drop(book.move_refund(&ref_id, RefundState::Refunded, start())),
        3 => drop(book.move_refund(&ref_id, RefundState::Failed, start())),
        4 if now.state == TransactionState::Charged => book.reverse(&reference, start()),
        5 => book.deposit(&purse, amount - 20_000, start()),
        _ => {}
    }
}

proptest! {
    #[test]
    fn totals_always_balance(
        happenings in prop::collection::vec((0..6_u8, 0..30_u64, 1..50_000_i64), 0..80)
    ) {
        let mut book = Book::new(1);
        for number in 1..=3 {
            book.add_transaction(payment(number, 40_000, 1_200));
        }
        for happening in happenings {
            happen(&mut book, happening);
            prop_assert!(book.ledger().is_balanced());
        }
        let sum = |kind: LineKind| -> i64 {
            let lines = book.ledger().lines().iter().filter(|line| line.kind == kind);
            lines.map(|line| line.amount_minor).sum()
        };
        let open = sum(LineKind::RefundTaken)
            - sum(LineKind::RefundPaid)
            - sum(LineKind::RefundReturned);
        let available = sum(LineKind::Deposit) - sum(LineKind::Payout) + sum(LineKind::Charge)
            - sum(LineKind::Fee)
            - sum(LineKind::RefundTaken)
            + sum(LineKind::RefundReturned)
            - sum(LineKind::Reversal);
        prop_assert_eq!(held(&book, Account::Refunds), open);
        prop_assert_eq!(held(&book, Account::Available), available);
        for number in 1..=3 {
            // Nobody ever gets back more than was paid.
            let reference = format!("AP{number}");
            let moved = |kind| book.ledger().moved(&reference, kind);
            let back = moved(LineKind::RefundPaid) + moved(LineKind::Reversal);
            prop_assert!(back <= moved(LineKind::Charge), "{}", reference);
        }
        let purses: Vec<Purse> = book.ledger().accounts().into_keys().collect();
        prop_assert!(purses.len() <= 1);
    }
}
