//! `nexus doctor`: what is wrong with this installation, and what to do. Changes nothing, sends
//! nothing, and shows no secret.

mod database;
mod outside;
mod settings;
mod store;

use std::{fmt::Write as _, process::ExitCode};

use anyhow::Result;
use serde::Serialize;

use super::say;
use crate::config::Settings;

/// How grave a finding is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
enum Gravity {
    Ok,
    /// The shop runs, with less than it could have.
    Warn,
    /// The shop does not run, or not safely.
    Fail,
}

impl Gravity {
    const fn word(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::Warn => "warn",
            Self::Fail => "FAIL",
        }
    }
}

/// What came of one look.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
struct Finding {
    name: &'static str,
    gravity: Gravity,
    detail: String,
    /// What to do about it; `None` when all is well.
    remedy: Option<&'static str>,
}

impl Finding {
    fn ok(name: &'static str, detail: impl Into<String>) -> Self {
        Self {
            name,
            gravity: Gravity::Ok,
            detail: detail.into(),
            remedy: None,
        }
    }

    fn warn(name: &'static str, detail: impl Into<String>, remedy: &'static str) -> Self {
        Self {
            name,
            gravity: Gravity::Warn,
            detail: detail.into(),
            remedy: Some(remedy),
        }
    }

    fn fail(name: &'static str, detail: impl Into<String>, remedy: &'static str) -> Self {
        Self {
            name,
            gravity: Gravity::Fail,
            detail: detail.into(),
            remedy: Some(remedy),
        }
    }
}

/// Exit code 0 when nothing fails, 1 when something does; warnings do not count.
pub(super) async fn run(settings: &Settings, json: bool) -> Result<ExitCode> {
    // A second call, or one after the process has chosen, changes nothing.
    drop(rustls::crypto::ring::default_provider().install_default());
    let mut findings = settings::look(settings);
    let (database, redis, mail, chapa) = tokio::join!(
        database::look(settings),
        outside::redis(settings),
        outside::mail(settings),
        outside::chapa(settings),
    );
    findings.extend(database);
    findings.extend([redis, mail, chapa]);
    if json {
        say(serde_json::to_string_pretty(&findings)?)?;
    } else {
        say(render(&findings)?)?;
    }
    let fails = findings
        .iter()
        .any(|finding| finding.gravity == Gravity::Fail);
    Ok(if fails {
        ExitCode::FAILURE
    } else {
        ExitCode::SUCCESS
    })
}

/// The whole chain of reasons on one line.
fn told(error: kit::Error) -> String {
    format!("{:#}", anyhow::Error::from(error))
}

fn render(findings: &[Finding]) -> Result<String> {
    let mut text = String::new();
    let width = findings
        .iter()
        .map(|finding| finding.name.len())
        .max()
        .unwrap_or(0);
    for Finding {
        name,
        gravity,
        detail,
        remedy,
    } in findings
    {
        writeln!(text, "{:<4}  {name:<width$}  {detail}", gravity.word())?;
        if let Some(remedy) = remedy {
            writeln!(text, "{:width$}        → {remedy}", "")?;
        }
    }
    let count = |gravity| {
        findings
            .iter()
            .filter(|finding| finding.gravity == gravity)
            .count()
    };
    match (count(Gravity::Fail), count(Gravity::Warn)) {
        (0, 0) => text.push_str("all is well"),
        (0, warnings) => write!(text, "ready to run; {warnings} to look at")?,
        (failures, warnings) => {
            write!(
                text,
                "not ready: {failures} to repair, {warnings} to look at"
            )?;
        }
    }
    Ok(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_finding_has_a_line_and_its_remedy() {
        let ok = Finding::ok("settings", "read");
        let warn = Finding::warn("redis", "is away", "start it");
        let fail = Finding::fail("migrations", "2 are pending", "run `nexus migrate`");
        let expected = "\
ok    settings    read
warn  redis       is away
                  → start it
FAIL  migrations  2 are pending
                  → run `nexus migrate`
not ready: 1 to repair, 1 to look at";
        assert_eq!(render(&[ok.clone(), warn.clone(), fail]).unwrap(), expected);
        assert!(
            render(&[ok.clone(), warn])
                .unwrap()
                .ends_with("ready to run; 1 to look at")
        );
        assert!(render(&[ok]).unwrap().ends_with("all is well"));
    }
}
