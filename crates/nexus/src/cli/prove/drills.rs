//! Attacks on one point each, many at once: the races that a storm meets too seldom. Money that
//! comes when the units are gone, money that is asked back by many, a payment that everybody
//! tells, a provider that names another amount.

use std::{collections::BTreeSet, sync::Arc};

use anyhow::{Context, Result};
use chrono::TimeDelta;
use ids::VariantId;
use serde_json::{Value, json};
use tokio::{sync::Barrier, task::JoinSet};

use super::{
    buyer::Buyer,
    chance::Chance,
    client::{Answer, Line, Request, Sender},
    goods,
    journal::{Habit, Told, ToldOrder, Wish},
    quiet::Shared,
    report::Finding,
};

/// What an attack on one point came to.
#[derive(Default)]
struct Drill {
    rounds: usize,
    violations: Vec<String>,
}

/// Holds all of them, one after the other.
pub(super) async fn hold_all(field: &mut Field) -> Vec<Finding> {
    let told = Drill::held(told_by_all(field).await);
    let amounts = Drill::held(other_amounts(field).await);
    let refunds = Drill::held(refunds(field).await);
    let late = Drill::held(late_money(field).await);
    let finding = |id, title, drill: Drill| {
        let Drill { rounds, violations } = drill;
        Finding::new(id, title).with(rounds, violations)
    };
    vec![
        finding(
            "P7",
            "of money asked back by many, no more goes than came",
            refunds,
        ),
        finding(
            "P8",
            "late money gets units that are there, each once",
            late,
        ),
        finding("P9", "a payment that everybody tells is told as paid", told),
        finding(
            "P10",
            "another amount than was asked for pays nothing",
            amounts,
        ),
    ]
}

impl Drill {
    /// A drill that could not be held to its end has proved nothing.
    fn held(outcome: Result<Self>) -> Self {
        outcome.unwrap_or_else(|error| Self {
            rounds: 0,
            violations: vec![format!("it broke off: {error:#}")],
        })
    }
}

/// The field on which all of them are fought.
pub(super) struct Field {
    pub(super) quiet: Shared,
    pub(super) line: Arc<Line>,
    pub(super) seed: u64,
    /// Orders that are not in the journal of the storm.
    pub(super) orders: BTreeSet<String>,
    /// Payments about which the provider was made to lie: its ledger says something else.
    pub(super) belied: BTreeSet<String>,
    count: usize,
}

/// How many rounds each attack has, and how many attack at once.
const ROUNDS: usize = 5;
const AT_ONCE: usize = 8;

impl Field {
    pub(super) fn new(quiet: &Shared, line: &Arc<Line>, seed: u64) -> Self {
        Self {
            quiet: Arc::clone(quiet),
            line: Arc::clone(line),
            seed,
            orders: BTreeSet::new(),
            belied: BTreeSet::new(),
            count: 0,
        }
    }

    /// An order of one unit with an open payment.
    async fn open_order(&mut self, variant: VariantId) -> Result<ToldOrder> {
        self.count += 1;
        let name = format!("{}-drill-{}", self.seed, self.count);
        let part = u64::try_from(self.count).unwrap_or_default() ^ (1 << 41);
        let told = Told::new(Habit::Pays, Wish::from([(variant, 1)]));
        let buyer = Buyer::with(&self.line, name, Chance::of(self.seed, part), told);
        let order = buyer.open_order().await?.context("a drill has no order")?;
        self.orders.insert(order.id.clone());
        Ok(order)
    }

    /// Pays at the provider, which tells nobody.
    async fn pay_quietly(&self, order: &ToldOrder) -> Result<String> {
        let tx_ref = order.tx_refs.last().context("no payment was started")?;
        let path = format!("/__sim/transactions/{tx_ref}/pay");
        self.quiet.tell_provider(&path, &json!({})).await?;
        Ok(tx_ref.clone())
    }

    async fn ask(&self, request: &Request) -> Result<Answer> {
        let mut chance = Chance::of(self.seed, 0);
        self.line
            .ask(&Sender::default(), request, &mut chance)
            .await
    }

    /// Everybody asks at the same moment.
    async fn at_once(&self, requests: Vec<(Sender, Request)>) -> Result<Vec<Answer>> {
        let barrier = Arc::new(Barrier::new(requests.len()));
        let mut asking = JoinSet::new();
        for (part, (sender, request)) in (0..).zip(requests) {
            let (line, barrier) = (Arc::clone(&self.line), Arc::clone(&barrier));
            let mut chance = Chance::of(self.seed, part);
            asking.spawn(async move {
                barrier.wait().await;
                line.ask(&sender, &request, &mut chance).await
            });
        }
        let mut answers = Vec::new();
        while let Some(answer) = asking.join_next().await {
            answers.push(answer??);
        }
        Ok(answers)
    }

    /// Whether the provider keeps its messages back, and sends buyers nowhere.
    async fn silence(&self, is_silent: bool) -> Result<()> {
        self.quiet
            .patch_provider("/__sim/webhook", &json!({ "drop": is_silent }))
            .await?;
        let order: &[&str] = if is_silent {
            &["redirect"]
        } else {
            &["webhook", "callback", "redirect"]
        };
        let habit = json!({ "result_order": order });
        self.quiet.patch_provider("/__sim/variants", &habit).await
    }
}

fn verify(tx_ref: &str) -> (Sender, Request) {
    let path = format!("/api/v1/payment/verify/{tx_ref}/");
    (Sender::default(), Request::get(path))
}

/// More orders than there are units have expired; all of them are paid now. As many come back as
/// there are units, the others get their money back.
async fn late_money(field: &mut Field) -> Result<Drill> {
    const UNITS: i64 = 2;
    const WAVES: usize = 4;
    let mut drill = Drill::default();
    let goods = goods::plant(&field.quiet.app.kit, "late", &[UNITS; ROUNDS]).await?;
    let mut waiting = vec![Vec::new(); ROUNDS];
    for _ in 0..WAVES {
        for (variant, orders) in goods.iter().zip(&mut waiting) {
            for _ in 0..UNITS {
                orders.push(field.open_order(*variant).await?);
            }
        }
        field.quiet.advance(TimeDelta::minutes(61)).await?;
        field.quiet.run_jobs().await?;
    }
    field.silence(true).await?;
    for orders in &waiting {
        let mut questions = Vec::new();
        for order in orders {
            questions.push(verify(&field.pay_quietly(order).await?));
        }
        let answers = field.at_once(questions).await?;
        let count = |word: &str| {
            let with = answers
                .iter()
                .filter(|answer| answer.body["status"] == word);
            with.count()
        };
        let (paid, review) = (count("paid"), count("review"));
        if (i64::try_from(paid)?, paid + review) != (UNITS, answers.len()) {
            drill.violations.push(format!(
                "{UNITS} units, {} late payments: {paid} orders came back and {review} did not",
                answers.len()
            ));
        }
        drill.rounds += 1;
    }
    field.silence(false).await?;
    Ok(drill)
}

/// A payment, asked about by many at once, is recorded once; what it is recorded as is judged in
/// the end.
async fn told_by_all(field: &mut Field) -> Result<Drill> {
    let mut drill = Drill::default();
    let goods = goods::plant(&field.quiet.app.kit, "told", &[1_000]).await?;
    let variant = *goods.first().context("nothing was planted")?;
    field.silence(true).await?;
    for _ in 0..ROUNDS {
        let order = field.open_order(variant).await?;
        let tx_ref = field.pay_quietly(&order).await?;
        let answers = field.at_once(vec![verify(&tx_ref); AT_ONCE]).await?;
        for answer in answers
            .iter()
            .filter(|answer| answer.body["status"] != "paid")
        {
            let (status, body) = (answer.status, &answer.body);
            drill
                .violations
                .push(format!("{tx_ref} is paid, and was told {status} {body}"));
        }
        drill.rounds += 1;
    }
    field.silence(false).await?;
    Ok(drill)
}

/// Six parts in ten of a payment, asked back by many at once: one of them gets it.
async fn refunds(field: &mut Field) -> Result<Drill> {
    let mut drill = Drill::default();
    let goods = goods::plant(&field.quiet.app.kit, "refunded", &[1_000]).await?;
    let variant = *goods.first().context("nothing was planted")?;
    let mut chance = Chance::of(field.seed, 1);
    let clerk = goods::clerk(&field.quiet.app, &field.line, &mut chance).await?;
    for round in 0..ROUNDS {
        let order = field.open_order(variant).await?;
        let tx_ref = field.pay_quietly(&order).await?;
        field.ask(&verify(&tx_ref).1).await?;
        let body = json!({
            "order_id": order.id, "reason": "a drill",
            "amount": { "amount": order.total_minor * 6 / 10, "currency": "ETB" },
        });
        let wishes = (0..AT_ONCE).map(|n| {
            let key = Some(format!("{}-refund-{round}-{n}", field.seed));
            let path = "/api/v1/admin/payments/refunds/";
            (clerk.clone(), Request::post(path, key, body.clone()))
        });
        let answers = field.at_once(wishes.collect()).await?;
        let promised = answers.iter().filter(|answer| answer.status == 201).count();
        let refused = answers.iter().filter(|answer| answer.status == 409).count();
        if (promised, promised + refused) != (1, answers.len()) {
            let statuses: Vec<u16> = answers.iter().map(|answer| answer.status).collect();
            drill.violations.push(format!(
                "of one payment {promised} times 60 percent were promised: {statuses:?}"
            ));
        }
        drill.rounds += 1;
    }
    Ok(drill)
}

/// The provider names another amount than was asked for: nothing is paid by that, and a person is
/// called.
async fn other_amounts(field: &mut Field) -> Result<Drill> {
    let mut drill = Drill::default();
    let goods = goods::plant(&field.quiet.app.kit, "differing", &[1_000]).await?;
    let variant = *goods.first().context("nothing was planted")?;
    field.silence(true).await?;
    for _ in 0..ROUNDS {
        let order = field.open_order(variant).await?;
        let tx_ref = field.pay_quietly(&order).await?;
        let lie = json!({ "amount": "1.00" });
        let path = format!("/__sim/claims/{tx_ref}");
        field.quiet.patch_provider(&path, &lie).await?;
        let question = verify(&tx_ref).1;
        let told = field.ask(&question).await?;
        if told.body["status"] == "paid" {
            let words = format!("order {} was paid by 1.00 instead of its total", order.id);
            drill.violations.push(words);
        }
        if told.body["status"] != "review" {
            drill.violations.push(format!(
                "{tx_ref}: a person should be called: {}",
                told.body
            ));
        }
        field.belied.insert(tx_ref);
        drill.rounds += 1;
    }
    field.silence(false).await?;
    Ok(drill)
}

/// What the provider has really done, payment by payment.
pub(super) fn payments(ledger: &Value) -> impl Iterator<Item = &Value> {
    let payments = ledger["payments"].as_array().map(Vec::as_slice);
    payments
        .unwrap_or_default()
        .iter()
        .filter(|payment| payment["merchant"] == "default")
}
