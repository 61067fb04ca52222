//! What follows from money: an invoice when it came, a credit note when it went back. Safe to run
//! twice.

use std::sync::Arc;

use ids::{OrderId, RefundId};
use kit::{
    Kit, Result,
    jobs::{Job, JobRun, NewJob, Outcome, Registry},
    outbox::EventRecord,
};
use orders::OrderPaid;
use payments::RefundSucceeded;
use serde::{Deserialize, Serialize};

use crate::{actions, model::SellerSettings};

/// A paid order gets its invoice.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct IssueInvoice {
    /// Which order.
    pub order_id: OrderId,
}

impl Job for IssueInvoice {
    const KIND: &'static str = "issue_invoice";
    const QUEUE: &'static str = "orders";

    fn unique_key(&self) -> Option<String> {
        Some(self.order_id.to_string())
    }
}

/// A refund that is with the buyer gets its credit note.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct IssueCreditNote {
    /// Of which order.
    pub order_id: OrderId,
    /// Which refund.
    pub refund_id: RefundId,
}

impl Job for IssueCreditNote {
    const KIND: &'static str = "issue_credit_note";
    const QUEUE: &'static str = "orders";

    fn unique_key(&self) -> Option<String> {
        Some(self.refund_id.to_string())
    }
}

/// What follows from [`OrderPaid`]: an invoice.
///
/// # Errors
/// A fault when the event is another one.
pub fn invoice_of(event: &EventRecord) -> Result<Option<NewJob>> {
    let paid: OrderPaid = serde_json::from_value(event.payload.clone())?;
    NewJob::now(&IssueInvoice {
        order_id: paid.order_id,
    })
    .map(Some)
}

/// What follows from [`RefundSucceeded`]: a credit note, where the money had paid an order.
///
/// # Errors
/// A fault when the event is another one.
pub fn credit_note_of(event: &EventRecord) -> Result<Option<NewJob>> {
    let done: RefundSucceeded = serde_json::from_value(event.payload.clone())?;
    NewJob::now(&IssueCreditNote {
        order_id: done.order_id,
        refund_id: done.refund_id,
    })
    .map(Some)
}

/// Adds the jobs of invoices.
#[must_use]
pub fn jobs(registry: Registry, seller: &Arc<SellerSettings>) -> Registry {
    let (of_invoices, of_notes) = (Arc::clone(seller), Arc::clone(seller));
    registry
        .with(move |job: IssueInvoice, run| issue_invoice(job, run, Arc::clone(&of_invoices)))
        .with(move |job: IssueCreditNote, run| issue_credit_note(job, run, Arc::clone(&of_notes)))
}

fn kit(run: JobRun) -> Kit {
    Kit {
        db: run.db,
        clock: run.clock,
    }
}

async fn issue_invoice(
    job: IssueInvoice,
    run: JobRun,
    seller: Arc<SellerSettings>,
) -> Result<Outcome> {
    let (kit, seller) = (&kit(run), &seller);
    kit.db
        .retrying(move || async move {
            let tx = kit.db.begin("issue_invoice").await?;
            actions::issue_invoice(&tx, job.order_id, seller, kit.clock.now()).await?;
            tx.commit().await?;
            Ok(Outcome::Done)
        })
        .await
}

async fn issue_credit_note(
    job: IssueCreditNote,
    run: JobRun,
    seller: Arc<SellerSettings>,
) -> Result<Outcome> {
    let (kit, seller) = (&kit(run), &seller);
    let of = (job.order_id, job.refund_id);
    kit.db
        .retrying(move || async move {
            let tx = kit.db.begin("issue_credit_note").await?;
            actions::issue_credit_note(&tx, of, seller, kit.clock.now()).await?;
            tx.commit().await?;
            Ok(Outcome::Done)
        })
        .await
}
