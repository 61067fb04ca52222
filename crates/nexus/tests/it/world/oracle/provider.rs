//! The provider's side: what its simulator says has really happened.

use serde::Deserialize;
use serde_json::Value;

/// Whose books are compared: the simulator knows other merchants too.
const MERCHANT: &str = "default";

/// A payment with the shop's key: money came, or could have.
pub(super) struct Payment {
    pub(super) tx_ref: String,
    pub(super) reference: String,
    pub(super) mode: String,
    pub(super) currency: String,
    /// What left the buyer's wallet, with a fee on top of it if the buyer bears it.
    pub(super) paid_minor: i64,
    pub(super) fee_minor: i64,
    /// What the provider took back as a whole.
    pub(super) reversed_minor: i64,
    pub(super) refunds: Vec<Refund>,
}

/// A refund, whoever asked for it.
#[derive(Deserialize)]
pub(super) struct Refund {
    pub(super) ref_id: String,
    pub(super) merchant_reference: Option<String>,
    pub(super) amount_minor: i64,
    pub(super) currency: String,
    pub(super) standing: Standing,
}

/// How far a refund is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Standing {
    Open,
    Done,
    Reversed,
}

/// What the provider holds for the shop, without what came from and went to its bank.
#[derive(Deserialize)]
pub(super) struct Balance {
    pub(super) currency: String,
    pub(super) held_minor: i64,
}

/// The ledger of the simulator.
pub(super) struct Ledger {
    pub(super) payments: Vec<Payment>,
    pub(super) balances: Vec<Balance>,
}

impl Ledger {
    /// Reads `GET /__sim/ledger`. A balance is the sum of the lines, not of the payments: so the
    /// one proves the other.
    pub(super) fn read(whole: &Value) -> Self {
        assert_eq!(whole["is_balanced"], true, "the simulator itself is sound");
        let list = |value: &Value| value.as_array().unwrap().clone();
        let lines = list(&whole["lines"]);
        let payments = list(&whole["payments"]);
        let payments = payments
            .iter()
            .filter(|payment| payment["merchant"] == MERCHANT)
            .map(|payment| Payment::read(payment, &lines));
        let balances = list(&whole["balances"]);
        let balances = balances
            .iter()
            .filter(|balance| balance["merchant"] == MERCHANT && balance["mode"] == "test");
        let balances = balances.map(|balance| {
            let account = |name: &str| balance["accounts"][name].as_i64().unwrap_or(0);
            Balance {
                currency: text(balance, "currency"),
                held_minor: account("available") + account("refunds") + account("bank"),
            }
        });
        Self {
            payments: payments.collect(),
            balances: balances.collect(),
        }
    }
}

impl Payment {
    fn read(payment: &Value, lines: &[Value]) -> Self {
        let paid = lines
            .iter()
            .filter(|line| line["reference"] == payment["reference"] && line["from"] == "buyers");
        let number = |name: &str| payment[name].as_i64().unwrap();
        Self {
            tx_ref: text(payment, "tx_ref"),
            reference: text(payment, "reference"),
            mode: text(payment, "mode"),
            currency: text(payment, "currency"),
            paid_minor: paid
                .map(|line| line["amount_minor"].as_i64().unwrap())
                .sum(),
            fee_minor: number("fee_minor"),
            reversed_minor: number("reversed_minor"),
            refunds: serde_json::from_value(payment["refunds"].clone()).unwrap(),
        }
    }
}

fn text(of: &Value, name: &str) -> String {
    of[name].as_str().unwrap().to_owned()
}
