//! `nexus demo`: the whole shop on one machine, for trying it out. Its data live in one folder
//! and outlive it; everything that it started ends with it.

pub(in crate::cli) mod children;
pub(super) mod running;
mod secrets;

use std::{
    io::ErrorKind,
    path::{Path, PathBuf},
    process::ExitCode,
    time::{Duration, Instant},
};

use anyhow::{Context, Result, anyhow, bail};
use embedded_postgres::{Cluster, Installation, Options, redis};
use kit::{Clock, telemetry};
use tokio::net::TcpListener;

use self::{children::Child, secrets::Secrets};
use super::{say, seed as seeding, serve};
use crate::{app::App, config::Settings, migrations::MIGRATIONS, pages::Demo, routes};

/// Where and with what to run.
#[derive(clap::Args)]
pub(super) struct Args {
    /// The API's port; the payment simulator takes the next one, the mailbox the one after it.
    #[arg(long, default_value_t = 8000, env = "PORT")]
    #[arg(value_parser = clap::value_parser!(u16).range(1..=65_000))]
    port: u16,
    /// Where the data live.
    #[arg(long, default_value = "var", env = "NEXUS_VAR")]
    directory: PathBuf,
    /// Generated products, besides the hand-written ones, when the shop is seeded.
    #[arg(long, default_value_t = 0)]
    generated: u32,
}

/// Who may sign in to the demo as staff.
pub(super) const STAFF_EMAIL: &str = "staff@demo.example";

/// The password of the demo's staff, from its folder.
pub(super) fn staff_password(directory: &Path) -> Result<String> {
    let secrets = Secrets::load_or_create(&directory.join("secrets.toml"))?;
    Ok(secrets.staff_password)
}

/// What stands behind the API; ends when dropped.
struct Behind {
    database_url: String,
    redis_url: Option<String>,
    simulator: Child,
    mailbox: Child,
    _cluster: Option<Cluster>,
    _redis: Option<redis::RedisServer>,
}

pub(super) async fn run(file: Option<&str>, args: &Args) -> Result<ExitCode> {
    let started_at = Instant::now();
    let directory = prepare_directory(&args.directory)?;
    let secrets = Secrets::load_or_create(&directory.join("secrets.toml"))?;
    // Bound before anything is started, so that a busy port costs nothing.
    let until = started_at + PORT_PATIENCE;
    let listener = bind(args.port, until).await?;
    for (port, what) in [
        (args.port + 1, "payment simulator"),
        (args.port + 2, "mailbox"),
    ] {
        let bound = bind(port, until).await;
        drop(bound.with_context(|| format!("the {what} needs this port"))?);
    }
    let behind = {
        let (directory, secrets, port) = (directory.clone(), secrets.clone(), args.port);
        tokio::task::spawn_blocking(move || start_behind(&directory, &secrets, port)).await??
    };
    let mut settings = settings(file, args.port, &secrets, &behind)?;
    settings.media.folder = directory.join("media");
    telemetry::start_logs(&settings.log.format, &settings.log.filter)?;
    kit::db::migrate(&behind.database_url, MIGRATIONS).await?;
    let app = App::build(settings, Clock::system()).await?;
    prepare_shop(&app, args.generated, &secrets).await?;
    app.start_workers(&[]).await?;
    let server = kit::http::server::serve(
        listener,
        routes::router(&app),
        app.settings.server.clone(),
        app.tasks.clone(),
    );
    drop(app.tasks.spawn(server));
    running::write(&directory, args.port, &behind.database_url)?;
    welcome(args.port, &directory, &secrets, started_at)?;
    let code = serve::wait_and_stop(&app).await?;
    running::remove(&directory);
    stop(behind).await?;
    say("Stopped. The data are kept; `make run` goes on with them.")?;
    Ok(code)
}

fn prepare_directory(wanted: &Path) -> Result<PathBuf> {
    std::fs::create_dir_all(wanted).with_context(|| {
        format!(
            "cannot create {}; choose a folder you may write with --directory",
            wanted.display()
        )
    })?;
    let directory = wanted.canonicalize()?;
    let probe = directory.join(".writable");
    std::fs::write(&probe, b"")
        .and_then(|()| std::fs::remove_file(&probe))
        .with_context(|| {
            format!(
                "cannot write in {}; choose another folder with --directory",
                directory.display()
            )
        })?;
    Ok(directory)
}

/// How long a busy port is waited for: whatever a demo that was killed just now had started needs
/// a moment to notice.
const PORT_PATIENCE: Duration = Duration::from_secs(1);

async fn bind(port: u16, until: Instant) -> Result<TcpListener> {
    loop {
        match TcpListener::bind(("0.0.0.0", port)).await {
            Ok(listener) => return Ok(listener),
            Err(error) if error.kind() == ErrorKind::AddrInUse && Instant::now() < until => {
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
            Err(error) => bail!(
                "port {port} cannot be used ({error}); stop what uses it, or choose another: \
                 make run PORT=9000"
            ),
        }
    }
}

/// Starts what stands behind the API. Blocks.
fn start_behind(directory: &Path, secrets: &Secrets, port: u16) -> Result<Behind> {
    let simulator = children::simulator(directory, secrets, port)?;
    let mailbox = children::mailbox(directory, port)?;
    let (database_url, cluster) = match std::env::var("DATABASE_URL") {
        Ok(url) if !url.is_empty() => (url, None),
        _ => {
            let options = Options::new(directory.join("postgres"));
            let cluster = Cluster::start(&Installation::find()?, &options)?;
            cluster.ensure_database("nexus")?;
            (cluster.url("nexus"), Some(cluster))
        }
    };
    let (redis_url, redis) = match std::env::var("REDIS_URL") {
        Ok(url) => (Some(url).filter(|url| !url.is_empty()), None),
        Err(_) => private_redis(directory)?,
    };
    Ok(Behind {
        database_url,
        redis_url,
        simulator,
        mailbox,
        _cluster: cluster,
        _redis: redis,
    })
}

/// Redis is optional: without it everything works on PostgreSQL and in this process.
fn private_redis(directory: &Path) -> Result<(Option<String>, Option<redis::RedisServer>)> {
    if redis::find().is_none() {
        return Ok((None, None));
    }
    let options = redis::RedisOptions {
        directory: directory.join("redis"),
        port: embedded_postgres::Port::Any,
    };
    let server = redis::RedisServer::start(&options)?;
    Ok((Some(server.url()), Some(server)))
}

fn settings(file: Option<&str>, port: u16, secrets: &Secrets, behind: &Behind) -> Result<Settings> {
    let (simulator, smtp) = (
        behind.simulator.address("listening")?,
        behind.mailbox.address("smtp")?,
    );
    let mut overrides: Vec<(String, String)> = [
        ("server.listen", format!("0.0.0.0:{port}")),
        ("server.public_url", format!("http://localhost:{port}")),
        ("database.url", behind.database_url.clone()),
        ("auth.secret", secrets.auth.clone()),
        ("payments.base_url", format!("http://{simulator}/v1")),
        ("payments.secret_key", secrets.chapa_key.clone()),
        ("payments.mode", "test".to_owned()),
        ("payments.cash_on_delivery.is_enabled", "true".to_owned()),
        ("payments.bank_transfer.is_enabled", "true".to_owned()),
        ("payments.bank_transfer.bank_name", "Demo Bank".to_owned()),
        (
            "payments.bank_transfer.account_holder",
            "Demo Shop".to_owned(),
        ),
        (
            "payments.bank_transfer.account_number",
            "1000000000001".to_owned(),
        ),
        ("mail.smtp_url", format!("smtp://{smtp}")),
        ("log.filter", "warn".to_owned()),
    ]
    .map(|(key, value)| (key.to_owned(), value))
    .into();
    if let Some(url) = &behind.redis_url {
        overrides.push(("redis.url".to_owned(), url.clone()));
    }
    let mut settings = Settings::load(file, &overrides)?;
    settings.payments.webhook_secrets = vec![secrets.webhook.as_str().into()];
    settings.payments.checkout_hosts = vec![
        format!("localhost:{}", port + 1),
        format!("127.0.0.1:{}", port + 1),
    ];
    settings.pages.shop = true;
    settings.pages.demo = Some(Demo {
        mailbox: format!("http://localhost:{}/", port + 2),
        staff_email: STAFF_EMAIL.to_owned(),
        staff_password: secrets.staff_password.clone(),
    });
    // Storefronts under development live on other ports; the demo's data are nobody's secret.
    settings.server.allowed_origins = vec!["*".to_owned()];
    Ok(settings)
}

async fn prepare_shop(app: &App, generated: u32, secrets: &Secrets) -> Result<()> {
    let kit = &app.kit;
    if !seed::is_planted(kit).await? {
        // First, because goods are what a first start that was interrupted is known by.
        match seed::plant_terms(kit).await {
            Err(error) if error.code() != Some("coupon_code_taken") => return Err(error.into()),
            _ => {}
        }
        seeding::plant(kit, 1, generated as usize).await?;
    }
    let email = customers::EmailAddress::parse(STAFF_EMAIL)
        .map_err(|_| anyhow!("the demo's staff has a malformed address"))?;
    let password_hash = app.access.passwords.hash(&secrets.staff_password).await?;
    let new = staff::NewStaff {
        email,
        name: "Demo staff".to_owned(),
        password_hash,
    };
    let tx = kit.db.begin("create_demo_staff").await?;
    match staff::create_superuser(&tx, &new, kit.clock.now()).await {
        Ok(_) => Ok(tx.commit().await?),
        Err(error) if error.code() == Some("staff_email_taken") => Ok(()),
        Err(error) => Err(error.into()),
    }
}

fn welcome(port: u16, directory: &Path, secrets: &Secrets, started_at: Instant) -> Result<()> {
    let (simulator, mailbox) = (port + 1, port + 2);
    say(format_args!(
        "
  Ecommerce Nexus is running ({:.1} s)

    shop      http://localhost:{port}/
    dashboard http://localhost:{port}/admin/
    docs      http://localhost:{port}/api/docs/    http://localhost:{port}/api/redoc/
    mails     http://localhost:{mailbox}/
    payments  http://localhost:{simulator}/ (the Chapa simulator)
    staff     {STAFF_EMAIL}  password {}
    data      {}

  Walk through a purchase:  make story
  Stop:                     Ctrl-C (the data are kept; `make reset` removes them)
",
        started_at.elapsed().as_secs_f32(),
        secrets.staff_password,
        directory.display(),
    ))
}

async fn stop(behind: Behind) -> Result<()> {
    // Dropping waits for PostgreSQL to finish its shutdown.
    tokio::task::spawn_blocking(move || drop(behind))
        .await
        .context("stopping was interrupted")
}
