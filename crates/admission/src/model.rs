//! Nouns and rules of a queue: places, tokens, who may order. No SQL, no clock.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use chrono::{DateTime, TimeDelta, Utc};
use hmac::{Hmac, KeyInit, Mac};
use ids::{CartId, CustomerId, PlaceId, SaleId, VariantId};
use kit::{Refusal, RefusalKind};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use uuid::Uuid;

/// Calls of this time say how fast the line moves.
pub(crate) const RECENT: TimeDelta = TimeDelta::seconds(60);

/// A queue as it stands in the database, with what its sale says about it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Queue {
    pub(crate) starts_at: DateTime<Utc>,
    pub(crate) ends_at: Option<DateTime<Utc>>,
    /// How many tokens may count at once; `None`: there is no queue any more.
    pub(crate) slots: Option<i32>,
    pub(crate) token_seconds: Option<i32>,
    pub(crate) seed: String,
    pub(crate) drawn_at: Option<DateTime<Utc>>,
    /// The last number that the draw gave.
    pub(crate) drawn_number: Option<i64>,
    pub(crate) last_number: i64,
    pub(crate) called_number: i64,
    pub(crate) variants: Vec<VariantId>,
}

impl Queue {
    /// How long a token counts, if anybody may be called now.
    pub(crate) fn calls_for(&self, now: DateTime<Utc>) -> Option<TimeDelta> {
        let is_on = self.starts_at <= now && self.ends_at.is_none_or(|ends_at| now < ends_at);
        let seconds = self.token_seconds.filter(|_| is_on)?;
        Some(TimeDelta::seconds(i64::from(seconds)))
    }

    /// How many may be called, with so many units left and so many tokens that count: never more
    /// than can be served, so that nobody is called to an empty shelf.
    pub(crate) fn room(&self, units: i64, tokens: i64) -> i64 {
        (i64::from(self.slots.unwrap_or(0)).min(units) - tokens).max(0)
    }
}

/// What a queue is like at a moment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Seen {
    pub(crate) queue: Queue,
    /// What is left of all that is in the sale.
    pub(crate) units: i64,
    /// Tokens that count.
    pub(crate) tokens: i64,
    /// How many were called within so many seconds.
    pub(crate) calls: (i64, i64),
    /// Whether the sale has ended: nobody is called any more.
    pub(crate) is_over: bool,
    /// The numbers that will not be called, because whoever had them has left; ascending.
    pub(crate) left: Vec<i64>,
}

impl Seen {
    /// How many are before somebody with this number, and they themselves.
    pub(crate) fn position(&self, number: i64) -> i64 {
        let gone = self.left.partition_point(|left| *left < number);
        let gone = i64::try_from(gone).unwrap_or(i64::MAX);
        (number - self.queue.called_number - gone).max(1)
    }

    /// How long that takes as things go now; `None`: nobody was called lately.
    pub(crate) const fn wait_seconds(&self, position: i64) -> Option<i64> {
        let (calls, seconds) = self.calls;
        if calls == 0 {
            return None;
        }
        Some((position * seconds + calls - 1) / calls)
    }
}

/// Where a place stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum PlaceState {
    Waiting,
    /// Has a token.
    Admitted,
    /// Has ordered.
    Used,
    /// Did not order in time.
    Expired,
    /// Did not want to wait any longer.
    Left,
}

impl PlaceState {
    pub(crate) fn parse(text: &str) -> Option<Self> {
        match text {
            "waiting" => Some(Self::Waiting),
            "admitted" => Some(Self::Admitted),
            "used" => Some(Self::Used),
            "expired" => Some(Self::Expired),
            "left" => Some(Self::Left),
            _ => None,
        }
    }

    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::Admitted => "admitted",
            Self::Used => "used",
            Self::Expired => "expired",
            Self::Left => "left",
        }
    }
}

/// How many places of a queue are in which state.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct PlaceCounts {
    pub(crate) waiting: i64,
    pub(crate) admitted: i64,
    pub(crate) used: i64,
    pub(crate) expired: i64,
    pub(crate) left: i64,
}

/// Somebody's place in a queue.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Place {
    pub(crate) id: PlaceId,
    pub(crate) sale_id: SaleId,
    pub(crate) cart_id: CartId,
    pub(crate) customer_id: Option<CustomerId>,
    /// The place in the line; none before the draw.
    pub(crate) number: Option<i64>,
    pub(crate) state: PlaceState,
    pub(crate) joined_at: DateTime<Utc>,
    /// When its token ends.
    pub(crate) expires_at: Option<DateTime<Utc>>,
}

impl Place {
    /// Where it stands at a moment: a token that nobody has taken back yet may be over.
    pub(crate) fn state_at(&self, now: DateTime<Utc>) -> PlaceState {
        let is_over = self.expires_at.is_some_and(|expires_at| expires_at <= now);
        match self.state {
            PlaceState::Admitted if is_over => PlaceState::Expired,
            state => state,
        }
    }

    pub(crate) fn admission(&self) -> Option<Admission> {
        Some(Admission {
            sale_id: self.sale_id,
            cart_id: self.cart_id,
            expires_at: self.expires_at?,
        })
    }
}

/// What the draw's seed is known by before the draw.
pub(crate) fn commitment(seed: &str) -> String {
    hex::encode(Sha256::digest(seed.as_bytes()))
}

/// What a token says: this cart may be ordered in this sale until then.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Admission {
    /// In which sale.
    pub sale_id: SaleId,
    /// Whose turn it is.
    pub cart_id: CartId,
    /// Not from then on.
    pub expires_at: DateTime<Utc>,
}

/// A token as it came with an order: what it says, or that it says nothing that is ours.
pub type Ticket = Option<Admission>;

/// Signs and reads tokens. Every server of a shop has the same key.
#[derive(Clone)]
pub(crate) struct Seal(Hmac<Sha256>);

/// What a token is made of, in bytes: two ids, an instant, the signature.
const SAID: usize = 16 + 16 + 8;
const SIGNED: usize = SAID + 32;

impl Seal {
    /// A key of its own, derived from the shop's secret.
    pub(crate) fn new(secret: &str) -> Self {
        let mac = |key: &[u8]| {
            let mac = Hmac::<Sha256>::new_from_slice(key);
            mac.unwrap_or_else(|_| unreachable!("a key of any length will do"))
        };
        let mut derive = mac(secret.as_bytes());
        derive.update(b"admission to a sale");
        Self(mac(&derive.finalize().into_bytes()))
    }

    pub(crate) fn sign(&self, admission: &Admission) -> String {
        let mut bytes = Vec::with_capacity(SIGNED);
        bytes.extend_from_slice(admission.sale_id.uuid().as_bytes());
        bytes.extend_from_slice(admission.cart_id.uuid().as_bytes());
        bytes.extend_from_slice(&admission.expires_at.timestamp_micros().to_be_bytes());
        let mut mac = self.0.clone();
        mac.update(&bytes);
        bytes.extend_from_slice(&mac.finalize().into_bytes());
        URL_SAFE_NO_PAD.encode(bytes)
    }

    /// What a token says; `None`: it was not signed with this key.
    pub(crate) fn read(&self, token: &str) -> Ticket {
        // Four characters are three bytes.
        if token.len() != SIGNED * 4 / 3 {
            return None;
        }
        let bytes = URL_SAFE_NO_PAD.decode(token).ok()?;
        let (said, signature) = bytes.split_at_checked(SAID)?;
        let mut mac = self.0.clone();
        mac.update(said);
        mac.verify_slice(signature).ok()?;
        let (sale, rest) = said.split_at_checked(16)?;
        let (cart, micros) = rest.split_at_checked(16)?;
        let micros = i64::from_be_bytes(micros.try_into().ok()?);
        Some(Admission {
            sale_id: SaleId::from_uuid(Uuid::from_slice(sale).ok()?),
            cart_id: CartId::from_uuid(Uuid::from_slice(cart).ok()?),
            expires_at: DateTime::from_timestamp_micros(micros)?,
        })
    }
}

/// Whether a cart may order a variant of a sale that has a queue, with the tokens that came along.
///
/// # Errors
/// `queue_required`, with what is wrong with the tokens.
pub fn require(
    tickets: &[Ticket],
    sale_id: SaleId,
    variant_id: VariantId,
    cart_id: CartId,
    now: DateTime<Utc>,
) -> Result<(), AdmissionRefusal> {
    let of_sale = |ticket: &&Ticket| ticket.is_some_and(|found| found.sale_id == sale_id);
    let of_sale: Vec<Admission> = tickets.iter().filter(of_sale).copied().flatten().collect();
    let mut own = of_sale.iter().filter(|found| found.cart_id == cart_id);
    let reason = match own.clone().next() {
        Some(_) if own.any(|found| now < found.expires_at) => return Ok(()),
        Some(_) => "expired",
        None if !of_sale.is_empty() => "of_another_cart",
        None if tickets.iter().any(Option::is_none) => "not_ours",
        None if !tickets.is_empty() => "of_another_sale",
        None => "missing",
    };
    Err(AdmissionRefusal::QueueRequired {
        sale_id,
        variant_id,
        reason,
    })
}

/// Why a queue says no.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AdmissionRefusal {
    /// No token that counts.
    QueueRequired {
        /// Of which sale.
        sale_id: SaleId,
        /// What was to be ordered.
        variant_id: VariantId,
        /// `missing`, `not_ours`, `of_another_sale`, `of_another_cart` or `expired`.
        reason: &'static str,
    },
    /// The sale is there, and everybody may order.
    NoQueue,
    /// The cart has no place in this queue.
    NoPlace,
    /// Whose turn it is, or was, cannot leave any more: the token was signed, and counts.
    TurnHasCome,
    /// The cart holds nothing of the sale.
    NothingOfSale,
    /// Its time is over.
    SaleEnded,
}

kit::refusal_kinds! {
    QUEUE_REQUIRED "queue_required" 409 Recoverable "There is a queue"
        "Something in the cart is in a sale that has a queue. Join it with the cart at meta.join, \
         wait for its turn, and send the token that it is given then in admission_tokens. \
         meta.reason says what is wrong with the tokens that were sent: missing, not_ours, \
         of_another_sale, of_another_cart or expired."
    NO_QUEUE "sale_has_no_queue" 409 Final "The sale has no queue"
        "Everybody may order what is in this sale; no token is needed."
    NO_PLACE "queue_place_not_found" 404 Recoverable "No such place"
        "The cart has no place in this queue. Join it."
    TURN_HAS_COME "queue_turn_has_come" 409 Final "Its turn has come"
        "Only who waits can leave a queue. The token that this cart was given counts until its \
         end, whether it is used or not."
    NOTHING_OF_SALE "cart_without_sale" 409 RequiresBuyerInput "Nothing of the sale in the cart"
        "A place is for a cart that holds something of the sale. Put it into the cart first."
    SALE_ENDED "queue_closed" 409 Final "The queue is closed"
        "The sale is over, and nobody is called any more."
}

impl Refusal for AdmissionRefusal {
    fn kind(&self) -> &'static RefusalKind {
        match self {
            Self::QueueRequired { .. } => &QUEUE_REQUIRED,
            Self::NoQueue => &NO_QUEUE,
            Self::NoPlace => &NO_PLACE,
            Self::TurnHasCome => &TURN_HAS_COME,
            Self::NothingOfSale => &NOTHING_OF_SALE,
            Self::SaleEnded => &SALE_ENDED,
        }
    }

    fn detail(&self) -> String {
        self.kind().help.to_owned()
    }

    fn facts(&self) -> Option<Value> {
        let Self::QueueRequired {
            sale_id,
            variant_id,
            reason,
        } = self
        else {
            return None;
        };
        Some(json!({
            "sale_id": sale_id, "variant_id": variant_id, "reason": reason,
            "join": format!("/api/v1/sales/{sale_id}/queue/"),
        }))
    }
}
