//! Logs and metrics of a process. Never a secret, never personal data.

use metrics_exporter_prometheus::{PrometheusBuilder, PrometheusHandle};
use tracing_subscriber::EnvFilter;

use crate::error::{Error, Result};

/// Libraries that log, at their loudest, what they are given: statements with their parameters,
/// requests with their headers.
const DISCREET: [&str; 4] = [
    "tokio_postgres=info",
    "hyper_util=info",
    "reqwest=info",
    "rustls=info",
];

/// Starts logging to standard error; `format` is `pretty` or `json`. A second call is ignored.
/// However loud the filter, libraries that would log secrets or personal data stay quiet.
///
/// # Errors
/// A fault when the filter cannot be read.
pub fn start_logs(format: &str, filter: &str) -> Result<()> {
    let filter = std::env::var("RUST_LOG").unwrap_or_else(|_| filter.to_owned());
    let refused = |error| Error::fault(format_args!("log.filter is refused: {error}"));
    let mut filter = EnvFilter::try_new(&filter).map_err(refused)?;
    for quiet in DISCREET {
        filter = filter.add_directive(quiet.parse().map_err(Error::fault)?);
    }
    let builder = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr);
    // The result is dropped: tests start several servers in one process.
    if format == "json" {
        drop(builder.json().try_init());
    } else {
        drop(builder.with_target(false).try_init());
    }
    Ok(())
}

/// Starts counting; the handle renders the counts in Prometheus' text format.
///
/// # Errors
/// A fault when the process counts already.
pub fn start_metrics() -> Result<PrometheusHandle> {
    let recorder = PrometheusBuilder::new().build_recorder();
    let handle = recorder.handle();
    metrics::set_global_recorder(recorder)
        .map_err(|error| Error::fault(format_args!("metrics cannot be started: {error}")))?;
    Ok(handle)
}
