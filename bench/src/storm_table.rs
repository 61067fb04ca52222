//! What a storm and an overload came to, as tables and as JSON. Never a verdict that fails a run.

use std::{fs, path::PathBuf};

use anyhow::Result;
use serde::Serialize;

use crate::{
    overload::{Curve, Point},
    report::Machine,
    storm::{Beside, Storm, Times},
};

/// The most that the storm may make of the calm p99.
const RATIO_MAX: f64 = 2.0;

/// All of a run.
#[derive(Debug, Serialize)]
pub(crate) struct StormReport {
    pub(crate) command: String,
    pub(crate) machine: Machine,
    pub(crate) postgres: String,
    pub(crate) storm: Storm,
    pub(crate) overload: Vec<Curve>,
}

impl StormReport {
    /// Where the figures are.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub(crate) fn write_json(&self, name: &str) -> Result<PathBuf> {
        let folder = PathBuf::from("bench/results");
        fs::create_dir_all(&folder)?;
        let path = folder.join(format!("{name}-storm.json"));
        fs::write(&path, serde_json::to_string_pretty(self)? + "\n")?;
        Ok(path)
    }

    /// The tables, with what was aimed at.
    pub(crate) fn table(&self) -> String {
        let mut text = self.of_storm();
        for curve in &self.overload {
            text += &of_curve(curve);
        }
        text
    }

    fn of_storm(&self) -> String {
        let mut text = String::from(
            "beside the storm    calm p50   p99 us     storm p50   p99 us    ratio   aimed at\n",
        );
        for beside in &self.storm.beside {
            let Beside {
                case,
                calm,
                storm,
                p99_ratio,
            } = beside;
            let is_met = *p99_ratio < RATIO_MAX;
            let word = if is_met { "met" } else { "MISSED" };
            text += &format!(
                "{:18} {:9.0} {:8.0}     {:9.0} {:8.0} {:8.2}   below {RATIO_MAX:.0}: {word}\n",
                case.title(),
                calm.p50_us,
                calm.p99_us,
                storm.p50_us,
                storm.p99_us,
                p99_ratio,
            );
        }
        let Storm {
            clients,
            units,
            seconds,
            answers,
            ..
        } = &self.storm;
        text += &format!("{clients} clients wanted {units} units, for {seconds} s:\n");
        for (status, times) in answers {
            let Times {
                answers,
                p50_us,
                p99_us,
            } = times;
            text += &format!(
                "  {status}: {answers:7} answers, p50 {p50_us:9.0} us, p99 {p99_us:9.0} us\n"
            );
        }
        text
    }
}

fn of_curve(curve: &Curve) -> String {
    let mut text = format!(
        "\n{}: {:.0} a second in a closed loop\noffered a second      good  of it   p99 ms   \
         503 a second   p50 ms   p99 ms   unsent   other answers\n",
        curve.case.title(),
        curve.capacity,
    );
    for point in &curve.points {
        let Point {
            factor,
            offered,
            unsent,
            good,
            good_times,
            refused,
            refused_times,
            others,
        } = point;
        text += &format!(
            "{factor} x {offered:10.0} {good:10.0} {:6.2} {:8.0} {refused:14.0} {:8.1} {:8.1} \
             {unsent:8.0}   {others:?}\n",
            good / curve.capacity,
            good_times.p99_us / 1e3,
            refused_times.p50_us / 1e3,
            refused_times.p99_us / 1e3,
        );
    }
    text
}
