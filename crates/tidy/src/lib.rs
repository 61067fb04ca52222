//! The architecture as a test: reads the repository as text and says where it departs from
//! ARCHITECTURE.md and docs/style.md, with the file, the line and what to do about it.
//!
//! Promises: no dependencies, no network, no writes; the whole tree is read in about a second.
//! Never: a rule that a compiler or clippy can hold is not repeated here.

mod manifest;
pub mod rules;
mod scan;
mod tree;

pub use tree::{Finding, SourceFile, Tree};
