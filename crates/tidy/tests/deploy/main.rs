//! Held against each other: compose.yaml, Dockerfile, .dockerignore, .env.example, deploy/ and the
//! workspace. Finds a reference to what does not exist; never starts a container.

#![expect(
    clippy::expect_used,
    clippy::panic,
    reason = "this whole program is a test"
)]

mod containers;
mod image;
mod papers;

mod settings;
