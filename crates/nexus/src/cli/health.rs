//! `nexus health`: asks a running server, for container health checks that have no curl.

use std::{io::Write, process::ExitCode, time::Duration};

use anyhow::{Context, Result};

/// A server that takes longer is not well.
const PATIENCE: Duration = Duration::from_secs(3);

/// Exit code 0 when the answer is a success, 1 when it is another or none.
pub(super) async fn run(url: &str) -> Result<ExitCode> {
    match ask(url).await {
        Ok(status) if status.is_success() => Ok(ExitCode::SUCCESS),
        Ok(status) => complain(&format!("{url} answers {status}")),
        Err(error) => complain(&format!("{error:#}")),
    }
}

async fn ask(url: &str) -> Result<http::StatusCode> {
    // A second call, or one after the process has chosen, changes nothing.
    drop(rustls::crypto::ring::default_provider().install_default());
    let client = reqwest::Client::builder()
        .redirect(reqwest::redirect::Policy::none())
        .retry(reqwest::retry::never())
        .timeout(PATIENCE)
        // The server's own address, never by way of a proxy.
        .no_proxy()
        .build()?;
    let response = client.get(url).send().await;
    Ok(response
        .with_context(|| format!("{url} does not answer"))?
        .status())
}

fn complain(sentence: &str) -> Result<ExitCode> {
    writeln!(std::io::stderr(), "nexus: {sentence}")?;
    Ok(ExitCode::FAILURE)
}
