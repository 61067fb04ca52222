//! Messages of providers: a reason to look at something, and never a state to be applied.

use http::HeaderMap;

/// A message as it came.
#[derive(Debug, Clone, Copy)]
pub(crate) struct RawRequest<'a> {
    /// What shows who wrote it.
    pub(crate) proof: Proof<'a>,
    /// The exact bytes.
    pub(crate) body: &'a [u8],
}

/// What shows who wrote a message.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Proof<'a> {
    /// It arrives now; its signature is checked.
    Headers(&'a HeaderMap),
    /// It was checked when it came, and stored with what it is worth.
    Before(Authenticity),
}

/// What a message's signature proves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Authenticity {
    /// The body is as a holder of the secret wrote it. It may still be a replay.
    Signed,
    /// The sender knew a constant; the body is anybody's. A reason to ask, and no more.
    StaticToken,
}

impl Authenticity {
    /// The word that is stored.
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Signed => "signed",
            Self::StaticToken => "static_token",
        }
    }

    pub(crate) fn parse(text: &str) -> Option<Self> {
        [Self::Signed, Self::StaticToken]
            .into_iter()
            .find(|authenticity| authenticity.as_str() == text)
    }
}

/// What a message is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum NoticeKind {
    /// A payment: ask about it.
    Charge,
    /// A refund or reversal: ask about the refund and the payment.
    Refund,
    /// A transfer of the shop's own money: no concern of its orders.
    Payout,
    /// An event that is not known here.
    Other,
}

/// What a message points at. Every field is a claim, even when it was signed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Notice {
    /// What its signature proves.
    pub(crate) authenticity: Authenticity,
    /// What it is about.
    pub(crate) kind: NoticeKind,
    /// The event's name as sent; none where the body cannot be read.
    pub(crate) event: Option<String>,
    /// Our reference of the payment.
    pub(crate) tx_ref: Option<String>,
    /// The provider's reference of the payment.
    pub(crate) provider_reference: Option<String>,
    /// The provider's reference of the refund.
    pub(crate) refund_reference: Option<String>,
    /// Our reference of the refund.
    pub(crate) merchant_reference: Option<String>,
    /// What it says about the payment.
    pub(crate) claims: Claims,
}

/// What a message says about a payment. Shown to staff, and compared with what was asked for to
/// tell them what differs; never applied.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Claims {
    /// The status as sent.
    pub(crate) status: Option<String>,
    /// Minor units, where it can be read.
    pub(crate) amount_minor: Option<i64>,
    /// As sent.
    pub(crate) currency: Option<String>,
    /// Test or live, where it can be read.
    pub(crate) mode: Option<super::Mode>,
}

/// Why a message is not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum WebhookError {
    /// Its signature proves nothing.
    Forged,
    /// The provider sends none: it is somebody else's.
    Unsupported,
}
