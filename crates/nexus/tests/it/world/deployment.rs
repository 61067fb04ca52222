//! A shop as it runs in production: server and worker are processes of their own, which a test
//! may kill and start again; the test looks into the same database from outside.

use ids::VariantId;
use kit::{Clock, Kit};
use nexus::app::App;

use super::{
    children::Child,
    client::Client,
    oracle,
    own_postgres::OwnPostgres,
    process::{Process, free_ports},
    servers::{new_database, servers},
    shop::{CHAPA_KEY, WEBHOOK_SECRET, mailbox, media_folder, settings, simulator},
    steps::plant,
    wait::until,
};

/// Everything around the processes, which outlives them.
pub(crate) struct Deployment {
    pub(crate) url: String,
    pub(crate) database_url: String,
    pub(crate) kit: Kit,
    pub(crate) variables: Vec<(String, String)>,
    simulator: Child,
    mailbox: Child,
    /// `None`: the database is on the server of all tests.
    own_postgres: Option<OwnPostgres>,
}

impl Deployment {
    pub(crate) async fn open() -> Self {
        Self::open_on(new_database().await, None).await
    }

    /// A shop whose PostgreSQL may be killed, see [`Self::kill_postgres`].
    pub(crate) async fn open_alone() -> Self {
        // The settings ask them for Redis, and they may not be started from here.
        tokio::task::spawn_blocking(servers).await.unwrap();
        let own = OwnPostgres::start().await;
        Self::open_on(own.url.clone(), Some(own)).await
    }

    /// A shop on a database that the test takes care of.
    pub(crate) async fn open_at(database_url: &str) -> Self {
        tokio::task::spawn_blocking(servers).await.unwrap();
        Self::open_on(database_url.to_owned(), None).await
    }

    async fn open_on(database_url: String, own_postgres: Option<OwnPostgres>) -> Self {
        let url = format!("http://127.0.0.1:{}", free_ports(1));
        let (simulator, mailbox) = (simulator(&url), mailbox());
        let settings = settings(&database_url, &url, &simulator, &mailbox);
        let variables = variables(&database_url, &url, &simulator, &mailbox);
        let app = App::build(settings, Clock::system()).await.unwrap();
        Self {
            url,
            database_url,
            kit: app.kit,
            variables,
            simulator,
            mailbox,
            own_postgres,
        }
    }

    /// Kills PostgreSQL and starts it again.
    pub(crate) async fn kill_postgres(&self) {
        let own = self.own_postgres.as_ref();
        let own = own.expect("a shop that was opened alone");
        own.kill_and_start().await;
    }

    /// Ends a shop that was opened alone; nobody else needs its data.
    pub(crate) async fn remove(self) {
        self.kit.db.close();
        if let Some(own) = self.own_postgres {
            own.remove().await;
        }
    }

    /// The variables, with some of them changed or added.
    pub(crate) fn with(&self, changes: &[(&str, &str)]) -> Vec<(String, String)> {
        let mut variables = self.variables.clone();
        variables.retain(|(name, _)| changes.iter().all(|(changed, _)| name != changed));
        let changes = changes
            .iter()
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
        variables.extend(changes);
        variables
    }

    /// A server that answers; it kills itself at the point, if one is named.
    pub(crate) async fn server(&self, crash_at: Option<&str>) -> Process {
        Process::nexus(&["serve"], &self.crashing(crash_at))
            .answering(&self.url)
            .await
    }

    /// A worker; it kills itself at the point, if one is named.
    pub(crate) fn worker(&self, crash_at: Option<&str>) -> Process {
        Process::nexus(&["worker"], &self.crashing(crash_at))
    }

    fn crashing(&self, at: Option<&str>) -> Vec<(String, String)> {
        self.with(&[("NEXUS_CRASH_AT", at.unwrap_or_default())])
    }

    /// Waits until somebody has started a server.
    pub(crate) async fn until_it_answers(&self) {
        let client = self.client();
        until("a server", async || {
            let asked = client
                .try_raw(http::Method::GET, "/healthz", "", None)
                .await;
            asked.ok().filter(|answer| answer.status == 200).map(drop)
        })
        .await;
    }

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

    pub(crate) async fn product(&self, slug: &str, on_hand: i64) -> VariantId {
        plant(&self.kit, slug, &[(125_000, on_hand)]).await[0]
    }

    /// One number from the database.
    pub(crate) async fn number(&self, sql: &str) -> i64 {
        let read = async || self.kit.db.read().await?.query_one(sql, &[]).await;
        until("the database", async || present(read().await))
            .await
            .get(0)
    }

    /// The texts of the first column.
    pub(crate) async fn texts(&self, sql: &str) -> Vec<String> {
        let read = async || self.kit.db.read().await?.query(sql, &[]).await;
        let rows = until("the database", async || present(read().await)).await;
        rows.iter().map(|row| row.get(0)).collect()
    }

    /// Moves the clock of what a statement names: the database is told, because processes have
    /// the system's clock.
    pub(crate) async fn execute(&self, sql: &str) {
        let run = async || self.kit.db.read().await?.batch(sql).await;
        until("the database", async || present(run().await)).await;
    }

    /// The lease of whatever a killed worker held has ended.
    pub(crate) async fn end_leases(&self) {
        self.execute("update jobs set run_at = created_at where state = 'running'")
            .await;
    }

    /// Ends every session on the database and lets nobody in, or lets everybody in again.
    pub(crate) async fn shut_database(&self, is_shut: bool) {
        let (servers, name) = self.database_url.rsplit_once('/').unwrap();
        let admin = kit::db::connect_once(&format!("{servers}/postgres"))
            .await
            .unwrap();
        let sql = format!(
            "alter database {name} allow_connections {};
             select pg_terminate_backend(pid, 10000) from pg_stat_activity where datname = '{name}'",
            !is_shut
        );
        admin.batch_execute(&sql).await.unwrap();
    }

    /// Asserts that the provider's ledger is the shop's, see the oracle.
    pub(crate) async fn assert_provider_agrees(&self) {
        let conn = self.kit.db.read().await.unwrap();
        let found = oracle::disagreements(&self.provider(), &conn).await;
        assert!(found.is_empty(), "{found:#?}");
    }

    pub(crate) async fn assert_audit_clean(&self) {
        let report = nexus::audit::audit(&self.kit.db)
            .await
            .expect("the audit runs");
        assert!(report.is_clean(), "{report:#?}");
    }
}

/// `None` while PostgreSQL is away, because a test has killed it; every other error is one.
fn present<T>(outcome: kit::Result<T>) -> Option<T> {
    match outcome {
        Ok(found) => Some(found),
        Err(error) => {
            let words = format!("{error}");
            let status = axum::response::IntoResponse::into_response(error).status();
            assert_eq!(status, http::StatusCode::SERVICE_UNAVAILABLE, "{words}");
            None
        }
    }
}

/// The settings of [`settings`], as the environment of a process.
fn variables(
    database_url: &str,
    url: &str,
    simulator: &Child,
    mailbox: &Child,
) -> Vec<(String, String)> {
    let provider = simulator.address("listening");
    let listen = url.trim_start_matches("http://").to_owned();
    [
        ("DATABASE_URL", database_url.to_owned()),
        ("NEXUS__SERVER__LISTEN", listen),
        ("NEXUS__SERVER__PUBLIC_URL", url.to_owned()),
        (
            "NEXUS__AUTH__SECRET",
            "6c5e1a7b9d3f4e2a8b0c1d2e3f405162738495a6".to_owned(),
        ),
        ("NEXUS__PAYMENTS__BASE_URL", format!("http://{provider}/v1")),
        ("NEXUS__PAYMENTS__SECRET_KEY", CHAPA_KEY.to_owned()),
        (
            "NEXUS__PAYMENTS__WEBHOOK_SECRETS",
            WEBHOOK_SECRET.to_owned(),
        ),
        ("NEXUS__PAYMENTS__CHECKOUT_HOSTS", provider),
        ("NEXUS__PAYMENTS__TOTAL_TIMEOUT_MS", "3000".to_owned()),
        (
            "NEXUS__MAIL__SMTP_URL",
            format!("smtp://{}", mailbox.address("smtp")),
        ),
        (
            "NEXUS__PAYMENTS__CASH_ON_DELIVERY__IS_ENABLED",
            "true".to_owned(),
        ),
        // Books are compared where a test asks for it.
        ("NEXUS__PAYMENTS__RECONCILE_AT", String::new()),
        // One after the other, so that a job's turn is known.
        ("NEXUS__WORKER__CONCURRENCY", "1".to_owned()),
        ("NEXUS__CACHE__STALE_MS_MAX", "0".to_owned()),
        ("NEXUS__MEDIA__FOLDER", media_folder(database_url)),
        ("NEXUS__LOG__FILTER", "error".to_owned()),
    ]
    .map(|(name, value)| (name.to_owned(), value))
    .into()
}
