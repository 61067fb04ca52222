//! Invoices and credit notes: one each, numbered without a gap, the same bytes for ever.

use serde_json::{Value, json};

use crate::world::{Client, Shop};

async fn list(buyer: &Client, order: &str) -> Vec<Value> {
    let path = format!("/api/v1/orders/{order}/invoices/");
    let listed = buyer.get(&path).await.expect(200);
    listed.body["invoices"].as_array().unwrap().clone()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_paid_order_has_its_invoice_and_a_refund_its_credit_note() {
    let shop = Shop::open().await;
    let goods = shop.product("goods", &[(1_000, 10)]).await;
    let habit = json!({ "refund_progress": "instant" });
    let provider = shop.provider();
    provider.patch("/__sim/variants", habit).await.expect(200);
    let clerk = shop
        .staff(
            "clerk",
            &["orders.read", "orders.manage", "payments.refund"],
        )
        .await;
    let (buyer, order) = shop.paid_order(&[(goods[0], 3)]).await;
    let order = order["id"].as_str().unwrap();
    let invoices = list(&buyer, order).await;
    assert_eq!(invoices.len(), 1);
    assert_eq!(invoices[0]["number"], "INV-000001");
    assert_eq!(
        invoices[0]["total"],
        json!({ "amount": 3_000, "currency": "ETB" })
    );
    let pdf_of = |invoice: &Value| {
        format!(
            "/api/v1/orders/{order}/invoices/{}/",
            invoice["id"].as_str().unwrap()
        )
    };
    let pdf = buyer.get(&pdf_of(&invoices[0])).await.expect(200);
    assert_eq!(pdf.headers["content-type"], "application/pdf");
    let name = "attachment; filename=\"INV-000001.pdf\"";
    assert_eq!(pdf.headers["content-disposition"], name);
    assert!(pdf.bytes.starts_with(b"%PDF-"));
    let again = clerk.get(&pdf_of(&invoices[0])).await.expect(200);
    assert_eq!(again.bytes, pdf.bytes);

    let body = json!({
        "order_id": order, "reason": "one was broken",
        "lines": [{ "variant_id": goods[0], "quantity": 1 }],
    });
    let refunds = "/api/v1/admin/payments/refunds/";
    clerk.key("a").post(refunds, body).await.expect(201);
    shop.run_jobs().await;
    shop.advance(chrono::TimeDelta::minutes(1));
    shop.run_jobs().await;
    let invoices = list(&buyer, order).await;
    assert_eq!(invoices.len(), 2);
    assert_eq!(invoices[1]["number"], "CN-000001");
    assert_eq!(invoices[1]["total"]["amount"], 1_000);
    buyer.get(&pdf_of(&invoices[1])).await.expect(200);
    // Why is for staff, and no buyer's paper says it.
    let told = "select count(*) from invoices where document::text like '%broken%'";
    assert_eq!(shop.number(told).await, 0);

    // Asked for again, it is the one that there is.
    let before = shop.state().await;
    let path = format!("/api/v1/admin/orders/{order}/invoice/");
    let same = clerk.post(&path, json!({})).await.expect(200);
    assert_eq!(same.body, invoices[0]);
    assert_eq!(shop.state().await, before);
    let listed = clerk.get("/api/v1/admin/invoices/?kind=invoice").await;
    assert_eq!(listed.expect(200).body["data"], json!([invoices[0]]));
    shop.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_not_paid_has_none_and_strangers_see_none() {
    let shop = Shop::open().await;
    let goods = shop.product("goods", &[(1_000, 10)]).await;
    let clerk = shop.staff("clerk", &["orders.read", "orders.manage"]).await;
    let (buyer, paid) = shop.paid_order(&[(goods[0], 1)]).await;
    let (other, unpaid) = shop.guest_order(&[(goods[0], 1)]).await;
    let (paid, unpaid) = (paid["id"].as_str().unwrap(), unpaid["id"].as_str().unwrap());
    assert_eq!(list(&other, unpaid).await.len(), 0);
    let invoice = list(&buyer, paid).await[0]["id"]
        .as_str()
        .unwrap()
        .to_owned();
    let before = shop.state().await;
    let path = format!("/api/v1/admin/orders/{unpaid}/invoice/");
    clerk
        .post(&path, json!({}))
        .await
        .refused(409, "invoice_needs_payment");
    let path = format!("/api/v1/orders/{paid}/invoices/{invoice}/");
    other.get(&path).await.refused(404, "order_not_found");
    // Not by way of an own order either.
    let path = format!("/api/v1/orders/{unpaid}/invoices/{invoice}/");
    other.get(&path).await.refused(404, "invoice_not_found");
    let path = "/api/v1/admin/invoices/?kind=bill";
    clerk.get(path).await.refused(400, "invalid_query");
    assert_eq!(shop.state().await, before);
    shop.close().await;
}

/// The job that issues the invoice may be late, or have been given up: the note comes behind the
/// invoice all the same, and names it.
#[tokio::test(flavor = "multi_thread")]
async fn a_credit_note_brings_its_invoice() {
    let shop = Shop::open().await;
    let goods = shop.product("goods", &[(1_000, 10)]).await;
    let habit = json!({ "refund_progress": "instant" });
    let provider = shop.provider();
    provider.patch("/__sim/variants", habit).await.expect(200);
    let clerk = shop.staff("clerk", &["payments.refund"]).await;
    let (buyer, order) = shop.paid_order(&[(goods[0], 3)]).await;
    let order = order["id"].as_str().unwrap();
    let never = "
        alter table invoices disable trigger invoices_append_only;
        delete from invoices;
        alter table invoices enable trigger invoices_append_only;
        update invoice_numbers set last_number = 0";
    shop.db().await.batch(never).await.unwrap();
    let body = json!({
        "order_id": order, "reason": "one was broken",
        "lines": [{ "variant_id": goods[0], "quantity": 1 }],
    });
    let refunds = "/api/v1/admin/payments/refunds/";
    clerk.key("a").post(refunds, body).await.expect(201);
    shop.run_jobs().await;
    shop.advance(chrono::TimeDelta::minutes(1));
    shop.run_jobs().await;
    let numbers = list(&buyer, order).await;
    let numbers = numbers.iter().map(|invoice| invoice["number"].clone());
    assert_eq!(numbers.collect::<Vec<_>>(), ["INV-000001", "CN-000001"]);
    let named = "
        select (document->>'invoice_number')::bigint from invoices where kind = 'credit_note'";
    assert_eq!(shop.number(named).await, 1);
    shop.close().await;
}
