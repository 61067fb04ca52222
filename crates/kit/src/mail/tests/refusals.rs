//! What is made of a server's answers.

use tokio::net::TcpListener;

use super::{MailError, Mailer, Reply, Script, Server, mail, mailer, settings};

#[tokio::test]
async fn refusals_for_good_are_told_from_trouble_that_passes() {
    let permanent: [Script; 3] = [
        |_, line| {
            line.starts_with("RCPT")
                .then_some(Reply::Say("550 5.1.1 no such mailbox"))
        },
        |_, line| (line == ".").then_some(Reply::Say("554 5.7.1 looks like spam")),
        |_, line| (line == ".").then_some(Reply::Say("552 5.3.4 too large")),
    ];
    for script in permanent {
        let server = Server::start(script).await;
        let error = mailer(&server).send(&mail()).await.unwrap_err();
        assert!(error.is_permanent(), "{error}");
    }
    let transient: [Script; 6] = [
        |_, line| {
            line.starts_with("RCPT")
                .then_some(Reply::Say("450 4.2.1 try later"))
        },
        |_, line| (line == ".").then_some(Reply::Say("451 4.3.0 try later")),
        |_, line| {
            line.starts_with("MAIL")
                .then_some(Reply::Say("530 5.7.0 sign in first"))
        },
        |_, line| {
            line.starts_with("EHLO")
                .then_some(Reply::Say("550 not you"))
        },
        |_, line| {
            line.starts_with("MAIL")
                .then_some(Reply::SayAndClose("421 closing"))
        },
        |_, line| (line == ".").then_some(Reply::SayAndClose("nonsense")),
    ];
    for script in transient {
        let server = Server::start(script).await;
        let error = mailer(&server).send(&mail()).await.unwrap_err();
        assert!(!error.is_permanent(), "{error}");
    }
}

#[tokio::test]
async fn a_refusal_names_no_address() {
    let server = Server::start(|_, line| {
        let refusal = "550 5.1.1 <abebe@example.com>: no such mailbox";
        line.starts_with("RCPT").then_some(Reply::Say(refusal))
    })
    .await;
    let expected = "permanent error (550): 5.1.1 [address] no such mailbox".to_owned();
    assert_eq!(
        mailer(&server).send(&mail()).await,
        Err(MailError::Permanent(expected))
    );
}

#[tokio::test]
async fn a_server_that_is_away_is_trouble_that_passes() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("smtp://{}", listener.local_addr().unwrap());
    drop(listener);
    let mailer = Mailer::new(&settings(&url)).unwrap();
    assert!(!mailer.send(&mail()).await.unwrap_err().is_permanent());
    assert!(!mailer.check().await.unwrap_err().is_permanent());
}
