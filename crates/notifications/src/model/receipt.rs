//! The receipt of a paid order: everything on it as text, in the order's language.

use askama::Template;
use chrono::{DateTime, Utc};
use kit::{Error, Result};
use money::Money;
use orders::{Order, OrderLine, ShippingAddress};

use super::{Language, NotificationSettings, RenderedMail, Words};

/// What stands on a receipt. Each text is one line.
pub(crate) struct Receipt {
    language: Language,
    shop_name: String,
    number: i64,
    paid_on: String,
    payment_reference: Option<String>,
    lines: Vec<Line>,
    /// What the total is made of; empty when that is the lines alone.
    parts: Vec<(&'static str, String)>,
    total: String,
    /// What of the total is tax that was in the prices; none where there is none.
    tax_included: Option<String>,
    address: Vec<String>,
    order_url: String,
}

struct Line {
    title: String,
    /// `Colour: black`
    options: Vec<String>,
    quantity: i64,
    unit_price: String,
    total: String,
}

#[derive(Template)]
#[template(path = "receipt.html")]
struct Html<'a> {
    receipt: &'a Receipt,
    words: &'a Words,
}

#[derive(Template)]
#[template(path = "receipt.txt")]
struct Text<'a> {
    receipt: &'a Receipt,
    words: &'a Words,
}

impl Receipt {
    /// The receipt of an order that was paid at `paid_at`.
    pub(crate) fn of(
        order: &Order,
        lines: &[OrderLine],
        paid_at: DateTime<Utc>,
        payment_reference: Option<&str>,
        settings: &NotificationSettings,
    ) -> Self {
        let language = Language::of(&order.language);
        let public_url = settings.public_url.trim_end_matches('/');
        Self {
            language,
            shop_name: one_line(&settings.shop_name),
            number: order.number,
            paid_on: language.day(paid_at),
            payment_reference: payment_reference.map(one_line),
            lines: lines.iter().map(|line| Line::of(line, language)).collect(),
            parts: parts(order, language),
            total: language.money(order.total),
            tax_included: (order.tax_included.minor() != 0)
                .then(|| language.money(order.tax_included)),
            address: address(&order.shipping_address, language.words()),
            order_url: format!("{public_url}/orders/{}", order.id),
        }
    }

    /// Subject and both bodies.
    ///
    /// # Errors
    /// A fault when a template fails.
    pub(crate) fn render(&self) -> Result<RenderedMail> {
        let (receipt, words) = (self, self.language.words());
        Ok(RenderedMail {
            subject: self.subject(),
            text: Text { receipt, words }.render().map_err(Error::fault)?,
            html: Html { receipt, words }.render().map_err(Error::fault)?,
        })
    }

    fn subject(&self) -> String {
        self.language.subject(self.number, &self.shop_name)
    }

    fn footer(&self) -> String {
        self.language.footer(&self.shop_name)
    }
}

impl Line {
    fn of(line: &OrderLine, language: Language) -> Self {
        let text = |texts: &catalogue::Texts| one_line(texts.get(language.tag()));
        Self {
            title: text(&line.title),
            options: line
                .options
                .iter()
                .map(|(name, label)| format!("{}: {}", text(name), text(label)))
                .collect(),
            quantity: line.quantity,
            unit_price: language.money(line.unit_price),
            total: language.money(line.total),
        }
    }
}

/// Subtotal and whatever was added to it or taken off; nothing when that is nothing.
fn parts(order: &Order, language: Language) -> Vec<(&'static str, String)> {
    let words = language.words();
    let discount = Money::new(-order.discount.minor(), order.discount.currency());
    let changes = [
        (words.discount, discount),
        (words.delivery, order.shipping),
        (words.tax, order.tax),
    ];
    let mut parts: Vec<_> = changes
        .into_iter()
        .filter(|(_, amount)| amount.minor() != 0)
        .map(|(word, amount)| (word, language.money(amount)))
        .collect();
    if !parts.is_empty() {
        parts.insert(0, (words.subtotal, language.money(order.subtotal)));
    }
    parts
}

/// From the person to the country, one line each; what was left empty is left out.
fn address(address: &ShippingAddress, words: &Words) -> Vec<String> {
    let named = |name: &str, text: &str| match one_line(text) {
        text if text.is_empty() => text,
        text => format!("{name}: {text}"),
    };
    let joined = |parts: &[String]| {
        let mut parts: Vec<&str> = parts.iter().map(String::as_str).collect();
        parts.retain(|part| !part.is_empty());
        // Chartered cities are region and city at once.
        parts.dedup();
        parts.join(", ")
    };
    let country = match address.country.as_str() {
        "ET" => words.ethiopia.to_owned(),
        code => one_line(code),
    };
    let mut lines = vec![
        one_line(&address.name),
        one_line(&address.line),
        joined(&[
            named(words.kebele, &address.kebele),
            named(words.woreda, &address.woreda),
        ]),
        named(words.landmark, &address.landmark),
        joined(&[one_line(&address.city), one_line(&address.region)]),
        country,
    ];
    lines.retain(|line| !line.is_empty());
    lines
}

/// Nobody writes lines of their own into a mail.
pub(crate) fn one_line(text: &str) -> String {
    let spaced: String = text
        .chars()
        .map(|c| if c.is_control() { ' ' } else { c })
        .collect();
    spaced.split_whitespace().collect::<Vec<_>>().join(" ")
}
