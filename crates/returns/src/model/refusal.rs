//! Why returns are refused.

use kit::{Refusal, RefusalKind, error::RefusedPart};
use serde_json::{Value, json};

use super::ReturnState;

/// Why something does not come back, or nothing is given for it.
#[derive(Debug)]
pub enum ReturnRefusal {
    /// No such return.
    NotFound,
    /// Where it stands does not allow it.
    Conflict {
        /// Where it stands, in a word.
        state: &'static str,
    },
    /// The return has no such line.
    UnknownLine {
        /// Which of the request's lines.
        index: usize,
    },
    /// More came than was to come.
    ExceedsExpected {
        /// Which of the request's lines.
        index: usize,
        /// Units that were to come.
        left: i64,
    },
    /// More is to be given than came.
    ExceedsReceived {
        /// Which of the request's lines.
        index: usize,
        /// Units that came and for which nothing was given.
        left: i64,
    },
    /// Something has been given for all that came.
    NothingUnsettled,
}

impl ReturnRefusal {
    pub(crate) const fn conflict(state: ReturnState) -> Self {
        Self::Conflict {
            state: state.as_str(),
        }
    }
}

kit::refusal_kinds! {
    NOT_FOUND "return_not_found" 404 Final "No such return"
        "There is no return with this id, or it is somebody else's."
    CONFLICT "return_state_conflict" 409 Final "The return stands elsewhere"
        "A return is requested, then approved or rejected, and an approved one is received, once. \
         meta.state says where this one stands."
    UNKNOWN_LINE "return_line_not_found" 422 Recoverable "The return has no such line"
        "Each line is named by its variant_id. errors names the one that is not part of the return."
    EXCEEDS_EXPECTED "exceeds_expected_quantity" 409 Recoverable "More came than was to come"
        "What is restocked and written off of a line is at most what the return is for. Each entry \
         of errors has meta.left."
    EXCEEDS_RECEIVED "exceeds_received_quantity" 409 Recoverable "Not so many have come"
        "No more is given, in money or in kind, than has come. Each entry of errors has meta.left, \
         the units that came and for which nothing was given."
    NOTHING_UNSETTLED "nothing_to_settle" 409 Final "All that came is settled"
        "The buyer has money or goods for all that came, or is promised them. Read the return to \
         see which."
}

impl Refusal for ReturnRefusal {
    fn kind(&self) -> &'static RefusalKind {
        match self {
            Self::NotFound => &NOT_FOUND,
            Self::Conflict { .. } => &CONFLICT,
            Self::UnknownLine { .. } => &UNKNOWN_LINE,
            Self::ExceedsExpected { .. } => &EXCEEDS_EXPECTED,
            Self::ExceedsReceived { .. } => &EXCEEDS_RECEIVED,
            Self::NothingUnsettled => &NOTHING_UNSETTLED,
        }
    }

    fn detail(&self) -> String {
        match self {
            Self::Conflict { state } => format!("The return is {state}."),
            Self::ExceedsExpected { left, .. } => {
                format!("Only {left} of this line were to come back.")
            }
            Self::ExceedsReceived { left, .. } => {
                format!("Only {left} of this line have come and are not settled.")
            }
            _ => self.kind().help.to_owned(),
        }
    }

    fn parts(&self) -> Vec<RefusedPart> {
        let (index, meta) = match self {
            Self::UnknownLine { index } => (index, None),
            Self::ExceedsExpected { index, left } | Self::ExceedsReceived { index, left } => {
                (index, Some(json!({ "left": left })))
            }
            _ => return Vec::new(),
        };
        vec![RefusedPart {
            pointer: format!("/lines/{index}"),
            code: self.kind().code,
            message: self.detail(),
            meta,
        }]
    }

    fn facts(&self) -> Option<Value> {
        match self {
            Self::Conflict { state } => Some(json!({ "state": state })),
            _ => None,
        }
    }
}
