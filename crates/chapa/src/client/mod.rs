//! The calls. Each makes one request, never repeats it, and reads the answer completely.
//! Not when to call, how often, or what the answer means for an order.

pub(crate) mod answers;
mod config;
pub(crate) mod requests;
pub(crate) mod transport;

use reqwest::Method;

pub use answers::{CancelOutcome, Initialized};
pub use config::{Config, ConfigError};
pub use requests::{
    DESCRIPTION_MAX_CHARS, MAX_AMOUNT_MINOR, NewRefund, NewTransaction, TITLE_MAX_CHARS,
    clean_description, clean_title, national_phone,
};

use crate::{
    Balance, Error, Mode, Observation, RefundObservation, TimelineEntry, TransactionPage,
    wire::percent_encode,
};
use transport::{Payload, Transport};

/// Chapa's API for one merchant. Cheap to clone; connections are shared.
#[derive(Debug, Clone)]
pub struct Client {
    transport: Transport,
    mode: Mode,
    checkout_hosts: std::sync::Arc<[String]>,
}

impl Client {
    /// Checks the settings and prepares connections; makes no call. When the process has
    /// no default TLS provider yet, ring becomes it.
    ///
    /// # Errors
    /// [`ConfigError`] for settings under which the client could not be trusted.
    pub fn new(config: &Config) -> Result<Self, ConfigError> {
        config.check()?;
        Ok(Self {
            transport: Transport::new(config)?,
            mode: config.mode,
            checkout_hosts: config.checkout_hosts.clone().into(),
        })
    }

    /// The mode that the key belongs to.
    #[must_use]
    pub fn mode(&self) -> Mode {
        self.mode
    }

    /// `POST /transaction/initialize`: opens a checkout page for the buyer. Store the
    /// `tx_ref` before calling; there is no way to ask for the page's address again.
    ///
    /// # Errors
    /// [`Error`]; [`Error::Duplicate`] when the reference was used before.
    pub async fn initialize(&self, transaction: &NewTransaction) -> Result<Initialized, Error> {
        let body = requests::initialize_body(transaction)?;
        let answer = self
            .transport
            .send(Method::POST, "/transaction/initialize", Payload::Json(body))
            .await?;
        answers::initialized(&answer, &self.checkout_hosts, self.transport.is_secure())
    }

    /// `GET /transaction/verify/{tx_ref}`: the only source of truth about a payment.
    /// "Not paid yet" and "not found" are observations, not errors.
    ///
    /// # Errors
    /// [`Error`]; an error says nothing about the payment.
    pub async fn verify(&self, tx_ref: &str) -> Result<Observation, Error> {
        requests::check_reference("tx_ref", tx_ref)?;
        let path = format!("/transaction/verify/{}", percent_encode(tx_ref));
        let answer = self
            .transport
            .send(Method::GET, &path, Payload::None)
            .await?;
        answers::observation(answer)
    }

    /// `POST /refund/{provider_reference}`: asks for money to go back; it goes later.
    /// After [`Error::Unknown`] never ask again before `verify_refund` or a person has
    /// found out what happened: Chapa has no idempotency keys.
    ///
    /// # Errors
    /// [`Error`]
    pub async fn refund(&self, refund: &NewRefund) -> Result<RefundObservation, Error> {
        let body = requests::refund_body(refund)?;
        let path = format!("/refund/{}", percent_encode(&refund.provider_reference));
        let answer = self
            .transport
            .send(Method::POST, &path, Payload::Form(body))
            .await?;
        answers::refund_accepted(answer)
    }

    /// `GET /refund/{refund_reference}/verify`: how far a refund is.
    ///
    /// # Errors
    /// [`Error`]; an error says nothing about the refund.
    pub async fn verify_refund(&self, refund_reference: &str) -> Result<RefundObservation, Error> {
        requests::check_reference("ref_id", refund_reference)?;
        let path = format!("/refund/{}/verify", percent_encode(refund_reference));
        let answer = self
            .transport
            .send(Method::GET, &path, Payload::None)
            .await?;
        answers::refund_observation(answer)
    }

    /// `PUT /transaction/cancel/{tx_ref}`: closes the checkout page for good. A payment
    /// that was already on a phone may still succeed, so keep verifying.
    ///
    /// # Errors
    /// [`Error`]
    pub async fn cancel(&self, tx_ref: &str) -> Result<CancelOutcome, Error> {
        requests::check_reference("tx_ref", tx_ref)?;
        let path = format!("/transaction/cancel/{}", percent_encode(tx_ref));
        let answer = self
            .transport
            .send(Method::PUT, &path, Payload::None)
            .await?;
        answers::cancelled(&answer)
    }

    /// `GET /transactions?page=`: Chapa's own list, for reconciliation and as a harmless
    /// way to try a key. Pages count from 1.
    ///
    /// # Errors
    /// [`Error`]
    pub async fn transactions(&self, page: u32) -> Result<TransactionPage, Error> {
        let path = format!("/transactions?page={page}");
        let answer = self
            .transport
            .send(Method::GET, &path, Payload::None)
            .await?;
        answers::transactions(&answer)
    }

    /// `GET /balances`: what Chapa holds for the merchant, per currency.
    ///
    /// # Errors
    /// [`Error`]
    pub async fn balances(&self) -> Result<Vec<Balance>, Error> {
        let answer = self
            .transport
            .send(Method::GET, "/balances", Payload::None)
            .await?;
        answers::balances(&answer)
    }

    /// `GET /transaction/events/{tx_ref}`: what the buyer tried on the checkout page.
    ///
    /// # Errors
    /// [`Error`]
    pub async fn timeline(&self, tx_ref: &str) -> Result<Vec<TimelineEntry>, Error> {
        requests::check_reference("tx_ref", tx_ref)?;
        let path = format!("/transaction/events/{}", percent_encode(tx_ref));
        let answer = self
            .transport
            .send(Method::GET, &path, Payload::None)
            .await?;
        answers::timeline(&answer)
    }
}
