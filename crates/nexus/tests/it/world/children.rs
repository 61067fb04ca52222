//! Programs that a test starts: the payment simulator, the mailbox, the shop's own binary.

use std::{
    io::{BufRead, BufReader},
    path::PathBuf,
    process::{Command, Stdio},
};

/// A program that ends with the test.
pub(crate) struct Child {
    pub(crate) process: std::process::Child,
    ready: String,
}

/// A program that cargo has built beside the tests.
pub(crate) fn program(name: &str) -> PathBuf {
    let tests = std::env::current_exe().unwrap();
    let path = tests
        .parent()
        .and_then(std::path::Path::parent)
        .unwrap()
        .join(name);
    assert!(
        path.is_file(),
        "{} is missing: cargo build --workspace --bins",
        path.display()
    );
    path
}

impl Child {
    /// Starts a program that says `listening …` when it is ready and ends when its input closes.
    pub(crate) fn start(name: &str, args: &[&str]) -> Self {
        let mut process = Command::new(program(name))
            .args(args)
            .arg("--exit-with-stdin")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut ready = String::new();
        BufReader::new(process.stdout.take().unwrap())
            .read_line(&mut ready)
            .unwrap();
        assert!(
            ready.starts_with("listening"),
            "{name} did not start: {ready:?}"
        );
        Self { process, ready }
    }

    /// The address behind a word of the ready line.
    pub(crate) fn address(&self, word: &str) -> String {
        let mut words = self.ready.split_whitespace();
        words
            .find(|candidate| *candidate == word)
            .expect("the ready line names it");
        words.next().unwrap().to_owned()
    }
}

impl Drop for Child {
    fn drop(&mut self) {
        drop(self.process.stdin.take());
        drop(self.process.wait());
    }
}
