//! The oracle (invariant I12): the provider's ledger and the shop's books are one, by reference
//! and in sum.
//!
//! While something is open they may differ in exactly these ways, and each is accounted for in
//! the sums:
//! - a charge of which no news has come: its attempt has no money yet and a job that will ask;
//! - a refund that was sent: `submitted` or `unknown`, the provider may or may not have it;
//!   `processing`, it has it and may be further than the shop knows. A job or a person is at it;
//! - a refund that a person has ended by their word;
//! - money that the provider took back by itself, once a person was called to decide about it.

mod provider;
mod shop;

use std::collections::BTreeMap;

use kit::Conn;

use self::{
    provider::{Ledger, Payment, Standing},
    shop::{Attempt, Books, Capture},
};
use super::Client;

/// Everything in which the provider and the shop do not agree.
pub(super) async fn disagreements(provider: &Client, conn: &Conn) -> Vec<String> {
    let theirs = provider.get("/__sim/ledger").await.expect(200);
    let theirs = Ledger::read(&theirs.body);
    let ours = Books::read(conn).await;
    let mut comparison = Comparison::default();
    comparison.payments(&theirs, &ours);
    comparison.sums(&theirs, &ours);
    comparison.found
}

/// Amounts of one currency by which the books may fall short of the provider's ledger.
#[derive(Default)]
struct Open {
    /// Charges of which no news has come, and what was kept of them.
    paid_minor: i64,
    fee_minor: i64,
    /// What has left the provider and is not booked, less what is booked and has not left.
    gone_minor: i64,
}

#[derive(Default)]
struct Comparison {
    found: Vec<String>,
    open: BTreeMap<String, Open>,
}

impl Comparison {
    fn must(&mut self, holds: bool, what: impl FnOnce() -> String) {
        if !holds {
            self.found.push(what());
        }
    }

    fn payments(&mut self, theirs: &Ledger, ours: &Books) {
        for attempt in &ours.attempts {
            let with = |payment: &&Payment| payment.tx_ref == attempt.tx_ref;
            let mut found = theirs.payments.iter().filter(with);
            match found.next() {
                Some(payment) => self.payment(payment, attempt),
                None => self.nothing_at_provider(attempt),
            }
            let tx_ref = &attempt.tx_ref;
            self.must(found.next().is_none(), || {
                format!("{tx_ref}: the provider has it twice")
            });
        }
        let known: Vec<&str> = ours
            .attempts
            .iter()
            .map(|own| own.tx_ref.as_str())
            .collect();
        for payment in &theirs.payments {
            let is_known = known.contains(&payment.tx_ref.as_str());
            self.must(is_known || payment.paid_minor == 0, || {
                format!("{}: a charge that the shop never asked for", payment.tx_ref)
            });
        }
    }

    fn nothing_at_provider(&mut self, attempt: &Attempt) {
        let Attempt {
            tx_ref, capture, ..
        } = attempt;
        self.must(capture.is_none(), || {
            format!("{tx_ref}: money that the provider does not know")
        });
    }

    fn payment(&mut self, payment: &Payment, attempt: &Attempt) {
        let tx_ref = &attempt.tx_ref;
        if payment.paid_minor > 0 {
            self.must(payment.mode == attempt.mode, || {
                format!("{tx_ref}: {} money in mode {}", payment.mode, attempt.mode)
            });
        }
        match &attempt.capture {
            Some(capture) => self.captured(payment, attempt, capture),
            None if payment.paid_minor > 0 => {
                self.must(attempt.is_asked_about, || {
                    let state = &attempt.state;
                    format!("{tx_ref}: it was paid, is {state} here, and nobody will ask")
                });
                let open = self.open.entry(payment.currency.clone()).or_default();
                open.paid_minor += payment.paid_minor;
                open.fee_minor += payment.fee_minor;
            }
            None => {}
        }
    }

    fn captured(&mut self, payment: &Payment, attempt: &Attempt, capture: &Capture) {
        let tx_ref = &attempt.tx_ref;
        let theirs = (
            payment.reference.as_str(),
            payment.paid_minor,
            payment.currency.as_str(),
            payment.fee_minor,
        );
        let ours = (
            capture.provider_reference.as_str(),
            capture.amount_minor,
            capture.currency.as_str(),
            capture.fee_minor,
        );
        self.must(theirs == ours, || {
            let disposition = &capture.disposition;
            format!("{tx_ref}: the provider took {theirs:?}, we recorded {ours:?} as {disposition}")
        });
        let own: Vec<&str> = attempt
            .refunds
            .iter()
            .map(|refund| refund.reference.as_str())
            .collect();
        let is_foreign = |refund: &&provider::Refund| {
            let reference = refund.merchant_reference.as_deref();
            !reference.is_some_and(|reference| own.contains(&reference))
        };
        let foreign = payment.refunds.iter().filter(is_foreign);
        let foreign = foreign.filter(|refund| refund.standing == Standing::Done);
        let given_by_others: i64 = foreign.map(|refund| refund.amount_minor).sum();
        let taken_back = payment.reversed_minor + given_by_others;
        let unbooked = taken_back - capture.reversed_minor;
        self.must(unbooked == 0 || attempt.is_reversal_reviewed, || {
            let known = capture.reversed_minor;
            format!("{tx_ref}: the provider took back {taken_back}, we know of {known}")
        });
        let open = self.open.entry(payment.currency.clone()).or_default();
        open.gone_minor += unbooked;
        for refund in &attempt.refunds {
            self.refund(payment, refund);
        }
        let sum = |states: &[&str]| -> i64 {
            let of = attempt.refunds.iter();
            let of = of.filter(|refund| states.contains(&refund.state.as_str()));
            of.map(|refund| refund.amount_minor).sum()
        };
        let by_state = (
            sum(&["requested", "submitted", "processing", "unknown"]),
            sum(&["succeeded"]),
        );
        self.must(
            by_state == (capture.refunding_minor, capture.refunded_minor),
            || format!("{tx_ref}: its refunds, open and done, are {by_state:?}"),
        );
    }

    fn refund(&mut self, payment: &Payment, ours: &shop::Refund) {
        let with = |theirs: &&provider::Refund| {
            theirs.merchant_reference.as_deref() == Some(ours.reference.as_str())
        };
        let theirs: Vec<_> = payment.refunds.iter().filter(with).collect();
        if ours.destination != "origin" {
            return self.must(theirs.is_empty(), || {
                format!(
                    "{}: the provider gives back what is store credit",
                    ours.reference
                )
            });
        }
        let standings: Vec<Standing> = theirs.iter().map(|refund| refund.standing).collect();
        let shop::Refund {
            reference, state, ..
        } = ours;
        for theirs in &theirs {
            let is_named = ours.is_a_persons_word
                || ours
                    .provider_reference
                    .as_ref()
                    .is_none_or(|told| *told == theirs.ref_id);
            let is_equal = is_named
                && (theirs.amount_minor, &theirs.currency) == (ours.amount_minor, &ours.currency);
            self.must(is_equal, || {
                format!("{reference}: the provider gives back other money")
            });
        }
        let agrees = match (state.as_str(), standings.as_slice()) {
            ("requested" | "failed", [])
            | ("failed" | "reversed", [Standing::Reversed])
            | ("succeeded", [Standing::Done]) => true,
            ("submitted" | "unknown", [] | [_]) | ("processing", [_]) => ours.is_followed,
            (_, [] | [_]) => ours.is_a_persons_word,
            _ => false,
        };
        self.must(agrees, || {
            let followed = if ours.is_followed {
                ""
            } else {
                " and nobody follows it"
            };
            format!("{reference}: it is {state} here{followed}, at the provider {standings:?}")
        });
        let has_left = theirs
            .iter()
            .any(|refund| refund.standing == Standing::Done);
        let open = self.open.entry(ours.currency.clone()).or_default();
        let booked = i64::from(state == "succeeded");
        open.gone_minor += (i64::from(has_left) - booked) * ours.amount_minor;
    }

    fn sums(&mut self, theirs: &Ledger, ours: &Books) {
        let theirs_of = theirs.balances.iter().map(|balance| &balance.currency);
        let ours_of = ours.balances.iter().map(|balance| &balance.currency);
        let currencies: std::collections::BTreeSet<&String> = theirs_of.chain(ours_of).collect();
        for currency in currencies {
            let default = Open::default();
            let open = self.open.get(currency).unwrap_or(&default);
            let paid = theirs
                .payments
                .iter()
                .filter(|own| own.currency == *currency);
            let (paid, fees) = paid.fold((0, 0), |(paid, fees), own| {
                (paid + own.paid_minor, fees + own.fee_minor)
            });
            let held = theirs.balances.iter().find(|own| own.currency == *currency);
            let held = held.map_or(0, |own| own.held_minor);
            let due = (
                paid - open.paid_minor,
                fees - open.fee_minor,
                held - open.paid_minor + open.fee_minor + open.gone_minor,
            );
            let booked = ours.balances.iter().find(|own| own.currency == *currency);
            let booked = booked.map_or((0, 0, 0), |own| {
                (own.captured_minor, own.fee_minor, own.held_minor)
            });
            self.must(due == booked, || {
                format!("{currency}: paid, fees and held are {due:?}, in the books {booked:?}")
            });
        }
    }
}
