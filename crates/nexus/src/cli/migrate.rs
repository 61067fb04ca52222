//! `nexus migrate`.

use std::process::ExitCode;

use anyhow::Result;

use super::say;
use crate::{config::Settings, migrations::MIGRATIONS};

pub(super) async fn run(settings: &Settings) -> Result<ExitCode> {
    let applied = kit::db::migrate(settings.database_url()?, MIGRATIONS).await?;
    for name in &applied {
        say(format_args!("applied {name}"))?;
    }
    if applied.is_empty() {
        say("the schema is up to date")?;
    }
    Ok(ExitCode::SUCCESS)
}
