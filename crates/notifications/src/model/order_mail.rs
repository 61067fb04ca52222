//! What a buyer is told about an order: that it waits for its payment, and that it was called off.

use askama::Template;
use kit::{Error, Result};
use orders::{Order, OrderStatus};
use serde::{Deserialize, Serialize};

use super::{Language, NotificationSettings, RenderedMail, one_line};

/// Which news about an order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OrderNews {
    /// It was placed, and waits for its payment.
    Placed,
    /// It was called off before it was paid.
    Cancelled,
    /// It was called off after it was paid: the money goes back.
    CancelledPaid,
}

impl OrderNews {
    /// The kind of its mail, as it is stored.
    pub(crate) const fn kind(self) -> &'static str {
        match self {
            Self::Placed => "order_placed",
            Self::Cancelled | Self::CancelledPaid => "order_cancelled",
        }
    }

    /// Whether it is still news: of an order that was paid meanwhile its receipt tells, and one
    /// that is over waits for nothing.
    pub(crate) fn is_news_of(self, order: &Order) -> bool {
        match self {
            Self::Placed => order.status == OrderStatus::PendingPayment,
            Self::Cancelled | Self::CancelledPaid => true,
        }
    }
}

/// What stands in the mail. Each text is one line.
pub(crate) struct OrderMail {
    language: Language,
    news: OrderNews,
    shop_name: String,
    number: i64,
    total: String,
    /// For how long its units are held, if that matters.
    held_for: Option<String>,
    order_url: String,
}

/// The words of an order's mail.
pub(crate) struct OrderWords {
    pub(crate) heading: &'static str,
    pub(crate) reason: &'static str,
    pub(crate) order_number: &'static str,
    pub(crate) total: &'static str,
    pub(crate) held_for: &'static str,
    pub(crate) button: &'static str,
}

#[derive(Template)]
#[template(path = "order.html")]
struct Html<'a> {
    mail: &'a OrderMail,
    words: &'a OrderWords,
}

#[derive(Template)]
#[template(path = "order.txt")]
struct Text<'a> {
    mail: &'a OrderMail,
    words: &'a OrderWords,
}

impl OrderMail {
    /// The news of an order.
    pub(crate) fn of(order: &Order, news: OrderNews, settings: &NotificationSettings) -> Self {
        let language = Language::of(&order.language);
        let public_url = settings.public_url.trim_end_matches('/');
        let held_for = (order.expires_at - order.placed_at).num_minutes();
        Self {
            language,
            news,
            shop_name: one_line(&settings.shop_name),
            number: order.number,
            total: language.money(order.total),
            held_for: (news == OrderNews::Placed).then(|| language.span(held_for)),
            order_url: format!("{public_url}/orders/{}", order.id),
        }
    }

    /// Subject and both bodies.
    ///
    /// # Errors
    /// A fault when a template fails.
    pub(crate) fn render(&self) -> Result<RenderedMail> {
        let (mail, words) = (self, &self.language.order_words(self.news));
        Ok(RenderedMail {
            subject: self.subject(),
            text: Text { mail, words }.render().map_err(Error::fault)?,
            html: Html { mail, words }.render().map_err(Error::fault)?,
        })
    }

    fn subject(&self) -> String {
        let (number, shop) = (self.number, &self.shop_name);
        match (self.language, self.news) {
            (Language::English, OrderNews::Placed) => {
                format!("Order {number} waits for your payment · {shop}")
            }
            (Language::English, OrderNews::Cancelled | OrderNews::CancelledPaid) => {
                format!("Order {number} was cancelled · {shop}")
            }
            (Language::Amharic, OrderNews::Placed) => {
                format!("የትዕዛዝ ቁጥር {number} ክፍያዎን ይጠብቃል · {shop}")
            }
            (Language::Amharic, OrderNews::Cancelled | OrderNews::CancelledPaid) => {
                format!("የትዕዛዝ ቁጥር {number} ተሰርዟል · {shop}")
            }
        }
    }

    fn footer(&self) -> String {
        let shop_name = &self.shop_name;
        match self.language {
            Language::English => {
                format!("You get this mail because you placed an order at {shop_name}.")
            }
            Language::Amharic => format!("ይህ መልእክት የደረሰዎት ከ{shop_name} ስላዘዙ ነው።"),
        }
    }
}

impl Language {
    /// A span in its largest whole unit: `60 minutes`, `36 hours`, `3 days`.
    fn span(self, minutes: i64) -> String {
        let (count, english, amharic) = match minutes {
            minutes if minutes >= 2_880 => (minutes / 1_440, "days", "ቀን"),
            minutes if minutes >= 120 => (minutes / 60, "hours", "ሰዓት"),
            minutes => (minutes, "minutes", "ደቂቃ"),
        };
        match self {
            Self::English => format!("{count} {english}"),
            Self::Amharic => format!("{count} {amharic}"),
        }
    }

    fn order_words(self, news: OrderNews) -> OrderWords {
        let (heading, reason, button) = match (self, news) {
            (Self::English, OrderNews::Placed) => (
                "We have your order.",
                "We keep the items for you until you have paid. If you have paid already, there is \
                 nothing for you to do: the receipt will come.",
                "See and pay your order",
            ),
            (Self::English, OrderNews::Cancelled) => (
                "Your order was cancelled.",
                "Nothing of it will be sent, and there is nothing to pay.",
                "See your order",
            ),
            (Self::English, OrderNews::CancelledPaid) => (
                "Your order was cancelled.",
                "Nothing of it will be sent. What you have paid goes back to you; we write to you \
                 again when it has.",
                "See your order",
            ),
            (Self::Amharic, OrderNews::Placed) => (
                "ትዕዛዝዎ ደርሶናል።",
                "እስኪከፍሉ ድረስ ዕቃዎቹን እናቆይልዎታለን። ከፍለው ከሆነ ምንም ማድረግ አይጠበቅብዎትም፤ ደረሰኙ ይደርስዎታል።",
                "ትዕዛዝዎን ይመልከቱና ይክፈሉ",
            ),
            (Self::Amharic, OrderNews::Cancelled) => (
                "ትዕዛዝዎ ተሰርዟል።",
                "ከትዕዛዙ ምንም አይላክም፤ የሚከፈልም የለም።",
                "ትዕዛዝዎን ይመልከቱ",
            ),
            (Self::Amharic, OrderNews::CancelledPaid) => (
                "ትዕዛዝዎ ተሰርዟል።",
                "ከትዕዛዙ ምንም አይላክም። የከፈሉት ገንዘብ ይመለስልዎታል፤ ሲመለስ እንጽፍልዎታለን።",
                "ትዕዛዝዎን ይመልከቱ",
            ),
        };
        let (order_number, total, held_for) = match self {
            Self::English => ("Order number", "Total", "We keep it for"),
            Self::Amharic => ("የትዕዛዝ ቁጥር", "ጠቅላላ", "የምናቆይልዎት ለ"),
        };
        OrderWords {
            heading,
            reason,
            order_number,
            total,
            held_for,
            button,
        }
    }
}
