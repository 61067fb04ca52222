//! `nexus audit`: the report as a table, or as JSON. Never what is checked: that is `crate::audit`.

use std::{fmt::Write as _, process::ExitCode};

use anyhow::{Context, Result};
use kit::{Db, outbox::Subscriptions};
use money::{Currency, Money};
use serde::Serialize;

use super::say;
use crate::{
    audit::{Captured, Check, Report, audit},
    config::Settings,
};

/// Exit code 0 when every invariant holds, 1 when one is broken; an error when it could not run.
pub(super) async fn run(settings: &Settings, json: bool) -> Result<ExitCode> {
    settings.database_url()?;
    let db = Db::open(&settings.database, Subscriptions::default())?;
    let report = audit(&db)
        .await
        .map_err(anyhow::Error::from)
        .context("the audit could not run; `nexus doctor` looks for the cause")?;
    db.close();
    if json {
        let is_clean = report.is_clean();
        say(serde_json::to_string_pretty(&Printed {
            is_clean,
            report: &report,
        })?)?;
    } else {
        say(render(&report)?)?;
    }
    Ok(if report.is_clean() {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

#[derive(Serialize)]
struct Printed<'a> {
    is_clean: bool,
    #[serde(flatten)]
    report: &'a Report,
}

/// The table, the broken rows, the figures, the verdict.
fn render(report: &Report) -> Result<String> {
    let mut text = String::new();
    let width = report
        .checks
        .iter()
        .map(|check| check.title.len())
        .max()
        .unwrap_or(0);
    for Check {
        id,
        title,
        rows_checked,
        violation_count,
        ..
    } in &report.checks
    {
        let state = match violation_count {
            0 => "ok".to_owned(),
            count => format!("BROKEN {}", grouped(*count)),
        };
        writeln!(
            text,
            "{id:<4} {title:<width$} {:>14}  {state}",
            grouped(*rows_checked)
        )?;
    }
    for check in report.checks.iter().filter(|check| !check.holds()) {
        writeln!(text, "\n{} is broken: {}", check.id, check.title)?;
        for violation in &check.violations {
            writeln!(text, "  {}: {}", violation.subject, violation.detail)?;
        }
        let listed = i64::try_from(check.violations.len()).unwrap_or(i64::MAX);
        if check.violation_count > listed {
            writeln!(
                text,
                "  … and {} more",
                grouped(check.violation_count - listed)
            )?;
        }
    }
    writeln!(text, "\n{}", figures(report))?;
    text.push_str(&verdict(report));
    Ok(text)
}

fn figures(report: &Report) -> String {
    let summary = &report.summary;
    let orders: Vec<String> = summary
        .orders_by_status
        .iter()
        .map(|(status, count)| format!("{} {}", grouped(*count), status.replace('_', " ")))
        .collect();
    let money: Vec<String> = summary.captured.iter().map(taken).collect();
    let or_none = |parts: &[String]| match parts {
        [] => "none".to_owned(),
        parts => parts.join(", "),
    };
    format!(
        "orders: {}\nunits:  {} on hand, {} of them reserved, {} sold\nmoney:  {}",
        or_none(&orders),
        grouped(summary.units_on_hand),
        grouped(summary.units_reserved),
        grouped(summary.units_sold),
        or_none(&money),
    )
}

fn taken(captured: &Captured) -> String {
    let code = &captured.currency;
    let amount = |minor: i64| {
        let currency = code.parse::<Currency>();
        currency.map_or_else(
            |_| format!("{minor} minor units"),
            |currency| Money::new(minor, currency).to_decimal(),
        )
    };
    let mut parts = Vec::new();
    if captured.applied_minor > 0 {
        parts.push(format!(
            "{} {code} for orders",
            amount(captured.applied_minor)
        ));
    }
    if captured.surplus_minor > 0 {
        let surplus = amount(captured.surplus_minor);
        parts.push(format!(
            "{surplus} {code} that pay none and wait for a person"
        ));
    }
    parts.join(" and ")
}

fn verdict(report: &Report) -> String {
    let count = report.checks.len();
    let broken = report.checks.iter().filter(|check| !check.holds()).count();
    if broken == 0 {
        let rows = report.checks.iter().map(|check| check.rows_checked).sum();
        return format!(
            "clean: all {count} invariants hold over {} rows",
            grouped(rows)
        );
    }
    let violations = grouped(report.violation_count());
    format!("BROKEN: {broken} of {count} invariants, {violations} violations; nothing was changed")
}

/// Thousands with commas.
pub(super) fn grouped(number: i64) -> String {
    let digits = number.unsigned_abs().to_string();
    let mut text = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    if number < 0 { format!("-{text}") } else { text }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;
    use crate::audit::{Summary, Violation};

    fn report(violation_count: i64) -> Report {
        let violation = Violation {
            subject: "variant 1".to_owned(),
            detail: "2 is not 3".to_owned(),
        };
        let captured = Captured {
            currency: "ETB".to_owned(),
            applied_minor: 1_234_550,
            surplus_minor: 5,
        };
        Report {
            checks: vec![
                Check {
                    id: "I1",
                    title: "short",
                    rows_checked: 1_234_567,
                    violation_count: 0,
                    violations: Vec::new(),
                },
                Check {
                    id: "I10",
                    title: "a longer one",
                    rows_checked: 3,
                    violation_count,
                    violations: vec![violation; usize::from(violation_count > 0)],
                },
            ],
            summary: Summary {
                orders_by_status: BTreeMap::from([("pending_payment".to_owned(), 2)]),
                units_on_hand: 1_000,
                units_reserved: 10,
                units_sold: 0,
                captured: vec![captured],
            },
        }
    }

    #[test]
    fn a_clean_report_ends_in_its_verdict() {
        let expected = "\
I1   short             1,234,567  ok
I10  a longer one              3  ok

orders: 2 pending payment
units:  1,000 on hand, 10 of them reserved, 0 sold
money:  12345.50 ETB for orders and 0.05 ETB that pay none and wait for a person
clean: all 2 invariants hold over 1,234,570 rows";
        assert_eq!(render(&report(0)).unwrap(), expected);
    }

    #[test]
    fn broken_rows_are_named_and_the_rest_counted() {
        let text = render(&report(1_001)).unwrap();
        let table = "I10  a longer one              3  BROKEN 1,001\n";
        let rows = "\nI10 is broken: a longer one\n  variant 1: 2 is not 3\n  … and 1,000 more\n";
        assert!(text.contains(table) && text.contains(rows), "{text}");
        let last = "BROKEN: 1 of 2 invariants, 1,001 violations; nothing was changed";
        assert_eq!(text.lines().last(), Some(last));
    }

    #[test]
    fn digits_are_grouped() {
        let numbers = [0, 999, 1_000, -12_345, i64::MIN];
        let expected = ["0", "999", "1,000", "-12,345", "-9,223,372,036,854,775,808"];
        assert_eq!(numbers.map(grouped), expected);
    }
}
