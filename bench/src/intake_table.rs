//! How the intake of webhooks is shown: medians over the rounds, and ratios of what ran in one
//! round. Never measures.

use std::fmt::Write;

use anyhow::Result;

use crate::{
    figures::Figure,
    intake::{DELAY, Heard, IntakeRow, Phase},
    measure::Side,
};

const HEAD: [&str; 2] = [
    concat!(
        "                        |               over HTTP               ",
        "|     CPU us per request      |     worker      |    p99 to the",
    ),
    concat!(
        "                   conn |      per s    ±    p50 ms    p99 ms ",
        "| server     pg worker   load | asked/s waiting | calm's   bare's",
    ),
];

/// The table; nothing without a row.
///
/// # Errors
/// Never in practice: writing to a string cannot fail.
pub(crate) fn table(rows: &[IntakeRow]) -> Result<String> {
    let mut text = String::new();
    if rows.is_empty() {
        return Ok(text);
    }
    writeln!(
        text,
        "New webhooks while a worker asks the provider about each; slow: it answers after {} s\n",
        DELAY.as_secs()
    )?;
    for line in HEAD {
        writeln!(text, "{line}")?;
    }
    for row in rows {
        for phase in 0..3 {
            if let Some(line) = line(row, phase) {
                writeln!(text, "{line}")?;
            }
        }
    }
    Ok(text)
}

fn line(row: &IntakeRow, phase: usize) -> Option<String> {
    let each = |value: fn(&Heard) -> f64| {
        Figure::of(row.rounds.iter().map(|round| value(&round[phase]))).map(|f| f.median)
    };
    let to = |other: usize, value: fn(&Side) -> f64| {
        let ratio = |round: &[Heard; 3]| value(&round[phase].side) / value(&round[other].side);
        Figure::of(row.rounds.iter().map(ratio)).map(|figure| figure.median)
    };
    let title = match row.rounds.first()?[phase].phase {
        Phase::Bare => "bare answer",
        Phase::Calm => "webhook, calm",
        Phase::Slow => "webhook, slow",
    };
    let rates = Figure::of(
        row.rounds
            .iter()
            .map(|round| round[phase].side.per_second()),
    )?;
    let p99 = |side: &Side| side.p99_us.unwrap_or_default();
    #[expect(clippy::cast_precision_loss, reason = "counts far below 2^52")]
    let waiting = |heard: &Heard| heard.waiting as f64;
    Some(format!(
        "{title:18} {:4} | {:10.0} {:3.0}% {:9.2} {:9.2} | {:6.0} {:6.0} {:6.0} {:6.0} | {:7.0} \
         {:7.0} | {:6.2} {:8.2}",
        row.connections,
        rates.median,
        rates.spread_percent(),
        each(|heard| heard.side.p50_us.unwrap_or_default() / 1_000.0)?,
        each(|heard| heard.side.p99_us.unwrap_or_default() / 1_000.0)?,
        each(|heard| heard.side.usage.server_us / heard.side.count)?,
        each(|heard| heard.side.postgres_cpu_us())?,
        each(|heard| heard.side.usage.worker_us / heard.side.count)?,
        each(|heard| heard.side.usage.client_us / heard.side.count)?,
        each(|heard| heard.looked_at_per_second)?,
        each(waiting)?,
        to(1, p99)?,
        to(0, p99)?,
    ))
}
