//! Rules of the protocol, checked without a network.

mod amounts;
mod callbacks;
mod lists;
mod notices;
mod properties;
mod requests;
mod retry_after;
mod secrets;
mod settlements;
mod signatures;
mod statuses;
mod verify_bodies;
mod write_answers;

use crate::client::transport::Answer;

/// An answer to a call that only reads.
fn read(status: u16, body: &str) -> Answer {
    Answer {
        status,
        body: body.to_owned(),
        is_read: true,
    }
}

/// An answer to a call that changes something.
fn write(status: u16, body: &str) -> Answer {
    Answer {
        status,
        body: body.to_owned(),
        is_read: false,
    }
}
