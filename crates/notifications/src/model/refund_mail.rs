//! What a buyer is told about money that goes back: that the shop sends it, and that it has gone.

use askama::Template;
use chrono::{DateTime, Utc};
use kit::{Error, Result};
use money::Money;
use orders::Order;
use serde::{Deserialize, Serialize};

use super::{Language, NotificationSettings, RenderedMail, one_line};

/// Which news about a refund.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RefundNews {
    /// The shop sends money back by itself, because it came too late.
    PromisedLate,
    /// The shop sends money back by itself, because the order was paid already.
    PromisedSurplus,
    /// The money has gone back.
    Succeeded,
}

impl RefundNews {
    /// The kind of its mail, as it is stored.
    pub(crate) const fn kind(self) -> &'static str {
        match self {
            Self::PromisedLate | Self::PromisedSurplus => "refund_promised",
            Self::Succeeded => "refund_succeeded",
        }
    }
}

/// What stands in the mail. Each text is one line.
pub(crate) struct RefundMail {
    language: Language,
    news: RefundNews,
    shop_name: String,
    number: i64,
    amount: String,
    day: String,
    order_url: String,
}

/// The words of a refund's mail.
pub(crate) struct RefundWords {
    pub(crate) heading: &'static str,
    pub(crate) reason: &'static str,
    pub(crate) order_number: &'static str,
    pub(crate) amount: &'static str,
    pub(crate) day: &'static str,
    pub(crate) see_order: &'static str,
}

#[derive(Template)]
#[template(path = "refund.html")]
struct Html<'a> {
    mail: &'a RefundMail,
    words: &'a RefundWords,
}

#[derive(Template)]
#[template(path = "refund.txt")]
struct Text<'a> {
    mail: &'a RefundMail,
    words: &'a RefundWords,
}

impl RefundMail {
    /// The news of an amount of an order that was promised, or went, at `at`.
    pub(crate) fn of(
        order: &Order,
        news: RefundNews,
        amount: Money,
        at: DateTime<Utc>,
        settings: &NotificationSettings,
    ) -> Self {
        let language = Language::of(&order.language);
        let public_url = settings.public_url.trim_end_matches('/');
        Self {
            language,
            news,
            shop_name: one_line(&settings.shop_name),
            number: order.number,
            amount: language.money(amount),
            day: language.day(at),
            order_url: format!("{public_url}/orders/{}", order.id),
        }
    }

    /// Subject and both bodies.
    ///
    /// # Errors
    /// A fault when a template fails.
    pub(crate) fn render(&self) -> Result<RenderedMail> {
        let (mail, words) = (self, &self.language.refund_words(self.news));
        Ok(RenderedMail {
            subject: self.subject(),
            text: Text { mail, words }.render().map_err(Error::fault)?,
            html: Html { mail, words }.render().map_err(Error::fault)?,
        })
    }

    fn subject(&self) -> String {
        let (number, shop_name) = (self.number, &self.shop_name);
        self.language.refund_subject(self.news, number, shop_name)
    }

    fn footer(&self) -> String {
        self.language.refund_footer(&self.shop_name)
    }
}

impl Language {
    fn refund_words(self, news: RefundNews) -> RefundWords {
        let is_done = news == RefundNews::Succeeded;
        match self {
            Self::English => RefundWords {
                heading: if is_done {
                    "Your money has been given back."
                } else {
                    "We are sending your money back."
                },
                reason: match news {
                    RefundNews::PromisedLate => {
                        "Your payment came after the time to pay was over, and we can no longer \
                         keep the items for you. You get all of it back; this usually takes one \
                         to three business days. There is nothing for you to do."
                    }
                    RefundNews::PromisedSurplus => {
                        "This order was paid already, so your second payment is not needed. You \
                         get all of it back; this usually takes one to three business days. \
                         There is nothing for you to do."
                    }
                    RefundNews::Succeeded => {
                        "The amount below has gone back to you. Your bank or wallet may need a \
                         little longer to show it."
                    }
                },
                order_number: "Order number",
                amount: "Amount",
                day: if is_done { "Given back on" } else { "Date" },
                see_order: "See your order",
            },
            Self::Amharic => RefundWords {
                heading: if is_done {
                    "ገንዘብዎ ተመልሷል።"
                } else {
                    "ገንዘብዎን እየመለስን ነው።"
                },
                reason: match news {
                    RefundNews::PromisedLate => {
                        "ክፍያዎ የደረሰን የመክፈያው ጊዜ ካለፈ በኋላ ስለሆነ ዕቃዎቹን ልናቆይልዎ አልቻልንም። የከፈሉት ሙሉ \
                         ገንዘብ ይመለስልዎታል፤ ብዙውን ጊዜ ከአንድ እስከ ሦስት የሥራ ቀናት ይወስዳል። እርስዎ ምንም \
                         ማድረግ አያስፈልግዎትም።"
                    }
                    RefundNews::PromisedSurplus => {
                        "ይህ ትዕዛዝ አስቀድሞ የተከፈለ ስለሆነ ሁለተኛው ክፍያዎ አያስፈልግም። የከፈሉት ሙሉ ገንዘብ \
                         ይመለስልዎታል፤ ብዙውን ጊዜ ከአንድ እስከ ሦስት የሥራ ቀናት ይወስዳል። እርስዎ ምንም ማድረግ \
                         አያስፈልግዎትም።"
                    }
                    RefundNews::Succeeded => {
                        "ከዚህ በታች ያለው ገንዘብ ተመልሶልዎታል። በባንክዎ ወይም በሞባይል ገንዘብዎ እስኪታይ ትንሽ \
                         ጊዜ ሊወስድ ይችላል።"
                    }
                },
                order_number: "የትዕዛዝ ቁጥር",
                amount: "መጠን",
                day: if is_done {
                    "የተመለሰበት ቀን"
                } else {
                    "ቀን"
                },
                see_order: "ትዕዛዝዎን ይመልከቱ",
            },
        }
    }

    fn refund_subject(self, news: RefundNews, number: i64, shop_name: &str) -> String {
        match (self, news) {
            (Self::English, RefundNews::Succeeded) => {
                format!("Your money for order {number} has been given back · {shop_name}")
            }
            (Self::English, _) => {
                format!("Your money for order {number} is on its way back · {shop_name}")
            }
            (Self::Amharic, RefundNews::Succeeded) => {
                format!("የትዕዛዝ ቁጥር {number} ገንዘብዎ ተመልሷል · {shop_name}")
            }
            (Self::Amharic, _) => format!("የትዕዛዝ ቁጥር {number} ገንዘብዎ እየተመለሰ ነው · {shop_name}"),
        }
    }

    /// Why this mail came.
    fn refund_footer(self, shop_name: &str) -> String {
        match self {
            Self::English => {
                format!("You get this mail because you paid for an order at {shop_name}.")
            }
            Self::Amharic => format!("ይህ መልእክት የደረሰዎት በ{shop_name} ለትዕዛዝ ስለከፈሉ ነው።"),
        }
    }
}
