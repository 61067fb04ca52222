//! Logs and metrics of a process. Never a secret, never personal data.

use metrics_exporter_prometheus::{PrometheusBuilder, PrometheusHandle};
use tracing_subscriber::EnvFilter;

use crate::error::{Error, Result};

/// Starts logging to standard error; `format` is `pretty` or `json`. A second call is ignored.
///
/// # Errors
/// A fault when the filter cannot be read.
pub fn start_logs(format: &str, filter: &str) -> Result<()> {
    let filter = std::env::var("RUST_LOG").unwrap_or_else(|_| filter.to_owned());
    let filter = EnvFilter::try_new(&filter)
        .map_err(|error| Error::fault(format_args!("log.filter is refused: {error}")))?;
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
