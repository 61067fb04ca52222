//! Mails about orders: what a buyer reads, and which news has one.

use ::orders::{Order, OrderCancelled, OrderPlaced, OrderStatus};
use chrono::TimeDelta;
use kit::outbox::{Event, EventRecord};

use super::{ORDER_ID, etb, order, paid_at};
use crate::{
    jobs::{mail_of_cancelled_order, mail_of_placed_order},
    model::{NotificationSettings, OrderMail, OrderNews, RenderedMail},
};

const ALL: [OrderNews; 3] = [
    OrderNews::Placed,
    OrderNews::Cancelled,
    OrderNews::CancelledPaid,
];

fn waiting(language: &str, minutes: i64) -> Order {
    Order {
        status: OrderStatus::PendingPayment,
        expires_at: paid_at() + TimeDelta::minutes(minutes),
        paid_at: None,
        ..order(language)
    }
}

fn render(order: &Order, news: OrderNews) -> RenderedMail {
    let settings = NotificationSettings {
        shop_name: "Addis & Co\n<b>".to_owned(),
        public_url: "https://shop.example/".to_owned(),
    };
    OrderMail::of(order, news, &settings).render().unwrap()
}

#[test]
fn the_text_of_an_order_that_waits() {
    let mail = render(&waiting("en", 60), OrderNews::Placed);
    assert_eq!(
        mail.subject,
        "Order 1001 waits for your payment · Addis & Co <b>"
    );
    assert_eq!(
        mail.text,
        "\
Addis & Co <b>

We have your order.

We keep the items for you until you have paid. If you have paid already, there is nothing for you \
to do: the receipt will come.

Order number: 1001
Total: ETB 2,598.00
We keep it for: 60 minutes

See and pay your order:
https://shop.example/orders/019a2b3c-0000-7000-8000-000000000001

You get this mail because you placed an order at Addis & Co <b>."
    );
}

#[test]
fn the_text_of_an_order_that_was_called_off_in_amharic() {
    let mail = render(&order("am"), OrderNews::CancelledPaid);
    assert_eq!(mail.subject, "የትዕዛዝ ቁጥር 1001 ተሰርዟል · Addis & Co <b>");
    for part in ["ትዕዛዝዎ ተሰርዟል።", "የትዕዛዝ ቁጥር: 1001", "ጠቅላላ: ብር 2,598.00"]
    {
        assert!(mail.text.contains(part), "{part}: {}", mail.text);
    }
    assert!(!mail.text.contains("የምናቆይልዎት"), "{}", mail.text);
}

#[test]
fn a_span_is_told_in_its_largest_unit() {
    for (minutes, en, am) in [
        (30, "30 minutes", "30 ደቂቃ"),
        (119, "119 minutes", "119 ደቂቃ"),
        (120, "2 hours", "2 ሰዓት"),
        (2_879, "47 hours", "47 ሰዓት"),
        (4_320, "3 days", "3 ቀን"),
    ] {
        for (language, words) in [("en", en), ("am", am)] {
            let mail = render(&waiting(language, minutes), OrderNews::Placed);
            let line = format!(": {words}\n");
            assert!(mail.text.contains(&line), "{line}: {}", mail.text);
        }
    }
}

#[test]
fn nothing_that_comes_from_outside_is_markup() {
    for news in ALL {
        for language in ["en", "am"] {
            let html = render(&order(language), news).html;
            assert!(!html.contains("<b>") && html.contains("Addis &#38; Co &#60;b&#62;"));
            for outside in ["<img", "<script", "<link", "src=", "http://"] {
                assert!(!html.contains(outside), "{outside}: {html}");
            }
        }
    }
}

#[test]
fn who_has_paid_meanwhile_is_told_by_the_receipt() {
    assert!(OrderNews::Placed.is_news_of(&waiting("en", 60)));
    assert!(!OrderNews::Placed.is_news_of(&order("en")));
    for news in [OrderNews::Cancelled, OrderNews::CancelledPaid] {
        assert!(news.is_news_of(&order("en")), "{news:?}");
    }
}

fn record<E: Event>(event: &E) -> EventRecord {
    EventRecord {
        name: E::NAME,
        subject: event.subject(),
        sequence: 1,
        payload: serde_json::to_value(event).unwrap(),
        occurred_at: paid_at(),
    }
}

#[test]
fn each_fact_has_one_mail() {
    let order_id = ORDER_ID.parse().unwrap();
    let placed = OrderPlaced {
        order_id,
        number: 1001,
        total: etb(1),
        expires_at: paid_at(),
    };
    let job = mail_of_placed_order(&record(&placed)).unwrap().unwrap();
    let job = format!("{job:?}");
    let key = format!("order_placed:{ORDER_ID}");
    assert!(
        job.contains("send_order_mail") && job.contains(&key),
        "{job}"
    );
    assert!(job.contains("run_at: Some(2026-09-10T20:35:00Z)"), "{job}");
    for (was_paid, news) in [(false, "\"cancelled\""), (true, "\"cancelled_paid\"")] {
        let cancelled = OrderCancelled {
            order_id,
            number: 1001,
            was_paid,
        };
        let job = mail_of_cancelled_order(&record(&cancelled))
            .unwrap()
            .unwrap();
        let job = format!("{job:?}");
        let key = format!("order_cancelled:{ORDER_ID}");
        assert!(job.contains(news) && job.contains(&key), "{job}");
    }
}
