//! The words of mails, complete in every language: a missing one does not compile.

use chrono::{DateTime, FixedOffset, Utc};
use money::{Currency, Money};

use super::EthiopianDate;

/// A language that mails are written in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Language {
    English,
    Amharic,
}

/// The fixed words of a receipt.
pub(crate) struct Words {
    pub(crate) receipt: &'static str,
    pub(crate) thanks: &'static str,
    pub(crate) order_number: &'static str,
    pub(crate) paid_on: &'static str,
    pub(crate) payment_reference: &'static str,
    pub(crate) items: &'static str,
    pub(crate) subtotal: &'static str,
    pub(crate) discount: &'static str,
    pub(crate) delivery: &'static str,
    pub(crate) tax: &'static str,
    pub(crate) tax_included: &'static str,
    pub(crate) total_paid: &'static str,
    pub(crate) delivery_address: &'static str,
    pub(crate) woreda: &'static str,
    pub(crate) kebele: &'static str,
    pub(crate) landmark: &'static str,
    pub(crate) ethiopia: &'static str,
    pub(crate) see_order: &'static str,
}

static ENGLISH: Words = Words {
    receipt: "Receipt",
    thanks: "Thank you. Your payment has arrived.",
    order_number: "Order number",
    paid_on: "Paid on",
    payment_reference: "Payment reference",
    items: "Your items",
    subtotal: "Subtotal",
    discount: "Discount",
    delivery: "Delivery",
    tax: "Tax",
    tax_included: "Tax included",
    total_paid: "Total paid",
    delivery_address: "Delivery address",
    woreda: "Woreda",
    kebele: "Kebele",
    landmark: "Landmark",
    ethiopia: "Ethiopia",
    see_order: "See your order",
};

static AMHARIC: Words = Words {
    receipt: "ደረሰኝ",
    thanks: "እናመሰግናለን። ክፍያዎ ደርሶናል።",
    order_number: "የትዕዛዝ ቁጥር",
    paid_on: "የተከፈለበት ቀን",
    payment_reference: "የክፍያ መለያ",
    items: "የገዟቸው ዕቃዎች",
    subtotal: "ንዑስ ድምር",
    discount: "ቅናሽ",
    delivery: "የማድረሻ ክፍያ",
    tax: "ግብር",
    tax_included: "በዋጋው ውስጥ ያለ ግብር",
    total_paid: "ጠቅላላ የተከፈለ",
    delivery_address: "የማድረሻ አድራሻ",
    woreda: "ወረዳ",
    kebele: "ቀበሌ",
    landmark: "ልዩ ምልክት",
    ethiopia: "ኢትዮጵያ",
    see_order: "ትዕዛዝዎን ይመልከቱ",
};

/// The shop's days begin at midnight in Addis Ababa; Ethiopia has no summer time.
const OFFSET_SECONDS: i32 = 3 * 3_600;

impl Language {
    /// By a BCP 47 tag; English for every language that mails are not written in.
    pub(crate) fn of(tag: &str) -> Self {
        match tag.split('-').next() {
            Some("am") => Self::Amharic,
            _ => Self::English,
        }
    }

    /// Its BCP 47 tag.
    pub(crate) const fn tag(self) -> &'static str {
        match self {
            Self::English => "en",
            Self::Amharic => "am",
        }
    }

    pub(crate) fn words(self) -> &'static Words {
        match self {
            Self::English => &ENGLISH,
            Self::Amharic => &AMHARIC,
        }
    }

    pub(crate) fn subject(self, number: i64, shop_name: &str) -> String {
        match self {
            Self::English => format!("Your receipt for order {number} · {shop_name}"),
            Self::Amharic => format!("የትዕዛዝ ቁጥር {number} ደረሰኝ · {shop_name}"),
        }
    }

    /// Why this mail came.
    pub(crate) fn footer(self, shop_name: &str) -> String {
        match self {
            Self::English => format!(
                "You get this mail because you bought something from {shop_name}. Please keep it \
                 as your receipt."
            ),
            Self::Amharic => {
                format!("ይህ መልእክት የደረሰዎት ከ{shop_name} ዕቃ ስለገዙ ነው። እባክዎ እንደ ደረሰኝ ያስቀምጡት።")
            }
        }
    }

    /// `ETB 1,299.00`, in Amharic `ብር 1,299.00`.
    pub(crate) fn money(self, amount: Money) -> String {
        let currency = amount.currency();
        let name = match self {
            Self::Amharic if currency == Currency::ETB => "ብር",
            _ => currency.code(),
        };
        let decimal = amount.to_decimal();
        let (sign, digits) = decimal
            .strip_prefix('-')
            .map_or(("", decimal.as_str()), |digits| ("−", digits));
        let (whole, fraction) = digits.split_once('.').unwrap_or((digits, "00"));
        format!("{sign}{name} {}.{fraction}", grouped(whole))
    }

    /// The day in Addis Ababa: `11 September 2026`, in Amharic by the Ethiopian calendar.
    pub(crate) fn day(self, instant: DateTime<Utc>) -> String {
        let date = FixedOffset::east_opt(OFFSET_SECONDS).map_or_else(
            || instant.date_naive(),
            |here| instant.with_timezone(&here).date_naive(),
        );
        match self {
            Self::English => date.format("%-d %B %Y").to_string(),
            Self::Amharic => EthiopianDate::from(date).to_string(),
        }
    }
}

/// Digits with a comma before every three.
fn grouped(digits: &str) -> String {
    let mut text = String::with_capacity(digits.len() * 4 / 3);
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}
