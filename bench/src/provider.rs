//! The payment provider, played by `chapa-simulator`: it opens pages, and answers `verify` at once
//! or late. Never a payment, never a webhook of its own.

use std::{net::SocketAddr, path::Path, process::Stdio, time::Duration};

use anyhow::{Context, Result, ensure};
use bytes::Bytes;
use http::{Method, Request, StatusCode, header};
use http_body_util::Full;
use tokio::{
    io::{AsyncBufReadExt, BufReader},
    process::{Child, Command},
};

use crate::load::ask;

/// The running program; it ends with us.
pub(crate) struct Provider {
    child: Child,
    /// Its API, its pages and its switches.
    pub(crate) address: SocketAddr,
}

impl Provider {
    /// Starts the program of this path, which accepts this key.
    ///
    /// # Errors
    /// When it is missing or does not come up.
    pub(crate) async fn start(program: &Path, secret_key: &str) -> Result<Self> {
        let mut child = Command::new(program)
            .arg("--exit-with-stdin")
            .env("CHAPA_SIMULATOR_SECRET_KEY", secret_key)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .kill_on_drop(true)
            .spawn()
            .with_context(|| format!("start {}", program.display()))?;
        let out = child.stdout.take().context("the provider has no voice")?;
        let ready = BufReader::new(out).lines().next_line().await?;
        let address = ready.as_deref().and_then(|line| {
            let rest = line.strip_prefix("listening ")?;
            rest.split_whitespace().next()?.parse().ok()
        });
        let address = address.context("the provider did not start")?;
        Ok(Self { child, address })
    }

    /// Its process.
    pub(crate) fn id(&self) -> Option<u32> {
        self.child.id()
    }

    /// From now on `verify` is answered so late; zero is at once.
    pub(crate) async fn answer_after(&self, delay: Duration) -> Result<()> {
        self.switch(Method::DELETE, String::new()).await?;
        if delay.is_zero() {
            return Ok(());
        }
        let ms = delay.as_millis();
        let fault = format!(
            r#"{{"call":"verify","times":{},"kind":"delay","ms":{ms}}}"#,
            u32::MAX
        );
        self.switch(Method::POST, fault).await
    }

    async fn switch(&self, method: Method, body: String) -> Result<()> {
        let request = Request::builder()
            .method(method)
            .uri("/__sim/faults")
            .header(header::HOST, self.address.to_string())
            .header(header::CONTENT_TYPE, "application/json")
            .body(Full::from(Bytes::from(body)))?;
        let (status, body) = ask(self.address, request).await?;
        ensure!(
            matches!(status, StatusCode::OK | StatusCode::NO_CONTENT),
            "the provider refuses its switch: {status}: {}",
            String::from_utf8_lossy(&body)
        );
        Ok(())
    }
}
