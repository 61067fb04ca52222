//! `nexus story`: a whole sale on the running demo, through HTTP alone, each call printed; after
//! each step the audit.

mod sale;
mod teller;

use std::{path::PathBuf, process::ExitCode};

use anyhow::{Context, Result, bail};
use kit::{Db, outbox::Subscriptions};
use serde_json::Value;

use self::{sale::Sale, teller::Teller};
use super::{
    demo::{STAFF_EMAIL, running, staff_password},
    say,
};
use crate::{audit::audit, config::Settings};

/// Which demo.
#[derive(clap::Args)]
pub(super) struct Args {
    /// The folder of the running demo.
    #[arg(long, default_value = "var", env = "NEXUS_VAR")]
    directory: PathBuf,
    /// The API, where it is not the one that the folder names.
    #[arg(long)]
    url: Option<String>,
}

pub(super) async fn run(args: &Args) -> Result<ExitCode> {
    let running = running::read(&args.directory)?;
    let api = args.url.clone().unwrap_or(running.api);
    let overrides = [("database.url".to_owned(), running.database_url)];
    let settings = Settings::load(None, &overrides)?;
    let proof = Proof(Db::open(&settings.database, Subscriptions::default())?);
    let mut sale = Sale::new(Teller::new()?, api);

    sale.fill_a_cart().await?;
    proof.after("a guest has filled a cart").await?;
    sale.sign_in().await?;
    proof.after("the guest has signed in: one cart").await?;
    sale.enter_a_coupon().await?;
    proof.after("a coupon counts").await?;
    let number = sale.order().await?;
    proof.after("the order is placed").await?;
    sale.pay().await?;
    let subject = sale.teller.receipt(&running.mailbox, number).await?;
    proof.after("the order is paid").await?;
    sale.meet_the_staff(STAFF_EMAIL, &staff_password(&args.directory)?)
        .await?;
    for parcel in 1..=2 {
        sale.send_a_parcel(parcel).await?;
        proof.after("a parcel has left and arrived").await?;
    }
    sale.take_a_unit_back().await?;
    proof.after("a unit has come back").await?;
    let refunded = sale.give_its_money_back().await?;
    proof.after("its money is promised to the buyer").await?;
    proof.0.close();
    say(format_args!(
        "\n  order {number} ({}) is paid, {refunded} of it goes back; the receipt: {subject}\n",
        sale.order_id
    ))?;
    super::audit::run(&settings, false).await
}

/// The shop's books and shelves, looked at from outside while it runs.
struct Proof(Db);

impl Proof {
    async fn after(&self, step: &str) -> Result<()> {
        let report = audit(&self.0).await?;
        let checks = report.checks.len();
        if !report.is_clean() {
            bail!("{step}, and the audit finds that something is broken: see `nexus audit`");
        }
        say(format_args!("  ── {step}; {checks} invariants hold\n"))
    }
}

fn text(value: &Value) -> Result<&str> {
    value
        .as_str()
        .with_context(|| format!("a text is missing where {value} stands"))
}
