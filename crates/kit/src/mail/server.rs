//! Where mails go: the address of the settings, read once, and how to connect to it.

use lettre::transport::smtp::{
    authentication::{Credentials, Mechanism},
    client::{AsyncSmtpConnection, TlsParameters},
    extension::ClientId,
};
use reqwest::Url;

use super::MailError;
use crate::error::{Error, Result};

pub(super) struct Server {
    host: String,
    port: u16,
    encryption: Encryption,
    credentials: Option<Credentials>,
    hello_name: ClientId,
}

enum Encryption {
    None,
    /// TLS from the first byte.
    Implicit(TlsParameters),
    /// Begins in the clear and goes no further without TLS.
    StartTls(TlsParameters),
}

impl Server {
    /// Reads `smtp://` and `smtps://` addresses. The text of an error never holds the password.
    pub(super) fn parse(text: &str) -> Result<Self> {
        let refused = |reason: &str| Error::fault(format_args!("mail.smtp_url: {reason}"));
        let url = Url::parse(text.trim())
            .map_err(|_| refused("it must be like smtp://host:25 or smtps://user:password@host"))?;
        let host = url
            .host_str()
            .unwrap_or_default()
            .trim_matches(['[', ']'])
            .to_owned();
        if host.is_empty() {
            return Err(refused("the host is missing"));
        }
        let tls = || TlsParameters::new(host.clone()).map_err(|_| refused("TLS cannot be set up"));
        let query: Vec<_> = url.query_pairs().collect();
        let is_required = match query.as_slice() {
            [] => false,
            [(key, value)] if key == "tls" && value == "required" => true,
            _ => return Err(refused("only ?tls=required may follow the host")),
        };
        let (encryption, default_port) = match (url.scheme(), is_required) {
            ("smtp", false) => (Encryption::None, 25),
            ("smtp", true) => (Encryption::StartTls(tls()?), 587),
            ("smtps", _) => (Encryption::Implicit(tls()?), 465),
            _ => return Err(refused("it must begin with smtp:// or smtps://")),
        };
        let credentials = match (url.username(), url.password()) {
            ("", None) => None,
            ("", Some(_)) | (_, None) => return Err(refused("user and password belong together")),
            (user, Some(password)) => {
                let decoded = |part| {
                    percent_decoded(part).ok_or_else(|| refused("the user or password is no text"))
                };
                Some(Credentials::new(decoded(user)?, decoded(password)?))
            }
        };
        let is_here = matches!(host.as_str(), "localhost" | "127.0.0.1" | "::1");
        if credentials.is_some() && matches!(encryption, Encryption::None) && !is_here {
            return Err(refused(
                "a password is not sent in the clear: add ?tls=required or use smtps://",
            ));
        }
        let port = url.port().unwrap_or(default_port);
        Ok(Self {
            host,
            port,
            encryption,
            credentials,
            hello_name: ClientId::default(),
        })
    }

    /// A connection that is encrypted and signed in as the settings say.
    pub(super) async fn connect(&self) -> Result<AsyncSmtpConnection, MailError> {
        self.open()
            .await
            .map_err(|error| MailError::of_server(&error))
    }

    async fn open(&self) -> Result<AsyncSmtpConnection, lettre::transport::smtp::Error> {
        let tls = match &self.encryption {
            Encryption::Implicit(tls) => Some(tls.clone()),
            Encryption::None | Encryption::StartTls(_) => None,
        };
        let address = (self.host.as_str(), self.port);
        // No time-out here: the caller's covers connecting and everything after it.
        let mut connection =
            AsyncSmtpConnection::connect_tokio1(address, None, &self.hello_name, tls, None).await?;
        if let Encryption::StartTls(tls) = &self.encryption {
            connection.starttls(tls.clone(), &self.hello_name).await?;
        }
        if let Some(credentials) = &self.credentials {
            connection
                .auth(&[Mechanism::Plain, Mechanism::Login], credentials)
                .await?;
        }
        Ok(connection)
    }
}

/// The opposite of percent-encoding; `None` when the bytes are not UTF-8.
fn percent_decoded(text: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((first, after)) = rest.split_first() {
        let encoded = after
            .get(..2)
            .filter(|_| *first == b'%')
            .and_then(|d| hex::decode(d).ok());
        if let Some(decoded) = encoded {
            bytes.extend(decoded);
            rest = &after[2..];
        } else {
            bytes.push(*first);
            rest = after;
        }
    }
    String::from_utf8(bytes).ok()
}
