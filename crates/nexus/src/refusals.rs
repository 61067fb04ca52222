//! The registry: every refusal that the shop can give.

use kit::RefusalKind;

/// Every refusal, in the order of capabilities.
#[must_use]
pub fn all() -> Vec<&'static RefusalKind> {
    let groups: &[&[&'static RefusalKind]] = &[
        kit::http::problem::REFUSALS,
        kit::idempotency::REFUSALS,
        kit::tokens::REFUSALS,
        kit::sessions::REFUSALS,
        kit::passwords::REFUSALS,
        kit::jobs::backlog::REFUSALS,
        staff::REFUSALS,
        customers::REFUSALS,
        credit::REFUSALS,
        inventory::REFUSALS,
        sales::REFUSALS,
        pictures::REFUSALS,
        catalogue::REFUSALS,
        imports::REFUSALS,
        terms::REFUSALS,
        cart::REFUSALS,
        admission::REFUSALS,
        orders::REFUSALS,
        payments::REFUSALS,
        checkout::REFUSALS,
        fulfilment::REFUSALS,
        returns::REFUSALS,
        invoices::REFUSALS,
        webhooks::REFUSALS,
    ];
    groups.concat()
}
