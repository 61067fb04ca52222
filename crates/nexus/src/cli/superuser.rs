//! `nexus createsuperuser`: a member of the staff who may do everything. What is not given is
//! asked for, where somebody is there to ask.

use std::{
    io::{IsTerminal, Write},
    process::ExitCode,
};

use anyhow::{Result, anyhow, bail};
use kit::{Clock, Db, email::EmailAddress, outbox::Subscriptions, passwords};
use staff::NewStaff;

use super::say;
use crate::config::Settings;

/// Who it is.
#[derive(clap::Args)]
pub(super) struct Args {
    /// The e-mail address to sign in with; asked for when it is not given.
    #[arg(long, env = "NEXUS_SUPERUSER_EMAIL")]
    email: Option<String>,
    /// The person's name.
    #[arg(long, default_value = "")]
    name: String,
    /// The password; asked for when it is not given. Other users of this machine can see it on
    /// the command line: prefer the variable or the question.
    #[arg(long, env = "NEXUS_SUPERUSER_PASSWORD", hide_env_values = true)]
    password: Option<String>,
}

/// How often a question is asked before the command gives up.
const TRIES: usize = 3;

const NAME_CHARACTERS_MAX: usize = 100;

/// An error when the address is taken or something that was given will not do.
pub(super) async fn run(settings: &Settings, args: &Args) -> Result<ExitCode> {
    settings.database_url()?;
    let name = args.name.trim();
    if name.chars().count() > NAME_CHARACTERS_MAX {
        bail!("the name must have at most {NAME_CHARACTERS_MAX} characters");
    }
    let email = email(args)?;
    let password = password(args, &email)?;
    let db = Db::open(&settings.database, Subscriptions::default())?;
    let hasher = passwords::Passwords::new(1, 1);
    let password_hash = hasher.hash(&password).await?;
    let new = NewStaff {
        email,
        name: name.to_owned(),
        password_hash,
    };
    create(&db, &new).await?;
    db.close();
    say(format_args!("{} may do everything now", new.email.as_str()))?;
    Ok(ExitCode::SUCCESS)
}

async fn create(db: &Db, new: &NewStaff) -> Result<()> {
    let explain = |error: kit::Error| match error.code() {
        Some("staff_email_taken") => anyhow!(
            "a member of the staff has the address {} already; nothing was changed",
            new.email.as_str()
        ),
        _ => anyhow::Error::from(error)
            .context("the account could not be made; `nexus doctor` looks for the cause"),
    };
    let tx = db.begin("create_superuser").await.map_err(explain)?;
    staff::create_superuser(&tx, new, Clock::system().now())
        .await
        .map_err(explain)?;
    tx.commit().await.map_err(explain)
}

fn email(args: &Args) -> Result<EmailAddress> {
    let parse = |text: &str| EmailAddress::parse(text).map_err(|error| anyhow!("{error}"));
    match &args.email {
        Some(text) => parse(text),
        None => ask("--email or NEXUS_SUPERUSER_EMAIL", || {
            write!(std::io::stderr(), "E-mail address: ")?;
            let mut line = String::new();
            if std::io::stdin().read_line(&mut line)? == 0 {
                bail!("no address was typed");
            }
            Ok(parse(&line))
        }),
    }
}

fn password(args: &Args, email: &EmailAddress) -> Result<String> {
    let check = |password: String| match objection(&password, email, &args.name) {
        Some(objection) => Err(anyhow!(objection)),
        None => Ok(password),
    };
    match &args.password {
        Some(password) => check(password.clone()),
        None => ask("--password or NEXUS_SUPERUSER_PASSWORD", || {
            let password = rpassword::prompt_password("Password: ")?;
            let again = rpassword::prompt_password("The same again: ")?;
            if password != again {
                return Ok(Err(anyhow!("the two passwords differ")));
            }
            Ok(check(password))
        }),
    }
}

fn objection(password: &str, email: &EmailAddress, name: &str) -> Option<&'static str> {
    let address = email.as_str();
    let local = address.rsplit_once('@').map_or(address, |(local, _)| local);
    passwords::objection(password, &[address, local, name])
}

/// Asks on the terminal until the answer will do, a few times.
fn ask<T>(instead: &str, mut question: impl FnMut() -> Result<Result<T>>) -> Result<T> {
    if !std::io::stdin().is_terminal() {
        bail!("nobody is there to be asked: give {instead}");
    }
    for _ in 0..TRIES {
        match question()? {
            Ok(answer) => return Ok(answer),
            Err(complaint) => writeln!(std::io::stderr(), "{complaint}")?,
        }
    }
    bail!("no answer would do; nothing was changed")
}
