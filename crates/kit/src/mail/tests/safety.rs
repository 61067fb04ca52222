//! What never leaves, and what is refused before a server is asked.

use super::{Mail, MailSettings, Mailer, Reply, Server, mail, mailer, settings};

#[tokio::test]
async fn without_the_encryption_that_was_asked_for_nothing_is_sent() {
    let server = Server::start(|_, _| None).await;
    let url = server.url.replace("smtp://", "smtp://user:secret@") + "?tls=required";
    let mailer = Mailer::new(&settings(&url)).unwrap();
    assert!(!mailer.send(&mail()).await.unwrap_err().is_permanent());
    assert_eq!(server.verbs(0), ["EHLO"]);
}

#[tokio::test]
async fn user_and_password_are_sent_as_they_are() {
    let server = Server::start(|_, line| match line {
        _ if line.starts_with("EHLO") => Some(Reply::Say("250-here\r\n250 AUTH PLAIN")),
        _ if line.starts_with("AUTH") => Some(Reply::Say("235 2.7.0 welcome")),
        _ => None,
    })
    .await;
    let url = server
        .url
        .replace("smtp://", "smtp://me%40example.com:p%25%3Aw%2F@");
    Mailer::new(&settings(&url)).unwrap().check().await.unwrap();
    // "\0me@example.com\0p%:w/" in base64.
    let expected = "AUTH PLAIN AG1lQGV4YW1wbGUuY29tAHAlOncv";
    assert!(
        server.lines().iter().any(|line| line == expected),
        "{:?}",
        server.lines()
    );
}

#[tokio::test]
async fn no_text_becomes_a_header() {
    let server = Server::start(|_, _| None).await;
    let mailer = mailer(&server);
    let subject = "Hello\r\nBcc: victim@example.com\u{0}\r\n\r\nbody".to_owned();
    mailer.send(&Mail { subject, ..mail() }).await.unwrap();
    let lines = server.lines();
    assert!(
        lines
            .iter()
            .any(|line| line == "Subject: Hello Bcc: victim@example.com body")
    );
    assert!(
        !lines
            .iter()
            .any(|line| line.to_lowercase().starts_with("bcc")),
        "{lines:#?}"
    );
    assert_eq!(
        lines.iter().filter(|line| line.starts_with("RCPT")).count(),
        1
    );

    let recipients = [
        "abebe@example.com\r\nRCPT TO:<victim@example.com>",
        "abebe@example.com\r\nBcc: victim@example.com",
        "abebe@example.com, victim@example.com",
        "<abebe@example.com>\nvictim@example.com",
        "Abebe <abebe@example.com>",
        "abebe@example.com>\u{0}",
        "abebe",
        "",
    ];
    for to in recipients.map(str::to_owned) {
        let error = mailer
            .send(&Mail {
                to: to.clone(),
                ..mail()
            })
            .await
            .unwrap_err();
        assert!(error.is_permanent(), "{to:?}");
    }
    for id in [
        "<a@b>\r\nBcc: x@y.z",
        "a@b",
        "<a b@c>",
        "<a@b@c>",
        "<@b>",
        "<ሀ@b>",
        "",
    ] {
        let mail = Mail {
            message_id: id.to_owned(),
            ..mail()
        };
        assert!(
            mailer.send(&mail).await.unwrap_err().is_permanent(),
            "{id:?}"
        );
    }
    assert_eq!(server.verbs(0), ["EHLO", "MAIL", "RCPT", "DATA", "."]);
}

#[test]
fn addresses_of_servers_are_read_or_refused_without_their_password() {
    for url in [
        "smtp://127.0.0.1:1025",
        "smtp://[::1]:25",
        "smtp://mail.example.com",
        "smtp://user:pass@localhost:25",
        "smtp://user:pass@mail.example.com:587?tls=required",
        "smtps://user:pass@mail.example.com",
    ] {
        assert!(Mailer::new(&settings(url)).is_ok(), "{url}");
    }
    for url in [
        "",
        "mail.example.com:25",
        "http://mail.example.com",
        "smtp://",
        "smtp://user:s3cret@mail.example.com",
        "smtp://user@mail.example.com?tls=required",
        "smtp://user:s3cret@mail.example.com?tls=opportunistic",
        "smtp://user:s3cret@mail.example.com?tls=required&x=1",
        "smtps://user:s3cret@mail.example.com:port",
    ] {
        let text = Mailer::new(&settings(url)).err().unwrap().to_string();
        assert!(
            text.starts_with("mail.smtp_url: ") && !text.contains("s3cret"),
            "{url}: {text}"
        );
    }
}

#[test]
fn senders_and_time_outs_are_read_or_refused_by_name() {
    let good = settings("smtp://127.0.0.1");
    for from in [
        "",
        "name",
        "A <a@bücher.example>",
        "a@b.co\r\nBcc: c@d.et",
        "A\n <a@b.co>",
    ] {
        let bad = MailSettings {
            from: from.to_owned(),
            ..good.clone()
        };
        assert!(
            Mailer::new(&bad)
                .err()
                .unwrap()
                .to_string()
                .starts_with("mail.from"),
            "{from:?}"
        );
    }
    let bad = MailSettings {
        reply_to: "nobody".to_owned(),
        ..good.clone()
    };
    assert!(
        Mailer::new(&bad)
            .err()
            .unwrap()
            .to_string()
            .starts_with("mail.reply_to")
    );
    let bad = MailSettings {
        timeout_ms: 0,
        ..good.clone()
    };
    assert!(
        Mailer::new(&bad)
            .err()
            .unwrap()
            .to_string()
            .starts_with("mail.timeout_ms")
    );
    let local = MailSettings {
        from: "Nexus <post@localhost>".to_owned(),
        ..good
    };
    assert_eq!(Mailer::new(&local).unwrap().domain(), "localhost");
}
