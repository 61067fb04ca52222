//! Who may do what.

use kit::Refusal;

use crate::model::{
    AnyStaff, CanEditCatalogue, CanEditStock, CanManageStaff, CanReadOrders, PERMISSIONS,
    Permission, Rights, StaffRefusal,
};

fn check<P: Permission>(rights: &Rights, is_allowed: bool) {
    assert_eq!(
        rights.require::<P>().is_ok(),
        is_allowed,
        "{:?} with {rights:?}",
        P::NAME
    );
}

#[test]
fn each_right_opens_its_own_door_and_no_other() {
    let stock = Rights::of(&["stock.edit"]);
    check::<AnyStaff>(&stock, true);
    check::<CanEditStock>(&stock, true);
    check::<CanEditCatalogue>(&stock, false);
    check::<CanReadOrders>(&stock, false);
    check::<CanManageStaff>(&stock, false);
}

#[test]
fn a_superuser_has_every_right_and_nobody_has_one_by_default() {
    for (rights, is_allowed) in [(Rights::superuser(), true), (Rights::default(), false)] {
        check::<AnyStaff>(&rights, true);
        check::<CanEditStock>(&rights, is_allowed);
        check::<CanEditCatalogue>(&rights, is_allowed);
        check::<CanReadOrders>(&rights, is_allowed);
        check::<CanManageStaff>(&rights, is_allowed);
    }
}

#[test]
fn a_right_is_its_whole_name() {
    for name in [
        "stock",
        "stock.edit.all",
        "STOCK.EDIT",
        "stock.edit ",
        "*",
        "",
    ] {
        check::<CanEditStock>(&Rights::of(&[name]), false);
    }
}

#[test]
fn rights_are_listed_once_and_in_order() {
    let rights = Rights::of(&["stock.edit", "orders.read", "stock.edit"]);
    assert_eq!(rights.permissions, ["orders.read", "stock.edit"]);
    assert!(!rights.is_superuser);
    assert_eq!(
        PERMISSIONS,
        [
            "catalogue.edit",
            "stock.edit",
            "orders.read",
            "orders.manage",
            "staff.manage",
            "payments.manage",
            "payments.refund",
            "ledger.read",
            "webhooks.manage",
            "jobs.manage",
            "terms.edit",
            "credit.edit"
        ]
    );
}

#[test]
fn a_refusal_names_the_right_that_is_missing() {
    let refusal = Rights::default().require::<CanReadOrders>().unwrap_err();
    assert_eq!(refusal, StaffRefusal::PermissionDenied("orders.read"));
    assert_eq!(refusal.kind().status, 403);
    assert_eq!(
        refusal.facts(),
        Some(serde_json::json!({"permission": "orders.read"}))
    );
    assert!(refusal.detail().contains("orders.read"));
}
