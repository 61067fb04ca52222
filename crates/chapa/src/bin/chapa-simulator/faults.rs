//! Faults to be played on the next calls: what they are and which call they wait for.

use serde::{Deserialize, Serialize};

/// What goes wrong.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "kind")]
pub(crate) enum FaultKind {
    /// The connection is reset before anything happens.
    Reset,
    /// Nothing happens and no answer ever comes.
    Hang,
    /// The call waits, then happens and is answered.
    Delay { ms: u64 },
    /// 429, with `Retry-After` when given.
    TooManyRequests { retry_after: Option<String> },
    /// 500 with an HTML page; nothing happens.
    ServerError,
    /// 419 with an HTML page; nothing happens.
    PageExpired,
    /// 302 to the given address; nothing happens.
    Redirect { location: String },
    /// The given status and body; nothing happens.
    Answer {
        status: u16,
        body: String,
        content_type: Option<String>,
    },
    /// The call happens; the answer is whole HTTP with half of the JSON.
    TruncatedJson,
    /// The call happens; the connection is cut in the middle of the answer.
    CutAnswer,
    /// The call happens; the connection is reset instead of an answer.
    LostAnswer,
    /// The call happens and no answer ever comes.
    HangAfter,
    /// The call happens; the answer comes after so many milliseconds.
    SlowAnswer { ms: u64 },
    /// The call happens; the answer is 500 with an HTML page.
    ErrorAfter,
    /// The call happens; the answer comes a byte at a time.
    Drip { interval_ms: u64 },
    /// Ten megabytes of JSON; nothing happens.
    HugeAnswer,
}

impl FaultKind {
    /// The word of the control API.
    pub(crate) fn name(&self) -> &'static str {
        match self {
            Self::Reset => "reset",
            Self::Hang => "hang",
            Self::Delay { .. } => "delay",
            Self::TooManyRequests { .. } => "too_many_requests",
            Self::ServerError => "server_error",
            Self::PageExpired => "page_expired",
            Self::Redirect { .. } => "redirect",
            Self::Answer { .. } => "answer",
            Self::TruncatedJson => "truncated_json",
            Self::CutAnswer => "cut_answer",
            Self::LostAnswer => "lost_answer",
            Self::HangAfter => "hang_after",
            Self::SlowAnswer { .. } => "slow_answer",
            Self::ErrorAfter => "error_after",
            Self::Drip { .. } => "drip",
            Self::HugeAnswer => "huge_answer",
        }
    }
}

/// A fault and the calls it is for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Fault {
    /// A call's name, or `any`.
    #[serde(default = "any_call")]
    pub(crate) call: String,
    /// Only for paths that hold this text, for example a `tx_ref`.
    #[serde(default)]
    pub(crate) path_contains: String,
    /// How often it is played.
    #[serde(default = "once")]
    pub(crate) times: u32,
    #[serde(flatten)]
    pub(crate) kind: FaultKind,
}

fn any_call() -> String {
    "any".to_owned()
}

fn once() -> u32 {
    1
}

/// Takes the first fault that waits for this call; a used-up fault leaves the list.
pub(crate) fn take(faults: &mut Vec<Fault>, call: &str, path: &str) -> Option<FaultKind> {
    let index = faults.iter().position(|fault| {
        (fault.call == "any" || fault.call == call) && path.contains(&fault.path_contains)
    })?;
    let kind = faults[index].kind.clone();
    faults[index].times = faults[index].times.saturating_sub(1);
    if faults[index].times == 0 {
        faults.remove(index);
    }
    Some(kind)
}
