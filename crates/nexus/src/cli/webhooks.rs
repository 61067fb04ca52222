//! `nexus webhooks`: for whoever writes a receiver. Sees events as receivers get them, on this
//! machine too, and has them sent again.

use std::{process::ExitCode, time::Duration};

use anyhow::{Context, Result, bail};
use chrono::SecondsFormat;
use ids::{WebhookDeliveryId, WebhookEndpointId};
use kit::{
    Clock, Db,
    outbox::feed::{self, FeedEvent},
};
use webhooks::{Message, SigningSecret};

use super::{say, serve};
use crate::{config::Settings, events, subscriptions::subscriptions};

/// What to do with webhooks.
#[derive(clap::Subcommand)]
pub(super) enum Command {
    /// Show events as they happen, from now on, and post them to a receiver on this machine.
    /// No endpoint is needed, and nothing is tried again.
    Listen(ListenArgs),
    /// Send a test event to an endpoint; workers deliver it.
    Trigger {
        /// The endpoint's id.
        #[arg(long)]
        endpoint: WebhookEndpointId,
        /// The event's name.
        #[arg(default_value = "order.paid")]
        event: String,
    },
    /// Send deliveries again, each as one of its own; workers deliver them.
    Resend(ResendArgs),
}

/// What to show and where to send it.
#[derive(clap::Args)]
pub(super) struct ListenArgs {
    /// Only events like these, such as order.paid or order.*; all without it.
    #[arg(long, value_delimiter = ',')]
    events: Vec<String>,
    /// The receiver, such as http://localhost:3000/webhooks.
    #[arg(long)]
    forward_to: Option<reqwest::Url>,
    /// End after so many events.
    #[arg(long)]
    count: Option<usize>,
}

/// Which deliveries.
#[derive(clap::Args)]
pub(super) struct ResendArgs {
    /// Their ids.
    #[arg(required_unless_present = "endpoint", conflicts_with = "endpoint")]
    deliveries: Vec<WebhookDeliveryId>,
    /// All of this endpoint from one number to another.
    #[arg(long, requires_all = ["first", "last"])]
    endpoint: Option<WebhookEndpointId>,
    /// From this number.
    #[arg(long, requires = "endpoint")]
    first: Option<i64>,
    /// Up to this number.
    #[arg(long, requires = "endpoint")]
    last: Option<i64>,
}

/// How often the feed is looked at.
const POLL: Duration = Duration::from_millis(200);

/// Events that are read at once.
const BATCH: i64 = 100;

/// A receiver has as long as a real one.
const PATIENCE: Duration = Duration::from_secs(20);

pub(super) async fn run(settings: &Settings, command: Command) -> Result<ExitCode> {
    settings.database_url()?;
    let db = Db::open(&settings.database, subscriptions())?;
    let clock = Clock::system();
    match command {
        Command::Listen(args) => listen(&db, &clock, &args).await?,
        Command::Trigger { endpoint, event } => {
            let tx = db.begin("trigger_webhook").await?;
            let named = (event.as_str(), events::NAMES);
            let sent = webhooks::send_test(&tx, endpoint, named, clock.now()).await;
            let id = sent.map_err(anyhow::Error::from);
            let id = id.with_context(|| format!("no {event} is sent"))?;
            tx.commit().await?;
            say(format_args!("delivery {id} is on its way"))?;
        }
        Command::Resend(args) => {
            for id in resend(&db, &clock, &args).await? {
                say(format_args!("delivery {id} is on its way"))?;
            }
        }
    }
    db.close();
    Ok(ExitCode::SUCCESS)
}

async fn resend(db: &Db, clock: &Clock, args: &ResendArgs) -> Result<Vec<WebhookDeliveryId>> {
    let tx = db.begin("resend_webhooks").await?;
    let now = clock.now();
    let again = match (args.endpoint, args.first, args.last) {
        (Some(endpoint), Some(first), Some(last)) => {
            if first < 1 || last < first {
                bail!("--first must be 1 or more, and --last not less than --first");
            }
            webhooks::resend_range(&tx, endpoint, (first, last), now).await?
        }
        _ => {
            let mut again = Vec::new();
            for id in &args.deliveries {
                again.extend(webhooks::resend(&tx, *id, now).await?);
            }
            again
        }
    };
    tx.commit().await?;
    Ok(again)
}

/// Where events are posted, and what they are signed with.
struct Receiver {
    http: reqwest::Client,
    url: reqwest::Url,
    secret: SigningSecret,
}

async fn listen(db: &Db, clock: &Clock, args: &ListenArgs) -> Result<()> {
    let receiver = args.forward_to.clone().map(Receiver::open).transpose()?;
    let mut after = feed::find_last_position(&db.read().await?).await?;
    if let Some(receiver) = &receiver {
        say(format_args!("posting to {}", receiver.url))?;
        say(format_args!("signed with {}", receiver.secret.reveal()))?;
    }
    say("listening; Ctrl-C ends it")?;
    let stopped = serve::signal();
    tokio::pin!(stopped);
    let mut count = 0;
    loop {
        let conn = db.read().await?;
        let found = feed::list_after(&conn, after, BATCH).await?;
        for event in &found {
            after = event.position;
            if !wants(&args.events, &event.name) {
                continue;
            }
            count += 1;
            let sequence = i64::try_from(count).unwrap_or(i64::MAX);
            let message = webhooks::message_of(&conn, event, sequence).await?;
            show(event, receiver.as_ref(), &message, clock).await?;
            if args.count == Some(count) {
                return Ok(());
            }
        }
        if found.is_empty() {
            drop(conn);
            tokio::select! {
                () = tokio::time::sleep(POLL) => {}
                stopped = &mut stopped => return stopped,
            }
        }
    }
}

fn wants(patterns: &[String], event: &str) -> bool {
    patterns.is_empty()
        || patterns
            .iter()
            .any(|pattern| webhooks::is_like(pattern, event))
}

async fn show(
    event: &FeedEvent,
    receiver: Option<&Receiver>,
    message: &Message,
    clock: &Clock,
) -> Result<()> {
    let at = event.occurred_at.to_rfc3339_opts(SecondsFormat::Secs, true);
    let (name, subject) = (&event.name, event.subject);
    let Some(receiver) = receiver else {
        return say(format_args!("{at} {name} {subject}\n{}", message.body));
    };
    let answer = receiver.post(message, clock).await;
    say(format_args!("{at} {name} {subject} -> {answer}"))
}

impl Receiver {
    fn open(url: reqwest::Url) -> Result<Self> {
        // A second call is harmless.
        drop(rustls::crypto::ring::default_provider().install_default());
        let http = reqwest::Client::builder()
            .timeout(PATIENCE)
            .redirect(reqwest::redirect::Policy::none())
            .no_proxy()
            .build()
            .context("no client can be made")?;
        let secret = SigningSecret::generate()?;
        Ok(Self { http, url, secret })
    }

    /// What the receiver answered, in words: it may be away while its author works on it.
    async fn post(&self, message: &Message, clock: &Clock) -> String {
        let timestamp = clock.now().timestamp();
        let request = self
            .http
            .post(self.url.clone())
            .header("content-type", "application/json")
            .header("webhook-id", &message.id)
            .header("webhook-timestamp", timestamp.to_string())
            .header("webhook-signature", self.secret.sign(message, timestamp))
            .body(message.body.clone());
        match request.send().await {
            Ok(answer) => answer.status().to_string(),
            Err(error) => format!("no answer: {:#}", anyhow::Error::from(error.without_url())),
        }
    }
}
