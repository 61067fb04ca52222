//! Everything that the server and the workers share, built once from the settings.

use std::{sync::Arc, time::Duration};

use admission::Gate;
use anyhow::{Context, Result};
use checkout::Placement;
use inventory::StockBoard;
use kit::{
    Clock, Db, Kit,
    cache::Cache,
    http::access::Access,
    jobs::{Streams, Worker},
    mail::Mailer,
    passwords::Passwords,
    rate_limit::Limits,
    sabotage::Sabotage,
    tasks::Tasks,
    tokens::Tokens,
    wake::Wake,
};
use notifications::NotificationSettings;
use payments::Gateway;
use pictures::Pictures;

use crate::{config::Settings, operations::watch_depth, subscriptions::subscriptions};

/// The parts of a running shop.
#[derive(Clone)]
pub struct App {
    /// The database and the clock.
    pub kit: Kit,
    /// Tokens, passwords and limits.
    pub access: Access,
    /// Public answers that are kept.
    pub cache: Cache,
    /// The way to the payment provider.
    pub gateway: Arc<Gateway>,
    /// The way to the mail server.
    pub mailer: Arc<Mailer>,
    /// How the shop calls itself in mails.
    pub notifications: Arc<NotificationSettings>,
    /// Who sells, for invoices.
    pub seller: Arc<invoices::SellerSettings>,
    /// Where orders wait to be placed.
    pub placement: Arc<Placement>,
    /// What this process remembers of queues, and the key of their tokens.
    pub gate: Arc<Gate>,
    /// What this process remembers of shelves.
    pub board: Arc<StockBoard>,
    /// The way to receivers of webhooks.
    pub webhooks: Arc<webhooks::Sender>,
    /// The way to the files of pictures.
    pub pictures: Arc<Pictures>,
    /// Every setting.
    pub settings: Arc<Settings>,
    /// What a stop waits for.
    pub tasks: Tasks,
    redis: Option<redis::Client>,
}

/// How many passwords are hashed at once, and how many may wait for it.
const PASSWORD_WORKERS: usize = 2;
const PASSWORDS_WAITING_MAX: usize = 64;

impl App {
    /// Builds the parts. Redis that is away is done without until it is there.
    pub async fn build(settings: Settings, clock: Clock) -> Result<Self> {
        // The one place where the process chooses its cryptography; a second call is harmless.
        drop(rustls::crypto::ring::default_provider().install_default());
        let redis = redis_client(&settings)?;
        let connection = connect(redis.as_ref())?;
        let db = Db::open(&settings.database, subscriptions())?
            .sabotaged(Sabotage::of_environment())
            .waking(Wake::through(connection.clone()));
        let access = Access {
            tokens: Tokens::new(&settings.auth.secret, &settings.auth.issuer),
            passwords: Passwords::new(PASSWORD_WORKERS, PASSWORDS_WAITING_MAX),
            limits: Limits::new(connection.clone()).in_namespace(&settings.redis.namespace),
        };
        let names = (settings.redis.namespace.as_str(), &*release());
        let cache = Cache::new(
            db.clone(),
            clock.clone(),
            connection,
            names,
            &settings.cache,
        );
        let public_url = settings.server.public_url.clone();
        let gateway = Gateway::new(&settings.payments, &public_url, &settings.shop.name)?;
        let mailer = Mailer::new(&settings.mail)?;
        let shop_name = settings.shop.name.clone();
        let tasks = Tasks::default();
        let board = Arc::new(StockBoard::new(tasks.clone()));
        Ok(Self {
            kit: Kit { db, clock },
            access,
            cache,
            gateway: Arc::new(gateway),
            mailer: Arc::new(mailer),
            seller: Arc::new(settings.shop.seller()),
            notifications: Arc::new(NotificationSettings {
                shop_name,
                public_url,
            }),
            placement: Arc::new(Placement::new(
                settings.checkout.clone(),
                tasks.clone(),
                Arc::clone(&board),
            )),
            gate: Arc::new(Gate::new(tasks.clone(), &settings.auth.secret)),
            board,
            pictures: Arc::new(Pictures::new(&settings.media)?),
            webhooks: Arc::new(webhooks::Sender::new(&settings.webhooks)?),
            settings: Arc::new(settings),
            tasks,
            redis,
        })
    }

    /// Starts the hands that run the jobs of some queues, of all when none is named, in this
    /// process.
    ///
    /// # Errors
    /// When a queue is not known; when the database is away.
    pub async fn start_workers(&self, queues: &[String]) -> Result<()> {
        let registry = crate::workers::registry_of(self, queues)?;
        kit::sweep::plan(&self.kit.db, self.kit.clock.now()).await?;
        catalogue::plan(&self.kit.db, self.kit.clock.now()).await?;
        pictures::plan(&self.kit.db, self.kit.clock.now()).await?;
        ledger::plan(&self.kit.db, self.kit.clock.now()).await?;
        inventory::plan(&self.kit.db, self.kit.clock.now()).await?;
        payments::plan_watch(&self.kit.db, self.kit.clock.now()).await?;
        let depth = watch_depth(self.kit.clone(), registry.clone(), self.tasks.clone());
        drop(self.tasks.spawn(depth));
        let worker = Worker::new(self.kit.db.clone(), self.kit.clock.clone(), registry)
            .told_through(self.streams());
        let concurrency = self.settings.worker.concurrency;
        drop(
            self.tasks
                .spawn(worker.run(self.tasks.clone(), concurrency)),
        );
        let relay = crate::workers::relay(self);
        drop(self.tasks.spawn(relay.run(self.tasks.clone())));
        if let Some(redis) = self.redis.clone() {
            let wake = self.kit.db.wake().clone();
            drop(self.tasks.spawn(wake.listen(redis, self.tasks.clone())));
        }
        Ok(())
    }

    /// How hands hear of due jobs where there is Redis.
    fn streams(&self) -> Option<Streams> {
        let namespace = &self.settings.redis.namespace;
        let all = crate::workers::registry(self);
        let queues: Vec<_> = all.list().map(|(kind, queue, _)| (kind, queue)).collect();
        let client = self.redis.clone()?;
        Some(Streams::new(client, namespace, queues))
    }

    /// Stops: nothing new is taken, what is under way is finished, within half a minute.
    pub async fn stop(&self) -> bool {
        let in_time = self.tasks.stop(Duration::from_secs(30)).await;
        self.kit.db.close();
        in_time
    }
}

/// Which program this is: servers that are not the same do not read each other's answers.
fn release() -> String {
    let file = std::env::current_exe().and_then(std::fs::metadata);
    let facts = file.and_then(|file| Ok((file.len(), file.modified()?)));
    let changed_at = facts.map(|(length, moment)| {
        let since = moment.duration_since(std::time::UNIX_EPOCH);
        (length, since.map_or(0, |since| since.as_nanos()))
    });
    match changed_at {
        Ok((length, moment)) => format!("{length:x}-{moment:x}"),
        Err(_) => uuid::Uuid::new_v4().to_string(),
    }
}

fn redis_client(settings: &Settings) -> Result<Option<redis::Client>> {
    if settings.redis.url.is_empty() {
        return Ok(None);
    }
    let client = redis::Client::open(settings.redis.url.as_str())
        .context("redis.url is not an address of Redis, such as redis://127.0.0.1:6379")?;
    Ok(Some(client))
}

/// A connection that is made when it is first needed and again whenever it was lost: Redis may be
/// away now and come later.
fn connect(client: Option<&redis::Client>) -> Result<Option<redis::aio::ConnectionManager>> {
    let Some(client) = client else {
        return Ok(None);
    };
    let config = redis::aio::ConnectionManagerConfig::new()
        .set_connection_timeout(Some(Duration::from_secs(2)))
        .set_response_timeout(Some(Duration::from_millis(200)))
        .set_number_of_retries(1);
    let connection = client.get_connection_manager_lazy(config);
    Ok(Some(connection.context("redis.url cannot be used")?))
}
