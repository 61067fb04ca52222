//! One conversation over SMTP: greeting to farewell. Never: how a mail is kept.

use std::io;
use std::sync::Arc;
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, BufReader};
use tokio::net::TcpStream;
use tokio::time::timeout;

use super::command::{Command, SIZE_LIMIT};
use super::lines::{self, Line};
use crate::faults::Behaviour;
use crate::mailbox::Envelope;
use crate::{Shared, Stopping};

/// Longer command lines are refused; the standard asks for 512 and more for extensions.
const COMMAND_LIMIT_BYTES: usize = 2_048;
/// The standard's limit with the line's end; real servers refuse or break longer lines, and a
/// shop that sends one shall learn it here.
const TEXT_LIMIT_BYTES: usize = 1_000;
/// As many as the standard asks for.
const RECIPIENT_LIMIT: usize = 100;
/// A client that makes more mistakes is not speaking SMTP.
const MISTAKE_LIMIT: u32 = 20;
/// The standard's patience with a silent client.
const IDLE_LIMIT: Duration = Duration::from_secs(300);

const CAPABILITIES: [&str; 4] = ["SIZE 10485760", "8BITMIME", "SMTPUTF8", "PIPELINING"];

/// A conversation, generic so that both halves of a connection can be borrowed apart.
struct Session<'a, R, W> {
    reader: BufReader<R>,
    writer: W,
    shared: &'a Shared,
    has_greeted: bool,
    /// Present between MAIL and the end of the mail.
    envelope: Option<Envelope>,
    mistake_count: u32,
}

/// Whether the conversation goes on.
#[derive(Debug, PartialEq, Eq)]
enum Next {
    Continue,
    Close,
}

/// Talks with one client until it leaves or the program stops.
pub(crate) async fn run(
    mut connection: TcpStream,
    shared: &Shared,
    mut stopping: Stopping,
) -> io::Result<()> {
    let (reader, writer) = connection.split();
    let mut session = Session {
        reader: BufReader::new(reader),
        writer,
        shared,
        has_greeted: false,
        envelope: None,
        mistake_count: 0,
    };
    let ended = tokio::select! {
        ended = session.converse() => Some(ended),
        _ = stopping.wait_for(|stopping| *stopping) => None,
    };
    match ended {
        Some(ended) => ended,
        None => {
            session
                .reply("421 4.3.2 the mail catcher is stopping")
                .await
        }
    }
}

/// Tells a client that there are too many.
pub(crate) async fn turn_away(mut connection: TcpStream) -> io::Result<()> {
    connection
        .write_all(b"421 4.7.0 too many connections, try again later\r\n")
        .await
}

impl<R: AsyncRead + Unpin, W: AsyncWrite + Unpin> Session<'_, R, W> {
    async fn converse(&mut self) -> io::Result<()> {
        self.reply("220 mail-catcher ESMTP: every mail is caught, none is delivered")
            .await?;
        loop {
            let Some(line) = self.next_line(COMMAND_LIMIT_BYTES).await? else {
                return Ok(());
            };
            let next = match line {
                Line::Closed => return Ok(()),
                Line::TooLong => self.refuse("500 5.5.2 line too long").await?,
                Line::Whole(line) => match String::from_utf8(line) {
                    Ok(line) => self.obey(line.trim_end_matches(['\r', '\n'])).await?,
                    Err(_) => self.refuse("500 5.5.2 not UTF-8").await?,
                },
            };
            if next == Next::Close {
                return Ok(());
            }
        }
    }

    /// The next line; `None` when the client was silent for too long.
    async fn next_line(&mut self, limit: usize) -> io::Result<Option<Line>> {
        match timeout(IDLE_LIMIT, lines::read(&mut self.reader, limit)).await {
            Ok(line) => line.map(Some),
            Err(_) => self
                .reply("421 4.4.2 silent for too long")
                .await
                .map(|()| None),
        }
    }

    async fn obey(&mut self, line: &str) -> io::Result<Next> {
        let command = match Command::parse(line) {
            Ok(command) => command,
            Err(refusal) => return self.refuse(refusal).await,
        };
        match command {
            Command::Ehlo => {
                self.greet();
                self.reply("250-mail-catcher").await?;
                for (index, capability) in CAPABILITIES.iter().enumerate() {
                    let mark = if index + 1 == CAPABILITIES.len() {
                        ' '
                    } else {
                        '-'
                    };
                    self.reply(&format!("250{mark}{capability}")).await?;
                }
            }
            Command::Helo => {
                self.greet();
                self.reply("250 mail-catcher").await?;
            }
            Command::Mail { .. } if !self.has_greeted => {
                return self.refuse("503 5.5.1 say EHLO first").await;
            }
            Command::Mail { .. } if self.envelope.is_some() => {
                return self.refuse("503 5.5.1 one mail at a time").await;
            }
            Command::Mail { from } => {
                self.envelope = Some(Envelope {
                    from,
                    to: Vec::new(),
                });
                self.reply("250 2.1.0 OK").await?;
            }
            Command::Rcpt { to } => return self.add_recipient(to).await,
            Command::Data => match self.envelope.take() {
                Some(envelope) if !envelope.to.is_empty() => return self.receive(envelope).await,
                envelope => {
                    self.envelope = envelope;
                    return self.refuse("503 5.5.1 say MAIL and RCPT first").await;
                }
            },
            Command::Rset => {
                self.envelope = None;
                self.reply("250 2.0.0 OK").await?;
            }
            Command::Noop => self.reply("250 2.0.0 OK").await?,
            Command::Vrfy => self.reply("252 2.5.0 every address is caught").await?,
            Command::Quit => {
                self.reply("221 2.0.0 goodbye").await?;
                return Ok(Next::Close);
            }
        }
        Ok(Next::Continue)
    }

    fn greet(&mut self) {
        self.has_greeted = true;
        self.envelope = None;
    }

    async fn add_recipient(&mut self, to: String) -> io::Result<Next> {
        match &mut self.envelope {
            None => self.refuse("503 5.5.1 say MAIL first").await,
            Some(envelope) if envelope.to.len() >= RECIPIENT_LIMIT => {
                self.refuse("452 4.5.3 too many recipients").await
            }
            Some(envelope) => {
                envelope.to.push(to);
                self.reply("250 2.1.5 OK").await?;
                Ok(Next::Continue)
            }
        }
    }

    /// Receives a mail after DATA and answers it, unless a fault is set.
    async fn receive(&mut self, envelope: Envelope) -> io::Result<Next> {
        self.reply("354 end with a dot on a line of its own")
            .await?;
        let raw = match self.read_text().await? {
            Some(Ok(raw)) => raw,
            Some(Err(refusal)) => return self.refuse(refusal).await,
            None => return Ok(Next::Close),
        };
        let behaviour = self.shared.faults.take();
        match behaviour {
            Some(Behaviour::Refuse451) => {
                self.reply("451 4.3.0 refused for now, as the test asked")
                    .await?;
                return Ok(Next::Continue);
            }
            Some(Behaviour::Refuse550) => {
                self.reply("550 5.7.1 refused, as the test asked").await?;
                return Ok(Next::Continue);
            }
            Some(Behaviour::Hang) => {
                // Ends when the client leaves; what it still says is not heard.
                let mut unheard = [0_u8; 512];
                while self.reader.read(&mut unheard).await? > 0 {}
                return Ok(Next::Close);
            }
            Some(Behaviour::DropAfterDataBeforeReply) | None => {}
        }
        let mailbox = Arc::clone(&self.shared.mailbox);
        let kept = tokio::task::spawn_blocking(move || mailbox.keep(envelope, raw)).await;
        if behaviour.is_some() {
            return Ok(Next::Close);
        }
        if matches!(kept, Ok(Ok(()))) {
            self.reply("250 2.0.0 caught").await?;
        } else {
            self.reply("452 4.3.1 the mail could not be written, is the disk full?")
                .await?;
        }
        Ok(Next::Continue)
    }

    /// The mail's text without its closing dot, or why it is refused once it has been read to its
    /// end; `None` when the client left.
    async fn read_text(&mut self) -> io::Result<Option<Result<Vec<u8>, &'static str>>> {
        let mut text = Vec::new();
        let mut refusal = None;
        loop {
            match self.next_line(TEXT_LIMIT_BYTES).await? {
                None | Some(Line::Closed) => return Ok(None),
                Some(Line::TooLong) => refusal = Some("554 5.6.0 a line is longer than 998 bytes"),
                // Only this ends a mail: a dot before a bare line feed would let one mail be
                // read as two.
                Some(Line::Whole(line)) if line == b".\r\n" => break,
                Some(Line::Whole(line)) => {
                    text.extend_from_slice(line.strip_prefix(b".").unwrap_or(&line));
                }
            }
            if text.len() > SIZE_LIMIT {
                text.clear();
                refusal = Some("552 5.3.4 larger than 10485760 bytes");
            }
        }
        Ok(Some(refusal.map_or(Ok(text), Err)))
    }

    /// Answers a mistake; too many of them end the conversation.
    async fn refuse(&mut self, refusal: &str) -> io::Result<Next> {
        self.reply(refusal).await?;
        self.mistake_count += 1;
        if self.mistake_count < MISTAKE_LIMIT {
            return Ok(Next::Continue);
        }
        self.reply("421 4.7.0 too many mistakes").await?;
        Ok(Next::Close)
    }

    async fn reply(&mut self, line: &str) -> io::Result<()> {
        self.writer
            .write_all(format!("{line}\r\n").as_bytes())
            .await
    }
}
