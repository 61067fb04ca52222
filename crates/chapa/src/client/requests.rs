//! What is asked for, and how it is written for Chapa: bodies, cleaned texts, refused values.

use serde_json::{Map, Value, json};

use crate::{Error, wire};

/// Chapa's largest amount, 9,999,999.99, in minor units.
pub const MAX_AMOUNT_MINOR: i64 = 999_999_999;
/// Chapa refuses longer titles.
pub const TITLE_MAX_CHARS: usize = 16;
/// A safe length; Chapa documents none.
pub const DESCRIPTION_MAX_CHARS: usize = 50;

/// A checkout to be opened. Only the first three fields must be there.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct NewTransaction {
    /// The attempt's own reference: 1 to 50 of `A-Z a-z 0-9 _ -`, never used before.
    pub tx_ref: String,
    /// Minor units, 1 to [`MAX_AMOUNT_MINOR`].
    pub amount_minor: i64,
    /// `ETB` or `USD`.
    pub currency: String,
    /// The buyer's address.
    pub email: Option<String>,
    /// The buyer's first name.
    pub first_name: Option<String>,
    /// The buyer's last name.
    pub last_name: Option<String>,
    /// In any usual form; sent as `09…` or `07…`, and left out when it is no Ethiopian
    /// mobile number.
    pub phone: Option<String>,
    /// Receives an unsigned GET when the buyer is done.
    pub callback_url: Option<String>,
    /// Where the buyer goes afterwards.
    pub return_url: Option<String>,
    /// Shown on the page; cut to [`TITLE_MAX_CHARS`].
    pub title: Option<String>,
    /// Shown on the page; reduced to [`clean_description`].
    pub description: Option<String>,
    /// An address of a picture.
    pub logo_url: Option<String>,
    /// Echoed by `verify` and webhooks; never put secrets here.
    pub meta: Option<Map<String, Value>>,
}

/// A refund to be asked for.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct NewRefund {
    /// Chapa's reference of the payment, as `verify` told it.
    pub provider_reference: String,
    /// Minor units; `None` gives everything back.
    pub amount_minor: Option<i64>,
    /// Shown to the merchant's staff.
    pub reason: Option<String>,
    /// The shop's own, unique reference of this refund.
    pub merchant_reference: Option<String>,
}

/// Refuses what would leave its place in the path, and what no reference looks like.
pub(crate) fn check_reference(field: &'static str, reference: &str) -> Result<(), Error> {
    let fits = (1..=100).contains(&reference.len())
        && reference.bytes().all(|byte| byte.is_ascii_graphic());
    if !fits {
        return Err(Error::Invalid {
            field,
            reason: "must be 1 to 100 printable ASCII characters",
        });
    }
    // URL parsers treat an encoded dot segment as a dot segment.
    if reference.bytes().all(|byte| byte == b'.') {
        return Err(Error::Invalid {
            field,
            reason: "must not consist of dots",
        });
    }
    Ok(())
}

fn check_amount(amount_minor: i64) -> Result<(), Error> {
    if (1..=MAX_AMOUNT_MINOR).contains(&amount_minor) {
        return Ok(());
    }
    Err(Error::Invalid {
        field: "amount",
        reason: "must be from 0.01 to 9,999,999.99",
    })
}

pub(crate) fn initialize_body(transaction: &NewTransaction) -> Result<String, Error> {
    let safe = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_';
    let tx_ref = &transaction.tx_ref;
    if !(1..=50).contains(&tx_ref.len()) || !tx_ref.bytes().all(safe) {
        return Err(Error::Invalid {
            field: "tx_ref",
            reason: "must be 1 to 50 letters, digits, dashes or underscores",
        });
    }
    check_amount(transaction.amount_minor)?;
    if !matches!(transaction.currency.as_str(), "ETB" | "USD") {
        return Err(Error::Invalid {
            field: "currency",
            reason: "must be ETB or USD",
        });
    }
    let mut body = Map::new();
    body.insert(
        "amount".to_owned(),
        wire::decimal(transaction.amount_minor).into(),
    );
    body.insert("currency".to_owned(), transaction.currency.clone().into());
    body.insert("tx_ref".to_owned(), tx_ref.clone().into());
    let phone = transaction.phone.as_deref().and_then(national_phone);
    put_filled(&mut body, "email", transaction.email.as_deref());
    put_filled(&mut body, "first_name", transaction.first_name.as_deref());
    put_filled(&mut body, "last_name", transaction.last_name.as_deref());
    put_filled(&mut body, "phone_number", phone.as_deref());
    put_filled(
        &mut body,
        "callback_url",
        transaction.callback_url.as_deref(),
    );
    put_filled(&mut body, "return_url", transaction.return_url.as_deref());
    let mut customization = Map::new();
    let title = transaction.title.as_deref().map(clean_title);
    let description = transaction.description.as_deref().map(clean_description);
    put_filled(&mut customization, "title", title.as_deref());
    put_filled(&mut customization, "description", description.as_deref());
    put_filled(&mut customization, "logo", transaction.logo_url.as_deref());
    if !customization.is_empty() {
        body.insert("customization".to_owned(), Value::Object(customization));
    }
    if let Some(meta) = &transaction.meta {
        body.insert("meta".to_owned(), json!(meta));
    }
    Ok(Value::Object(body).to_string())
}

fn put_filled(object: &mut Map<String, Value>, key: &str, value: Option<&str>) {
    if let Some(value) = value.map(str::trim).filter(|value| !value.is_empty()) {
        object.insert(key.to_owned(), value.into());
    }
}

pub(crate) fn refund_body(refund: &NewRefund) -> Result<String, Error> {
    check_reference("reference", &refund.provider_reference)?;
    let mut pairs = Vec::new();
    if let Some(amount_minor) = refund.amount_minor {
        check_amount(amount_minor)?;
        pairs.push(("amount", wire::decimal(amount_minor)));
    }
    if let Some(reason) = &refund.reason {
        pairs.push(("reason", reason.trim().to_owned()));
    }
    if let Some(reference) = &refund.merchant_reference {
        check_reference("reference", reference)?;
        pairs.push(("reference", reference.clone()));
    }
    let encoded: Vec<String> = pairs
        .into_iter()
        .filter(|(_, value)| !value.is_empty())
        .map(|(name, value)| format!("{name}={}", wire::percent_encode(&value)))
        .collect();
    Ok(encoded.join("&"))
}

/// The first [`TITLE_MAX_CHARS`] characters, white space made single.
#[must_use]
pub fn clean_title(title: &str) -> String {
    cut(&single_spaced(title), TITLE_MAX_CHARS)
}

/// Letters, digits, space, `.`, `_` and `-`; everything else becomes a space; at most
/// [`DESCRIPTION_MAX_CHARS`] characters. May be empty, for example for Amharic text.
#[must_use]
pub fn clean_description(description: &str) -> String {
    let allowed: String = description
        .chars()
        .map(|c| {
            if c.is_ascii_alphanumeric() || "._-".contains(c) {
                c
            } else {
                ' '
            }
        })
        .collect();
    cut(&single_spaced(&allowed), DESCRIPTION_MAX_CHARS)
}

fn single_spaced(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn cut(text: &str, max_chars: usize) -> String {
    text.chars()
        .take(max_chars)
        .collect::<String>()
        .trim_end()
        .to_owned()
}

/// `0911223344` for `+251 911 22 33 44`, `251911223344`, `911223344` and the like; `None`
/// for anything that is not an Ethiopian mobile number.
#[must_use]
pub fn national_phone(phone: &str) -> Option<String> {
    let dense: String = phone
        .chars()
        .filter(|c| !" -().\u{a0}".contains(*c))
        .collect();
    let subscriber = dense
        .strip_prefix("+251")
        .or_else(|| dense.strip_prefix("00251"))
        .or_else(|| dense.strip_prefix("251").filter(|rest| rest.len() >= 9))
        .unwrap_or(&dense);
    let subscriber = subscriber.strip_prefix('0').unwrap_or(subscriber);
    let fits = subscriber.len() == 9
        && subscriber.starts_with(['9', '7'])
        && subscriber.bytes().all(|byte| byte.is_ascii_digit());
    fits.then(|| format!("0{subscriber}"))
}
