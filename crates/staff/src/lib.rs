//! Who may administer: accounts, permissions, sign-in, the audit trail.
//!
//! Owns: `staff`, `staff_audit`.
//! Promises: rights are read from the database at each request, so a right that is taken away
//! is gone at once; a change and its audit entry are committed together; entries are only added.
//! Never: a customer's account, a right that a token claims.

mod actions;
mod http;
mod model;
mod store;
#[cfg(test)]
mod tests;

pub use actions::{create, create_superuser, is_active, record};
pub use http::{Staff, routes};
pub use model::{
    AUDIENCE, Actor, AnyStaff, CanEditCatalogue, CanEditCredit, CanEditStock, CanEditTerms,
    CanManageJobs, CanManageOrders, CanManagePayments, CanManageStaff, CanManageWebhooks,
    CanReadBooks, CanReadOrders, CanRefund, Change, NewStaff, PERMISSIONS, Permission, REFUSALS,
    Rights, StaffRefusal,
};
