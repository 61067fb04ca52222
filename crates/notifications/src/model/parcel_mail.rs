//! What a buyer is told about a parcel: that it has left, and that it has arrived.

use askama::Template;
use chrono::{DateTime, Utc};
use fulfilment::Fulfilment;
use kit::{Error, Result};
use orders::Order;
use serde::{Deserialize, Serialize};

use super::{Language, NotificationSettings, RenderedMail, one_line};

/// Which news about a parcel.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ParcelNews {
    /// It has left.
    Shipped,
    /// It has arrived.
    Delivered,
}

impl ParcelNews {
    /// The kind of its mail, as it is stored.
    pub(crate) const fn kind(self) -> &'static str {
        match self {
            Self::Shipped => "order_shipped",
            Self::Delivered => "order_delivered",
        }
    }
}

/// What stands in the mail. Each text is one line; carrier and tracking may be empty.
pub(crate) struct ParcelMail {
    language: Language,
    news: ParcelNews,
    shop_name: String,
    number: i64,
    parcel: i32,
    carrier: String,
    tracking_number: String,
    day: String,
    button_url: String,
    is_followed: bool,
}

/// The words of a parcel's mail.
pub(crate) struct ParcelWords {
    pub(crate) heading: &'static str,
    pub(crate) reason: &'static str,
    pub(crate) order_number: &'static str,
    pub(crate) parcel: &'static str,
    pub(crate) carrier: &'static str,
    pub(crate) tracking_number: &'static str,
    pub(crate) day: &'static str,
    pub(crate) button: &'static str,
}

#[derive(Template)]
#[template(path = "parcel.html")]
struct Html<'a> {
    mail: &'a ParcelMail,
    words: &'a ParcelWords,
}

#[derive(Template)]
#[template(path = "parcel.txt")]
struct Text<'a> {
    mail: &'a ParcelMail,
    words: &'a ParcelWords,
}

impl ParcelMail {
    /// The news of a parcel of an order.
    pub(crate) fn of(
        order: &Order,
        parcel: &Fulfilment,
        news: ParcelNews,
        settings: &NotificationSettings,
    ) -> Self {
        let language = Language::of(&order.language);
        let public_url = settings.public_url.trim_end_matches('/');
        let followed = parcel.tracking.url.clone();
        let at: DateTime<Utc> = match news {
            ParcelNews::Shipped => parcel.shipped_at,
            ParcelNews::Delivered => parcel.delivered_at.unwrap_or(parcel.shipped_at),
        };
        Self {
            language,
            news,
            shop_name: one_line(&settings.shop_name),
            number: order.number,
            parcel: parcel.number,
            carrier: one_line(&parcel.tracking.carrier),
            tracking_number: one_line(&parcel.tracking.number),
            day: language.day(at),
            is_followed: followed.is_some() && news == ParcelNews::Shipped,
            button_url: followed
                .filter(|_| news == ParcelNews::Shipped)
                .unwrap_or_else(|| format!("{public_url}/orders/{}", order.id)),
        }
    }

    /// Subject and both bodies.
    ///
    /// # Errors
    /// A fault when a template fails.
    pub(crate) fn render(&self) -> Result<RenderedMail> {
        let (mail, words) = (self, &self.language.parcel_words(self));
        Ok(RenderedMail {
            subject: self.subject(),
            text: Text { mail, words }.render().map_err(Error::fault)?,
            html: Html { mail, words }.render().map_err(Error::fault)?,
        })
    }

    fn subject(&self) -> String {
        let (number, shop) = (self.number, &self.shop_name);
        match (self.language, self.news) {
            (Language::English, ParcelNews::Shipped) => {
                format!("A parcel of order {number} is on its way · {shop}")
            }
            (Language::English, ParcelNews::Delivered) => {
                format!("A parcel of order {number} has been delivered · {shop}")
            }
            (Language::Amharic, ParcelNews::Shipped) => {
                format!("የትዕዛዝ ቁጥር {number} ጥቅል ተልኳል · {shop}")
            }
            (Language::Amharic, ParcelNews::Delivered) => {
                format!("የትዕዛዝ ቁጥር {number} ጥቅል ደርሷል · {shop}")
            }
        }
    }

    fn footer(&self) -> String {
        self.language.footer_of_parcels(&self.shop_name)
    }
}

impl Language {
    fn parcel_words(self, mail: &ParcelMail) -> ParcelWords {
        let is_delivered = mail.news == ParcelNews::Delivered;
        match self {
            Self::English => ParcelWords {
                heading: if is_delivered {
                    "Your parcel has been delivered."
                } else {
                    "Your parcel is on its way."
                },
                reason: if is_delivered {
                    "If something is missing or broken, or if you did not get it, please tell us."
                } else {
                    "The parcel below has left. The carrier may call you to find the way."
                },
                order_number: "Order number",
                parcel: "Parcel",
                carrier: "Carrier",
                tracking_number: "Tracking number",
                day: if is_delivered {
                    "Delivered on"
                } else {
                    "Sent on"
                },
                button: if mail.is_followed {
                    "Follow your parcel"
                } else {
                    "See your order"
                },
            },
            Self::Amharic => ParcelWords {
                heading: if is_delivered {
                    "ጥቅልዎ ደርሷል።"
                } else {
                    "ጥቅልዎ በመንገድ ላይ ነው።"
                },
                reason: if is_delivered {
                    "የጎደለ ወይም የተሰበረ ነገር ካለ፣ ወይም ካልደረሰዎት፣ እባክዎ ያሳውቁን።"
                } else {
                    "ከዚህ በታች ያለው ጥቅል ተልኳል። አድራሻውን ለማግኘት አድራሹ ሊደውልልዎ ይችላል።"
                },
                order_number: "የትዕዛዝ ቁጥር",
                parcel: "ጥቅል",
                carrier: "አድራሽ",
                tracking_number: "የመከታተያ ቁጥር",
                day: if is_delivered {
                    "የደረሰበት ቀን"
                } else {
                    "የተላከበት ቀን"
                },
                button: if mail.is_followed {
                    "ጥቅልዎን ይከታተሉ"
                } else {
                    "ትዕዛዝዎን ይመልከቱ"
                },
            },
        }
    }

    /// Why this mail came.
    fn footer_of_parcels(self, shop_name: &str) -> String {
        match self {
            Self::English => {
                format!("You get this mail because you bought something from {shop_name}.")
            }
            Self::Amharic => format!("ይህ መልእክት የደረሰዎት ከ{shop_name} ዕቃ ስለገዙ ነው።"),
        }
    }
}
