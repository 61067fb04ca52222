//! Nouns and rules of credit: accounts, codes, what may be taken of a balance. Pure.

use chrono::{DateTime, Utc};
use ids::{CreditAccountId, CreditEntryId, CreditUseId, CustomerId, OrderId, RefundId, StaffId};
use kit::{Refusal, RefusalKind, rate_limit::Quota};
use ledger::Account;
use money::Money;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// How often one address may ask about codes: more than a person types, too few to try them out.
pub const CREDIT_QUOTA: Quota = Quota {
    name: "gift_card",
    burst: 60,
    per_seconds: 600,
};

/// What an account of credit is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum CreditKind {
    /// Whoever has its code may spend it.
    GiftCard,
    /// One customer may spend it.
    StoreCredit,
}

impl CreditKind {
    /// The word that is stored.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::GiftCard => "gift_card",
            Self::StoreCredit => "store_credit",
        }
    }

    pub(crate) fn parse(text: &str) -> Option<Self> {
        [Self::GiftCard, Self::StoreCredit]
            .into_iter()
            .find(|kind| kind.as_str() == text)
    }

    /// Where the books have what is left of it.
    #[must_use]
    pub const fn account(self) -> Account {
        match self {
            Self::GiftCard => Account::GiftCards,
            Self::StoreCredit => Account::StoreCredit,
        }
    }
}

/// A gift card, or a customer's credit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CreditAccount {
    /// Its id.
    pub id: CreditAccountId,
    /// What it is.
    pub kind: CreditKind,
    /// The last characters of a card's code.
    pub code_end: Option<String>,
    /// Whose it is, where it is somebody's.
    pub customer_id: Option<CustomerId>,
    /// What can be spent.
    pub balance: Money,
    /// From when on it cannot be spent.
    pub expires_at: Option<DateTime<Utc>>,
    /// When staff ended it.
    pub closed_at: Option<DateTime<Utc>>,
    /// What staff wrote about it.
    pub note: String,
    /// Rises with each change.
    pub version: i64,
    /// When it was made.
    pub created_at: DateTime<Utc>,
}

impl CreditAccount {
    /// Why it cannot be spent now, if it cannot.
    pub(crate) fn problem(&self, now: DateTime<Utc>) -> Option<CreditRefusal> {
        if self.closed_at.is_some() {
            return Some(CreditRefusal::Closed);
        }
        if self.expires_at.is_some_and(|expires_at| expires_at <= now) {
            return Some(CreditRefusal::Expired);
        }
        (self.balance.minor() == 0).then_some(CreditRefusal::Empty)
    }

    /// What of it goes towards an amount that is due: all that is there, no more than is due, and
    /// no more than the buyer wants.
    ///
    /// # Errors
    /// Closed, expired, empty, or in another currency.
    pub(crate) fn share(
        &self,
        due: Money,
        most: Option<Money>,
        now: DateTime<Utc>,
    ) -> Result<Money, CreditRefusal> {
        if let Some(problem) = self.problem(now) {
            return Err(problem);
        }
        let currency = self.balance.currency();
        let wanted = most.unwrap_or(due);
        if due.currency() != currency || wanted.currency() != currency {
            return Err(CreditRefusal::OtherCurrency);
        }
        let minor = self.balance.minor().min(due.minor()).min(wanted.minor());
        Ok(Money::new(minor, currency))
    }
}

/// Where credit that is set aside stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum UseState {
    /// Set aside; the order waits for the rest.
    Held,
    /// It has helped to pay the order.
    Spent,
    /// It is on its account again.
    Released,
}

impl UseState {
    pub(crate) fn parse(text: &str) -> Option<Self> {
        match text {
            "held" => Some(Self::Held),
            "spent" => Some(Self::Spent),
            "released" => Some(Self::Released),
            _ => None,
        }
    }
}

/// Credit that is set aside for an order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CreditUse {
    /// Its id.
    pub id: CreditUseId,
    /// Of which account.
    pub account_id: CreditAccountId,
    /// What that is.
    pub kind: CreditKind,
    /// The last characters of a card's code.
    pub code_end: Option<String>,
    /// For which order.
    pub order_id: OrderId,
    /// How much.
    pub amount: Money,
    /// Where it stands.
    pub state: UseState,
}

/// Whose credit is to be spent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Payer {
    /// The card's with this code, as it was typed.
    Card(String),
    /// A customer's own.
    Customer(CustomerId),
}

/// Why a balance changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Cause {
    /// Staff gave it for nothing.
    Given,
    /// Staff took money for it outside of the shop.
    Sold,
    /// It waits for an order to be paid.
    SetAside,
    /// The order was not paid.
    Released,
    /// Something of an order went back.
    Refunded,
    /// Staff took it away.
    Withdrawn,
}

impl Cause {
    const ALL: [Self; 6] = [
        Self::Given,
        Self::Sold,
        Self::SetAside,
        Self::Released,
        Self::Refunded,
        Self::Withdrawn,
    ];

    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Given => "given",
            Self::Sold => "sold",
            Self::SetAside => "set_aside",
            Self::Released => "released",
            Self::Refunded => "refunded",
            Self::Withdrawn => "withdrawn",
        }
    }

    pub(crate) fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|cause| cause.as_str() == text)
    }

    /// The other side of it in the books, and whether the balance grows by it. A refund is booked
    /// with the refund.
    pub(crate) const fn books(self) -> Option<(Account, bool)> {
        match self {
            Self::Given => Some((Account::Goodwill, true)),
            Self::Sold => Some((Account::Held(std::borrow::Cow::Borrowed("outside")), true)),
            Self::SetAside => Some((Account::CreditSetAside, false)),
            Self::Released => Some((Account::CreditSetAside, true)),
            Self::Withdrawn => Some((Account::WriteOffs, false)),
            Self::Refunded => None,
        }
    }
}

/// One change of a balance.
#[derive(Debug, Clone)]
pub(crate) struct Entry {
    pub(crate) id: CreditEntryId,
    pub(crate) account_id: CreditAccountId,
    pub(crate) cause: Cause,
    /// Less than nothing where the balance shrinks.
    pub(crate) amount: Money,
    pub(crate) use_id: Option<CreditUseId>,
    pub(crate) order_id: Option<OrderId>,
    pub(crate) refund_id: Option<RefundId>,
    pub(crate) staff_id: Option<StaffId>,
    pub(crate) occurred_at: DateTime<Utc>,
}

/// Digits and letters that nobody takes for one another (Crockford's base 32).
const ALPHABET: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";
/// 32 characters of five bits each.
const CODE_CHARACTERS: usize = 32;

/// The code of a gift card: 160 random bits, written in groups of four.
pub(crate) fn code_of(bits: &[u8; 20]) -> String {
    let mut code = String::with_capacity(CODE_CHARACTERS + CODE_CHARACTERS / 4);
    for chunk in bits.chunks_exact(5) {
        let number = chunk
            .iter()
            .fold(0_u64, |sum, byte| (sum << 8) | u64::from(*byte));
        for place in (0..8).rev() {
            if code.len() % 5 == 4 {
                code.push('-');
            }
            let index = usize::try_from((number >> (5 * place)) & 31).unwrap_or(0);
            code.push(char::from(ALPHABET[index]));
        }
    }
    code
}

/// A code as it is digested: without spaces and dashes, in capitals, with what is easily mistyped
/// put right. `None` for what cannot be a code.
pub(crate) fn normal_code(typed: &str) -> Option<String> {
    if typed.len() > 200 {
        return None;
    }
    let characters = typed.chars().filter(|c| !c.is_whitespace() && *c != '-');
    let normal: String = characters
        .map(|c| match c.to_ascii_uppercase() {
            'O' => '0',
            'I' | 'L' => '1',
            other => other,
        })
        .collect();
    let is_code = normal.len() == CODE_CHARACTERS && normal.bytes().all(|b| ALPHABET.contains(&b));
    is_code.then_some(normal)
}

/// Why credit says no.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CreditRefusal {
    /// No card has this code.
    CardNotFound,
    /// There is no account with this id.
    AccountNotFound,
    /// There is no such customer.
    CustomerNotFound,
    /// The buyer has no credit with the shop.
    NoCredit,
    /// Staff have ended it.
    Closed,
    /// Its time is over.
    Expired,
    /// Nothing is left.
    Empty,
    /// It is in another currency than what it was to pay.
    OtherCurrency,
    /// What staff want to add is more than an account can hold.
    TooMuch,
}

kit::refusal_kinds! {
    CARD_NOT_FOUND "gift_card_not_found" 404 RequiresBuyerInput
        "No such gift card"
        "No gift card has this code. Look at it again: 32 digits and letters, in groups of four."
    ACCOUNT_NOT_FOUND "credit_account_not_found" 404 Final "No such account"
        "There is no gift card and no credit with this id."
    CUSTOMER_NOT_FOUND "credit_customer_not_found" 404 Final "No such customer"
        "There is no customer with this id to give credit to."
    NO_CREDIT "no_store_credit" 409 RequiresBuyerInput "There is no store credit"
        "Whoever ordered has no credit with the shop in this currency. Pay in another way, or send \
         the code of a gift card."
    CLOSED "credit_closed" 409 Final "The gift card has been ended"
        "The shop has ended this gift card or credit; it cannot be spent any more."
    EXPIRED "credit_expired" 409 Final "The gift card has expired"
        "The time of this gift card is over; it cannot be spent any more."
    EMPTY "credit_empty" 409 RequiresBuyerInput "Nothing is left"
        "All of this gift card or credit has been spent or is set aside for another order."
    OTHER_CURRENCY "credit_other_currency" 409 RequiresBuyerInput
        "Another currency"
        "Credit pays orders in its own currency only."
    TOO_MUCH "credit_too_much" 409 RequiresBuyerInput "More than an account can hold"
        "An account of credit holds 9,999,999.99 at the most. Choose a smaller amount."
}

impl Refusal for CreditRefusal {
    fn kind(&self) -> &'static RefusalKind {
        match self {
            Self::CardNotFound => &CARD_NOT_FOUND,
            Self::AccountNotFound => &ACCOUNT_NOT_FOUND,
            Self::CustomerNotFound => &CUSTOMER_NOT_FOUND,
            Self::NoCredit => &NO_CREDIT,
            Self::Closed => &CLOSED,
            Self::Expired => &EXPIRED,
            Self::Empty => &EMPTY,
            Self::OtherCurrency => &OTHER_CURRENCY,
            Self::TooMuch => &TOO_MUCH,
        }
    }

    fn detail(&self) -> String {
        self.kind().help.to_owned()
    }
}
