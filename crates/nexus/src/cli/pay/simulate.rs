//! `nexus pay simulate`: the payment simulator alone, in the foreground, for whoever builds or
//! tries a shop against Chapa.

use std::{
    process::{ExitCode, Stdio},
    time::Duration,
};

use anyhow::{Context, Result, bail};
use serde::Deserialize;
use tokio::{
    io::{AsyncBufReadExt, BufReader},
    process::{Child, Command as Program},
};

use crate::cli::{demo::children, say, serve};

/// How to play.
#[derive(clap::Args)]
#[command(after_help = "Every other option goes to the simulator: `nexus pay simulate -- --help`.")]
pub(in crate::cli) struct Args {
    /// Where the API, the checkout page and the control API listen.
    #[arg(long, default_value = "127.0.0.1:8090", env = "CHAPA_SIMULATOR_LISTEN")]
    listen: String,
    /// Where webhooks go.
    #[arg(long, env = "CHAPA_SIMULATOR_WEBHOOK_URL")]
    #[arg(default_value = "http://127.0.0.1:8000/api/v1/payment/webhook/chapa/")]
    webhook_url: String,
    /// Options of the simulator, such as --seed 7 or --control-listen 127.0.0.1:8091.
    #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
    options: Vec<String>,
}

/// A simulator that takes longer to end is left to its own.
const PATIENCE: Duration = Duration::from_secs(5);

pub(super) async fn run(args: &Args) -> Result<ExitCode> {
    let mut child = start(args)?;
    // Waiting for a child closes its input, and with that this one would end.
    let input = child.stdin.take();
    let output = child.stdout.take().context("the simulator says nothing")?;
    let mut lines = BufReader::new(output).lines();
    let first = lines.next_line().await?.unwrap_or_default();
    let words: Vec<&str> = first.split_whitespace().collect();
    let ["listening", address, "control", control] = words[..] else {
        // Help, the version, or a complaint that stands above.
        if !first.is_empty() {
            say(&first)?;
        }
        while let Some(line) = lines.next_line().await? {
            say(line)?;
        }
        return Ok(code_of(child.wait().await?));
    };
    welcome(address, control, args).await?;
    tokio::select! {
        ended = child.wait() => return Ok(code_of(ended?)),
        signalled = serve::signal() => signalled?,
    }
    // It ends as after a signal of its own.
    drop(input);
    let ended = tokio::time::timeout(PATIENCE, child.wait()).await;
    ended.context("the simulator does not end")??;
    say("Stopped.")?;
    Ok(ExitCode::SUCCESS)
}

fn start(simulate: &Args) -> Result<Child> {
    let path = children::find("chapa-simulator")?;
    Program::new(&path)
        .args(["--listen", &simulate.listen])
        .args(["--webhook-url", &simulate.webhook_url])
        .arg("--exit-with-stdin")
        .args(&simulate.options)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .kill_on_drop(true)
        .spawn()
        .with_context(|| format!("cannot start {}", path.display()))
}

fn code_of(status: std::process::ExitStatus) -> ExitCode {
    match status.code().and_then(|code| u8::try_from(code).ok()) {
        Some(code) => ExitCode::from(code),
        None => ExitCode::FAILURE,
    }
}

/// The part of a merchant that a shop's settings need.
#[derive(Deserialize)]
struct Merchant {
    secret_key: String,
    webhook_secret: String,
}

#[derive(Deserialize)]
struct Health {
    mode: String,
    public_url: String,
}

async fn welcome(address: &str, control: &str, simulate: &Args) -> Result<()> {
    let merchants: Vec<Merchant> = ask(control, "merchants").await?;
    let Some(Merchant {
        secret_key,
        webhook_secret,
    }) = merchants.first()
    else {
        bail!("the simulator has no merchant");
    };
    let Health { mode, public_url } = ask(control, "health").await?;
    let host = public_url
        .split_once("://")
        .map_or(public_url.as_str(), |(_, host)| host);
    say(format_args!(
        "
  The Chapa simulator is running; no money moves

    API       http://{address}/v1
    control   http://{control}/__sim
    webhooks  {}

  Put this into the shop's settings:

    [payments]
    base_url = \"http://{address}/v1\"
    secret_key = \"{secret_key}\"
    mode = \"{mode}\"
    webhook_secrets = [\"{webhook_secret}\"]
    checkout_hosts = [\"{host}\"]

  Pay without a browser:  curl -X POST http://{control}/__sim/transactions/{{tx_ref}}/pay
  Stop:                   Ctrl-C
",
        simulate.webhook_url,
    ))
}

async fn ask<T: serde::de::DeserializeOwned>(control: &str, what: &str) -> Result<T> {
    // A second call, or one after the process has chosen, changes nothing.
    drop(rustls::crypto::ring::default_provider().install_default());
    let client = reqwest::Client::builder()
        .redirect(reqwest::redirect::Policy::none())
        .timeout(PATIENCE)
        .no_proxy()
        .build()?;
    // An address for all interfaces is reached on this machine.
    let local = control.replace("0.0.0.0:", "127.0.0.1:");
    let response = client.get(format!("http://{local}/__sim/{what}")).send();
    let answer = response
        .await
        .context("the simulator does not answer")?
        .bytes()
        .await?;
    serde_json::from_slice(&answer).context("the simulator answers something else")
}
