//! What is written down: facts, and nobody's name.

use std::collections::BTreeMap;

use ids::AttemptId;
use kit::Refusal;
use orders::OrderStatus;
use serde_json::json;

use super::{TX_REF, observation, start};
use crate::model::{
    Call, Observation, Observed, Operation, PaymentRefusal, ProviderError, REFUSALS, evidence_of,
    reason_not_payable, redact,
};

#[test]
fn the_evidence_of_a_charge_is_what_was_compared() {
    let evidence = evidence_of(&observation(Observed::Charged));
    let expected = json!({
        "operation": "verify", "http_status": 200, "status": "success", "tx_ref": TX_REF,
        "amount_minor": 40_000, "currency": "ETB", "mode": "test", "reference": "AP634JFwEbxd",
        "fee_minor": 1_200, "method": "telebirr",
    });
    assert_eq!(evidence, expected);
}

#[test]
fn only_an_exact_success_is_written_down_as_one() {
    let unreadable = observation(Observed::Unknown("Success".to_owned()));
    assert_eq!(evidence_of(&unreadable)["status"], "unreadable");
}

#[test]
fn the_buyer_is_taken_out_of_the_provider_s_words() {
    let said = "The phone 0911223344 of Abebe Bikila (abebe@example.et) is not valid, code 419";
    let kept = redact(
        said,
        &["abebe@example.et", "+251911223344", "Abebe", "Bikila"],
    );
    assert_eq!(
        kept,
        "The phone [removed] of [removed] [removed] [removed] is not valid, code 419"
    );
    assert_eq!(
        redact("ALI, for Ali Tola's validation", &["Ali Tola Wako"]),
        "[removed] for [removed] [removed] validation"
    );
    assert_eq!(redact("ክፍያ ለአበበ የለም", &["አበበ"]), "ክፍያ [removed] የለም");
    assert_eq!(
        redact("write to someone@else.et", &["", "a"]),
        "write to [removed]"
    );
}

#[test]
fn a_refused_call_is_recorded_by_fields_and_not_by_values() {
    let complaint = vec!["a@b.et is taken".to_owned()];
    let named = ["email", "a@b.et"].map(|field| (field.to_owned(), complaint.clone()));
    let fields = BTreeMap::from(named);
    let message = "email: a@b.et of Abebe is taken".to_owned();
    let answer: Result<Observation, ProviderError> = Err(ProviderError::Rejected {
        http_status: 400,
        message,
        fields,
    });
    let call = Call::of(
        AttemptId::generate(start()),
        Operation::Initialize,
        &answer,
        start(),
    );
    assert_eq!(call.outcome, "rejected");
    let expected = json!({"http_status": 400, "fields": ["email"]});
    assert_eq!(call.evidence, expected);
}

#[test]
fn an_order_that_cannot_be_paid_says_why() {
    assert_eq!(
        reason_not_payable(OrderStatus::Paid),
        PaymentRefusal::AlreadyPaid
    );
    let expired = reason_not_payable(OrderStatus::Expired);
    assert_eq!(expired.detail(), "The order is expired; place a new one.");
    assert_eq!(expired.facts(), Some(json!({"status": "expired"})));
}

#[test]
fn every_refusal_is_in_the_registry_with_its_status() {
    let registry: Vec<(&str, u16)> = REFUSALS
        .iter()
        .map(|kind| (kind.code, kind.status))
        .collect();
    let expected = [
        ("payment_not_found", 404),
        ("order_already_paid", 409),
        ("order_not_payable", 409),
        ("payment_starting", 409),
        ("payment_provider_rejected", 502),
        ("payment_provider_unreachable", 503),
        ("refund_not_found", 404),
        ("capture_not_found", 404),
        ("order_not_refundable", 409),
        ("refund_needs_customer", 409),
        ("refund_exceeds_captured", 409),
        ("refund_line_exceeds", 409),
        ("refund_not_confirmable", 409),
        ("payment_provider_not_offered", 422),
        ("payment_provider_unsuitable", 422),
        ("payment_attempt_not_found", 404),
        ("payment_not_confirmed_by_staff", 409),
        ("payment_confirmed_differently", 409),
        ("payment_reference_taken", 409),
        ("webhook_signature_invalid", 401),
        ("webhook_not_found", 404),
        ("payment_not_askable", 409),
        ("review_not_found", 404),
        ("review_resolved", 409),
        ("review_action_not_allowed", 409),
        ("review_units_gone", 409),
        ("review_promotion_used_up", 409),
        ("reconciliation_running", 409),
        ("reconciliation_not_found", 404),
        ("reconciliation_break_not_found", 404),
        ("reconciliation_break_closed", 409),
        ("reconciliation_break_has_no_amount", 409),
    ];
    assert_eq!(registry, expected);
}
