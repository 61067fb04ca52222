//! Payments that no provider can be asked about: what the buyer is told, under which reference,
//! and what staff report when the money has come. Pure.

use chrono::{DateTime, Utc};
use ids::StaffId;
use money::Money;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{Attempt, Mode, Observation, Observed, ProviderId, Witness};

/// What the buyer is told to do, in the language of the order.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub(crate) struct Instructions {
    /// `cash_on_delivery` or `bank_transfer`.
    pub(crate) kind: ProviderId,
    /// The language of the texts: `en` or `am`.
    #[schema(example = "en")]
    pub(crate) language: String,
    /// What to do, in whole sentences.
    pub(crate) text: String,
    /// The facts one by one, to be shown as a table and copied from.
    pub(crate) lines: Vec<InstructionLine>,
}

/// A fact that the buyer needs to pay.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub(crate) struct InstructionLine {
    /// For programs: `bank`, `account_holder`, `account_number`, `reference` or `amount`.
    #[schema(example = "account_number")]
    pub(crate) name: String,
    /// For people, in the language of the order.
    #[schema(example = "Account number")]
    pub(crate) label: String,
    /// As it is to be copied.
    #[schema(example = "1000123456789")]
    pub(crate) value: String,
}

/// The shop's account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct BankAccount {
    pub(crate) bank: String,
    pub(crate) holder: String,
    pub(crate) number: String,
}

/// The reference of the `ordinal`-th attempt of an order: the order's number, the ordinal and two
/// check digits (ISO 7064, MOD 97-10), so that a slip of the pen is no other order's reference.
pub(crate) fn customer_reference(order_number: i64, ordinal: usize) -> String {
    let digits = format!("{order_number}{ordinal}");
    let remainder = digits.bytes().fold(0_u32, |rest, digit| {
        (rest * 10 + u32::from(digit.wrapping_sub(b'0'))) % 97
    });
    let check = 98 - (remainder * 100) % 97;
    format!("NX-{order_number}-{ordinal}{check:02}")
}

impl Instructions {
    /// What a buyer who pays at the door is told.
    pub(crate) fn at_the_door(attempt: &Attempt, language: &str) -> Self {
        let (amount, reference) = (shown(attempt.amount), reference(attempt));
        let (language, text) = match language {
            "am" => (
                "am",
                format!(
                    "እባክዎ ዕቃው ሲደርስዎ {amount} በጥሬ ገንዘብ ለአድራሹ ይክፈሉ። የክፍያ መለያ ቁጥርዎ {reference} ነው።"
                ),
            ),
            _ => (
                "en",
                format!(
                    "Please pay {amount} in cash to the courier when your order arrives. Your \
                     payment reference is {reference}."
                ),
            ),
        };
        Self {
            kind: ProviderId::CashOnDelivery,
            language: language.to_owned(),
            text,
            lines: vec![
                line("amount", language, amount),
                line("reference", language, reference),
            ],
        }
    }

    /// What a buyer who pays by a transfer is told.
    pub(crate) fn to_account(attempt: &Attempt, language: &str, account: &BankAccount) -> Self {
        let (amount, reference) = (shown(attempt.amount), reference(attempt));
        let BankAccount {
            bank,
            holder,
            number,
        } = account;
        let (language, text) = match language {
            "am" => (
                "am",
                format!(
                    "እባክዎ በትክክል {amount} ወደ {bank} ሒሳብ ቁጥር {number} ({holder}) ያስተላልፉ፤ በምክንያት \
                     ቦታ ላይ {reference} ብለው ይጻፉ።"
                ),
            ),
            _ => (
                "en",
                format!(
                    "Please transfer exactly {amount} to account {number} ({holder}) at {bank}, \
                     and write {reference} as the reason of the transfer."
                ),
            ),
        };
        Self {
            kind: ProviderId::BankTransfer,
            language: language.to_owned(),
            text,
            lines: vec![
                line("bank", language, bank.clone()),
                line("account_holder", language, holder.clone()),
                line("account_number", language, number.clone()),
                line("amount", language, amount),
                line("reference", language, reference),
            ],
        }
    }
}

fn shown(amount: Money) -> String {
    format!("{} {}", amount.to_decimal(), amount.currency())
}

fn reference(attempt: &Attempt) -> String {
    attempt.customer_reference.clone().unwrap_or_default()
}

fn line(name: &str, language: &str, value: String) -> InstructionLine {
    let label = match (name, language) {
        ("bank", "am") => "ባንክ",
        ("bank", _) => "Bank",
        ("account_holder", "am") => "የሒሳቡ ባለቤት",
        ("account_holder", _) => "Account holder",
        ("account_number", "am") => "የሒሳብ ቁጥር",
        ("account_number", _) => "Account number",
        ("amount", "am") => "መጠን",
        ("amount", _) => "Amount",
        (_, "am") => "የክፍያ መለያ ቁጥር",
        (_, _) => "Reference",
    };
    InstructionLine {
        name: name.to_owned(),
        label: label.to_owned(),
        value,
    }
}

/// Money that a member of the staff has seen.
#[derive(Debug, Clone)]
pub(crate) struct StaffReport {
    /// Who says so.
    pub(crate) staff_id: StaffId,
    /// What came.
    pub(crate) amount: Money,
    /// The bank statement's reference, or the receipt's number.
    pub(crate) reference: String,
    /// When it came.
    pub(crate) received_at: DateTime<Utc>,
}

impl StaffReport {
    /// The report as an observation of the attempt: judged by the same rule as a provider's word.
    pub(crate) fn observation(&self, attempt: &Attempt, mode: Mode) -> Observation {
        Observation {
            state: Observed::Charged,
            amount_minor: Some(self.amount.minor()),
            currency: Some(self.amount.currency().code().to_owned()),
            tx_ref: Some(attempt.tx_ref.clone()),
            provider_reference: Some(self.reference.clone()),
            fee_minor: None,
            mode: Some(mode),
            method: None,
            witness: Witness::Staff {
                staff_id: self.staff_id,
                received_at: self.received_at,
            },
        }
    }
}
