//! The shop that is measured: a PostgreSQL of its own, the real server's program, real secrets.
//! Never an answer that the server did not give.

use std::{
    fs::{self, File},
    net::{Ipv4Addr, SocketAddr, TcpListener},
    path::{Path, PathBuf},
    process::Stdio,
    time::{Duration, Instant},
};

use anyhow::{Context, Result, bail, ensure};
use bytes::Bytes;
use embedded_postgres::{
    Cluster, Installation, Options, Port,
    redis::{RedisOptions, RedisServer},
};
use http::{Request, StatusCode, header};
use http_body_util::Full;
use tokio::process::{Child, Command};

use crate::{
    accounting::Meter, args::Args, database::Database, load::ask, past, random::secret,
    requests::Goods,
};

/// How many variants the carts draw from.
const SHELF_SIZE: usize = 10_000;
const DATABASE: &str = "nexus";
/// What PostgreSQL needs to tell the time of each statement.
const WATCHED: [(&str, &str); 2] = [
    ("shared_preload_libraries", "pg_stat_statements"),
    ("pg_stat_statements.track_planning", "on"),
];
const START_WITHIN: Duration = Duration::from_secs(30);
const STOP_WITHIN: Duration = Duration::from_secs(35);

/// A running shop. The server ends before its database when dropped.
pub(crate) struct Shop {
    server: Child,
    server_id: u32,
    pub(crate) address: SocketAddr,
    pub(crate) database: Database,
    pub(crate) goods: Goods,
    pub(crate) meter: Meter,
    nexus: Nexus,
    _redis: Option<RedisServer>,
    _cluster: Cluster,
}

/// The server's program and what it is started with.
pub(crate) struct Nexus {
    program: PathBuf,
    environment: Vec<(String, String)>,
    log: PathBuf,
}

impl Nexus {
    fn command(&self) -> Result<Command> {
        let mut command = Command::new(&self.program);
        // What is set in the terminal must not slip into a measurement.
        for (name, _) in std::env::vars_os() {
            let is_ours = name.to_str().is_some_and(|name| name.starts_with("NEXUS_"));
            if is_ours
                || ["REDIS_URL", "DATABASE_URL", "RUST_LOG"]
                    .iter()
                    .any(|known| name == *known)
            {
                command.env_remove(name);
            }
        }
        let log = File::options().create(true).append(true).open(&self.log)?;
        command.envs(self.environment.iter().map(|(name, value)| (name, value)));
        command
            .stdin(Stdio::null())
            .stdout(log.try_clone()?)
            .stderr(log)
            .kill_on_drop(true);
        Ok(command)
    }

    async fn run(&self, arguments: &[&str]) -> Result<()> {
        let status = self.command()?.args(arguments).status().await;
        let status = status.with_context(|| format!("start {}", self.program.display()))?;
        if !status.success() {
            bail!(
                "`nexus {}` failed: {}",
                arguments.join(" "),
                self.last_words()
            );
        }
        Ok(())
    }

    /// Runs a command: whether it succeeded, and what it said.
    pub(crate) async fn output(&self, arguments: &[&str]) -> Result<(bool, String)> {
        let mut command = self.command()?;
        command.args(arguments).stdout(Stdio::piped());
        let child = command.spawn();
        let child = child.with_context(|| format!("start {}", self.program.display()))?;
        let output = child.wait_with_output().await?;
        let said = String::from_utf8_lossy(&output.stdout).into_owned();
        Ok((output.status.success(), said))
    }

    fn last_words(&self) -> String {
        let log = fs::read_to_string(&self.log).unwrap_or_default();
        let lines: Vec<&str> = log.lines().collect();
        lines[lines.len().saturating_sub(8)..].join("\n")
    }
}

impl Shop {
    /// Makes the databases anew, migrates, seeds, prepares and serves.
    pub(crate) async fn open(
        args: &Args,
        tell: &mut dyn FnMut(&str) -> Result<()>,
    ) -> Result<Self> {
        let directory = &args.directory;
        remove(directory)?;
        fs::create_dir_all(directory)?;
        let mut options = Options::new(postgres_in(directory));
        options
            .settings
            .extend(args.postgres_settings.iter().cloned());
        if args.busy.is_some() {
            options
                .settings
                .extend(WATCHED.map(|(name, value)| (name.to_owned(), value.to_owned())));
        }
        let cluster = Cluster::start(&Installation::find()?, &options)?;
        cluster.ensure_database(DATABASE)?;
        let redis = args.redis.then(|| {
            let directory = redis_in(directory);
            RedisServer::start(&RedisOptions {
                directory,
                port: Port::Any,
            })
        });
        let redis = redis.transpose()?;
        let address = free_address()?;
        let nexus = Nexus {
            program: program(args)?,
            environment: environment(args, &cluster, redis.as_ref(), address)?,
            log: directory.join("server.log"),
        };
        nexus.run(&["migrate"]).await?;
        tell("seeding")?;
        nexus
            .run(&["seed", "--generated", &args.products.to_string()])
            .await?;
        let database = Database::new(&cluster, DATABASE)?;
        let shelf_size = [("shelf_size", SHELF_SIZE.to_string())];
        database.run(include_str!("../sql/prepare.sql"), &shelf_size)?;
        let goods = goods(&database, address)?;
        past::write(&database, &goods).await?;
        let server = nexus
            .command()?
            .arg("serve")
            .spawn()
            .context("start nexus serve")?;
        let server_id = server.id().context("the server ended at once")?;
        let meter = Meter::new(
            server_id,
            cluster.pid(),
            redis.as_ref().map(RedisServer::pid),
        )?;
        let mut shop = Self {
            server,
            server_id,
            address,
            database,
            goods,
            meter,
            nexus,
            _redis: redis,
            _cluster: cluster,
        };
        shop.wait_until_ready().await?;
        Ok(shop)
    }

    /// The server's process.
    pub(crate) fn server_id(&self) -> u32 {
        self.server_id
    }

    /// The server's program, for its commands.
    pub(crate) fn nexus(&self) -> &Nexus {
        &self.nexus
    }

    async fn wait_until_ready(&mut self) -> Result<()> {
        let began = Instant::now();
        while began.elapsed() < START_WITHIN {
            if let Some(status) = self.server.try_wait()? {
                bail!(
                    "the server ended with {status}: {}",
                    self.nexus.last_words()
                );
            }
            let request = Request::builder()
                .uri("/readyz")
                .header(header::HOST, &self.goods.host);
            let answer = ask(self.address, request.body(Full::<Bytes>::default())?).await;
            if answer.is_ok_and(|(status, _)| status == StatusCode::OK) {
                return Ok(());
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        bail!(
            "the server is not ready after {START_WITHIN:?}: {}",
            self.nexus.last_words()
        )
    }

    /// Stops the server as a service would be stopped, and has the books audited.
    pub(crate) async fn close(mut self) -> Result<()> {
        let id = self.server_id.to_string();
        let mut kill = Command::new("kill");
        kill.args(["-s", "TERM", &id])
            .status()
            .await
            .context("run kill")?;
        let ended = tokio::time::timeout(STOP_WITHIN, self.server.wait()).await;
        let status = ended.context("the server did not stop")??;
        ensure!(
            status.success(),
            "the server ended with {status}: {}",
            self.nexus.last_words()
        );
        self.nexus.run(&["audit"]).await
    }
}

/// Removes what an earlier run has left, and nothing else.
pub(crate) fn remove(directory: &Path) -> Result<()> {
    embedded_postgres::remove(&postgres_in(directory))?;
    embedded_postgres::remove(&redis_in(directory))?;
    let log = directory.join("server.log");
    if log.exists() {
        fs::remove_file(log)?;
    }
    // Stays when it holds something else.
    let _ = fs::remove_dir(directory);
    Ok(())
}

fn postgres_in(directory: &Path) -> PathBuf {
    directory.join("postgres")
}

fn redis_in(directory: &Path) -> PathBuf {
    directory.join("redis")
}

fn program(args: &Args) -> Result<PathBuf> {
    let path = match &args.nexus {
        Some(path) => path.clone(),
        None => std::env::current_exe()?.with_file_name("nexus"),
    };
    if !path.is_file() {
        bail!(
            "{} is missing; start with `make bench`, which builds it",
            path.display()
        );
    }
    Ok(path)
}

fn environment(
    args: &Args,
    cluster: &Cluster,
    redis: Option<&RedisServer>,
    address: SocketAddr,
) -> Result<Vec<(String, String)>> {
    // Nothing listens there: a call to the payment provider would fail, but none is made.
    let nobody = free_address()?;
    let key: String = secret()?
        .chars()
        .filter(char::is_ascii_alphanumeric)
        .take(24)
        .collect();
    let mut variables: Vec<(String, String)> = [
        ("DATABASE_URL", cluster.url(DATABASE)),
        ("NEXUS__SERVER__LISTEN", address.to_string()),
        ("NEXUS__SERVER__PUBLIC_URL", format!("http://{address}")),
        ("NEXUS__AUTH__SECRET", secret()?),
        ("NEXUS__PAYMENTS__BASE_URL", format!("http://{nobody}/v1")),
        ("NEXUS__PAYMENTS__SECRET_KEY", format!("CHASECK_TEST-{key}")),
        ("NEXUS__PAYMENTS__WEBHOOK_SECRETS", secret()?),
        ("NEXUS__LOG__FILTER", "warn".to_owned()),
    ]
    .map(|(name, value)| (name.to_owned(), value))
    .into();
    variables.extend(redis.map(|redis| ("REDIS_URL".to_owned(), redis.url())));
    variables.extend(args.settings.iter().cloned());
    Ok(variables)
}

fn free_address() -> Result<SocketAddr> {
    Ok(TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?.local_addr()?)
}

fn goods(database: &Database, address: SocketAddr) -> Result<Goods> {
    let lines = |script: &str| -> Result<Vec<String>> {
        Ok(database
            .run(script, &[])?
            .lines()
            .map(str::to_owned)
            .collect())
    };
    let goods = Goods {
        host: address.to_string(),
        token: secret()?,
        slugs: lines(include_str!("../sql/slugs.sql"))?,
        variants: lines(include_str!("../sql/shelf.sql"))?,
    };
    ensure!(goods.variants.len() > 2, "the shelf is empty");
    Ok(goods)
}
