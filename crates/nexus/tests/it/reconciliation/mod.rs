//! Our books against the provider's: each difference is found, told, and repaired where the rule
//! is clear; nothing is ever changed in silence.

mod command;
mod differences;
mod interrupted;
mod lists;
mod repairs;
mod schedule;
mod staff;

use serde_json::{Value, json};

use crate::world::{Client, Shop};

const RUNS: &str = "/api/v1/admin/payments/reconciliations/";
const BREAKS: &str = "/api/v1/admin/payments/reconciliation-breaks/";

impl Shop {
    /// Somebody who may compare the books and read what came of it.
    pub(crate) async fn bookkeeper(&self) -> Client {
        let rights = ["payments.manage", "ledger.read", "orders.read"];
        let name = format!("bookkeeper-{}", ids::StaffId::generate(self.now()));
        self.staff(&name, &rights).await
    }

    /// A comparison from the first step to the last.
    async fn reconcile(&self, staff: &Client) -> Value {
        let key = kit::random::token().unwrap();
        let begun = staff.key(&key).post(RUNS, json!({})).await.expect(202);
        assert_eq!(begun.text("/state"), "running");
        self.run_jobs().await;
        let path = format!("{RUNS}{}/", begun.text("/id"));
        staff.get(&path).await.expect(200).body
    }

    /// A comparison that goes well; answers how many differences it left open and repaired.
    async fn reconciled(&self, staff: &Client) -> (i64, i64) {
        let run = self.reconcile(staff).await;
        assert_eq!(
            (&run["state"], &run["failure"]),
            (&json!("done"), &Value::Null)
        );
        let count = |member: &str| run[member].as_i64().unwrap();
        (count("breaks_open"), count("breaks_repaired"))
    }

    /// The rows of the provider's list lie so about a payment.
    async fn list_says(&self, tx_ref: &str, lie: Value) {
        let path = format!("/__sim/listing/{tx_ref}");
        self.provider().patch(&path, lie).await.expect(200);
    }

    /// The provider's list tells the truth again.
    async fn list_is_true(&self) {
        self.provider()
            .send(http::Method::DELETE, "/__sim/listing", None)
            .await;
    }

    /// A charge that no order of ours asked for; answers its reference there.
    pub(crate) async fn foreign_charge(&self, amount: &str) -> String {
        let body = json!({ "amount": amount, "currency": "ETB" });
        let made = self.provider().post("/__sim/transactions", body).await;
        assert!(made.status.is_success(), "{}", made.body);
        made.text("/reference")
    }

    /// A comparison that found a difference: their ids.
    pub(crate) async fn difference(&self) -> (String, String) {
        let staff = self.bookkeeper().await;
        let coffee = self.product("told-wrongly", &[(100, 5)]).await[0];
        let tx_ref = self.paid(coffee).await;
        self.list_says(&tx_ref, json!({ "currency": "USD" })).await;
        let run = self.reconcile(&staff).await;
        let found = breaks(&staff, "&class=currency_differs").await;
        let id = |value: &Value| value["id"].as_str().unwrap().to_owned();
        (id(&run), id(&found[0]))
    }

    /// An order that is paid, and of which we know.
    async fn paid(&self, variant: ids::VariantId) -> String {
        let pending = self.pending(variant).await;
        self.on_page(&pending.page, "pay").await.expect(302);
        self.run_jobs().await;
        assert_eq!(self.order_status(&pending.order_id).await, "paid");
        pending.tx_ref
    }

    /// The provider's reference of a payment.
    async fn reference(&self, tx_ref: &str) -> String {
        let known = self.transaction(tx_ref).await;
        known["reference"].as_str().unwrap().to_owned()
    }

    /// What our books say the provider holds.
    async fn held(&self) -> i64 {
        self.number(
            "select coalesce(sum(case when debit_account = 'held:chapa' then amount_minor
                when credit_account = 'held:chapa' then -amount_minor else 0 end), 0)::bigint
            from ledger_transfers where currency = 'ETB'",
        )
        .await
    }

    /// What the provider says it holds.
    async fn held_there(&self) -> i64 {
        let there = self.provider().bearer(crate::world::CHAPA_KEY);
        let told = there.get("/v1/balances").await.expect(200).body;
        let row = told["data"].as_array().unwrap().iter();
        let mut row = row.filter(|row| row["currency"] == "ETB");
        let text = row.next().unwrap()["ledger_balance"].to_string();
        let text = text.trim_matches('"');
        let (whole, part) = text.split_once('.').unwrap_or((text, ""));
        format!("{whole}{part:0<2}").parse().unwrap()
    }

    /// Everything else about a payment is lost: its messages, and the jobs that would ask.
    async fn forget_to_ask(&self) {
        self.lose_all_messages().await;
        let sql = "delete from jobs where kind in ('check_payment', 'confirm_payment')";
        self.db().await.batch(sql).await.unwrap();
    }
}

/// The differences, newest first.
async fn breaks(staff: &Client, query: &str) -> Vec<Value> {
    let path = format!("{BREAKS}?limit=100{query}");
    let listed = staff.get(&path).await.expect(200);
    listed.body["data"].as_array().unwrap().clone()
}

/// `class state` of each difference, in order.
fn told(breaks: &[Value]) -> Vec<String> {
    let word = |found: &Value, member: &str| found[member].as_str().unwrap().to_owned();
    let mut told: Vec<String> = breaks
        .iter()
        .map(|found| format!("{} {}", word(found, "class"), word(found, "state")))
        .collect();
    told.sort();
    told
}
