//! The programs that the demo starts: the payment simulator and the mailbox. Each ends with the
//! pipe that it reads, so none outlives the demo, whatever ends it.

use std::{
    io::{BufRead, BufReader},
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use anyhow::{Context, Result, bail};

use super::secrets::Secrets;

/// A running program and the line with which it said that it is ready.
pub(in crate::cli) struct Child {
    process: std::process::Child,
    ready: String,
}

impl Child {
    /// Secrets go by `variables`: a command line is read by everybody on the machine.
    pub(in crate::cli) fn start(
        program: &str,
        args: &[String],
        variables: &[(&str, &str)],
    ) -> Result<Self> {
        let path = find(program)?;
        let mut process = Command::new(&path)
            .args(args)
            .envs(variables.iter().copied())
            .arg("--exit-with-stdin")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .with_context(|| format!("cannot start {}", path.display()))?;
        let mut ready = String::new();
        if let Some(output) = process.stdout.take() {
            BufReader::new(output).read_line(&mut ready)?;
        }
        if !ready.starts_with("listening") {
            drop(process.kill());
            bail!("{program} did not start; its reason stands above");
        }
        Ok(Self { process, ready })
    }

    /// The address that stands behind a word of the ready line.
    pub(in crate::cli) fn address(&self, word: &str) -> Result<&str> {
        let mut words = self.ready.split_whitespace();
        words
            .find(|candidate| *candidate == word)
            .and_then(|_| words.next())
            .with_context(|| format!("a program did not tell its {word} address"))
    }
}

impl Drop for Child {
    fn drop(&mut self) {
        // Closing the pipe ends it; waiting leaves no zombie.
        drop(self.process.stdin.take());
        drop(self.process.wait());
    }
}

/// The program next to this one, as cargo builds and packages place them.
pub(in crate::cli) fn find(program: &str) -> Result<PathBuf> {
    let here = std::env::current_exe()?;
    let folder = here.parent().context("this program has no folder")?;
    let path = folder.join(program);
    if path.is_file() {
        return Ok(path);
    }
    bail!(
        "{} is missing; build it with `cargo build -p chapa -p mail-catcher`, or start with \
         `make run`",
        path.display()
    )
}

pub(super) fn simulator(directory: &Path, secrets: &Secrets, port: u16) -> Result<Child> {
    let listen = format!("0.0.0.0:{}", port + 1);
    let args = [
        ("--listen", listen),
        ("--control-listen", "127.0.0.1:0".to_owned()),
        ("--public-url", format!("http://localhost:{}", port + 1)),
        (
            "--webhook-url",
            format!("http://127.0.0.1:{port}/api/v1/payment/webhook/chapa/"),
        ),
        (
            "--state-file",
            directory.join("chapa-simulator.json").display().to_string(),
        ),
    ];
    let variables = [
        ("CHAPA_SIMULATOR_SECRET_KEY", secrets.chapa_key.as_str()),
        ("CHAPA_SIMULATOR_WEBHOOK_SECRET", secrets.webhook.as_str()),
    ];
    Child::start("chapa-simulator", &flat(args), &variables)
}

pub(super) fn mailbox(directory: &Path, port: u16) -> Result<Child> {
    let args = [
        ("--smtp-listen", "127.0.0.1:0".to_owned()),
        ("--http-listen", format!("0.0.0.0:{}", port + 2)),
        ("--directory", directory.join("mails").display().to_string()),
    ];
    Child::start("mail-catcher", &flat(args), &[])
}

fn flat<const N: usize>(args: [(&str, String); N]) -> Vec<String> {
    args.into_iter()
        .flat_map(|(flag, value)| [flag.to_owned(), value])
        .collect()
}
