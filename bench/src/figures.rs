//! From rounds to figures: medians, spreads and the ratios of what ran side by side.
//! Never a figure that no round has had, but between two in the middle.

use serde::Serialize;

use crate::measure::{Pair, Row, Side};

/// A median with the least and the greatest value.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub(crate) struct Figure {
    pub(crate) median: f64,
    pub(crate) least: f64,
    pub(crate) greatest: f64,
}

/// One way of doing the work.
#[derive(Debug, Serialize)]
pub(crate) struct SideFigures {
    pub(crate) per_second: Figure,
    pub(crate) mean_us: Figure,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) p50_us: Option<Figure>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) p99_us: Option<Figure>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) body_bytes: Option<Figure>,
    /// Processor time per request or transaction, over all cores.
    pub(crate) server_cpu_us: Figure,
    pub(crate) postgres_cpu_us: Figure,
    pub(crate) client_cpu_us: Figure,
    pub(crate) redis_cpu_us: Figure,
    /// Cores that were busy with something else meanwhile.
    pub(crate) cores_taken_by_others: Figure,
}

/// A case with a number of connections.
#[derive(Debug, Serialize)]
pub(crate) struct RowFigures {
    pub(crate) case: crate::cases::Case,
    #[serde(skip)]
    pub(crate) title: &'static str,
    pub(crate) connections: u32,
    pub(crate) http: SideFigures,
    pub(crate) sql: SideFigures,
    /// HTTP over SQL, of each round's pair.
    pub(crate) throughput_ratio: Figure,
    pub(crate) postgres_cpu_ratio: Figure,
    /// Many in one transaction.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) batched: Option<SideFigures>,
    /// As they were measured.
    pub(crate) rounds: Vec<Pair>,
}

impl Figure {
    /// `None` without a value.
    pub(crate) fn of(values: impl Iterator<Item = f64>) -> Option<Self> {
        let mut sorted: Vec<f64> = values.collect();
        sorted.sort_unstable_by(f64::total_cmp);
        let (least, greatest) = (*sorted.first()?, *sorted.last()?);
        let (low, high) = (
            sorted.get((sorted.len() - 1) / 2)?,
            sorted.get(sorted.len() / 2)?,
        );
        Some(Self {
            median: f64::midpoint(*low, *high),
            least,
            greatest,
        })
    }

    /// How far the values lie apart, in percent of the median.
    pub(crate) fn spread_percent(&self) -> f64 {
        (self.greatest - self.least) / self.median * 100.0
    }
}

impl SideFigures {
    fn of(sides: &[Side]) -> Option<Self> {
        let each = |value: fn(&Side) -> f64| Figure::of(sides.iter().map(value));
        let some = |value: fn(&Side) -> Option<f64>| Figure::of(sides.iter().filter_map(value));
        Some(Self {
            per_second: each(Side::per_second)?,
            mean_us: each(|side| side.mean_us)?,
            p50_us: some(|side| side.p50_us),
            p99_us: some(|side| side.p99_us),
            body_bytes: some(|side| side.body_bytes),
            server_cpu_us: each(|side| side.usage.server_us / side.count)?,
            postgres_cpu_us: each(Side::postgres_cpu_us)?,
            client_cpu_us: each(|side| side.usage.client_us / side.count)?,
            redis_cpu_us: each(|side| side.usage.redis_us / side.count)?,
            cores_taken_by_others: each(|side| side.usage.others_us / side.usage.seconds / 1e6)?,
        })
    }
}

impl RowFigures {
    /// `None` for a row without a round.
    pub(crate) fn of(row: Row) -> Option<Self> {
        let ways: (Vec<Side>, Vec<Side>) =
            row.pairs.iter().map(|pair| (pair.http, pair.sql)).unzip();
        let ratio = |value: fn(&Side) -> f64| {
            Figure::of(
                row.pairs
                    .iter()
                    .map(|pair| value(&pair.http) / value(&pair.sql)),
            )
        };
        Some(Self {
            case: row.case,
            title: row.case.title(),
            connections: row.connections,
            http: SideFigures::of(&ways.0)?,
            sql: SideFigures::of(&ways.1)?,
            throughput_ratio: ratio(Side::per_second)?,
            postgres_cpu_ratio: ratio(Side::postgres_cpu_us)?,
            batched: SideFigures::of(
                &row.pairs
                    .iter()
                    .filter_map(|pair| pair.batched)
                    .collect::<Vec<Side>>(),
            ),
            rounds: row.pairs,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::Figure;

    #[test]
    fn a_figure_is_the_middle_of_its_rounds() {
        let of = |values: &[f64]| Figure::of(values.iter().copied());
        let odd = of(&[30.0, 10.0, 20.0]).unwrap();
        assert_eq!((odd.median, odd.least, odd.greatest), (20.0, 10.0, 30.0));
        assert_eq!(of(&[10.0, 40.0]).unwrap().median, 25.0);
        assert_eq!(odd.spread_percent(), 100.0);
        assert_eq!(of(&[]), None);
    }
}
