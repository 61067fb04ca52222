//! Starts a simulator that dies with the test, and speaks to it.

use std::future::Future;
use std::io::{BufRead as _, BufReader};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use chapa::{Client, Config, Mode, NewTransaction, Secret};
use serde_json::{Value, json};

pub(crate) const KEY: &str = "CHASECK_TEST-contract";
pub(crate) const WEBHOOK_SECRET: &str = "contract-webhook-secret";

/// Nothing here takes longer unless it hangs.
const DEADLINE: Duration = Duration::from_secs(30);

/// Fails the test instead of waiting for ever.
pub(crate) async fn within<T>(work: impl Future<Output = T>) -> T {
    tokio::time::timeout(DEADLINE, work)
        .await
        .expect("not done within the deadline")
}

/// A running simulator.
pub(crate) struct Simulator {
    child: Child,
    pub(crate) address: String,
    pub(crate) control: String,
    pub(crate) http: reqwest::Client,
}

impl Simulator {
    pub(crate) fn start() -> Self {
        Self::start_with(&[])
    }

    pub(crate) fn start_with(flags: &[&str]) -> Self {
        let mut child = command()
            .args(flags)
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap())
            .read_line(&mut line)
            .unwrap();
        let words: Vec<&str> = line.split_whitespace().collect();
        let ["listening", address, "control", control] = words[..] else {
            panic!("unexpected first line {line:?}");
        };
        let (address, control) = (address.to_owned(), control.to_owned());
        Self {
            child,
            address,
            control,
            http: plain_http(),
        }
    }

    /// A client as a shop would make it.
    pub(crate) fn client(&self) -> Client {
        self.client_with(|_| {})
    }

    pub(crate) fn client_with(&self, change: impl FnOnce(&mut Config)) -> Client {
        let mut config = Config::new(Secret::new(KEY), Mode::Test);
        config.base_url = format!("http://{}/v1", self.address);
        config.checkout_hosts = vec![self.address.clone()];
        change(&mut config);
        Client::new(&config).unwrap()
    }

    /// A client that gives up soon, for calls that are never answered.
    pub(crate) fn impatient_client(&self) -> Client {
        self.client_with(|config| config.total_timeout = Duration::from_millis(1_000))
    }

    pub(crate) async fn get(&self, path: &str) -> Value {
        let request = self
            .http
            .get(format!("http://{}/__sim/{path}", self.control));
        let response = within(request.send()).await.unwrap();
        assert_eq!(response.status(), 200, "{path}");
        response.json().await.unwrap()
    }

    pub(crate) async fn post(&self, path: &str, body: Value) -> Value {
        let (status, value) = self.try_post(path, body).await;
        assert!((200..300).contains(&status), "{path}: {status} {value}");
        value
    }

    pub(crate) async fn try_post(&self, path: &str, body: Value) -> (u16, Value) {
        let request = self
            .http
            .post(format!("http://{}/__sim/{path}", self.control))
            .json(&body);
        let response = within(request.send()).await.unwrap();
        let status = response.status().as_u16();
        (status, response.json().await.unwrap_or_default())
    }

    pub(crate) async fn patch(&self, path: &str, body: Value) {
        let (status, value) = self.try_patch(path, body).await;
        assert_eq!(status, 200, "{path}: {value}");
    }

    pub(crate) async fn try_patch(&self, path: &str, body: Value) -> (u16, Value) {
        let request = self
            .http
            .patch(format!("http://{}/__sim/{path}", self.control))
            .json(&body);
        let response = within(request.send()).await.unwrap();
        let status = response.status().as_u16();
        (status, response.json().await.unwrap_or_default())
    }

    pub(crate) async fn delete(&self, path: &str) {
        let request = self
            .http
            .delete(format!("http://{}/__sim/{path}", self.control));
        let response = within(request.send()).await.unwrap();
        assert_eq!(response.status(), 204, "{path}");
    }

    /// Chapa's own API, read without the library.
    pub(crate) async fn api(&self, path: &str, key: &str) -> Value {
        let (status, value) = self.try_api(path, key).await;
        assert_eq!(status, 200, "{path}");
        value
    }

    pub(crate) async fn try_api(&self, path: &str, key: &str) -> (u16, Value) {
        let request = self
            .http
            .get(format!("http://{}/v1/{path}", self.address))
            .bearer_auth(key);
        let response = within(request.send()).await.unwrap();
        let status = response.status().as_u16();
        (status, response.json().await.unwrap())
    }

    pub(crate) async fn fault(&self, fault: Value) {
        self.post("faults", fault).await;
    }

    /// Opens a checkout of 400.00 ETB and pays it.
    pub(crate) async fn paid(&self, tx_ref: &str) {
        within(self.client().initialize(&transaction(tx_ref)))
            .await
            .unwrap();
        self.post(&format!("transactions/{tx_ref}/pay"), json!({}))
            .await;
    }

    pub(crate) fn process_id(&self) -> u32 {
        self.child.id()
    }

    /// Waits for the end of the program and says whether it ended well.
    pub(crate) fn wait(mut self) -> bool {
        self.child.wait().unwrap().success()
    }

    /// What the parent's end does to it: standard input closes.
    pub(crate) fn close_stdin(&mut self) {
        drop(self.child.stdin.take());
    }
}

impl Drop for Simulator {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

pub(crate) fn command() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_chapa-simulator"));
    command
        .args([
            "--exit-with-stdin",
            "--secret-key",
            KEY,
            "--webhook-secret",
            WEBHOOK_SECRET,
        ])
        .stdin(Stdio::piped());
    command
}

/// A browser without cookies, scripts or redirects.
pub(crate) fn plain_http() -> reqwest::Client {
    let _ = rustls::crypto::ring::default_provider().install_default();
    reqwest::Client::builder()
        .redirect(reqwest::redirect::Policy::none())
        .no_proxy()
        .build()
        .unwrap()
}

/// A checkout of 400.00 ETB.
pub(crate) fn transaction(tx_ref: &str) -> NewTransaction {
    NewTransaction {
        tx_ref: tx_ref.to_owned(),
        amount_minor: 40_000,
        currency: "ETB".to_owned(),
        ..NewTransaction::default()
    }
}
