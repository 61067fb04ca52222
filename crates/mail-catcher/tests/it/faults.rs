//! The failures that tests of senders ask for, as a real client sees them.

use std::time::Duration;

use crate::world::{Catcher, receipt};

#[test]
fn a_refusal_is_counted_and_nothing_is_kept() {
    let catcher = Catcher::start();
    let mail = receipt(1, "abebe@home.et");
    catcher.set_fault(2, "refuse_451");
    for _ in 0..2 {
        let error = catcher.send(&mail).unwrap_err();
        assert!(error.is_transient(), "{error}");
        assert_eq!(error.status().unwrap().to_string(), "451");
    }
    assert_eq!(catcher.messages().len(), 0);
    catcher.send(&mail).unwrap();
    assert_eq!(catcher.messages().len(), 1);

    catcher.set_fault(1, "refuse_550");
    let error = catcher.send(&mail).unwrap_err();
    assert!(error.is_permanent(), "{error}");
    assert_eq!(error.status().unwrap().to_string(), "550");
    assert_eq!(catcher.messages().len(), 1);
}

#[test]
fn a_lost_reply_leaves_the_mail_caught_and_the_sender_unsure() {
    let catcher = Catcher::start();
    let mail = receipt(1, "abebe@home.et");
    catcher.set_fault(1, "drop_after_data_before_reply");
    let error = catcher.send(&mail).unwrap_err();
    assert_eq!(error.status(), None, "no reply came: {error}");
    assert_eq!(
        catcher.messages().len(),
        1,
        "kept before the connection closed"
    );
    catcher.send(&mail).unwrap();
    let list = catcher.messages();
    assert_eq!(list.len(), 2);
    assert_eq!(list[0]["message_id"], list[1]["message_id"]);
}

#[test]
fn a_hanging_server_runs_into_the_senders_patience() {
    let catcher = Catcher::start();
    let mail = receipt(1, "abebe@home.et");
    catcher.set_fault(1, "hang");
    let error = catcher
        .send_within(&mail, Duration::from_millis(300))
        .unwrap_err();
    assert_eq!(error.status(), None, "no reply came: {error}");
    assert_eq!(catcher.messages().len(), 0);
    catcher.send(&mail).unwrap();
    assert_eq!(catcher.messages().len(), 1);
    // A hanging connection does not hold up the end either.
    catcher.set_fault(1, "hang");
    catcher
        .send_within(&mail, Duration::from_millis(300))
        .unwrap_err();
    catcher.stop();
}

#[test]
fn a_fault_can_be_taken_back_and_an_unknown_one_is_refused() {
    let catcher = Catcher::start();
    catcher.set_fault(5, "refuse_550");
    catcher.set_fault(0, "refuse_550");
    catcher.send(&receipt(1, "abebe@home.et")).unwrap();
    let unknown = r#"{"next":1,"behaviour":"explode"}"#;
    assert_eq!(catcher.request("POST", "/api/faults", unknown).0, 422);
}
