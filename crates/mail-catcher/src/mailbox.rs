//! The mails that were caught: in memory, bounded, and optionally as files. Never: SMTP or HTTP.

use std::collections::VecDeque;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::UNIX_EPOCH;

use anyhow::Context;

/// The oldest mail beyond this many is dropped.
const LIMIT_COUNT: usize = 1_000;
/// The oldest mails are also dropped when all together are larger than this.
const LIMIT_BYTES: usize = 256 * 1024 * 1024;
/// The lines that a file has before the mail itself.
const CAUGHT_AT: &str = "X-Caught-At-Ms: ";
const ENVELOPE_FROM: &str = "X-Envelope-From: ";
const ENVELOPE_TO: &str = "X-Envelope-To: ";

/// What the sender said before the mail.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Envelope {
    pub(crate) from: String,
    pub(crate) to: Vec<String>,
}

/// One mail as it came.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Mail {
    /// Counts up from 1, also over a restart when files are kept.
    pub(crate) id: u64,
    /// Milliseconds since 1970.
    pub(crate) received_at: i64,
    pub(crate) envelope: Envelope,
    pub(crate) raw: Vec<u8>,
}

/// The mails, oldest first.
#[derive(Debug)]
pub(crate) struct Mailbox {
    directory: Option<PathBuf>,
    kept: Mutex<Kept>,
}

#[derive(Debug, Default)]
struct Kept {
    mails: VecDeque<Arc<Mail>>,
    bytes: usize,
    last_id: u64,
}

impl Mailbox {
    /// Opens the mailbox with the mails that earlier runs left in the folder, if one is given.
    pub(crate) fn open(directory: Option<&Path>) -> anyhow::Result<Self> {
        let mut kept = Kept::default();
        if let Some(directory) = directory {
            let context = || format!("cannot keep mails in {}", directory.display());
            fs::create_dir_all(directory).with_context(context)?;
            let mut found = Vec::new();
            for entry in fs::read_dir(directory).with_context(context)? {
                found.extend(read_file(&entry?.path()));
            }
            found.sort_by_key(|mail: &Mail| mail.id);
            kept.last_id = found.last().map_or(0, |mail| mail.id);
            kept.bytes = found.iter().map(|mail| mail.raw.len()).sum();
            kept.mails = found.into_iter().map(Arc::new).collect();
        }
        let mailbox = Self {
            directory: directory.map(Path::to_path_buf),
            kept: Mutex::new(kept),
        };
        mailbox.drop_oldest(&mut mailbox.kept());
        Ok(mailbox)
    }

    /// Keeps a mail. Blocks on the disk when files are kept.
    pub(crate) fn keep(&self, envelope: Envelope, raw: Vec<u8>) -> anyhow::Result<()> {
        let mut kept = self.kept();
        let mail = Mail {
            id: kept.last_id + 1,
            received_at: now_ms(),
            envelope,
            raw,
        };
        if let Some(directory) = &self.directory {
            write_file(directory, &mail)?;
        }
        kept.last_id = mail.id;
        kept.bytes += mail.raw.len();
        kept.mails.push_back(Arc::new(mail));
        self.drop_oldest(&mut kept);
        Ok(())
    }

    /// All mails, the newest first.
    pub(crate) fn list(&self) -> Vec<Arc<Mail>> {
        self.kept().mails.iter().rev().cloned().collect()
    }

    /// The mail of this number, unless it was dropped.
    pub(crate) fn find(&self, id: u64) -> Option<Arc<Mail>> {
        self.kept().mails.iter().find(|mail| mail.id == id).cloned()
    }

    /// Forgets every mail. Numbers are not used again while the program runs.
    pub(crate) fn clear(&self) {
        let mut kept = self.kept();
        while let Some(mail) = kept.mails.pop_front() {
            self.remove_file(mail.id);
        }
        kept.bytes = 0;
    }

    fn drop_oldest(&self, kept: &mut Kept) {
        while kept.mails.len() > LIMIT_COUNT || kept.bytes > LIMIT_BYTES {
            let Some(mail) = kept.mails.pop_front() else {
                return;
            };
            kept.bytes -= mail.raw.len();
            self.remove_file(mail.id);
        }
    }

    fn remove_file(&self, id: u64) {
        if let Some(directory) = &self.directory {
            // Whoever removed it first did what was wanted.
            let _ = fs::remove_file(directory.join(file_name(id)));
        }
    }

    fn kept(&self) -> MutexGuard<'_, Kept> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "a stand-alone program without the shop's clock"
)]
fn now_ms() -> i64 {
    let since = std::time::SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .unwrap_or_default();
    i64::try_from(since.as_millis()).unwrap_or(i64::MAX)
}

fn file_name(id: u64) -> String {
    format!("{id:08}.eml")
}

/// Writes under another name first, so that a restart never sees half a mail.
fn write_file(directory: &Path, mail: &Mail) -> anyhow::Result<()> {
    let mut content = format!("{CAUGHT_AT}{}\r\n", mail.received_at).into_bytes();
    content.extend(format!("{ENVELOPE_FROM}{}\r\n", mail.envelope.from).into_bytes());
    for address in &mail.envelope.to {
        content.extend(format!("{ENVELOPE_TO}{address}\r\n").into_bytes());
    }
    content.extend(&mail.raw);
    let path = directory.join(file_name(mail.id));
    let unfinished = path.with_extension("eml.new");
    fs::write(&unfinished, content)
        .and_then(|()| fs::rename(&unfinished, &path))
        .with_context(|| format!("cannot write {}", path.display()))
}

/// Reads a file that this program wrote; any other is passed over.
fn read_file(path: &Path) -> Option<Mail> {
    let id = path
        .file_name()?
        .to_str()?
        .strip_suffix(".eml")?
        .parse()
        .ok()?;
    let content = fs::read(path).ok()?;
    let mut rest = content.as_slice();
    let received_at = take_line(&mut rest, CAUGHT_AT)?.parse().ok()?;
    let from = take_line(&mut rest, ENVELOPE_FROM)?;
    let to = std::iter::from_fn(|| take_line(&mut rest, ENVELOPE_TO)).collect();
    let envelope = Envelope { from, to };
    Some(Mail {
        id,
        received_at,
        envelope,
        raw: rest.to_vec(),
    })
}

/// Takes the next line off when it starts so, and returns what follows.
fn take_line(rest: &mut &[u8], start: &str) -> Option<String> {
    let line = rest.strip_prefix(start.as_bytes())?;
    let end = line.windows(2).position(|pair| pair == b"\r\n")?;
    *rest = &line[end + 2..];
    String::from_utf8(line[..end].to_vec()).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_last_thousand_are_kept() {
        let mailbox = Mailbox::open(None).unwrap();
        for number in 0..1_003_u32 {
            mailbox
                .keep(Envelope::default(), number.to_string().into_bytes())
                .unwrap();
        }
        let mails = mailbox.list();
        assert_eq!(mails.len(), 1_000);
        assert_eq!(mails[0].raw, b"1002");
        assert_eq!(mails[999].id, 4);
        assert_eq!(mailbox.find(3), None);
    }
}
