//! `nexus openapi`.

use std::{io::Write, process::ExitCode};

use anyhow::Result;

pub(super) fn run() -> Result<ExitCode> {
    std::io::stdout().write_all(crate::openapi::json()?.as_bytes())?;
    Ok(ExitCode::SUCCESS)
}
