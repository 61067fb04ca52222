//! Logs and metrics of a process. Never a secret, never personal data.

use std::io::IsTerminal;

use metrics_exporter_prometheus::{PrometheusBuilder, PrometheusHandle};
use tracing::Level;
use tracing_subscriber::{
    EnvFilter, Layer,
    filter::{FilterExt, LevelFilter, filter_fn},
    fmt,
    layer::SubscriberExt,
    util::SubscriberInitExt,
};

use crate::error::{Error, Result};

/// Libraries that log, at their loudest, what they are given: statements with their parameters,
/// requests with their headers.
const DISCREET: [&str; 4] = ["tokio_postgres", "hyper_util", "reqwest", "rustls"];

/// Starts logging to standard error; `format` is `pretty` or `json`. A second call is ignored.
/// However loud the filter, libraries that would log secrets or personal data stay quiet.
///
/// # Errors
/// A fault when the filter cannot be read.
pub fn start_logs(format: &str, filter: &str) -> Result<()> {
    let filter = std::env::var("RUST_LOG").unwrap_or_else(|_| filter.to_owned());
    let refused = |error| Error::fault(format_args!("log.filter is refused: {error}"));
    let filter = EnvFilter::try_new(&filter).map_err(refused)?;
    // A limit beside the filter: a directive in it would make a quiet filter louder.
    let discreet = filter_fn(|event| {
        let is_discreet = DISCREET.iter().any(|name| event.target().starts_with(name));
        *event.level() <= Level::INFO || !is_discreet
    });
    let filter = filter.and(discreet.with_max_level_hint(LevelFilter::TRACE));
    let layer = fmt::layer()
        .with_ansi(std::io::stderr().is_terminal())
        .with_writer(std::io::stderr);
    // The result is dropped: tests start several servers in one process.
    if format == "json" {
        let layer = layer.json().with_filter(filter);
        drop(tracing_subscriber::registry().with(layer).try_init());
    } else {
        let layer = layer.with_target(false).with_filter(filter);
        drop(tracing_subscriber::registry().with(layer).try_init());
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
