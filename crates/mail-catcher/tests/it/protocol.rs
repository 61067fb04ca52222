//! SMTP word by word, over a bare socket.

use std::io::{BufRead, BufReader, Write};
use std::net::TcpStream;

use crate::world::Catcher;

/// A client that says exactly what it is told to.
struct Client {
    reader: BufReader<TcpStream>,
    writer: TcpStream,
}

impl Client {
    fn connect(catcher: &Catcher) -> Self {
        let writer = TcpStream::connect(catcher.smtp).unwrap();
        let reader = BufReader::new(writer.try_clone().unwrap());
        let mut client = Self { reader, writer };
        assert!(client.reply().starts_with("220 "));
        client
    }

    fn reply(&mut self) -> String {
        let mut line = String::new();
        self.reader.read_line(&mut line).unwrap();
        line.trim_end().to_owned()
    }

    fn write(&mut self, text: &str) {
        self.writer.write_all(text.as_bytes()).unwrap();
    }

    /// Says a line and returns the code of the reply.
    fn say(&mut self, line: &str) -> String {
        self.write(&format!("{line}\r\n"));
        self.reply().chars().take(3).collect()
    }

    /// From greeting to the permission to send a mail's text.
    fn begin(&mut self) {
        assert_eq!(self.say("HELO test"), "250");
        assert_eq!(self.say("MAIL FROM:<a@b.et>"), "250");
        assert_eq!(self.say("RCPT TO:<c@d.et>"), "250");
        assert_eq!(self.say("DATA"), "354");
    }
}

#[test]
fn a_conversation_in_order_and_out_of_it() {
    let catcher = Catcher::start();
    let mut client = Client::connect(&catcher);
    for (line, code) in [
        ("MAIL FROM:<a@b.et>", "503"),
        ("HELO test", "250"),
        ("RCPT TO:<c@d.et>", "503"),
        ("DATA", "503"),
        ("MAIL FROM:<a@b.et>", "250"),
        ("MAIL FROM:<a@b.et>", "503"),
        ("DATA", "503"),
        ("RCPT TO:<c@d.et>", "250"),
        ("RSET", "250"),
        ("DATA", "503"),
        ("NOOP", "250"),
        ("VRFY a", "252"),
        ("STARTTLS", "502"),
        ("NONSENSE", "500"),
        ("MAIL FROM:<a@b.et> SIZE=99999999", "552"),
        ("QUIT", "221"),
    ] {
        assert_eq!(client.say(line), code, "{line}");
    }
    assert_eq!(client.reply(), "", "the connection is closed");
}

#[test]
fn the_greeting_offers_what_is_kept() {
    let catcher = Catcher::start();
    let mut client = Client::connect(&catcher);
    client.write("EHLO test\r\n");
    let lines: Vec<String> = (0..5).map(|_| client.reply()).collect();
    let expected = [
        "250-mail-catcher",
        "250-SIZE 10485760",
        "250-8BITMIME",
        "250-SMTPUTF8",
        "250 PIPELINING",
    ];
    assert_eq!(lines, expected);
}

#[test]
fn dots_are_unstuffed_and_only_a_whole_line_ends_a_mail() {
    let catcher = Catcher::start();
    let mut client = Client::connect(&catcher);
    client.begin();
    // Said in one breath, as pipelining clients do; the bare line feeds end nothing.
    client.write("Subject: dots\r\n\r\n..one\r\n.two\r\na\n.\nb\r\n.\r\nNOOP\r\n");
    assert!(client.reply().starts_with("250 2.0.0 caught"));
    assert!(client.reply().starts_with("250 2.0.0 OK"));
    let raw = catcher.get("/api/messages/1/raw");
    assert_eq!(raw, "Subject: dots\r\n\r\n.one\r\ntwo\r\na\n\nb\r\n");
    assert_eq!(catcher.messages().len(), 1);
}

#[test]
fn lines_and_mails_that_are_too_long_are_refused_and_the_talk_goes_on() {
    let catcher = Catcher::start();
    let mut client = Client::connect(&catcher);
    assert_eq!(client.say(&format!("NOOP {}", "x".repeat(3_000))), "500");
    client.begin();
    let longest = "x".repeat(998);
    assert_eq!(client.say(&format!("{longest}\r\n.")), "250");
    client.begin();
    assert_eq!(client.say(&format!("{longest}x\r\n.")), "554");
    client.begin();
    let line = format!("{longest}\r\n");
    for _ in 0..=10_485_760 / line.len() {
        client.write(&line);
    }
    assert_eq!(client.say("."), "552");
    client.begin();
    assert_eq!(client.say("short\r\n."), "250");
    assert_eq!(catcher.messages().len(), 2);
}

#[test]
fn a_client_that_does_not_speak_smtp_is_sent_away() {
    let catcher = Catcher::start();
    let mut client = Client::connect(&catcher);
    for _ in 0..20 {
        assert_eq!(client.say("GET / HTTP/1.1"), "500");
    }
    assert!(client.reply().starts_with("421 "));
    assert_eq!(client.reply(), "");
}

#[test]
fn the_hundred_and_first_client_is_turned_away() {
    let catcher = Catcher::start();
    let clients: Vec<Client> = (0..100).map(|_| Client::connect(&catcher)).collect();
    let mut reader = BufReader::new(TcpStream::connect(catcher.smtp).unwrap());
    let mut line = String::new();
    reader.read_line(&mut line).unwrap();
    assert!(line.starts_with("421 "), "{line}");
    drop(clients);
    catcher.stop();
}
