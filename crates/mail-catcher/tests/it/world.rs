//! What the tests share: the running program, a mail client, a bare HTTP client.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use lettre::message::{Mailbox, MultiPart};
use lettre::transport::smtp::response::Response;
use lettre::transport::smtp::{Error, SmtpTransport};
use lettre::{Message, Transport};
use serde_json::Value;

/// A running mail catcher; it ends with the test.
pub(crate) struct Catcher {
    pub(crate) process: Child,
    pub(crate) smtp: SocketAddr,
    pub(crate) http: SocketAddr,
}

impl Catcher {
    pub(crate) fn start() -> Self {
        Self::start_with(None)
    }

    pub(crate) fn start_with(directory: Option<&Path>) -> Self {
        let mut command = Command::new(env!("CARGO_BIN_EXE_mail-catcher"));
        command.args(["--smtp-listen=127.0.0.1:0", "--http-listen=127.0.0.1:0"]);
        command
            .arg("--exit-with-stdin")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped());
        if let Some(directory) = directory {
            command.arg("--directory").arg(directory);
        }
        let mut process = command.spawn().unwrap();
        let mut line = String::new();
        BufReader::new(process.stdout.take().unwrap())
            .read_line(&mut line)
            .unwrap();
        let words: Vec<&str> = line.split_whitespace().collect();
        let ["listening", "smtp", smtp, "http", http] = words[..] else {
            panic!("not the line that scripts read: {line}")
        };
        let (smtp, http) = (smtp.parse().unwrap(), http.parse().unwrap());
        Self {
            process,
            smtp,
            http,
        }
    }

    /// Closes its standard input and waits for an end without an error.
    pub(crate) fn stop(mut self) {
        drop(self.process.stdin.take());
        assert!(self.process.wait().unwrap().success());
    }

    /// Sends by a client that is patient for this long.
    pub(crate) fn send_within(
        &self,
        mail: &Message,
        patience: Duration,
    ) -> Result<Response, Error> {
        let client = SmtpTransport::builder_dangerous(self.smtp.ip().to_string())
            .port(self.smtp.port())
            .timeout(Some(patience))
            .build();
        client.send(mail)
    }

    pub(crate) fn send(&self, mail: &Message) -> Result<Response, Error> {
        self.send_within(mail, Duration::from_secs(30))
    }

    /// One request: status, head and body of the reply.
    pub(crate) fn request(&self, method: &str, path: &str, body: &str) -> (u16, String, String) {
        let mut stream = TcpStream::connect(self.http).unwrap();
        let length = body.len();
        let request = format!(
            "{method} {path} HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\
             content-type: application/json\r\ncontent-length: {length}\r\n\r\n{body}"
        );
        stream.write_all(request.as_bytes()).unwrap();
        let mut reply = String::new();
        stream.read_to_string(&mut reply).unwrap();
        let (head, body) = reply.split_once("\r\n\r\n").unwrap();
        let status = head.split(' ').nth(1).unwrap().parse().unwrap();
        (status, head.to_lowercase(), body.to_owned())
    }

    pub(crate) fn get(&self, path: &str) -> String {
        let (status, _, body) = self.request("GET", path, "");
        assert_eq!(status, 200, "{path}: {body}");
        body
    }

    pub(crate) fn json(&self, path: &str) -> Value {
        serde_json::from_str(&self.get(path)).unwrap()
    }

    /// The caught mails, the newest first.
    pub(crate) fn messages(&self) -> Vec<Value> {
        self.json("/api/messages")["messages"]
            .as_array()
            .unwrap()
            .clone()
    }

    pub(crate) fn set_fault(&self, next: u32, behaviour: &str) {
        let fault = format!(r#"{{"next":{next},"behaviour":"{behaviour}"}}"#);
        assert_eq!(self.request("POST", "/api/faults", &fault).0, 200);
    }
}

impl Drop for Catcher {
    fn drop(&mut self) {
        // It has ended already when the test stopped it.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

fn mailbox(text: &str) -> Mailbox {
    text.parse().unwrap()
}

/// A mail in Amharic with a text and an HTML part.
pub(crate) fn receipt(number: u32, to: &str) -> Message {
    Message::builder()
        .from(mailbox("ሱቅ <shop@nexus.et>"))
        .to(mailbox(to))
        .subject(format!("የትዕዛዝ ደረሰኝ {number}"))
        .message_id(Some(format!("<receipt-{number}@nexus.et>")))
        .multipart(MultiPart::alternative_plain_html(
            format!("ሰላም! ትዕዛዝ {number}\r\n.a line with a dot"),
            format!(
                "<!doctype html><p>ሰላም! <b>ትዕዛዝ {number}</b> <a href=\"https://x.et\">x</a></p>"
            ),
        ))
        .unwrap()
}
