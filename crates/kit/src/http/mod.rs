//! What any HTTP API of ours needs: problems, bodies, pages, versions, the server itself.
//! No routes.

pub mod access;
pub mod body;
mod descriptors;
pub mod doors;
pub mod etag;
pub mod idempotent;
pub mod layers;
pub mod merge;
mod objects;
pub mod page;
pub mod problem;
pub mod server;

pub use self::{
    access::Access,
    body::{Body, PathId, Query},
    etag::{IfMatch, Versioned},
    idempotent::{Idempotency, IdempotencyHeader, respond},
    merge::Member,
    page::{Cursor, Page, PageQuery},
    problem::{Problem, ProblemResponses},
};

use crate::{clock::Clock, db::Db};

/// The state of every route: the database and the clock.
#[derive(Clone)]
pub struct Kit {
    /// The database.
    pub db: Db,
    /// The clock.
    pub clock: Clock,
}
