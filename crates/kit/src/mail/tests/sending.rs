//! What is said to a server, and on which connection.

use super::{MailError, MailSettings, Mailer, Reply, Server, mail, mailer, settings};

#[tokio::test]
async fn a_mail_arrives_with_its_headers() {
    let server = Server::start(|_, _| None).await;
    mailer(&server).send(&mail()).await.unwrap();
    let lines = server.lines();
    for expected in [
        "MAIL FROM:<post@example.com>",
        "RCPT TO:<abebe@example.com>",
        "To: abebe@example.com",
        "Reply-To: help@example.com",
        "Subject: Hello",
        "Date: Fri, 11 Sep 2026 09:00:00 +0000",
        "Message-ID: <greeting.1@example.com>",
        "Auto-Submitted: auto-generated",
        "MIME-Version: 1.0",
        "Content-Type: text/plain; charset=utf-8",
        "Good day",
        "Content-Type: text/html; charset=utf-8",
        "<p>Good day</p>",
    ] {
        assert!(
            lines.iter().any(|line| line == expected),
            "{expected}: {lines:#?}"
        );
    }
    let from = lines
        .iter()
        .find(|line| line.starts_with("From: "))
        .unwrap();
    assert!(
        from.starts_with("From: =?utf-8?b?") && from.ends_with(" <post@example.com>"),
        "{from}"
    );
}

#[tokio::test]
async fn one_connection_serves_many_mails() {
    let server = Server::start(|_, _| None).await;
    let mailer = mailer(&server);
    mailer.send(&mail()).await.unwrap();
    mailer.send(&mail()).await.unwrap();
    let expected = [
        "EHLO", "MAIL", "RCPT", "DATA", ".", "NOOP", "MAIL", "RCPT", "DATA", ".",
    ];
    assert_eq!(server.verbs(0), expected);
    assert!(server.verbs(1).is_empty());
}

#[tokio::test]
async fn a_connection_that_the_server_closed_is_replaced() {
    let server = Server::start(|connection, line| {
        (connection == 0 && line == ".").then_some(Reply::SayAndClose("250 ok"))
    })
    .await;
    let mailer = mailer(&server);
    mailer.send(&mail()).await.unwrap();
    mailer.send(&mail()).await.unwrap();
    assert_eq!(server.verbs(1), ["EHLO", "MAIL", "RCPT", "DATA", "."]);
}

#[tokio::test]
async fn a_connection_that_was_given_up_is_never_used_again() {
    let server =
        Server::start(|connection, line| (connection == 0 && line == ".").then_some(Reply::Hang))
            .await;
    let impatient = MailSettings {
        timeout_ms: 300,
        ..settings(&server.url)
    };
    let mailer = Mailer::new(&impatient).unwrap();
    let expected = "the server did not answer within 300 ms".to_owned();
    assert_eq!(
        mailer.send(&mail()).await,
        Err(MailError::Transient(expected))
    );
    assert_eq!(mailer.send(&mail()).await, Ok(()));
    assert_eq!(server.verbs(0), ["EHLO", "MAIL", "RCPT", "DATA", "."]);
    assert_eq!(server.verbs(1), ["EHLO", "MAIL", "RCPT", "DATA", "."]);
}

#[tokio::test]
async fn a_check_sends_nothing() {
    let server = Server::start(|_, _| None).await;
    mailer(&server).check().await.unwrap();
    assert_eq!(server.verbs(0), ["EHLO", "NOOP", "QUIT"]);
}
