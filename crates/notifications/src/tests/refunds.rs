//! Mails about money that goes back: what a buyer reads, and which news has one.

use ids::RefundId;
use kit::outbox::{Event, EventRecord};
use payments::{RefundRequested, RefundSucceeded};

use super::{ORDER_ID, etb, order, paid_at};
use crate::{
    jobs::{mail_of_promised_refund, mail_of_refund},
    model::{NotificationSettings, RefundMail, RefundNews, RenderedMail},
};

fn render(language: &str, news: RefundNews) -> RenderedMail {
    let settings = NotificationSettings {
        shop_name: "Addis & Co\n<b>".to_owned(),
        public_url: "https://shop.example/".to_owned(),
    };
    RefundMail::of(&order(language), news, etb(125_050), paid_at(), &settings)
        .render()
        .unwrap()
}

#[test]
fn the_text_of_a_promise_in_english() {
    let mail = render("en", RefundNews::PromisedLate);
    assert_eq!(
        mail.subject,
        "Your money for order 1001 is on its way back · Addis & Co <b>"
    );
    assert_eq!(
        mail.text,
        "\
Addis & Co <b>

We are sending your money back.

Your payment came after the time to pay was over, and we can no longer keep the items for you. \
You get all of it back; this usually takes one to three business days. There is nothing for you \
to do.

Order number: 1001
Amount: ETB 1,250.50
Date: 10 September 2026

See your order:
https://shop.example/orders/019a2b3c-0000-7000-8000-000000000001

You get this mail because you paid for an order at Addis & Co <b>."
    );
}

#[test]
fn the_text_of_the_end_in_amharic() {
    let mail = render("am", RefundNews::Succeeded);
    assert_eq!(mail.subject, "የትዕዛዝ ቁጥር 1001 ገንዘብዎ ተመልሷል · Addis & Co <b>");
    for part in [
        "ገንዘብዎ ተመልሷል።",
        "የትዕዛዝ ቁጥር: 1001",
        "መጠን: ብር 1,250.50",
        "የተመለሰበት ቀን: ጳጉሜን 5 ቀን 2018 ዓ.ም.",
    ] {
        assert!(mail.text.contains(part), "{part}: {}", mail.text);
    }
}

#[test]
fn nothing_that_comes_from_outside_is_markup() {
    for news in [
        RefundNews::PromisedLate,
        RefundNews::PromisedSurplus,
        RefundNews::Succeeded,
    ] {
        for language in ["en", "am"] {
            let html = render(language, news).html;
            assert!(!html.contains("<b>") && html.contains("Addis &#38; Co &#60;b&#62;"));
            for outside in ["<img", "<script", "<link", "src=", "http://"] {
                assert!(!html.contains(outside), "{outside}: {html}");
            }
        }
    }
}

fn record<E: Event>(event: &E) -> EventRecord {
    EventRecord {
        name: E::NAME,
        subject: event.subject(),
        sequence: 3,
        payload: serde_json::to_value(event).unwrap(),
        occurred_at: paid_at(),
    }
}

#[test]
fn the_shops_own_refunds_are_told_and_each_end_is() {
    let (refund_id, order_id) = (RefundId::generate(paid_at()), ORDER_ID.parse().unwrap());
    for (cause, news) in [
        ("late_money", Some("promised_late")),
        ("surplus", Some("promised_surplus")),
        ("staff", None),
        ("mismatch", None),
    ] {
        let promised = RefundRequested {
            refund_id,
            order_id,
            amount: etb(1),
            cause: cause.to_owned(),
            requested_at: paid_at(),
        };
        let job = mail_of_promised_refund(&record(&promised)).unwrap();
        assert_eq!(job.is_some(), news.is_some(), "{cause}");
        if let Some(news) = news {
            let job = format!("{job:?}");
            assert!(
                job.contains(news) && job.contains("refund_promised:"),
                "{job}"
            );
        }
    }
    let done = RefundSucceeded {
        refund_id,
        order_id,
        amount: etb(1),
        refunded_at: paid_at(),
    };
    let job = format!("{:?}", mail_of_refund(&record(&done)).unwrap().unwrap());
    let key = format!("refund_succeeded:{refund_id}");
    assert!(
        job.contains("send_refund_mail") && job.contains(&key),
        "{job}"
    );
}
