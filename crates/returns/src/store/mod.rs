//! Every statement on returns.

mod lines;
mod returns;
mod settled;

pub(crate) use self::{lines::*, returns::*, settled::*};
