//! The sender against servers on a socket that answer by a script.

mod refusals;
mod safety;
mod sending;

use std::sync::{Arc, Mutex};

use chrono::DateTime;
use tokio::{
    io::{AsyncBufReadExt, AsyncWriteExt, BufReader},
    net::{TcpListener, TcpStream},
};

use super::{Mail, MailError, MailSettings, Mailer};
use crate::tasks::Tasks;

/// What a server does when a line has come; the end of a mail is the line ".".
#[derive(Clone, Copy)]
enum Reply {
    Say(&'static str),
    SayAndClose(&'static str),
    Hang,
}

type Script = fn(connection: usize, line: &str) -> Option<Reply>;

/// A server that answers by its script, politely where the script is silent.
struct Server {
    url: String,
    heard: Arc<Mutex<Vec<(usize, String)>>>,
    _tasks: Tasks,
}

impl Server {
    async fn start(script: Script) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("smtp://{}", listener.local_addr().unwrap());
        let heard = Arc::new(Mutex::new(Vec::new()));
        let (tasks, kept) = (Tasks::default(), Arc::clone(&heard));
        let inner = tasks.clone();
        drop(tasks.spawn(async move {
            for connection in 0.. {
                let (stream, _) = listener.accept().await.unwrap();
                drop(inner.spawn(converse(stream, connection, script, Arc::clone(&kept))));
            }
        }));
        Self {
            url,
            heard,
            _tasks: tasks,
        }
    }

    fn heard(&self) -> Vec<(usize, String)> {
        self.heard.lock().unwrap().clone()
    }

    /// The commands of one connection by their first words, the mails' own lines left out.
    fn verbs(&self, connection: usize) -> Vec<String> {
        let known = ["EHLO", "NOOP", "MAIL", "RCPT", "DATA", "QUIT", "AUTH", "."];
        let heard = self.heard();
        let lines = heard
            .iter()
            .filter(|(of, _)| *of == connection)
            .map(|(_, line)| line);
        lines
            .filter_map(|line| line.split(' ').next())
            .filter(|word| known.contains(word))
            .map(str::to_owned)
            .collect()
    }

    fn lines(&self) -> Vec<String> {
        self.heard().into_iter().map(|(_, line)| line).collect()
    }
}

async fn converse(
    stream: TcpStream,
    connection: usize,
    script: Script,
    heard: Arc<Mutex<Vec<(usize, String)>>>,
) {
    let (reader, mut writer) = stream.into_split();
    let mut lines = BufReader::new(reader).lines();
    writer.write_all(b"220 here\r\n").await.unwrap();
    let mut is_data = false;
    while let Ok(Some(line)) = lines.next_line().await {
        heard.lock().unwrap().push((connection, line.clone()));
        if is_data && line != "." {
            continue;
        }
        is_data = false;
        let reply = script(connection, &line).unwrap_or(match line.as_str() {
            "DATA" => Reply::Say("354 go on"),
            "QUIT" => Reply::SayAndClose("221 bye"),
            _ if line.starts_with("EHLO") => Reply::Say("250-here\r\n250 8BITMIME"),
            _ => Reply::Say("250 ok"),
        });
        match reply {
            Reply::Hang => while let Ok(Some(_)) = lines.next_line().await {},
            Reply::Say(text) => {
                is_data = text.starts_with("354");
                writer
                    .write_all(format!("{text}\r\n").as_bytes())
                    .await
                    .unwrap();
            }
            Reply::SayAndClose(text) => {
                writer
                    .write_all(format!("{text}\r\n").as_bytes())
                    .await
                    .unwrap();
                return;
            }
        }
    }
}

fn settings(smtp_url: &str) -> MailSettings {
    MailSettings {
        smtp_url: smtp_url.to_owned(),
        from: "ሱቅ <post@example.com>".to_owned(),
        reply_to: "help@example.com".to_owned(),
        timeout_ms: 10_000,
    }
}

fn mailer(server: &Server) -> Mailer {
    Mailer::new(&settings(&server.url)).unwrap()
}

fn mail() -> Mail {
    Mail {
        to: "abebe@example.com".to_owned(),
        subject: "Hello".to_owned(),
        text: "Good day".to_owned(),
        html: "<p>Good day</p>".to_owned(),
        message_id: "<greeting.1@example.com>".to_owned(),
        dated_at: DateTime::from_timestamp(1_789_117_200, 0).unwrap(),
    }
}
