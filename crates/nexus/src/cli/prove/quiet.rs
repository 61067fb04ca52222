//! After the storm: the same shop once more, in this process, with the clock in hand. What waits
//! becomes due, holds end, the provider repeats its messages, until nothing can come any more.

use std::sync::Arc;

use anyhow::{Context, Result};
use chrono::{DateTime, TimeDelta, Utc};
use kit::{Clock, sabotage::Sabotage};
use serde_json::{Value, json};
use tokio::{net::TcpListener, task::JoinSet};

use super::{Plan, stage::Stage, store};
use crate::{app::App, config::Settings, routes, workers};

/// The shop in this process. Its address is that of the first server, which the provider knows.
pub(super) struct Quiet {
    pub(super) app: App,
    pub(super) control: String,
    http: reqwest::Client,
}

/// How many hands work at once.
const HANDS: usize = 6;
/// Rounds after which what still has jobs never ends.
const ROUNDS_MAX: usize = 200;

impl Quiet {
    /// Opens it on what the dead processes have left.
    pub(super) async fn open(stage: &Stage, plan: &Plan) -> Result<Self> {
        let settings = Settings::load(None, &stage.settings)?;
        let address = stage.urls.first().context("there is no server")?;
        let listener = TcpListener::bind(address.trim_start_matches("http://")).await?;
        // To the second, as the provider tells times.
        let now = Clock::system().now().timestamp();
        let start = DateTime::from_timestamp(now, 0).unwrap_or_default();
        let mut app = App::build(settings, Clock::manual(start)).await?;
        let without: Vec<&str> = plan.switches().collect();
        app.kit.db = app.kit.db.sabotaged(Sabotage::of(&without));
        let server = kit::http::server::serve(
            listener,
            routes::router(&app),
            app.settings.server.clone(),
            app.tasks.clone(),
        );
        drop(app.tasks.spawn(server));
        Ok(Self {
            app,
            control: stage.control()?,
            http: super::client::http()?,
        })
    }

    pub(super) fn now(&self) -> DateTime<Utc> {
        self.app.kit.clock.now()
    }

    /// Something that the provider is told to do; answers what it said.
    pub(super) async fn tell_provider(&self, path: &str, body: &Value) -> Result<Value> {
        let call = self.http.post(format!("{}{path}", self.control));
        Ok(call.json(body).send().await?.json().await?)
    }

    /// Changes how the provider behaves.
    pub(super) async fn patch_provider(&self, path: &str, body: &Value) -> Result<()> {
        let call = self.http.patch(format!("{}{path}", self.control));
        let answer = call.json(body).send().await?;
        Ok(answer.error_for_status().map(drop)?)
    }

    /// Reads from the provider's control API.
    pub(super) async fn ask_provider(&self, path: &str) -> Result<Value> {
        let call = self.http.get(format!("{}{path}", self.control));
        Ok(call.send().await?.json().await?)
    }

    /// Moves the shop's clock and the provider's.
    pub(super) async fn advance(&self, by: TimeDelta) -> Result<()> {
        self.app.kit.clock.advance(by);
        let body = json!({ "advance_seconds": by.num_seconds() });
        self.tell_provider("/__sim/clock", &body).await.map(drop)
    }

    /// Runs every job that is due, also those that jobs cause; answers whether they came to an
    /// end.
    pub(super) async fn run_jobs(&self) -> Result<bool> {
        for _ in 0..ROUNDS_MAX {
            let relayed = workers::relay(&self.app).run_due().await?;
            let mut hands = JoinSet::new();
            for _ in 0..HANDS {
                let worker = workers::worker(&self.app);
                hands.spawn(async move { worker.run_due().await });
            }
            let mut ran = 0;
            while let Some(hand) = hands.join_next().await {
                ran += hand??;
            }
            if ran == 0 && relayed == 0 {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// Lets so many hours pass, twice: whatever was to be asked again is.
    pub(super) async fn rest(&self) -> Result<bool> {
        let mut has_rest = true;
        for _ in 0..3 {
            self.advance(TimeDelta::hours(2)).await?;
            has_rest &= self.run_jobs().await?;
        }
        Ok(has_rest)
    }

    /// How many jobs there are, whatever became of them.
    pub(super) async fn job_count(&self) -> Result<i64> {
        Ok(store::find_job_count(&self.app.kit.db.read().await?).await?)
    }

    /// Ends it.
    pub(super) async fn close(self) -> Result<()> {
        self.app.stop().await;
        Ok(())
    }
}

/// A shop that several tasks share.
pub(super) type Shared = Arc<Quiet>;
