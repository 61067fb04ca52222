//! Every statement on webhooks.

mod deliveries;
mod endpoints;

pub(crate) use self::{deliveries::*, endpoints::*};
