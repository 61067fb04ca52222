//! A shop as it runs in production: server and worker are processes of their own, which a test
//! may kill and start again; the test looks into the same database from outside.

use ids::VariantId;
use kit::{Clock, Kit};
use nexus::app::App;

use super::{
    children::Child,
    client::Client,
    process::{Process, free_ports},
    servers::new_database,
    shop::{CHAPA_KEY, WEBHOOK_SECRET, mailbox, settings, simulator},
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
}

impl Deployment {
    pub(crate) async fn open() -> Self {
        let database_url = new_database().await;
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
        let conn = self.kit.db.read().await.unwrap();
        conn.query_one(sql, &[]).await.unwrap().get(0)
    }

    /// Moves the clock of what a statement names: the database is told, because processes have
    /// the system's clock.
    pub(crate) async fn execute(&self, sql: &str) {
        self.kit.db.read().await.unwrap().batch(sql).await.unwrap();
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

    pub(crate) async fn assert_audit_clean(&self) {
        let report = nexus::audit::audit(&self.kit.db)
            .await
            .expect("the audit runs");
        assert!(report.is_clean(), "{report:#?}");
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
        // One after the other, so that a job's turn is known.
        ("NEXUS__WORKER__CONCURRENCY", "1".to_owned()),
        ("NEXUS__LOG__FILTER", "error".to_owned()),
    ]
    .map(|(name, value)| (name.to_owned(), value))
    .into()
}
