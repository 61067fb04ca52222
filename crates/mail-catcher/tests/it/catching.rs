//! Mails are caught whole, shown, kept and forgotten.

use std::fs;
use std::path::Path;
use std::process::Command;

use serde_json::json;

use crate::world::{Catcher, receipt};

#[test]
fn an_amharic_mail_is_shown_decoded() {
    let catcher = Catcher::start();
    catcher.send(&receipt(1, "ABEBE <abebe@home.et>")).unwrap();
    let list = catcher.messages();
    assert_eq!(list.len(), 1);
    assert_eq!(list[0]["id"], 1);
    assert_eq!(list[0]["from"], "ሱቅ <shop@nexus.et>");
    assert_eq!(list[0]["to"], json!(["abebe@home.et"]));
    assert_eq!(list[0]["subject"], "የትዕዛዝ ደረሰኝ 1");
    assert_eq!(list[0]["message_id"], "receipt-1@nexus.et");

    let mail = catcher.json("/api/messages/1");
    assert_eq!(mail["envelope_from"], "shop@nexus.et");
    assert_eq!(mail["text"], "ሰላም! ትዕዛዝ 1\r\n.a line with a dot");
    let html = "<!doctype html><p>ሰላም! <b>ትዕዛዝ 1</b> <a href=\"https://x.et\">x</a></p>";
    assert_eq!(mail["html"], html);
    let header = |name: &str| {
        let headers = mail["headers"].as_array().unwrap();
        headers
            .iter()
            .find(|header| header["name"] == name)
            .unwrap()["value"]
            .clone()
    };
    assert_eq!(header("Subject"), "የትዕዛዝ ደረሰኝ 1");
    assert_eq!(header("Message-ID"), "<receipt-1@nexus.et>");
    let sent = String::from_utf8(receipt(1, "ABEBE <abebe@home.et>").formatted()).unwrap();
    let raw = catcher.get("/api/messages/1/raw");
    let subject = |mail: &str| {
        mail.lines()
            .find(|line| line.starts_with("Subject"))
            .map(str::len)
    };
    assert_eq!(
        subject(&raw),
        subject(&sent),
        "the source is as it was sent"
    );
    catcher.stop();
}

#[test]
fn the_newest_comes_first_and_recipients_can_be_asked_for() {
    let catcher = Catcher::start();
    catcher.send(&receipt(1, "abebe@home.et")).unwrap();
    catcher.send(&receipt(2, "sara@home.et")).unwrap();
    let ids = |path: &str| {
        let list = catcher.json(path);
        let ids = list["messages"]
            .as_array()
            .unwrap()
            .iter()
            .map(|mail| mail["id"].clone());
        ids.collect::<Vec<_>>()
    };
    assert_eq!(ids("/api/messages"), [2, 1]);
    assert_eq!(ids("/api/messages?to=Sara@home.et"), [2]);
    assert_eq!(ids("/api/messages?to=nobody@home.et"), [0; 0]);
    assert_eq!(catcher.request("DELETE", "/api/messages", "").0, 204);
    assert_eq!(ids("/api/messages"), [0; 0]);
    assert_eq!(catcher.request("GET", "/api/messages/1", "").0, 404);
}

#[test]
fn the_pages_show_the_mail_and_lock_its_html_in() {
    let catcher = Catcher::start();
    assert!(catcher.get("/").contains("No mail yet."));
    catcher.send(&receipt(1, "abebe@home.et")).unwrap();
    let list = catcher.get("/");
    assert!(list.contains("<a href=\"/messages/1\">"));
    assert!(list.contains("<strong>የትዕዛዝ ደረሰኝ 1</strong>"));

    let (status, head, page) = catcher.request("GET", "/messages/1", "");
    assert_eq!(status, 200);
    assert!(head.contains("content-security-policy: default-src 'none';"));
    assert!(page.contains("sandbox=\"allow-popups allow-popups-to-escape-sandbox\""));
    assert!(page.contains("ሱቅ &#60;shop@nexus.et&#62;"), "{page}");
    let (status, head, html) = catcher.request("GET", "/messages/1/html", "");
    assert_eq!(status, 200);
    assert!(head.contains("content-security-policy: sandbox allow-popups"));
    assert!(html.starts_with("<!doctype html><base target=\"_blank\"><p>ሰላም!"));
    for asset in ["/page.css", "/page.js"] {
        assert!(!catcher.get(asset).is_empty());
    }
    for missing in ["/messages/2", "/messages/2/html", "/api/messages/2/raw"] {
        assert_eq!(catcher.request("GET", missing, "").0, 404, "{missing}");
    }
}

#[test]
fn a_restart_shows_what_was_caught_before() {
    let directory = Path::new(env!("CARGO_TARGET_TMPDIR")).join("mails-restart");
    if directory.exists() {
        fs::remove_dir_all(&directory).unwrap();
    }
    let catcher = Catcher::start_with(Some(&directory));
    catcher.send(&receipt(1, "abebe@home.et")).unwrap();
    catcher.send(&receipt(2, "sara@home.et")).unwrap();
    let before = catcher.get("/api/messages");
    let (first, raw) = (
        catcher.get("/api/messages/1"),
        catcher.get("/api/messages/1/raw"),
    );
    catcher.stop();

    let catcher = Catcher::start_with(Some(&directory));
    assert_eq!(catcher.get("/api/messages"), before);
    assert_eq!(catcher.get("/api/messages/1"), first);
    assert_eq!(catcher.get("/api/messages/1/raw"), raw);
    catcher.send(&receipt(3, "sara@home.et")).unwrap();
    assert_eq!(catcher.messages()[0]["id"], 3);
    assert_eq!(catcher.request("DELETE", "/api/messages", "").0, 204);
    assert_eq!(fs::read_dir(&directory).unwrap().count(), 0);
    fs::remove_dir_all(&directory).unwrap();
}

#[test]
fn signals_end_it_gracefully() {
    for signal in ["TERM", "INT"] {
        let mut catcher = Catcher::start();
        let pid = catcher.process.id().to_string();
        assert!(
            Command::new("kill")
                .args(["-s", signal, &pid])
                .status()
                .unwrap()
                .success()
        );
        assert!(catcher.process.wait().unwrap().success(), "{signal}");
    }
}

#[test]
fn an_address_in_use_is_named() {
    let catcher = Catcher::start();
    let mut second = Command::new(env!("CARGO_BIN_EXE_mail-catcher"));
    second.args(["--smtp-listen", &catcher.smtp.to_string()]);
    let output = second.output().unwrap();
    assert!(!output.status.success());
    let error = String::from_utf8(output.stderr).unwrap();
    let sentence = format!("cannot listen on {}: choose another address", catcher.smtp);
    assert!(error.contains(&sentence), "{error}");
}
