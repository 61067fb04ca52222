//! `nexus pay reconcile`: one comparison of the books with the provider's, from the first page to
//! the verdict.

use std::process::ExitCode;

use anyhow::{Context, Result, bail};
use chrono::{DateTime, Utc};
use kit::Clock;
use money::{Currency, Money};
use payments::{Break, ProviderId, Reconciliation, Window};
use serde_json::Value;

use crate::{app::App, cli::say, config::Settings};

/// Which time is compared.
#[derive(clap::Args)]
pub(in crate::cli) struct Args {
    /// Charges that began then or later (RFC 3339); three days before the end without it.
    #[arg(long)]
    from: Option<DateTime<Utc>>,
    /// And before then; now without it.
    #[arg(long)]
    to: Option<DateTime<Utc>>,
}

/// Exit code 0 without open differences, 1 with; an error when it could not be run to its end.
pub(super) async fn run(settings: Settings, args: &Args) -> Result<ExitCode> {
    settings.database_url()?;
    let app = App::build(settings, Clock::system()).await?;
    let now = app.kit.clock.now();
    let window = Window::asked_for(args.from, args.to, now)
        .map_err(|reason| anyhow::anyhow!("the time that is to be compared: {reason}"))?;
    let outcome = payments::reconcile(&app.kit, &app.gateway, ProviderId::Chapa, window).await;
    app.stop().await;
    let (run, breaks) = outcome
        .map_err(anyhow::Error::from)
        .context("the books could not be compared")?;
    if run.is_running() {
        bail!(
            "the provider does not answer; a worker goes on with comparison {} when it does",
            run.id
        );
    }
    if let Some(failure) = &run.failure {
        bail!("the comparison failed: {failure}");
    }
    say(render(&run, &breaks))?;
    Ok(if run.breaks_open == 0 {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

fn render(run: &Reconciliation, breaks: &[Break]) -> String {
    let mut lines = vec![format!(
        "{} ({}), {} to {}: {} rows on {} pages",
        run.provider.as_str(),
        run.mode.as_str(),
        run.window.from.format("%Y-%m-%d %H:%M"),
        run.window.to.format("%Y-%m-%d %H:%M"),
        run.rows_read,
        run.pages_read,
    )];
    for total in run.totals.as_array().into_iter().flatten() {
        let count = |key: &str| total.get(key).and_then(Value::as_i64).unwrap_or(0);
        lines.push(format!(
            "there: {} charges, {}; here: {} charges, {}",
            count("there_count"),
            amount(total, "there_minor"),
            count("here_count"),
            amount(total, "here_minor"),
        ));
    }
    for balance in run.balances.as_array().into_iter().flatten() {
        lines.push(format!(
            "holds: {} by its word, {} by the books",
            amount(balance, "there_minor"),
            amount(balance, "here_minor"),
        ));
    }
    for found in breaks {
        lines.push(format!(
            "{:<8} {:<16} {}  ours {}, theirs {}",
            found.state,
            found.class,
            found.provider_reference,
            amount(&found.ours, "amount_minor"),
            amount(&found.theirs, "amount_minor"),
        ));
    }
    let shown = i64::try_from(breaks.len()).unwrap_or(i64::MAX);
    let more = run.breaks_open + run.breaks_repaired - shown;
    if more > 0 {
        lines.push(format!("… and {more} more"));
    }
    lines.push(match (run.breaks_open, run.breaks_repaired) {
        (0, 0) => "clean: the books agree".to_owned(),
        (0, repaired) => format!("clean: {repaired} differences, all repaired"),
        (open, repaired) => format!("OPEN: {open} differences wait, {repaired} were repaired"),
    });
    lines.join("\n")
}

/// An amount with its currency, as far as both are known.
fn amount(side: &Value, key: &str) -> String {
    let Some(minor) = side.get(key).and_then(Value::as_i64) else {
        return "nothing".to_owned();
    };
    let code = side.get("currency").and_then(Value::as_str).unwrap_or("");
    match code.parse::<Currency>() {
        Ok(currency) => format!("{} {code}", Money::new(minor, currency).to_decimal()),
        Err(_) => format!("{minor} minor units"),
    }
}
