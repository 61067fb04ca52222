//! Refunds at the provider: written down, asked for once, asked about by a schedule. What may
//! have happened is never asked for again.

use std::sync::Arc;

use chrono::{DateTime, Utc};
use ids::RefundId;
use kit::{
    Kit, Result,
    jobs::{Job, JobRun, Outcome, Priority},
    sabotage::crash_point,
};
use orders::Order;
use serde::{Deserialize, Serialize};

use super::{Gateway, PAUSE, find_attempt, kit};
use crate::{
    actions::{self, Asked},
    model::{
        Call, NewRefund, Notice, Operation, Refund, RefundNews, RefundState, news_of_check,
        news_of_submission, next_refund_check, next_submission,
    },
    store,
};

/// Asks the provider for a refund, once; again only if it has certainly heard nothing.
#[derive(Debug, Serialize, Deserialize)]
pub struct SubmitRefund {
    /// Which refund.
    pub refund_id: RefundId,
}

impl Job for SubmitRefund {
    const KIND: &'static str = "submit_refund";
    const QUEUE: &'static str = "payments";
    const PRIORITY: Priority = Priority::Urgent;

    fn unique_key(&self) -> Option<String> {
        Some(self.refund_id.to_string())
    }
}

/// Asks how far a refund is, 1, 5, 15 and 60 minutes after it was asked for, then every hour for
/// ten days: its end is found even if every message is lost.
#[derive(Debug, Serialize, Deserialize)]
pub struct CheckRefund {
    /// Which refund.
    pub refund_id: RefundId,
}

impl Job for CheckRefund {
    const KIND: &'static str = "check_refund";
    const QUEUE: &'static str = "payments";

    fn unique_key(&self) -> Option<String> {
        Some(self.refund_id.to_string())
    }
}

pub(super) async fn submit(
    gateway: Arc<Gateway>,
    job: SubmitRefund,
    run: JobRun,
) -> Result<Outcome> {
    let kit = kit(run);
    let by_hand = |provider| gateway.refunds_by_hand(provider);
    let submitted = kit.db.retrying(|| async {
        let tx = kit.db.begin("submit_refund").await?;
        let submitted =
            actions::submit_refund(&tx, job.refund_id, by_hand, kit.clock.now()).await?;
        tx.commit().await?;
        Ok(submitted)
    });
    let Some((order, refund)) = submitted.await? else {
        return find_lost(&kit, &gateway, job.refund_id).await;
    };
    if refund.state != RefundState::Submitted {
        return Ok(Outcome::Done);
    }
    let (refund, news) = send(&kit, &gateway, &order, &refund).await?;
    Ok(match news {
        RefundNews::NotSent {
            retry_after_seconds,
        } if refund.state == RefundState::Requested => Outcome::Again(next_submission(
            &refund,
            retry_after_seconds,
            kit.clock.now(),
        )),
        _ => Outcome::Done,
    })
}

/// The one call that moves the money, and its answer written down.
async fn send(
    kit: &Kit,
    gateway: &Gateway,
    order: &Order,
    refund: &Refund,
) -> Result<(Refund, RefundNews)> {
    let attempt = find_attempt(kit, refund.attempt_id).await?;
    if !attempt.is_some_and(|attempt| gateway.speaks_for(&attempt)) {
        let news = RefundNews::Refused {
            reason: "the money came in the other mode of the provider".to_owned(),
        };
        return record(kit, refund, None, Asked::ToRefund, news).await;
    }
    let new = NewRefund {
        provider_reference: refund.capture_reference.clone(),
        amount: refund.amount,
        reason: Some(refund.reason.clone()),
        merchant_reference: refund.reference.clone(),
    };
    crash_point("before provider refund");
    let answer = gateway.refund(refund.provider, &new).await;
    crash_point("after provider refund");
    let phone = order.phone.as_deref().unwrap_or_default();
    let personal = [
        order.email.as_str(),
        phone,
        order.shipping_address.name.as_str(),
    ];
    let news = news_of_submission(refund, &answer, &personal);
    let call = Call::about(refund, Operation::Refund, &answer, kit.clock.now());
    record(kit, refund, Some(call), Asked::ToRefund, news).await
}

/// Another worker is at it, or died at it: what it asked for is asked about, not sent again.
async fn find_lost(kit: &Kit, gateway: &Gateway, id: RefundId) -> Result<Outcome> {
    let Some(refund) = find_refund(kit, id).await? else {
        return Ok(Outcome::Done);
    };
    if refund.state != RefundState::Submitted {
        return Ok(Outcome::Done);
    }
    let now = kit.clock.now();
    if refund.is_call_over(gateway.call_timeout(), now) {
        check_refund_now(kit, gateway, &refund).await?;
        return Ok(Outcome::Done);
    }
    Ok(Outcome::Again(now + PAUSE))
}

pub(super) async fn check(gateway: Arc<Gateway>, job: CheckRefund, run: JobRun) -> Result<Outcome> {
    let kit = kit(run);
    let Some(refund) = find_refund(&kit, job.refund_id).await? else {
        return Ok(Outcome::Done);
    };
    let refund = check_refund_now(&kit, &gateway, &refund).await?;
    Ok(next_refund_check(&refund, kit.clock.now()).map_or(Outcome::Done, Outcome::Again))
}

/// Asks the provider how far a refund is: by its reference where it has told one, else by ours.
/// A refund that is over, that it has not heard of, or that staff give by hand stays as it is.
///
/// # Errors
/// Faults. A provider that cannot be asked is no error.
pub(crate) async fn check_refund_now(
    kit: &Kit,
    gateway: &Gateway,
    refund: &Refund,
) -> Result<Refund> {
    let is_asked = refund.state.is_open() && refund.state != RefundState::Requested;
    if !is_asked {
        return Ok(refund.clone());
    }
    let attempt = find_attempt(kit, refund.attempt_id).await?;
    if !attempt.is_some_and(|attempt| gateway.speaks_for(&attempt)) {
        return Ok(refund.clone());
    }
    let reference = refund.provider_reference.as_ref();
    let answer = gateway
        .verify_refund(refund.provider, reference.unwrap_or(&refund.reference))
        .await;
    crash_point("after provider refund check");
    let news = news_of_check(refund, &answer);
    let call = Call::about(refund, Operation::VerifyRefund, &answer, kit.clock.now());
    let call_timeout = gateway.call_timeout();
    let asked = Asked::HowFar { call_timeout };
    let (refund, _) = record(kit, refund, Some(call), asked, news).await?;
    Ok(refund)
}

/// Asks about every open refund that a message may be about. Answers whether there was one.
pub(super) async fn check_refunds_in_the_news(
    kit: &Kit,
    gateway: &Gateway,
    notice: &Notice,
    attempt_id: Option<ids::AttemptId>,
) -> Result<()> {
    let refunds = {
        let conn = kit.db.read().await?;
        let named = notice.refund_reference.as_deref();
        let own = notice.merchant_reference.as_deref();
        store::list_refunds_in_the_news(&conn, named, own, attempt_id).await?
    };
    for refund in refunds {
        check_refund_now(kit, gateway, &refund).await?;
    }
    Ok(())
}

async fn find_refund(kit: &Kit, id: RefundId) -> Result<Option<Refund>> {
    store::find_refund(&kit.db.read().await?, id).await
}

async fn record(
    kit: &Kit,
    refund: &Refund,
    call: Option<Call>,
    asked: Asked,
    news: RefundNews,
) -> Result<(Refund, RefundNews)> {
    let now: DateTime<Utc> = kit.clock.now();
    let evidence = call
        .as_ref()
        .map_or_else(Default::default, |call| call.evidence.clone());
    let recorded = kit.db.retrying(|| async {
        let tx = kit.db.begin("record_refund").await?;
        let after =
            actions::record_refund_news(&tx, refund.id, asked, &news, &evidence, now).await?;
        if let Some(call) = &call {
            store::insert_call(&tx, call).await?;
        }
        tx.commit().await?;
        Ok(after)
    });
    Ok((recorded.await?, news))
}
