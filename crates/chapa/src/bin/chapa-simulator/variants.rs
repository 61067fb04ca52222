//! The switches: how the simulated Chapa answers where the real one is undocumented or
//! contradictory. Every field has a default; the control API changes any of them.

use serde::{Deserialize, Serialize};

/// Declares an enum of words as they appear in the control API.
macro_rules! words {
    ($($(#[$meta:meta])* $name:ident { $($(#[$inner:meta])* $word:ident),+ $(,)? })+) => {$(
        $(#[$meta])*
        #[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
        #[serde(rename_all = "snake_case")]
        pub(crate) enum $name { $($(#[$inner])* $word),+ }
    )+};
}

words! {
    /// Which bodies are accepted.
    ContentType { #[default] Any, Strict }
    /// How complaints about fields are written.
    Complaints { #[default] Rules, Sentences, Text, List }
    /// What is said when a checkout is to be split.
    Subaccounts { #[default] Unknown, ShareTooSmall, FlatTooSmall, Accepted }
    /// `verify` before payment.
    Unpaid { #[default] NotFoundNull, NotFoundTextNull, Pending }
    /// `verify` after a failure.
    AfterFailure { #[default] Mirrored, SuccessEnvelope, FailedCancelled, NotPaid }
    /// `verify` after a cancellation.
    AfterCancel { #[default] Cancelled, NotFound }
    /// `verify` after everything was refunded.
    AfterRefund { #[default] Refunded, Success }
    /// How amounts are written by `verify`.
    Amounts { #[default] Numbers, Strings }
    /// How `meta` is echoed.
    Meta { #[default] Object, Null, Text }
    /// Who pays Chapa's fee.
    FeeBearer { #[default] Merchant, Customer }
    /// The shape of a refund's acceptance.
    RefundShape { #[default] Current, Qa, NoReference, NoData }
    /// By what `GET /refund/{…}/verify` finds a refund.
    RefundLookup { #[default] Any, RefIdOnly }
    /// When a refund's webhook is sent: at its end, at its acceptance, or both times.
    RefundNotice { #[default] End, Start, Both }
    /// What a refund's webhook is called: `charge.refunded`, or `refund.success` and the like.
    RefundNames { #[default] Charge, Refund }
    /// How JSON text is escaped.
    JsonText { #[default] Php, Plain }
    /// Who moves a refund along.
    RefundProgress { #[default] Timed, Manual, Instant, Reversed }
    /// How the callback is made.
    CallbackForm { #[default] Query, JsonGet, JsonPost }
    /// What happens before `initialize` answers.
    InstantResult { #[default] None, Success, Failed }
    /// What follows a result.
    Step { #[default] Webhook, Callback, Redirect }
    /// Which signature headers a webhook carries.
    Headers { #[default] Both, XOnly, StaticOnly, StaticOverBody, None, Basic }
    /// What a webhook's body is.
    WebhookBody {
        #[default] Flat, Nested, TamperedAmount, UnknownEvent, ShortNames, WrongMode, Huge,
        InvalidJson
    }
}

/// How the API and the checkout page behave.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Variants {
    pub(crate) content_type: ContentType,
    pub(crate) complaints: Complaints,
    pub(crate) check_title: bool,
    pub(crate) check_description: bool,
    pub(crate) check_phone: bool,
    pub(crate) subaccounts: Subaccounts,
    pub(crate) unpaid: Unpaid,
    pub(crate) failed: AfterFailure,
    pub(crate) cancelled: AfterCancel,
    /// The HTTP status of cancelling what is unknown.
    pub(crate) cancel_missing: u16,
    pub(crate) refunded: AfterRefund,
    pub(crate) amounts: Amounts,
    pub(crate) meta: Meta,
    /// Write `payment_method` instead of `method`.
    pub(crate) payment_method_field: bool,
    pub(crate) fee_bearer: FeeBearer,
    /// Hundredths of a percent: 300 is 3 %.
    pub(crate) fee_basis_points: i64,
    pub(crate) refund_shape: RefundShape,
    pub(crate) refund_progress: RefundProgress,
    pub(crate) refund_lookup: RefundLookup,
    pub(crate) refund_notice: RefundNotice,
    pub(crate) refund_names: RefundNames,
    /// Simulated seconds from acceptance to the money's arrival; processing starts at half.
    pub(crate) refund_seconds: i64,
    pub(crate) partial_refunds: bool,
    /// Refuse a refund that the available balance does not cover.
    pub(crate) check_balance: bool,
    /// Rows on a page of the list of transactions.
    pub(crate) page_size: usize,
    pub(crate) json_text: JsonText,
    /// The tabs that Chapa's messages end with.
    pub(crate) trailing_tabs: bool,
    pub(crate) merchant_blocked: bool,
    pub(crate) api_disabled: bool,
    pub(crate) usd_enabled: bool,
    /// `verify` answers as to a key of the other mode.
    pub(crate) cross_mode: bool,
    /// How long a checkout page stays open.
    pub(crate) window_minutes: i64,
    pub(crate) max_attempts: u32,
    pub(crate) result_order: Vec<Step>,
    pub(crate) webhook_delay_ms: u64,
    pub(crate) callback_delay_ms: u64,
    pub(crate) redirect_delay_ms: u64,
    pub(crate) callback_form: CallbackForm,
    /// Add trx_ref, ref_id and status to return_url.
    pub(crate) return_parameters: bool,
    pub(crate) return_after_cancel: bool,
    pub(crate) instant_result: InstantResult,
}

impl Default for Variants {
    fn default() -> Self {
        Self {
            content_type: ContentType::default(),
            complaints: Complaints::default(),
            check_title: true,
            check_description: true,
            check_phone: true,
            subaccounts: Subaccounts::default(),
            unpaid: Unpaid::default(),
            failed: AfterFailure::default(),
            cancelled: AfterCancel::default(),
            cancel_missing: 404,
            refunded: AfterRefund::default(),
            amounts: Amounts::default(),
            meta: Meta::default(),
            payment_method_field: false,
            fee_bearer: FeeBearer::default(),
            fee_basis_points: 300,
            refund_shape: RefundShape::default(),
            refund_progress: RefundProgress::default(),
            refund_lookup: RefundLookup::default(),
            refund_notice: RefundNotice::default(),
            refund_names: RefundNames::default(),
            refund_seconds: 60,
            partial_refunds: true,
            check_balance: false,
            page_size: 10,
            json_text: JsonText::default(),
            trailing_tabs: true,
            merchant_blocked: false,
            api_disabled: false,
            usd_enabled: true,
            cross_mode: false,
            window_minutes: 60,
            max_attempts: 10,
            result_order: vec![Step::Webhook, Step::Callback, Step::Redirect],
            webhook_delay_ms: 0,
            callback_delay_ms: 0,
            redirect_delay_ms: 0,
            callback_form: CallbackForm::default(),
            return_parameters: false,
            return_after_cancel: true,
            instant_result: InstantResult::default(),
        }
    }
}

/// How webhooks are sent.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct WebhookBehaviour {
    /// Keep new webhooks back; they are listed and `redeliver` sends them.
    pub(crate) drop: bool,
    /// Keep webhooks back until so many wait, then send them the newest first.
    pub(crate) reorder: usize,
    /// Extra copies, sent at the same moment.
    pub(crate) duplicates: u32,
    pub(crate) delay_ms: u64,
    /// Wait so many simulated seconds before the first attempt.
    pub(crate) delay_seconds: u32,
    pub(crate) bad_signature: bool,
    pub(crate) headers: Headers,
    pub(crate) basic_user: String,
    pub(crate) basic_password: String,
    pub(crate) body: WebhookBody,
    /// Fall back to the default behaviour after so many webhooks; absent means never.
    pub(crate) times: Option<u32>,
}
