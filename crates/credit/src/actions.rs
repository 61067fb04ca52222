//! Verbs of credit: issue, set aside, give back, spend. An account's row is locked before its
//! balance moves; locks of orders and payments come before.

use chrono::{DateTime, Utc};
use ids::{CreditAccountId, CreditEntryId, CreditUseId, CustomerId, OrderId, RefundId, StaffId};
use kit::{Conn, Error, Result, Tx, random};
use ledger::{Account, Transfer};
use money::{Currency, Money};

use crate::{
    model::{
        Cause, CreditAccount, CreditKind, CreditRefusal, CreditUse, Entry, Payer, UseState,
        code_of, normal_code,
    },
    store,
};

/// The most that an account holds, in minor units: as much as one payment takes.
const BALANCE_MINOR_MAX: i64 = 999_999_999;

/// What staff want to issue.
#[derive(Debug, Clone)]
pub(crate) struct NewCard {
    pub(crate) amount: Money,
    /// Given or sold.
    pub(crate) cause: Cause,
    pub(crate) expires_at: Option<DateTime<Utc>>,
    pub(crate) note: String,
}

/// Issues a gift card; answers it with its code, which is kept nowhere.
pub(crate) async fn issue(
    tx: &Tx,
    new: &NewCard,
    staff_id: StaffId,
    now: DateTime<Utc>,
) -> Result<(CreditAccount, String)> {
    let mut bits = [0_u8; 20];
    let random = random::token_hash(&random::token()?);
    for (bit, byte) in bits.iter_mut().zip(random) {
        *bit = byte;
    }
    let code = code_of(&bits);
    let digest = digest(&code).ok_or_else(|| Error::fault("a new code is no code"))?;
    let end = code.rsplit('-').next().unwrap_or_default();
    let card = CreditAccount {
        id: CreditAccountId::generate(now),
        kind: CreditKind::GiftCard,
        code_end: Some(end.to_owned()),
        customer_id: None,
        balance: Money::zero(new.amount.currency()),
        expires_at: new.expires_at,
        closed_at: None,
        note: new.note.clone(),
        version: 1,
        created_at: now,
    };
    store::insert_card(tx, &card, &digest).await?;
    let card = add(tx, card, new.cause, new.amount, By::Staff(staff_id), now).await?;
    Ok((card, code))
}

/// Gives credit to a customer.
pub(crate) async fn grant(
    tx: &Tx,
    customer_id: CustomerId,
    (cause, amount): (Cause, Money),
    staff_id: StaffId,
    now: DateTime<Utc>,
) -> Result<CreditAccount> {
    if !store::exists_customer(tx, customer_id).await? {
        return Err(CreditRefusal::CustomerNotFound.into());
    }
    let account = account_of(tx, customer_id, amount.currency(), now).await?;
    add(tx, account, cause, amount, By::Staff(staff_id), now).await
}

/// Takes away what is left of a locked account. A card is ended with it; a customer's credit goes
/// on, empty.
pub(crate) async fn close(
    tx: &Tx,
    account: CreditAccount,
    staff_id: StaffId,
    now: DateTime<Utc>,
) -> Result<CreditAccount> {
    if account.closed_at.is_some() {
        return Err(CreditRefusal::Closed.into());
    }
    let left = account.balance;
    let closed = match account.kind {
        CreditKind::StoreCredit if left.minor() == 0 => return Err(CreditRefusal::Empty.into()),
        CreditKind::StoreCredit => account,
        CreditKind::GiftCard => {
            store::update_closed(tx, account.id, now).await?;
            CreditAccount {
                closed_at: Some(now),
                version: account.version + 1,
                ..account
            }
        }
    };
    if left.minor() == 0 {
        return Ok(closed);
    }
    take(tx, closed, Cause::Withdrawn, left, By::Staff(staff_id), now).await
}

/// An account that stays as it is until the end of `tx`.
pub(crate) async fn lock(tx: &Tx, id: CreditAccountId) -> Result<CreditAccount> {
    let found = store::lock_account(tx, id).await?;
    Ok(found.ok_or(CreditRefusal::AccountNotFound)?)
}

/// The card with a code as somebody typed it.
///
/// # Errors
/// `gift_card_not_found`; faults of the database.
pub async fn find_card(conn: &Conn, typed: &str) -> Result<CreditAccount> {
    let found = match digest(typed) {
        Some(digest) => store::find_card(conn, &digest).await?,
        None => None,
    };
    Ok(found.ok_or(CreditRefusal::CardNotFound)?)
}

fn digest(typed: &str) -> Option<Vec<u8>> {
    Some(random::token_hash(&normal_code(typed)?))
}

/// Sets credit aside for a locked order: all that is there, no more than is due and no more than
/// `most`. What is set aside of that account already stays, and nothing is added. Locks the
/// account.
///
/// # Errors
/// `gift_card_not_found`, `no_store_credit`, `credit_closed`, `credit_expired`, `credit_empty`,
/// `credit_other_currency`.
pub async fn set_aside(
    tx: &Tx,
    payer: &Payer,
    (order_id, due): (OrderId, Money),
    most: Option<Money>,
    now: DateTime<Utc>,
) -> Result<CreditUse> {
    let found = match payer {
        Payer::Card(code) => Some(find_card(tx, code).await?),
        Payer::Customer(id) => store::find_of_customer(tx, *id, due.currency()).await?,
    };
    let found = found.ok_or(CreditRefusal::NoCredit)?;
    let is_live = |it: &CreditUse| it.account_id == found.id && it.state != UseState::Released;
    let before = store::list_uses(tx, order_id).await?;
    if let Some(same) = before.into_iter().find(is_live) {
        return Ok(same);
    }
    let account = if tx.sabotage().has_removed("credit guard") {
        found
    } else {
        lock(tx, found.id).await?
    };
    let amount = account.share(due, most, now)?;
    let new = CreditUse {
        id: CreditUseId::generate(now),
        account_id: account.id,
        kind: account.kind,
        code_end: account.code_end.clone(),
        order_id,
        amount,
        state: UseState::Held,
    };
    store::insert_use(tx, &new, now).await?;
    take(tx, account, Cause::SetAside, amount, By::Order(&new), now).await?;
    Ok(new)
}

/// Gives back what is set aside for a locked order, once; answers how many parts there were.
/// Locks the accounts in the order of their ids.
///
/// # Errors
/// Faults of the database.
pub async fn release(tx: &Tx, order_id: OrderId, now: DateTime<Utc>) -> Result<usize> {
    let uses = held(tx, order_id).await?;
    for one in &uses {
        let account = lock(tx, one.account_id).await?;
        if store::update_use(tx, one.id, "released", now).await? {
            add(
                tx,
                account,
                Cause::Released,
                one.amount,
                By::Order(one),
                now,
            )
            .await?;
        }
    }
    Ok(uses.len())
}

/// Spends what is set aside for a locked order, because it is paid; answers the parts. What they
/// mean in the books is the payment's to write.
///
/// # Errors
/// A fault where a part was ended meanwhile.
pub async fn spend(tx: &Tx, order_id: OrderId, now: DateTime<Utc>) -> Result<Vec<CreditUse>> {
    let uses = held(tx, order_id).await?;
    for one in &uses {
        if !store::update_use(tx, one.id, "spent", now).await? {
            return Err(Error::fault("credit was ended while its order was paid"));
        }
    }
    Ok(uses)
}

async fn held(tx: &Tx, order_id: OrderId) -> Result<Vec<CreditUse>> {
    let mut uses = store::list_uses(tx, order_id).await?;
    uses.retain(|one| one.state == UseState::Held);
    uses.sort_by_key(|one| one.account_id);
    Ok(uses)
}

/// Money of an order that becomes credit.
#[derive(Debug, Clone, Copy)]
pub struct Back {
    /// The refund by which it does.
    pub refund_id: RefundId,
    /// Which order.
    pub order_id: OrderId,
    /// How much.
    pub amount: Money,
}

/// Puts money of an order back onto the account that it came from; answers what that is.
///
/// # Errors
/// A fault for a part that there is not; one with the constraint `credit_entries_refund_key` when
/// the refund is there already.
pub async fn give_back(
    tx: &Tx,
    use_id: CreditUseId,
    back: Back,
    now: DateTime<Utc>,
) -> Result<CreditKind> {
    let gone = || Error::fault("credit that paid an order is gone");
    let id = store::find_account_of_use(tx, use_id).await?;
    let account = lock(tx, id.ok_or_else(gone)?).await?;
    let kind = account.kind;
    add(
        tx,
        account,
        Cause::Refunded,
        back.amount,
        By::Refund(back),
        now,
    )
    .await?;
    Ok(kind)
}

/// Gives money of an order to its customer as credit with the shop.
///
/// # Errors
/// As [`give_back`].
pub async fn give_to_customer(
    tx: &Tx,
    customer_id: CustomerId,
    back: Back,
    now: DateTime<Utc>,
) -> Result<CreditKind> {
    let account = account_of(tx, customer_id, back.amount.currency(), now).await?;
    let kind = account.kind;
    add(
        tx,
        account,
        Cause::Refunded,
        back.amount,
        By::Refund(back),
        now,
    )
    .await?;
    Ok(kind)
}

/// A customer's account, locked; made where there is none.
async fn account_of(
    tx: &Tx,
    customer_id: CustomerId,
    currency: Currency,
    now: DateTime<Utc>,
) -> Result<CreditAccount> {
    store::insert_of_customer(tx, customer_id, currency, now).await?;
    let found = store::lock_of_customer(tx, customer_id, currency).await?;
    found.ok_or_else(|| Error::fault("a customer's credit is gone"))
}

/// On whose account a balance changes.
#[derive(Clone, Copy)]
enum By<'a> {
    Staff(StaffId),
    Order(&'a CreditUse),
    Refund(Back),
}

async fn add(
    tx: &Tx,
    account: CreditAccount,
    cause: Cause,
    amount: Money,
    by: By<'_>,
    now: DateTime<Utc>,
) -> Result<CreditAccount> {
    let after = account.balance.checked_add(amount).map_err(Error::fault)?;
    if matches!(by, By::Staff(_)) && after.minor() > BALANCE_MINOR_MAX {
        return Err(CreditRefusal::TooMuch.into());
    }
    change(tx, account, cause, (amount, amount.minor()), by, now).await
}

async fn take(
    tx: &Tx,
    account: CreditAccount,
    cause: Cause,
    amount: Money,
    by: By<'_>,
    now: DateTime<Utc>,
) -> Result<CreditAccount> {
    change(tx, account, cause, (amount, -amount.minor()), by, now).await
}

/// Moves a balance, writes it down and books it.
async fn change(
    tx: &Tx,
    account: CreditAccount,
    cause: Cause,
    (amount, by_minor): (Money, i64),
    by: By<'_>,
    now: DateTime<Utc>,
) -> Result<CreditAccount> {
    if !store::update_balance(tx, account.id, by_minor).await? {
        return Err(CreditRefusal::Empty.into());
    }
    let currency = amount.currency();
    let mut entry = Entry {
        id: CreditEntryId::generate(now),
        account_id: account.id,
        cause,
        amount: Money::new(by_minor, currency),
        use_id: None,
        order_id: None,
        refund_id: None,
        staff_id: None,
        occurred_at: now,
    };
    match by {
        By::Staff(staff_id) => entry.staff_id = Some(staff_id),
        By::Refund(back) => {
            entry.refund_id = Some(back.refund_id);
            entry.order_id = Some(back.order_id);
        }
        By::Order(one) => {
            entry.use_id = Some(one.id);
            entry.order_id = Some(one.order_id);
        }
    }
    store::insert_entry(tx, &entry).await?;
    book(tx, account.kind.account(), &entry, amount).await?;
    Ok(CreditAccount {
        balance: Money::new(account.balance.minor() + by_minor, currency),
        version: account.version + 1,
        ..account
    })
}

async fn book(tx: &Tx, own: Account, entry: &Entry, amount: Money) -> Result<()> {
    let Some((other, grows)) = entry.cause.books() else {
        return Ok(());
    };
    let (debit, credit) = if grows { (other, own) } else { (own, other) };
    let leg = Transfer {
        debit,
        credit,
        amount,
        order_id: entry.order_id,
    };
    let fact = format!("credit:{}", entry.id);
    let memo = format!("credit, {}", entry.cause.as_str());
    ledger::post(tx, &fact, &memo, &[leg], entry.occurred_at).await
}
