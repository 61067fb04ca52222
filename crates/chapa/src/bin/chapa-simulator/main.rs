//! `chapa-simulator`: a separate program that plays Chapa, so that shops can be built, shown
//! and tested without it. Never part of a shop's own binary.

mod api;
mod args;
mod book;
mod clock;
mod control;
mod delivery;
mod faults;
mod fields;
mod ids;
mod listener;
mod message;
mod moments;
mod outcome;
mod page;
mod refunds;
mod reply;
mod serving;
mod simulator;
mod stage;
mod variants;

use std::io::{Read as _, Write as _};
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context as _;
use clap::Parser as _;
use tokio::net::TcpListener;
use tokio::sync::watch;

use args::Args;
use simulator::Simulator;

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let args = Args::parse();
    args.check()?;
    let _ = rustls::crypto::ring::default_provider().install_default();
    let listening = TcpListener::bind(args.listen)
        .await
        .context("cannot listen")?;
    let control_listening = match args.control_listen {
        Some(address) => Some(TcpListener::bind(address).await.context("cannot listen")?),
        None => None,
    };
    let address = listening.local_addr()?;
    let control_address = match &control_listening {
        Some(listening) => listening.local_addr()?,
        None => address,
    };
    let public_url = args
        .public_url
        .clone()
        .unwrap_or_else(|| format!("http://{address}"));
    let simulator = Simulator::new(args, &public_url)?;
    let ticking = Arc::clone(&simulator);
    simulator.later(async move { tick(&ticking).await });

    let mut public = api::routes(&simulator).merge(page::routes());
    if control_listening.is_none() {
        public = public.merge(control::routes());
    }
    let stop = stop_signal(&simulator)?;
    announce(address, control_address)?;
    let public = public.with_state(Arc::clone(&simulator));
    let serving = serving::serve_behind(&simulator.door, listening, public, stop.clone());
    let Some(control_listening) = control_listening else {
        return serving.await;
    };
    let control = control::routes().with_state(Arc::clone(&simulator));
    tokio::try_join!(serving, serving::serve(control_listening, control, stop))?;
    Ok(())
}

/// The one line that programs wait for.
fn announce(address: SocketAddr, control: SocketAddr) -> anyhow::Result<()> {
    let mut out = std::io::stdout().lock();
    writeln!(out, "listening {address} control {control}")?;
    out.flush()?;
    Ok(())
}

/// Tells the operator; a closed standard error is nobody listening.
pub(crate) fn complain(message: &str) {
    let _ = writeln!(std::io::stderr().lock(), "chapa-simulator: {message}");
}

async fn tick(simulator: &Arc<Simulator>) {
    let mut seconds = tokio::time::interval(Duration::from_secs(1));
    // A shop that answers slowly must not be hurried by the rounds that were missed.
    seconds.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    loop {
        seconds.tick().await;
        moments::catch_up(simulator).await;
    }
}

/// True from the first SIGTERM, SIGINT or, when asked for, the end of standard input.
fn stop_signal(simulator: &Simulator) -> anyhow::Result<watch::Receiver<bool>> {
    use tokio::signal::unix::{SignalKind, signal};
    let (sender, receiver) = watch::channel(false);
    let sender = Arc::new(sender);
    for kind in [SignalKind::terminate(), SignalKind::interrupt()] {
        let mut signals = signal(kind)?;
        let sender = Arc::clone(&sender);
        simulator.later(async move {
            signals.recv().await;
            sender.send_replace(true);
        });
    }
    if simulator.args.exit_with_stdin {
        // A thread: tokio's own standard input would hold up the end of the program.
        std::thread::spawn(move || {
            let mut buffer = [0; 64];
            let mut input = std::io::stdin().lock();
            while input.read(&mut buffer).is_ok_and(|count| count > 0) {}
            sender.send_replace(true);
        });
    }
    Ok(receiver)
}
