//! Every statement of the desk.

mod export;
mod notes;
mod timeline;

pub(crate) use self::{export::*, notes::*, timeline::*};
