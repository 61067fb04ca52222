//! `mail-catcher`: a mail server for development. It accepts every mail over SMTP, delivers none,
//! and shows them on a page and as JSON; tests can tell it to fail in chosen ways.
//! Never: a relay, accounts, TLS, or anything for production.

mod faults;
mod http;
mod mailbox;
mod message;
mod smtp;

use std::io::{self, Read, Write};
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::thread;

use anyhow::Context;
use clap::Parser;
use tokio::net::TcpListener;
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::watch;

use crate::faults::Faults;
use crate::mailbox::Mailbox;

/// Catches mails on their way and shows them; nothing is ever delivered.
#[derive(Debug, Parser)]
#[command(version)]
struct Flags {
    /// Where to accept mails; port 0 means any free one
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:1025")]
    smtp_listen: SocketAddr,
    /// Where to show them; port 0 means any free one
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:8025")]
    http_listen: SocketAddr,
    /// Keep the mails in this folder as .eml files, so that a restart shows them again
    #[arg(long, value_name = "FOLDER")]
    directory: Option<PathBuf>,
    /// Stop when standard input closes, hence with the program that started this one
    #[arg(long)]
    exit_with_stdin: bool,
}

/// What both listeners share.
#[derive(Debug, Clone)]
pub(crate) struct Shared {
    pub(crate) mailbox: Arc<Mailbox>,
    pub(crate) faults: Arc<Faults>,
}

/// Turns true when the program shall stop.
pub(crate) type Stopping = watch::Receiver<bool>;

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let flags = Flags::parse();
    let mailbox = Mailbox::open(flags.directory.as_deref())?;
    let shared = Shared {
        mailbox: Arc::new(mailbox),
        faults: Arc::default(),
    };
    let smtp = listen(flags.smtp_listen).await?;
    let http = listen(flags.http_listen).await?;
    let (stop, stopping) = watch::channel(false);
    let stop_on_signals = stop_on_signals(stop.clone())?;
    if flags.exit_with_stdin {
        stop_with_stdin(stop);
    }
    let mut stdout = io::stdout().lock();
    writeln!(
        stdout,
        "listening smtp {} http {}",
        smtp.local_addr()?,
        http.local_addr()?
    )?;
    stdout.flush()?;
    drop(stdout);
    let serving = async {
        tokio::try_join!(
            smtp::serve(smtp, shared.clone(), stopping.clone()),
            http::serve(http, shared, stopping),
        )
    };
    let (served, ()) = tokio::join!(serving, stop_on_signals);
    served.map(|_| ())
}

async fn listen(address: SocketAddr) -> anyhow::Result<TcpListener> {
    let bound = TcpListener::bind(address).await;
    bound.with_context(|| format!("cannot listen on {address}: choose another address"))
}

/// Watches for SIGTERM and SIGINT, from now on; the future ends when the program is to stop.
fn stop_on_signals(stop: watch::Sender<bool>) -> anyhow::Result<impl Future<Output = ()>> {
    let mut terminate = signal(SignalKind::terminate())?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    let mut stopping = stop.subscribe();
    Ok(async move {
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
            _ = stopping.wait_for(|stopping| *stopping) => {}
        }
        stop.send_replace(true);
    })
}

/// In a thread of its own, because a blocking read of the runtime would hold up its end.
fn stop_with_stdin(stop: watch::Sender<bool>) {
    thread::spawn(move || {
        let mut buffer = [0_u8; 256];
        while io::stdin().read(&mut buffer).is_ok_and(|length| length > 0) {}
        stop.send_replace(true);
    });
}
