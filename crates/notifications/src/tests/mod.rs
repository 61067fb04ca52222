//! An order to write a receipt for, and what follows from its payment.

mod dates;
mod orders;
mod receipts;
mod refunds;

use ::orders::{Order, OrderLine, OrderPaid, OrderStatus, ShippingAddress};
use catalogue::Texts;
use chrono::{DateTime, Utc};
use ids::{CartId, OrderId, ProductId, VariantId};
use kit::outbox::{Event, EventRecord};
use money::{Currency, Money};

use crate::{
    model::{NotificationSettings, Receipt, RenderedMail},
    receipt_of,
};

const ORDER_ID: &str = "019a2b3c-0000-7000-8000-000000000001";

fn etb(minor: i64) -> Money {
    Money::new(minor, Currency::ETB)
}

/// Half past eleven in the evening in Addis Ababa, on the last day of a year.
fn paid_at() -> DateTime<Utc> {
    DateTime::parse_from_rfc3339("2026-09-10T20:30:00Z")
        .unwrap()
        .to_utc()
}

fn order(language: &str) -> Order {
    let id: OrderId = ORDER_ID.parse().unwrap();
    Order {
        id,
        number: 1001,
        cart_id: CartId::from_uuid(id.uuid()),
        customer_id: None,
        token_hash: None,
        email: "abebe@example.com".to_owned(),
        phone: None,
        language: language.to_owned(),
        shipping_address: ShippingAddress {
            name: "Abebe Bikila".to_owned(),
            country: "ET".to_owned(),
            region: "Addis Ababa".to_owned(),
            city: "Bole".to_owned(),
            woreda: "03".to_owned(),
            kebele: "12".to_owned(),
            line: "House 417".to_owned(),
            landmark: "behind Edna Mall".to_owned(),
            ..ShippingAddress::default()
        },
        note: String::new(),
        subtotal: etb(259_800),
        discount: etb(0),
        shipping: etb(0),
        tax: etb(0),
        total: etb(259_800),
        shipping_discount: etb(0),
        shipping_tax: etb(0),
        tax_included: etb(0),
        prices_include_tax: true,
        explanation: ::orders::Explanation::default(),
        status: OrderStatus::Paid,
        fulfilment_status: ::orders::FulfilmentStatus::Unfulfilled,
        return_status: ::orders::ReturnStatus::None,
        version: 2,
        placed_at: paid_at(),
        expires_at: paid_at(),
        paid_at: Some(paid_at()),
        refunded: etb(0),
        credit: etb(0),
    }
}

fn line(en: &str, am: &str) -> OrderLine {
    let id: OrderId = ORDER_ID.parse().unwrap();
    OrderLine {
        variant_id: VariantId::from_uuid(id.uuid()),
        product_id: ProductId::from_uuid(id.uuid()),
        sku: "JEB-BLK".to_owned(),
        title: Texts::en_am(en, am),
        options: vec![(Texts::en_am("Colour", "ቀለም"), Texts::en_am("Black", "ጥቁር"))],
        unit_price: etb(129_900),
        quantity: 2,
        backordered: 0,
        expected_at: None,
        parts: Vec::new(),
        total: etb(259_800),
        discount: etb(0),
        tax: etb(0),
        tax_included: etb(0),
    }
}

fn render(order: &Order, lines: &[OrderLine], reference: Option<&str>) -> RenderedMail {
    let settings = NotificationSettings {
        shop_name: "Addis & Co".to_owned(),
        public_url: "https://shop.example/".to_owned(),
    };
    Receipt::of(order, lines, paid_at(), reference, &settings)
        .render()
        .unwrap()
}

fn jebena() -> Vec<OrderLine> {
    vec![line("Clay jebena", "የሸክላ ጀበና")]
}

#[test]
fn a_paid_order_is_followed_by_its_receipt() {
    let order_id: OrderId = ORDER_ID.parse().unwrap();
    let paid = OrderPaid {
        order_id,
        number: 1001,
        total: etb(1),
    };
    let event = EventRecord {
        name: OrderPaid::NAME,
        subject: paid.subject(),
        sequence: 2,
        payload: serde_json::to_value(&paid).unwrap(),
        occurred_at: paid_at(),
    };
    let job = format!("{:?}", receipt_of(&event).unwrap().unwrap());
    for part in [
        "kind: \"send_receipt\"",
        &format!("unique_key: Some(\"{ORDER_ID}\")"),
    ] {
        assert!(job.contains(part), "{job}");
    }
    let other = EventRecord {
        payload: serde_json::json!({}),
        ..event
    };
    assert!(receipt_of(&other).is_err());
}
