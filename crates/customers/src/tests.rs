//! Telephone numbers, names, and changes of an account.

use chrono::DateTime;
use ids::CustomerId;
use kit::{email::EmailAddress, http::Member};

use crate::model::{
    Account, AccountPatch, NotAPhone, Phone, account_name, buyer_names, clean_language, clean_name,
    is_shopper_token,
};

fn e164(text: &str) -> String {
    Phone::parse(text)
        .map(|phone| phone.e164().to_owned())
        .unwrap_or_else(|_| "refused".to_owned())
}

#[test]
fn every_ethiopian_spelling_is_one_number() {
    for text in [
        "0911223344",
        "911223344",
        "+251911223344",
        "251911223344",
        "00251911223344",
        "+251 0911 22 33 44",
        "+251 (0) 911-22-33-44",
        " 09 11 22 33 44 ",
        "0911-22.33/44",
        "+251\u{a0}911\u{a0}223344",
    ] {
        assert_eq!(e164(text), "+251911223344", "{text}");
    }
    assert_eq!(e164("0711223344"), "+251711223344");
    assert_eq!(e164("0115517700"), "+251115517700");
}

#[test]
fn other_countries_are_written_with_their_code() {
    assert_eq!(e164("+1 (202) 555-0123"), "+12025550123");
    assert_eq!(e164("0049 30 901820"), "+4930901820");
    assert_eq!(e164("+290 1234"), "+2901234");
}

#[test]
fn what_is_no_number_is_refused() {
    for text in [
        "",
        " ",
        "+",
        "0",
        "09112233",
        "091122334455",
        "0811223344",
        "0611223344",
        "+25191122334",
        "+2519112233445",
        "+251811223344",
        "+0911223344",
        "+1",
        "+123456",
        "+1234567890123456",
        "2025550123",
        "0911223344x",
        "09112233４4",
        "++251911223344",
        "+251+911223344",
        "tel:0911223344",
        "0911223344;ext=1",
        "+251000000000",
        "0 0 0",
        "0911                                 223344",
    ] {
        assert_eq!(Phone::parse(text), Err(NotAPhone), "{text:?}");
    }
}

#[test]
fn a_number_is_given_in_each_form_that_is_needed() {
    let phone = Phone::parse("0911223344").unwrap();
    assert_eq!(phone.national().as_deref(), Some("0911223344"));
    assert_eq!(phone.display(), "+251 91 122 3344");
    assert_eq!(Phone::parse(phone.e164()), Ok(phone));
    assert_eq!(Phone::parse("0115517700").unwrap().national(), None);
    let foreign = Phone::parse("+12025550123").unwrap();
    assert_eq!(
        (foreign.national(), foreign.display()),
        (None, "+12025550123".to_owned())
    );
}

#[test]
fn names_are_one_line_of_bounded_length() {
    assert_eq!(clean_name("  Abebe "), Ok("Abebe".to_owned()));
    assert_eq!(clean_name(""), Ok(String::new()));
    assert_eq!(clean_name(&"አ".repeat(100)), Ok("አ".repeat(100)));
    assert!(clean_name(&"a".repeat(101)).is_err());
    assert!(clean_name("a\r\nBcc: b").is_err());
    assert!(clean_name("a\u{0}").is_err());
}

#[test]
fn languages_are_codes() {
    assert_eq!(clean_language("am"), Ok("am".to_owned()));
    assert_eq!(clean_language("tir"), Ok("tir".to_owned()));
    for text in ["", "e", "EN", "en-US", "engl", "é"] {
        assert!(clean_language(text).is_err(), "{text}");
    }
}

#[test]
fn a_guests_token_has_one_form() {
    assert!(is_shopper_token(&"aZ0-_aZ0-_".repeat(5)[..43]));
    for text in [
        "",
        "a",
        &"a".repeat(42),
        &"a".repeat(44),
        &"é".repeat(43),
        &"+".repeat(43),
    ] {
        assert!(!is_shopper_token(text), "{text}");
    }
}

fn account() -> Account {
    let at = DateTime::from_timestamp(1_800_000_000, 0).unwrap();
    Account {
        id: CustomerId::generate(at),
        email: "abebe@example.com".to_owned(),
        first_name: "Abebe".to_owned(),
        last_name: "Kebede".to_owned(),
        phone: Phone::parse("0911223344").ok(),
        language: "am".to_owned(),
        version: 3,
        created_at: at,
        updated_at: at,
    }
}

#[test]
fn an_empty_patch_changes_nothing() {
    let account = account();
    assert_eq!(AccountPatch::default().apply(account.clone()), account);
}

#[test]
fn a_patch_sets_and_clears() {
    let patch = AccountPatch {
        email: EmailAddress::parse("New@Example.com").ok(),
        first_name: Member::Set("Sara".to_owned()),
        last_name: Member::Clear,
        phone: Member::Clear,
        language: Member::Clear,
    };
    let account = account();
    let expected = Account {
        email: "New@Example.com".to_owned(),
        first_name: "Sara".to_owned(),
        last_name: String::new(),
        phone: None,
        language: "en".to_owned(),
        ..account.clone()
    };
    assert_eq!(patch.apply(account), expected);
}

#[test]
fn a_buyer_is_known_by_all_that_there_is_however_it_is_written() {
    for email in [
        "Abebe@Example.com",
        " abebe+1@example.com",
        "abebe+a+b@example.com",
    ] {
        let names = buyer_names(None, email, None);
        assert_eq!(names, ["email:abebe@example.com"], "{email}");
    }
    // Nothing would be left of it.
    let names = buyer_names(None, "+1@example.com", None);
    assert_eq!(names, ["email:+1@example.com"]);
    let id = CustomerId::generate(DateTime::default());
    let names = buyer_names(Some(id), "a@b.et", Some("+251911223344"));
    let account = account_name(id);
    let known = ["email:a@b.et", "phone:+251911223344", account.as_str()];
    assert_eq!(names, known);
}
