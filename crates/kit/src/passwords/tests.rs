//! Hashing, verifying and refusing passwords.

use super::*;

#[tokio::test]
async fn a_stored_password_is_argon2id_and_verifies() {
    let passwords = Passwords::new(1, 8);
    let stored = passwords.hash("correct horse battery").await.unwrap();
    assert!(
        stored.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"),
        "{stored}"
    );
    assert_ne!(
        stored,
        passwords.hash("correct horse battery").await.unwrap()
    );
    let verify = async |password: &str| passwords.verify(password, Some(stored.clone())).await;
    assert!(verify("correct horse battery").await.unwrap());
    assert!(!verify("correct horse batterz").await.unwrap());
    assert!(!verify("").await.unwrap());
}

#[tokio::test]
async fn nothing_is_cut_off() {
    let passwords = Passwords::new(2, 8);
    let long = "a1".repeat(512);
    let stored = passwords.hash(&long).await.unwrap();
    assert!(passwords.verify(&long, Some(stored.clone())).await.unwrap());
    let changed_at_the_end = format!("{}b", &long[..1023]);
    assert!(
        !passwords
            .verify(&changed_at_the_end, Some(stored.clone()))
            .await
            .unwrap()
    );
    assert!(
        !passwords
            .verify(&format!("{long}x"), Some(stored))
            .await
            .unwrap()
    );
}

#[tokio::test]
async fn two_keyboards_make_one_password() {
    let passwords = Passwords::new(1, 8);
    let stored = passwords.hash("pass-\u{e9}-word").await.unwrap();
    assert!(
        passwords
            .verify("pass-e\u{301}-word", Some(stored))
            .await
            .unwrap()
    );
}

#[tokio::test]
async fn the_unknown_account_is_verified_with_the_same_parameters() {
    assert!(
        !Passwords::new(1, 8)
            .verify("anything at all", None)
            .await
            .unwrap()
    );
    let dummy = PasswordHash::new(DUMMY_HASH).unwrap();
    let real = Passwords::new(1, 8).hash("anything at all").await.unwrap();
    let real = PasswordHash::new(&real).unwrap();
    assert_eq!(dummy.params, real.params);
    assert_eq!(
        (dummy.algorithm, dummy.version),
        (real.algorithm, real.version)
    );
    let length = |hash: &PasswordHash| hash.hash.map(|output| output.as_bytes().len());
    assert_eq!(length(&dummy), length(&real));
}

#[tokio::test]
async fn a_full_queue_is_refused_and_empties() {
    let passwords = Passwords::new(1, 1);
    let held = Arc::clone(&passwords.workers)
        .acquire_owned()
        .await
        .unwrap();
    let queued = passwords.verify("one", None);
    tokio::pin!(queued);
    assert!(futures_util::poll!(&mut queued).is_pending());
    let refused = passwords.verify("two", None).await.unwrap_err();
    assert_eq!(refused.code(), Some("overloaded"));
    drop(held);
    assert!(!queued.await.unwrap());
    assert!(!passwords.verify("three", None).await.unwrap());
    assert_eq!(passwords.waiting_count.load(Ordering::SeqCst), 0);
}

#[tokio::test]
async fn a_caller_who_hangs_up_leaves_the_queue() {
    let passwords = Passwords::new(1, 1);
    let held = Arc::clone(&passwords.workers)
        .acquire_owned()
        .await
        .unwrap();
    {
        let queued = passwords.verify("one", None);
        tokio::pin!(queued);
        assert!(futures_util::poll!(&mut queued).is_pending());
    }
    assert_eq!(passwords.waiting_count.load(Ordering::SeqCst), 0);
    drop(held);
}

#[tokio::test]
async fn a_broken_stored_form_is_a_fault() {
    let error = Passwords::new(1, 1)
        .verify("x", Some("plain".to_owned()))
        .await
        .unwrap_err();
    assert!(matches!(error, Error::Fault(_)));
}

#[test]
fn what_a_thief_tries_first_is_refused() {
    for password in [
        "password",
        "PASSWORD1",
        "12345678",
        "qwertyuiop",
        "iloveyou1",
        "zzzzzzzz",
    ] {
        let objection = objection(password, &[]).unwrap();
        assert!(objection.contains("thief"), "{password}: {objection}");
    }
    let known = ["Abebe.Kebede@example.com"];
    assert!(
        objection("abebe.kebede@EXAMPLE.com", &known)
            .unwrap()
            .contains("guessed")
    );
}

#[test]
fn length_is_counted_in_characters() {
    assert!(objection("sevench", &[]).is_some());
    assert_eq!(objection("eightchr", &[]), None);
    assert_eq!(objection("ሰላምለኢትዮጵያ", &[]), None);
    assert_eq!(objection(&"ሰላ".repeat(512), &[]), None);
    assert!(objection(&"ሰላ".repeat(513), &[]).is_some());
}

#[test]
fn the_list_is_lower_case_long_enough_and_without_doubles() {
    let lines: Vec<&str> = COMMON.lines().collect();
    assert!(lines.len() >= 200, "{}", lines.len());
    let mut sorted = lines.clone();
    sorted.sort_unstable();
    sorted.dedup();
    assert_eq!(sorted.len(), lines.len());
    for line in lines {
        assert!(line.chars().count() >= CHARACTERS_MIN, "{line}");
        assert_eq!(line, line.to_lowercase());
    }
}
