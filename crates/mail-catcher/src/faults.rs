//! Failures on demand, for tests of programs that send mail. Never: which mail is in question.

use std::sync::{Mutex, PoisonError};

use serde::{Deserialize, Serialize};

/// What happens to a mail instead of being accepted, after all of it was received.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Behaviour {
    /// Not kept; answered with a temporary refusal.
    #[serde(rename = "refuse_451")]
    Refuse451,
    /// Not kept; answered with a final refusal.
    #[serde(rename = "refuse_550")]
    Refuse550,
    /// Kept, but the connection closes without an answer: the sender cannot know.
    DropAfterDataBeforeReply,
    /// Not kept and never answered; the connection stays open until the sender gives up.
    Hang,
}

/// The behaviour of the next mails.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Fault {
    /// How many mails it still applies to.
    pub(crate) next: u32,
    pub(crate) behaviour: Behaviour,
}

/// The fault that is set now, if any.
#[derive(Debug, Default)]
pub(crate) struct Faults(Mutex<Option<Fault>>);

impl Faults {
    /// Replaces the current fault; `next: 0` ends it.
    pub(crate) fn set(&self, fault: Fault) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(fault);
    }

    /// The behaviour for one mail, counted down; `None` means that it is accepted.
    pub(crate) fn take(&self) -> Option<Behaviour> {
        let mut current = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let fault = current.as_mut()?;
        fault.next = fault.next.checked_sub(1)?;
        Some(fault.behaviour)
    }
}
