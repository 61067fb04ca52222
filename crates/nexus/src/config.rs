//! The settings of the whole shop, and what it refuses to start on.

use anyhow::{Context, Result, bail};
use checkout::CheckoutSettings;
use kit::{
    cache::CacheSettings, db::DatabaseSettings, http::server::ServerSettings, mail::MailSettings,
};
use payments::PaymentSettings;
use pictures::PictureSettings;
use serde::Deserialize;

use crate::{doors::OverloadSettings, pages::PagesSettings};

/// `config/shop.toml`, embedded.
pub const DEFAULTS: &str = include_str!("../../../config/shop.toml");

/// Every setting; `config/shop.toml` explains each.
#[derive(Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Settings {
    /// `[server]`
    pub server: ServerSettings,
    /// `[metrics]`
    pub metrics: MetricsSettings,
    /// `[database]`
    pub database: DatabaseSettings,
    /// `[redis]`
    pub redis: RedisSettings,
    /// `[cache]`
    pub cache: CacheSettings,
    /// `[auth]`
    pub auth: AuthSettings,
    /// `[payments]`
    pub payments: PaymentSettings,
    /// `[checkout]`
    pub checkout: CheckoutSettings,
    /// `[inventory]`
    pub inventory: inventory::InventorySettings,
    /// `[overload]`
    pub overload: OverloadSettings,
    /// `[webhooks]`
    pub webhooks: webhooks::WebhookSettings,
    /// `[media]`
    pub media: PictureSettings,
    /// `[mail]`
    pub mail: MailSettings,
    /// `[shop]`
    pub shop: ShopSettings,
    /// `[pages]`
    pub pages: PagesSettings,
    /// `[worker]`
    pub worker: WorkerSettings,
    /// `[log]`
    pub log: LogSettings,
}

/// The section `[metrics]`.
#[derive(Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MetricsSettings {
    /// Address for `/metrics`; empty switches it off.
    pub listen: String,
}

/// The section `[redis]`.
#[derive(Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RedisSettings {
    /// What keeps installations apart that share one Redis.
    pub namespace: String,
    /// Address of Redis; empty does without.
    pub url: String,
}

/// The section `[auth]`.
#[derive(Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AuthSettings {
    /// Signs access tokens.
    pub secret: String,
    /// Who issues them.
    pub issuer: String,
}

/// The section `[shop]`.
#[derive(Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ShopSettings {
    /// How the shop calls itself.
    pub name: String,
    /// Its taxpayer identification number.
    pub tin: String,
    /// Its number as a payer of value added tax.
    pub vat_number: String,
    /// Where it is, in one line.
    pub address: String,
}

impl ShopSettings {
    /// Who sells, as invoices say it.
    #[must_use]
    pub fn seller(&self) -> invoices::SellerSettings {
        invoices::SellerSettings {
            name: self.name.clone(),
            tin: self.tin.clone(),
            vat_number: self.vat_number.clone(),
            address: self.address.clone(),
        }
    }
}

/// The section `[worker]`.
#[derive(Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WorkerSettings {
    /// Jobs at once.
    pub concurrency: usize,
}

/// The section `[log]`.
#[derive(Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LogSettings {
    /// `pretty` or `json`.
    pub format: String,
    /// As in `RUST_LOG`.
    pub filter: String,
}

impl Settings {
    /// Reads the settings: defaults, file, environment, then `overrides` (`section.key`, value).
    pub fn load(file: Option<&str>, overrides: &[(String, String)]) -> Result<Self> {
        let mut last = Vec::new();
        for (variable, key) in [("DATABASE_URL", "database.url"), ("REDIS_URL", "redis.url")] {
            if let Ok(value) = std::env::var(variable) {
                last.push((key.to_owned(), value));
            }
        }
        last.extend_from_slice(overrides);
        Ok(kit::config::load(DEFAULTS, file, &last)?)
    }

    /// The database, which every command but the demo has to be told.
    pub fn database_url(&self) -> Result<&str> {
        if self.database.url.is_empty() {
            bail!(
                "no database is set: put its address into DATABASE_URL, for example \
                 postgres://shop:password@localhost:5432/shop, or run `nexus demo`"
            );
        }
        Ok(&self.database.url)
    }

    /// Refuses to serve on secrets that anybody could guess. Names the setting, never its value.
    pub fn check_secrets(&self) -> Result<()> {
        let weakness = |secret: &str| kit::tokens::weak_secret(secret);
        if let Some(reason) = weakness(&self.auth.secret) {
            bail!("auth.secret: {reason}; {REMEDY}");
        }
        let webhook_secrets = &self.payments.webhook_secrets;
        if webhook_secrets.is_empty() {
            bail!("payments.webhook_secrets is empty; copy the secret hash of Chapa's dashboard");
        }
        for secret in webhook_secrets {
            if let Some(reason) = weakness(secret.expose()) {
                bail!("payments.webhook_secrets: {reason}; {REMEDY}");
            }
            if secret.expose() == self.auth.secret {
                bail!("auth.secret and payments.webhook_secrets must differ");
            }
        }
        if self.payments.secret_key.is_empty() {
            bail!("payments.secret_key is empty; copy the secret key of Chapa's dashboard");
        }
        if self
            .server
            .allowed_origins
            .iter()
            .any(|origin| origin == "*")
        {
            bail!("server.allowed_origins holds `*`; name the origins of your storefronts");
        }
        Ok(())
    }
}

const REMEDY: &str = "set a random value, for example from `openssl rand -base64 48`";

/// The settings file that the command line named.
pub fn file_of(path: Option<&std::path::Path>) -> Result<Option<&str>> {
    path.map(|path| {
        path.to_str()
            .context("the path of the settings file is not UTF-8")
    })
    .transpose()
}
