//! What operators see of the work in the background, and do with it.

mod depth;
mod http;

pub(crate) use self::{depth::watch_depth, http::routes};
