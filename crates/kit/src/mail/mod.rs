//! Sending mail over SMTP: one sender, one server, a few connections kept open.
//!
//! Promises: a refusal for good is told from trouble that passes; no text of a mail becomes a
//! header of its own; a call ends within the time-out. Never: what a mail says, or a second try.

mod compose;
mod error;
mod pool;
mod server;
#[cfg(test)]
mod tests;

use std::time::Duration;

use chrono::{DateTime, Utc};
use lettre::message::Mailbox;
use serde::Deserialize;

pub use self::error::MailError;
use self::{pool::Pool, server::Server};
use crate::error::{Error, Result};

/// The longest time-out: whoever sends from a job must end within the job's lease.
const TIMEOUT_MS_MAX: u64 = 45_000;

/// The section `[mail]` of the settings.
#[derive(Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MailSettings {
    /// `smtp://host:port` without encryption, `smtp://user:password@host:587?tls=required` with
    /// STARTTLS, `smtps://user:password@host:465` with TLS from the start. User and password are
    /// percent-encoded, and are sent in the clear to this very machine only.
    pub smtp_url: String,
    /// Who mails come from: `Name <name@example.com>`.
    pub from: String,
    /// Where answers go; empty means to `from`.
    #[serde(default)]
    pub reply_to: String,
    /// The longest that sending one mail may take, connecting included: 1 to 45,000.
    pub timeout_ms: u64,
}

/// A mail to one address, in two forms that say the same.
#[derive(Debug, Clone)]
pub struct Mail {
    /// The address alone, without a name.
    pub to: String,
    /// Control characters in it become spaces.
    pub subject: String,
    /// For programs without HTML.
    pub text: String,
    /// The same for all others.
    pub html: String,
    /// `<unique@domain>`; the same again when the same mail is sent again, so that mailboxes
    /// show it once.
    pub message_id: String,
    /// The `Date` header.
    pub dated_at: DateTime<Utc>,
}

/// Sends mails through the server of the settings.
pub struct Mailer {
    server: Server,
    pool: Pool,
    from: Mailbox,
    reply_to: Option<Mailbox>,
    timeout: Duration,
}

impl Mailer {
    /// Reads the settings; connects to nothing yet.
    ///
    /// # Errors
    /// A fault that names the setting, never the password in it.
    pub fn new(settings: &MailSettings) -> Result<Self> {
        if !(1..=TIMEOUT_MS_MAX).contains(&settings.timeout_ms) {
            let text = format!("mail.timeout_ms must be 1 to {TIMEOUT_MS_MAX}");
            return Err(Error::fault(text));
        }
        let reply_to = settings.reply_to.trim();
        Ok(Self {
            server: Server::parse(&settings.smtp_url)?,
            pool: Pool::default(),
            from: mailbox("mail.from", &settings.from)?,
            reply_to: if reply_to.is_empty() {
                None
            } else {
                Some(mailbox("mail.reply_to", reply_to)?)
            },
            timeout: Duration::from_millis(settings.timeout_ms),
        })
    }

    /// The domain that mails come from, for Message-IDs.
    #[must_use]
    pub fn domain(&self) -> &str {
        self.from.email.domain()
    }

    /// Sends a mail: `Ok` when the server has taken it over. After a transient error it is not
    /// known whether it has; sending it again with the same `message_id` is safe.
    ///
    /// # Errors
    /// [`MailError`]
    pub async fn send(&self, mail: &Mail) -> Result<(), MailError> {
        let message = compose::message(&self.from, self.reply_to.as_ref(), mail)?;
        let outcome = self.in_time(self.deliver(&message)).await;
        let label = match &outcome {
            Ok(()) => "sent",
            Err(MailError::Permanent(_)) => "refused",
            Err(MailError::Transient(_)) => "failed",
        };
        metrics::counter!("mails_total", "outcome" => label).increment(1);
        outcome
    }

    /// Connects and signs in, and sends nothing.
    ///
    /// # Errors
    /// [`MailError::Transient`] with the reason.
    pub async fn check(&self) -> Result<(), MailError> {
        self.in_time(async {
            let mut connection = self.server.connect().await?;
            if !connection.test_connected().await {
                return Err(MailError::Transient(
                    "the server does not answer NOOP".to_owned(),
                ));
            }
            connection
                .quit()
                .await
                .map(drop)
                .map_err(|error| MailError::of_server(&error))
        })
        .await
    }

    async fn deliver(&self, message: &lettre::Message) -> Result<(), MailError> {
        let mut connection = match self.pool.take().await {
            Some(connection) => connection,
            None => self.server.connect().await?,
        };
        match connection
            .send(message.envelope(), &message.formatted())
            .await
        {
            Ok(_) => {
                self.pool.put(connection);
                Ok(())
            }
            Err(error) => Err(MailError::of_mail(&error)),
        }
    }

    /// Whatever is not finished in time is dropped, its connection with it.
    async fn in_time(
        &self,
        work: impl Future<Output = Result<(), MailError>>,
    ) -> Result<(), MailError> {
        tokio::time::timeout(self.timeout, work)
            .await
            .unwrap_or_else(|_| {
                let text = format!(
                    "the server did not answer within {} ms",
                    self.timeout.as_millis()
                );
                Err(MailError::Transient(text))
            })
    }
}

fn mailbox(setting: &str, text: &str) -> Result<Mailbox> {
    let refused = || {
        Error::fault(format_args!(
            "{setting} must be like: Name <name@example.com>"
        ))
    };
    if text.chars().any(char::is_control) {
        return Err(refused());
    }
    let mailbox: Mailbox = text.trim().parse().map_err(|_| refused())?;
    if !mailbox.email.domain().is_ascii() {
        let text = format!("{setting}: the domain must be in its ASCII form (xn--…)");
        return Err(Error::fault(text));
    }
    Ok(mailbox)
}
