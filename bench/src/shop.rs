//! The shop that is measured: a PostgreSQL of its own, the real server's program, real secrets.
//! Never an answer that the server did not give.

use std::{
    fs,
    net::{Ipv4Addr, SocketAddr, TcpListener},
    path::{Path, PathBuf},
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
    accounting::Meter,
    args::{Args, Set},
    database::Database,
    load::ask,
    messages::Messages,
    nexus::Nexus,
    past, payments,
    provider::Provider,
    random::secret,
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
    /// There until the shop closes; the first is the one that most cases ask.
    servers: Vec<Child>,
    server_id: u32,
    pub(crate) address: SocketAddr,
    /// Of every server.
    pub(crate) addresses: Vec<SocketAddr>,
    pub(crate) database: Database,
    pub(crate) goods: Goods,
    pub(crate) meter: Meter,
    /// There when webhooks are measured.
    pub(crate) provider: Option<Provider>,
    nexus: Nexus,
    _redis: Option<RedisServer>,
    _cluster: Cluster,
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
        let cluster = start_cluster(args)?;
        let redis = start_redis(args)?;
        let address = free_address()?;
        let secrets = Secrets::new()?;
        let provider = start_provider(args, &secrets).await?;
        // Without a provider nothing listens there: no call is made to it.
        let called = match &provider {
            Some(provider) => provider.address,
            None => free_address()?,
        };
        let mut environment = environment(&cluster, &secrets, address, called)?;
        environment.extend(redis.iter().map(|r| ("REDIS_URL".to_owned(), r.url())));
        if matches!(args.set, Some(Set::Memory | Set::Storm)) {
            // None of the idle connections is closed while the others are being opened or used.
            let name = "NEXUS__SERVER__HEADER_TIMEOUT_MS".to_owned();
            environment.push((name, "600000".to_owned()));
        }
        environment.extend(args.settings.iter().cloned());
        let nexus = Nexus {
            program: program(args.nexus.as_deref(), "nexus")?,
            environment,
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
        let goods = goods(&database, address, Messages::new(secrets.webhook))?;
        past::write(&database, &goods).await?;
        let server = nexus.serve(address)?;
        let server_id = server.id().context("the server ended at once")?;
        let redis_id = redis.as_ref().map(RedisServer::pid);
        let meter = Meter::new(server_id, cluster.pid(), redis_id)?;
        let mut shop = Self {
            servers: vec![server],
            server_id,
            address,
            addresses: vec![address],
            database,
            goods,
            meter,
            provider,
            nexus,
            _redis: redis,
            _cluster: cluster,
        };
        shop.wait_until_ready(address).await?;
        if args.wants_two_servers() {
            shop.add_server().await?;
        }
        if shop.provider.is_some() {
            payments::begin(&mut shop).await?;
        }
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

    /// Another server of the same shop, on an address of its own.
    async fn add_server(&mut self) -> Result<()> {
        let address = free_address()?;
        let server = self.nexus.serve(address)?;
        let id = server.id().context("the server ended at once")?;
        self.servers.push(server);
        self.addresses.push(address);
        self.meter.add_server(id);
        self.wait_until_ready(address).await
    }

    /// Waits for the server that was started last.
    async fn wait_until_ready(&mut self, address: SocketAddr) -> Result<()> {
        let began = Instant::now();
        while began.elapsed() < START_WITHIN {
            let server = self.servers.last_mut().context("the server is gone")?;
            if let Some(status) = server.try_wait()? {
                bail!(
                    "the server ended with {status}: {}",
                    self.nexus.last_words()
                );
            }
            let request = Request::builder()
                .uri("/readyz")
                .header(header::HOST, &self.goods.host);
            let answer = ask(address, request.body(Full::<Bytes>::default())?).await;
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

    /// A worker beside the server, with the same settings.
    pub(crate) fn start_worker(&self) -> Result<Child> {
        let mut command = self.nexus.command()?;
        command.arg("worker").spawn().context("start nexus worker")
    }

    /// Stops one of our processes as a service would be stopped.
    pub(crate) async fn stop(&self, mut child: Child) -> Result<()> {
        let id = child.id().context("it ended before")?.to_string();
        let mut kill = Command::new("kill");
        kill.args(["-s", "TERM", &id])
            .status()
            .await
            .context("run kill")?;
        let ended = tokio::time::timeout(STOP_WITHIN, child.wait()).await;
        let status = ended.context("it did not stop")??;
        ensure!(
            status.success(),
            "it ended with {status}: {}",
            self.nexus.last_words()
        );
        Ok(())
    }

    /// Stops the server as a service would be stopped, and has the books audited.
    pub(crate) async fn close(mut self) -> Result<()> {
        for server in std::mem::take(&mut self.servers) {
            self.stop(server).await.context("stop the server")?;
        }
        self.nexus.run(&["audit"]).await
    }
}

fn start_cluster(args: &Args) -> Result<Cluster> {
    let mut options = Options::new(postgres_in(&args.directory));
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
    Ok(cluster)
}

fn start_redis(args: &Args) -> Result<Option<RedisServer>> {
    let redis = args.redis.then(|| {
        let directory = redis_in(&args.directory);
        RedisServer::start(&RedisOptions {
            directory,
            port: Port::Any,
        })
    });
    Ok(redis.transpose()?)
}

async fn start_provider(args: &Args, secrets: &Secrets) -> Result<Option<Provider>> {
    if !args.wants_webhooks() {
        return Ok(None);
    }
    let program = program(args.provider.as_deref(), "chapa-simulator")?;
    Ok(Some(
        Provider::start(&program, &secrets.provider_key).await?,
    ))
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

/// The program of this path, or of this name beside our own.
fn program(path: Option<&Path>, name: &str) -> Result<PathBuf> {
    let path = match path {
        Some(path) => path.to_owned(),
        None => std::env::current_exe()?.with_file_name(name),
    };
    if !path.is_file() {
        bail!(
            "{} is missing; start with `make bench`, which builds it",
            path.display()
        );
    }
    Ok(path)
}

/// Made for this run.
struct Secrets {
    provider_key: String,
    webhook: String,
}

impl Secrets {
    fn new() -> Result<Self> {
        let key: String = secret()?
            .chars()
            .filter(char::is_ascii_alphanumeric)
            .take(24)
            .collect();
        Ok(Self {
            provider_key: format!("CHASECK_TEST-{key}"),
            webhook: secret()?,
        })
    }
}

fn environment(
    cluster: &Cluster,
    secrets: &Secrets,
    address: SocketAddr,
    provider: SocketAddr,
) -> Result<Vec<(String, String)>> {
    let variables = [
        ("DATABASE_URL", cluster.url(DATABASE)),
        ("NEXUS__SERVER__LISTEN", address.to_string()),
        ("NEXUS__SERVER__PUBLIC_URL", format!("http://{address}")),
        ("NEXUS__AUTH__SECRET", secret()?),
        ("NEXUS__PAYMENTS__BASE_URL", format!("http://{provider}/v1")),
        ("NEXUS__PAYMENTS__CHECKOUT_HOSTS", provider.to_string()),
        ("NEXUS__PAYMENTS__SECRET_KEY", secrets.provider_key.clone()),
        ("NEXUS__PAYMENTS__WEBHOOK_SECRETS", secrets.webhook.clone()),
        ("NEXUS__LOG__FILTER", "warn".to_owned()),
    ];
    Ok(variables
        .map(|(name, value)| (name.to_owned(), value))
        .into())
}

fn free_address() -> Result<SocketAddr> {
    Ok(TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?.local_addr()?)
}

fn goods(database: &Database, address: SocketAddr, messages: Messages) -> Result<Goods> {
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
        messages,
    };
    ensure!(goods.variants.len() > 2, "the shelf is empty");
    Ok(goods)
}
