//! Every statement on mails, and the payment's reference for the receipt.

use chrono::{DateTime, Utc};
use ids::{MailId, OrderId};
use kit::{Conn, Result, Tx, random};
use uuid::Uuid;

/// A mail that is about to be sent.
pub(crate) struct NewMail<'a> {
    pub(crate) kind: &'a str,
    /// What it is about.
    pub(crate) subject_id: Uuid,
    pub(crate) recipient: &'a str,
    pub(crate) message_id: &'a str,
}

/// A mail on its way, as the first try wrote it.
pub(crate) struct StartedMail {
    pub(crate) id: MailId,
    pub(crate) message_id: String,
    pub(crate) created_at: DateTime<Utc>,
}

// The first try's Message-ID stays, also when the settings have changed since. A sent mail is
// left alone: then there is no row.
const UPSERT_MAIL: &str = "
    insert into mails (id, kind, subject_id, recipient_hash, message_id, created_at)
    values ($1, $2, $3, $4, $5, $6)
    on conflict on constraint mails_kind_subject_key do update
    set state = 'sending', refusal = null, attempts = mails.attempts + 1,
        recipient_hash = excluded.recipient_hash
    where mails.state <> 'sent'
    returning id, message_id, created_at";

/// Notes that a mail is going to be sent; `None` when it has been.
pub(crate) async fn upsert_mail(
    tx: &Tx,
    mail: &NewMail<'_>,
    now: DateTime<Utc>,
) -> Result<Option<StartedMail>> {
    let row = tx
        .query_opt(
            UPSERT_MAIL,
            &[
                &MailId::generate(now),
                &mail.kind,
                &mail.subject_id,
                &random::token_hash(mail.recipient),
                &mail.message_id,
                &now,
            ],
        )
        .await?;
    Ok(row.map(|row| StartedMail {
        id: row.get("id"),
        message_id: row.get("message_id"),
        created_at: row.get("created_at"),
    }))
}

const UPDATE_SENT: &str = "
    update mails
    set state = 'sent', sent_at = $2, refusal = null
    where id = $1 and state <> 'sent'";

/// Notes that the mail server has taken the mail over.
pub(crate) async fn update_sent(tx: &Tx, id: MailId, now: DateTime<Utc>) -> Result<()> {
    tx.execute(UPDATE_SENT, &[&id, &now]).await?;
    Ok(())
}

// A mail that another worker has sent meanwhile stays sent.
const UPDATE_REFUSED: &str = "
    update mails
    set state = 'refused', refusal = $2
    where id = $1 and state = 'sending'";

/// Notes that the mail server will never take the mail.
pub(crate) async fn update_refused(tx: &Tx, id: MailId, reason: &str) -> Result<()> {
    tx.execute(UPDATE_REFUSED, &[&id, &reason]).await?;
    Ok(())
}

const FIND_PAYMENT_REFERENCE: &str = "
    select provider_reference
    from captures
    where order_id = $1 and disposition = 'applied' and provider <> 'credit'";

/// The provider's reference of the money that paid the order; credit has none that says anything.
pub(crate) async fn find_payment_reference(
    conn: &Conn,
    order_id: OrderId,
) -> Result<Option<String>> {
    let row = conn.query_opt(FIND_PAYMENT_REFERENCE, &[&order_id]).await?;
    Ok(row.map(|row| row.get("provider_reference")))
}
