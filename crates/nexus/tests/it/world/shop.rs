//! A running shop that belongs to one test.

use chrono::{DateTime, TimeDelta, Utc};
use kit::{Clock, Conn, sabotage::Sabotage};
use nexus::{app::App, config::Settings, routes, workers};
use tokio::net::TcpListener;

use super::{
    children::Child,
    client::Client,
    oracle,
    servers::{drop_database, new_database, scratch, servers},
};

pub(crate) const WEBHOOK_SECRET: &str = "whsec-3f786850e387550fdab836ed7e6dc881de23001b";
pub(crate) const CHAPA_KEY: &str = "CHASECK_TEST-0a4d55a8d778e5022fab701977c5d840";

/// A running shop. Ends with [`Shop::close`], which audits its books.
pub(crate) struct Shop {
    pub(crate) app: App,
    pub(crate) url: String,
    pub(crate) database_url: String,
    pub(crate) simulator: Child,
    pub(crate) mailbox: Child,
    /// For what is asked of the database after the shop has closed.
    pub(crate) keeps_database: bool,
    /// The provider was told to say what is not so, or was not heard: it need not agree.
    pub(crate) provider_lies: bool,
    is_closed: bool,
}

impl Shop {
    /// A shop in which every guard stands.
    pub(crate) async fn open() -> Self {
        Self::open_with(Sabotage::none(), |_| {}).await
    }

    /// A shop with guards taken away: the positive control of a race test.
    pub(crate) async fn sabotaged(guards: &[&str]) -> Self {
        Self::open_with(Sabotage::of(guards), |_| {}).await
    }

    pub(crate) async fn open_with(sabotage: Sabotage, change: impl FnOnce(&mut Settings)) -> Self {
        let database_url = new_database().await;
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let (simulator, mailbox) = (simulator(&url), mailbox());
        let mut settings = settings(&database_url, &url, &simulator, &mailbox);
        change(&mut settings);
        // To the second: comparing with what the provider says would otherwise need its fractions.
        let start = DateTime::from_timestamp(Clock::system().now().timestamp(), 0).unwrap();
        let mut app = App::build(settings, Clock::manual(start)).await.unwrap();
        app.kit.db = app.kit.db.sabotaged(sabotage);
        let server = kit::http::server::serve(
            listener,
            routes::router(&app),
            app.settings.server.clone(),
            app.tasks.clone(),
        );
        drop(app.tasks.spawn(server));
        Self {
            app,
            url,
            database_url,
            simulator,
            mailbox,
            keeps_database: false,
            provider_lies: false,
            is_closed: false,
        }
    }

    /// Somebody of whom the shop knows nothing yet.
    pub(crate) fn client(&self) -> Client {
        Client::new(&self.url)
    }

    /// The payment provider's control API.
    pub(crate) fn provider(&self) -> Client {
        Client::new(&format!("http://{}", self.simulator.address("control")))
    }

    /// The mailbox's API.
    pub(crate) fn mails(&self) -> Client {
        Client::new(&format!("http://{}", self.mailbox.address("http")))
    }

    pub(crate) fn now(&self) -> DateTime<Utc> {
        self.app.kit.clock.now()
    }

    pub(crate) fn advance(&self, by: TimeDelta) {
        self.app.kit.clock.advance(by);
    }

    /// Runs every job that is due, also those that jobs cause; answers how many ran.
    pub(crate) async fn run_jobs(&self) -> usize {
        let (worker, relay) = (workers::worker(&self.app), workers::relay(&self.app));
        let mut count = 0;
        loop {
            let ran = worker.run_due().await.unwrap();
            let relayed = relay.run_due().await.unwrap();
            if ran == 0 && relayed == 0 {
                return count;
            }
            count += ran;
        }
    }

    /// Takes what is booked into the chain, as workers do every minute.
    pub(crate) async fn seal(&self) -> i64 {
        ledger::seal(&self.app.kit.db, self.now()).await.unwrap()
    }

    pub(crate) async fn db(&self) -> Conn {
        self.app.kit.db.read().await.unwrap()
    }

    /// One number from the database.
    pub(crate) async fn number(&self, sql: &str) -> i64 {
        self.db().await.query_one(sql, &[]).await.unwrap().get(0)
    }

    /// Ends the test: due jobs run, every invariant holds, the provider agrees, no connection is
    /// left in use.
    pub(crate) async fn close(mut self) {
        self.run_jobs().await;
        self.assert_audit_clean().await;
        if !self.provider_lies {
            self.assert_provider_agrees().await;
        }
        self.is_closed = true;
        assert!(self.app.stop().await, "the shop stops in time");
        if !self.keeps_database {
            drop_database(&self.database_url).await;
        }
        drop(std::fs::remove_dir_all(media_folder(&self.database_url)));
    }

    /// Ends a positive control, whose books are broken on purpose.
    pub(crate) async fn close_broken(mut self) {
        self.is_closed = true;
        assert!(self.app.stop().await, "the shop stops in time");
        if !self.keeps_database {
            drop_database(&self.database_url).await;
        }
        drop(std::fs::remove_dir_all(media_folder(&self.database_url)));
    }

    /// Asserts that the provider's ledger is the shop's, see the oracle.
    pub(crate) async fn assert_provider_agrees(&self) {
        let found = self.provider_disagreements().await;
        assert!(found.is_empty(), "{found:#?}");
    }

    /// In what the provider's ledger and the shop's books do not agree.
    pub(crate) async fn provider_disagreements(&self) -> Vec<String> {
        oracle::disagreements(&self.provider(), &self.db().await).await
    }

    pub(crate) async fn assert_audit_clean(&self) {
        self.seal().await;
        let report = nexus::audit::audit_at(&self.app.kit.db, self.now())
            .await
            .expect("the audit runs");
        assert!(report.is_clean(), "{report:#?}");
    }
}

impl Drop for Shop {
    fn drop(&mut self) {
        assert!(
            self.is_closed || std::thread::panicking(),
            "a test ends with shop.close()"
        );
    }
}

/// The payment provider of the shop at `url`.
pub(crate) fn simulator(url: &str) -> Child {
    let webhook_url = format!("{url}/api/v1/payment/webhook/chapa/");
    let args = [
        "--secret-key",
        CHAPA_KEY,
        "--webhook-url",
        &webhook_url,
        "--webhook-secret",
        WEBHOOK_SECRET,
    ];
    Child::start("chapa-simulator", &args)
}

/// A mailbox.
pub(crate) fn mailbox() -> Child {
    let args = [
        "--smtp-listen",
        "127.0.0.1:0",
        "--http-listen",
        "127.0.0.1:0",
    ];
    Child::start("mail-catcher", &args)
}

/// Where the pictures of a shop under test are; made when it takes one.
pub(crate) fn media_folder(database_url: &str) -> String {
    let (_, name) = database_url.rsplit_once('/').unwrap();
    let name = name.split('?').next().unwrap();
    let folder = scratch().join("media").join(name);
    folder.to_str().unwrap().to_owned()
}

/// The settings of a shop under test, on its own servers.
pub(crate) fn settings(database: &str, url: &str, simulator: &Child, mailbox: &Child) -> Settings {
    let provider = simulator.address("listening");
    let overrides = [
        ("server.public_url", url.to_owned()),
        ("database.url", database.to_owned()),
        ("database.pool_size", "24".to_owned()),
        (
            "auth.secret",
            "6c5e1a7b9d3f4e2a8b0c1d2e3f405162738495a6".to_owned(),
        ),
        ("payments.base_url", format!("http://{provider}/v1")),
        ("payments.secret_key", CHAPA_KEY.to_owned()),
        ("payments.webhook_secrets", WEBHOOK_SECRET.to_owned()),
        ("payments.checkout_hosts", provider),
        ("payments.total_timeout_ms", "3000".to_owned()),
        ("payments.cash_on_delivery.is_enabled", "true".to_owned()),
        ("payments.bank_transfer.is_enabled", "true".to_owned()),
        ("payments.bank_transfer.bank_name", "Test Bank".to_owned()),
        (
            "payments.bank_transfer.account_holder",
            "Test Shop".to_owned(),
        ),
        (
            "payments.bank_transfer.account_number",
            "1000123456789".to_owned(),
        ),
        // Receivers of webhooks run beside the test.
        ("webhooks.allowed_networks", "127.0.0.0/8".to_owned()),
        ("webhooks.allows_http", "true".to_owned()),
        (
            "mail.smtp_url",
            format!("smtp://{}", mailbox.address("smtp")),
        ),
        // What a test has changed, by whatever way, it sees at once.
        ("cache.stale_ms_max", "0".to_owned()),
        ("media.folder", media_folder(database)),
        ("log.filter", "error".to_owned()),
    ];
    let mut settings = Settings::load(None, &overrides.map(|(key, value)| (key.to_owned(), value)));
    if let (Ok(settings), Some(redis)) = (&mut settings, &servers().redis) {
        settings.redis.url = redis.url();
        // One Redis serves every test: each shop counts for itself.
        settings.redis.namespace = database.to_owned();
    }
    settings.unwrap()
}
