//! `nexus serve` and `nexus worker`.

use std::{process::ExitCode, time::Duration};

use anyhow::{Context, Result, bail};
use axum::{Router, routing::get};
use kit::{Clock, telemetry};
use tokio::net::TcpListener;

use crate::{app::App, config::Settings, migrations::MIGRATIONS, routes};

/// How to serve.
#[derive(clap::Args)]
pub(super) struct Args {
    /// Run jobs in this process too.
    #[arg(long)]
    with_worker: bool,
}

/// What to work on.
#[derive(clap::Args)]
pub(super) struct WorkerArgs {
    /// Only the jobs of these queues: orders, payments, mail, webhooks, upkeep; all without it.
    #[arg(long, value_delimiter = ',')]
    queues: Vec<String>,
}

pub(super) async fn serve(settings: Settings, args: Args) -> Result<ExitCode> {
    let app = start(settings).await?;
    let listen = app.settings.server.listen.clone();
    let listener = TcpListener::bind(&listen)
        .await
        .with_context(|| format!("cannot listen on {listen}; choose another server.listen"))?;
    tracing::info!(address = %listener.local_addr()?, "serving");
    if args.with_worker {
        app.start_workers(&[]).await?;
    }
    let server = kit::http::server::serve(
        listener,
        routes::router(&app),
        app.settings.server.clone(),
        app.tasks.clone(),
    );
    drop(app.tasks.spawn(server));
    wait_and_stop(&app).await
}

pub(super) async fn work(settings: Settings, args: WorkerArgs) -> Result<ExitCode> {
    let app = start(settings).await?;
    app.start_workers(&args.queues).await?;
    tracing::info!(concurrency = app.settings.worker.concurrency, "working");
    wait_and_stop(&app).await
}

async fn start(settings: Settings) -> Result<App> {
    telemetry::start_logs(&settings.log.format, &settings.log.filter)?;
    let url = settings.database_url()?.to_owned();
    settings.check_secrets()?;
    let state = kit::db::pending(&url, MIGRATIONS)
        .await
        .map_err(anyhow::Error::from)
        .context("the database cannot be reached; check DATABASE_URL and that it runs")?;
    if !state.pending.is_empty() {
        bail!(
            "the schema lacks {}; run `nexus migrate`",
            state.pending.join(", ")
        );
    }
    let app = App::build(settings, Clock::system()).await?;
    start_metrics(&app).await?;
    Ok(app)
}

/// Metrics have an address of their own, so that they are not public by mistake.
async fn start_metrics(app: &App) -> Result<()> {
    let address = app.settings.metrics.listen.clone();
    if address.is_empty() {
        return Ok(());
    }
    let handle = telemetry::start_metrics()?;
    let listener = TcpListener::bind(&address)
        .await
        .with_context(|| format!("cannot listen on {address}; choose another metrics.listen"))?;
    let router = Router::new().route("/metrics", get(async move || handle.render()));
    let server = app.settings.server.clone();
    drop(app.tasks.spawn(kit::http::server::serve(
        listener,
        router,
        server,
        app.tasks.clone(),
    )));
    Ok(())
}

/// Waits for SIGTERM or Ctrl-C, then finishes what is under way. A second signal changes nothing.
pub(super) async fn wait_and_stop(app: &App) -> Result<ExitCode> {
    signal().await?;
    tracing::info!("stopping: finishing what is under way");
    let in_time = app.stop().await;
    if !in_time {
        tracing::warn!(
            seconds = Duration::from_secs(30).as_secs(),
            "not everything ended in time"
        );
    }
    Ok(if in_time {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

/// Ends at SIGTERM or Ctrl-C.
pub(super) async fn signal() -> Result<()> {
    use tokio::signal::unix::{SignalKind, signal};
    let mut terminate = signal(SignalKind::terminate())?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    tokio::select! {
        _ = terminate.recv() => {}
        _ = interrupt.recv() => {}
    }
    Ok(())
}
