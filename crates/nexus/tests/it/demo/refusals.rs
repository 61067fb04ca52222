//! What a demo cannot start on: one sentence that says what to do.

use std::{fs, net::TcpListener};

use super::trial::{Trial, is_root};
use crate::world::{Process, is_alive};

/// It has left with a complaint of one line that holds these words.
async fn assert_refused(demo: Process, words: &[&str]) {
    let (code, complaint) = demo.left().await;
    assert_eq!(code, 2, "{complaint}");
    assert_eq!(complaint.trim_end().lines().count(), 1, "{complaint}");
    assert!(complaint.starts_with("nexus: "), "{complaint}");
    assert!(
        !complaint.contains(".rs:") && !complaint.contains("Vq72"),
        "{complaint}"
    );
    for word in words {
        assert!(complaint.contains(word), "{word}: {complaint}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_busy_port_is_named_with_what_to_do() {
    let trial = Trial::new("demo-ports");
    for (offset, address) in [(0, "127.0.0.1"), (1, "0.0.0.0"), (2, "127.0.0.1")] {
        let port = trial.port + offset;
        let busy = TcpListener::bind((address, port)).unwrap();
        let named = format!("port {port}");
        assert_refused(trial.demo(), &[&named, "make run PORT="]).await;
        drop(busy);
    }
    assert!(
        !trial.data().join("postgres").exists(),
        "a server was made for nothing"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_folder_that_cannot_be_written_is_named_with_what_to_do() {
    let trial = Trial::of_nobody("demo-folder");
    let file = trial.folder.join("file");
    fs::write(&file, "in the way").unwrap();
    let mut folders = vec![file.clone(), file.join("below")];
    if is_root() {
        folders.extend([
            "/proc/nexus".into(),
            "/root-of-nobody".into(),
            "/usr".into(),
        ]);
    }
    for folder in folders {
        let demo = trial.demo_with(&trial.nexus, &folder, trial.port, &[]);
        assert_refused(demo, &[folder.to_str().unwrap(), "--directory"]).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_missing_program_is_named_with_what_to_do() {
    let trial = Trial::new("demo-programs");
    for (present, missing) in [
        (&["nexus"][..], "chapa-simulator"),
        (&["nexus", "chapa-simulator"], "mail-catcher"),
    ] {
        let nexus = trial.programs(present);
        let demo = trial.demo_with(&nexus, &trial.data(), trial.port, &[]);
        let named = format!("{missing} is missing");
        assert_refused(demo, &[&named, "cargo build", "make run"]).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn damaged_secrets_are_named_with_what_to_do() {
    let trial = Trial::new("demo-secrets");
    fs::create_dir_all(trial.data()).unwrap();
    fs::write(trial.data().join("secrets.toml"), "auth = 'Vq72-half").unwrap();
    assert_refused(trial.demo(), &["secrets.toml is damaged", "make reset"]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_second_demo_in_the_same_folder_is_refused_and_the_first_lives() {
    let (trial, other) = (Trial::new("demo-twice"), Trial::new("demo-other"));
    let demo = trial.running_demo().await;
    let started = demo.descendants();
    let second = trial.demo_with(&trial.nexus, &trial.data(), other.port, &[]);
    assert_refused(second, &["is in use by process", "another folder"]).await;
    assert!(
        started.iter().all(|pid| is_alive(*pid)),
        "the first one lost a process"
    );
    trial.story().await;
}
