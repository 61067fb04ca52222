//! Where the attack takes place: a private PostgreSQL and Redis, the payment simulator, the
//! mailbox, two servers and two workers of this very binary, all in one temporary folder. Never a
//! database that somebody else uses.

mod process;

use std::{
    path::{Path, PathBuf},
    time::{Duration, Instant},
};

use anyhow::{Context, Result, bail};
use embedded_postgres::{
    Cluster, Installation, Options, Port,
    redis::{self, RedisOptions, RedisServer},
};
use kit::random;
use tokio::{process::Child as Running, sync::Mutex, task::spawn_blocking};

use self::process::{Role, free_port, last_words};
use crate::{cli::demo::children::Child, migrations::MIGRATIONS};

/// How many servers and how many workers there are.
pub(super) const PROCESSES: usize = 2;

/// How the shop is set up for an attack.
pub(super) struct Setting {
    /// Guards that every process goes without.
    pub(super) without: Vec<String>,
    /// How orders are grouped: at the most so many at once, by so many hands.
    pub(super) batch_max: usize,
    pub(super) committers: usize,
}

/// Everything that runs.
pub(super) struct Stage {
    folder: PathBuf,
    cluster: Mutex<Option<Cluster>>,
    database_port: u16,
    _redis: Option<RedisServer>,
    simulator: Child,
    _mailbox: Child,
    /// (`section.key`, value), as every process of the shop has them.
    pub(super) settings: Vec<(String, String)>,
    /// Where the servers listen; the provider knows the first one.
    pub(super) urls: Vec<String>,
    roles: Vec<Role>,
    running: Vec<Mutex<Option<Running>>>,
}

/// Longer than a start takes on a busy machine.
const PATIENCE: Duration = Duration::from_secs(60);

const CHAPA_KEY: &str = "CHASECK_TEST-thisisthekeyofaproof";

impl Stage {
    /// Starts everything but the shop's own processes.
    pub(super) async fn build(folder: &Path, setting: &Setting) -> Result<Self> {
        let folder = folder.to_owned();
        let ports = [free_port(0)?, free_port(1)?];
        let urls: Vec<String> = ports.map(|port| format!("http://127.0.0.1:{port}")).into();
        let webhook_secret = random::token()?;
        let place = folder.clone();
        let (url, secret) = (urls[0].clone(), webhook_secret.clone());
        let around = spawn_blocking(move || Around::start(&place, &url, &secret)).await??;
        let database_url = around.cluster.url("shop");
        kit::db::migrate(&database_url, MIGRATIONS).await?;
        let mut settings = settings(&around, &urls[0], setting, &webhook_secret)?;
        settings.push(("database.url".to_owned(), database_url));
        let mut roles = Vec::new();
        for (name, command, listens) in processes(&urls) {
            let mut variables = variables(&settings);
            if let Some(url) = listens {
                let listen = url.trim_start_matches("http://").to_owned();
                variables.push(("NEXUS__SERVER__LISTEN".to_owned(), listen));
            }
            variables.push(("NEXUS_WITHOUT".to_owned(), setting.without.join(",")));
            let log = folder.join(format!("{name}.log"));
            roles.push(Role {
                command,
                variables,
                log,
            });
        }
        let running = roles.iter().map(|_| Mutex::default()).collect();
        Ok(Self {
            database_port: around.cluster.port(),
            cluster: Mutex::new(Some(around.cluster)),
            _redis: around.redis,
            simulator: around.simulator,
            _mailbox: around.mailbox,
            folder,
            settings,
            urls,
            roles,
            running,
        })
    }

    /// The address of the simulator's control API.
    pub(super) fn control(&self) -> Result<String> {
        Ok(format!("http://{}", self.simulator.address("control")?))
    }

    /// Starts the shop's processes and waits until its servers answer.
    pub(super) async fn start(&self) -> Result<()> {
        for index in 0..self.roles.len() {
            self.start_process(index).await?;
        }
        for index in 0..PROCESSES {
            self.until_it_answers(index).await?;
        }
        Ok(())
    }

    async fn start_process(&self, index: usize) -> Result<()> {
        let role = self.roles.get(index).context("there is no such process")?;
        let slot = self
            .running
            .get(index)
            .context("there is no such process")?;
        *slot.lock().await = Some(role.start()?);
        Ok(())
    }

    /// `kill -9` of a process, and its next start: the servers come first, then the workers.
    pub(super) async fn kill_process(&self, index: usize) -> Result<()> {
        self.end_process(index).await?;
        self.start_process(index).await?;
        if index < PROCESSES {
            self.until_it_answers(index).await?;
        }
        Ok(())
    }

    async fn end_process(&self, index: usize) -> Result<()> {
        let slot = self
            .running
            .get(index)
            .context("there is no such process")?;
        if let Some(mut running) = slot.lock().await.take() {
            running.kill().await?;
        }
        Ok(())
    }

    /// Starts again what ended by itself, which only a lost database excuses; answers how many.
    pub(super) async fn revive(&self) -> Result<usize> {
        let mut count = 0;
        for (index, slot) in self.running.iter().enumerate() {
            let has_ended = match slot.lock().await.as_mut() {
                Some(running) => running.try_wait()?.is_some(),
                None => false,
            };
            if has_ended {
                self.start_process(index).await?;
                count += 1;
            }
        }
        Ok(count)
    }

    /// Ends the shop's processes as a crash would.
    pub(super) async fn end(&self) -> Result<()> {
        for index in 0..self.roles.len() {
            self.end_process(index).await?;
        }
        Ok(())
    }

    /// `kill -9` of PostgreSQL with every transaction that is on its way; it starts again on the
    /// same data and port.
    pub(super) async fn kill_postgres(&self) -> Result<()> {
        let mut cluster = self.cluster.lock().await;
        let killed = cluster.take().context("PostgreSQL does not run")?;
        let (folder, port) = (self.folder.clone(), self.database_port);
        let again = spawn_blocking(move || {
            let pid = killed.pid().to_string();
            let kill = std::process::Command::new("kill")
                .args(["-9", &pid])
                .status();
            if !kill?.success() {
                bail!("PostgreSQL was gone before it could be killed");
            }
            drop(killed);
            start_postgres(&folder, Port::Fixed(port))
        });
        *cluster = Some(again.await??);
        Ok(())
    }

    async fn until_it_answers(&self, index: usize) -> Result<()> {
        let url = format!(
            "{}/healthz",
            self.urls.get(index).context("no such server")?
        );
        let client = super::client::http()?;
        let started_at = Instant::now();
        loop {
            let asked = client.get(&url).send().await;
            if asked.is_ok_and(|answer| answer.status().is_success()) {
                return Ok(());
            }
            self.revive().await?;
            if started_at.elapsed() > PATIENCE {
                let log = self.roles.get(index).map(|role| last_words(&role.log));
                bail!(
                    "a server does not start; it says: {}",
                    log.unwrap_or_default()
                );
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    /// Stops everything and removes the folder, but for what is to be kept of it: the logs.
    pub(super) async fn remove(self, is_kept: bool) -> Result<()> {
        self.end().await?;
        let folder = self.folder.clone();
        spawn_blocking(move || {
            let postgres = folder.join("postgres");
            drop(self);
            embedded_postgres::remove(&postgres)?;
            if is_kept {
                return Ok(());
            }
            Ok(std::fs::remove_dir_all(&folder)?)
        })
        .await?
    }
}

/// What is not the shop.
struct Around {
    cluster: Cluster,
    redis: Option<RedisServer>,
    simulator: Child,
    mailbox: Child,
}

impl Around {
    fn start(folder: &Path, url: &str, webhook_secret: &str) -> Result<Self> {
        let cluster = start_postgres(folder, Port::Any)?;
        cluster.ensure_database("shop")?;
        let redis = match redis::find() {
            Some(_) => Some(RedisServer::start(&RedisOptions {
                directory: folder.join("redis"),
                port: Port::Any,
            })?),
            None => None,
        };
        let webhook_url = format!("{url}/api/v1/payment/webhook/chapa/");
        let args = ["--webhook-url", &webhook_url].map(str::to_owned);
        let variables = [
            ("CHAPA_SIMULATOR_SECRET_KEY", CHAPA_KEY),
            ("CHAPA_SIMULATOR_WEBHOOK_SECRET", webhook_secret),
        ];
        let simulator = Child::start("chapa-simulator", &args, &variables)?;
        let any = [
            "--smtp-listen",
            "127.0.0.1:0",
            "--http-listen",
            "127.0.0.1:0",
        ];
        let mailbox = Child::start("mail-catcher", &any.map(str::to_owned), &[])?;
        Ok(Self {
            cluster,
            redis,
            simulator,
            mailbox,
        })
    }
}

/// What it has acknowledged outlives its processes; only the machine may not fail.
fn start_postgres(folder: &Path, port: Port) -> Result<Cluster> {
    let mut options = Options::new(folder.join("postgres"));
    options.port = port;
    options.settings = [
        ("fsync", "off"),
        ("max_connections", "200"),
        // A circle of waits is to be counted, not ended by somebody's impatience.
        ("deadlock_timeout", "20ms"),
    ]
    .map(|(name, value)| (name.to_owned(), value.to_owned()))
    .into();
    Ok(Cluster::start(&Installation::find()?, &options)?)
}

/// Name, command and address of each process: the servers first.
fn processes(urls: &[String]) -> Vec<(String, &'static str, Option<&String>)> {
    let servers = urls.iter().enumerate();
    let servers = servers.map(|(n, url)| (format!("server-{n}"), "serve", Some(url)));
    let workers = (0..PROCESSES).map(|n| (format!("worker-{n}"), "worker", None));
    servers.chain(workers).collect()
}

fn settings(
    around: &Around,
    url: &str,
    setting: &Setting,
    webhook_secret: &str,
) -> Result<Vec<(String, String)>> {
    let provider = around.simulator.address("listening")?;
    let redis = around.redis.as_ref().map(RedisServer::url);
    let settings = [
        ("server.public_url", url.to_owned()),
        ("database.pool_size", "24".to_owned()),
        ("database.wait_timeout_ms", "10000".to_owned()),
        ("redis.url", redis.unwrap_or_default()),
        ("auth.secret", random::token()?),
        ("payments.base_url", format!("http://{provider}/v1")),
        ("payments.secret_key", CHAPA_KEY.to_owned()),
        ("payments.mode", "test".to_owned()),
        ("payments.webhook_secrets", webhook_secret.to_owned()),
        ("payments.checkout_hosts", provider.to_owned()),
        ("payments.total_timeout_ms", "3000".to_owned()),
        ("payments.reconcile_at", String::new()),
        ("payments.late_money", "refund".to_owned()),
        ("payments.second_payment", "refund".to_owned()),
        ("checkout.batch_max", setting.batch_max.to_string()),
        ("checkout.committers", setting.committers.to_string()),
        (
            "mail.smtp_url",
            format!("smtp://{}", around.mailbox.address("smtp")?),
        ),
        ("log.filter", "error".to_owned()),
    ];
    Ok(settings.map(|(key, value)| (key.to_owned(), value)).into())
}

/// The settings as the environment of a process.
fn variables(settings: &[(String, String)]) -> Vec<(String, String)> {
    let name = |key: &str| format!("NEXUS__{}", key.to_uppercase().replace('.', "__"));
    settings
        .iter()
        .map(|(key, value)| (name(key), value.clone()))
        .collect()
}
