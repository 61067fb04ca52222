//! What every operation has in common: slashes, problems, ids of requests, caching, methods.

mod headers;
mod problems;
mod slashes;
