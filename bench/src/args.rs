//! What the command line may ask for.

use std::{path::PathBuf, time::Duration};

use crate::cases::Case;

/// A question that is measured in a way of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum Set {
    /// Orders: one hot pair and 10,000 variants, 1 to 256 clients, one and two servers, beside
    /// one order and many orders to a transaction as SQL, held against the targets.
    Placement,
    /// The server's memory with no, with 1,000 and with 10,000 idle connections.
    Memory,
    /// Twice and four times as much as the server can do; then one item stormed by 2,000 clients,
    /// and what else is asked meanwhile.
    Storm,
}

/// Measures the shop over HTTP, beside the same work as bare SQL. bench/README.md explains how.
#[derive(clap::Parser, Debug, Clone)]
#[command(name = "bench")]
pub(crate) struct Args {
    /// Only this, instead of every case.
    #[arg(value_enum)]
    pub(crate) set: Option<Set>,
    /// One round of two seconds per case, to see whether everything works.
    #[arg(long)]
    pub(crate) quick: bool,
    /// Rounds; each measures every case once over HTTP and once as SQL.
    #[arg(long, default_value_t = 3, value_parser = clap::value_parser!(u32).range(1..=100))]
    rounds: u32,
    /// How long each of them is measured.
    #[arg(long, default_value_t = 3, value_parser = clap::value_parser!(u64).range(1..=600))]
    seconds: u64,
    /// Connections at once: 1,8,32, and with `placement` 1,8,32,64,256.
    #[arg(long, value_delimiter = ',', value_parser = clap::value_parser!(u32).range(1..=256))]
    connections: Vec<u32>,
    /// Only these cases.
    #[arg(long = "case", value_delimiter = ',', value_enum, default_values_t = Case::ALL)]
    pub(crate) cases: Vec<Case>,
    /// Generated products, besides the hand-written ones.
    #[arg(long, default_value_t = 10_000)]
    #[arg(value_parser = clap::value_parser!(u32).range(1_000..=1_000_000))]
    pub(crate) products: u32,
    /// Give the server a Redis.
    #[arg(long)]
    pub(crate) redis: bool,
    /// A setting of the server other than its default, such as `database.pool_size=8`.
    #[arg(long = "set", value_name = "SECTION.KEY=VALUE", value_parser = setting)]
    pub(crate) settings: Vec<(String, String)>,
    /// A setting of PostgreSQL other than its default, such as `plan_cache_mode=auto`.
    #[arg(long = "postgres", value_name = "NAME=VALUE", value_parser = postgres_setting)]
    pub(crate) postgres_settings: Vec<(String, String)>,
    /// The figures go to bench/results/<NAME>.json.
    #[arg(long, default_value = "latest")]
    pub(crate) name: String,
    /// The server's program; by default the `nexus` beside this one.
    #[arg(long)]
    pub(crate) nexus: Option<PathBuf>,
    /// The program that plays the payment provider; by default the one beside this.
    #[arg(long)]
    pub(crate) provider: Option<PathBuf>,
    /// A folder for the databases, made anew and removed in the end.
    #[arg(long, default_value = "var/bench")]
    pub(crate) directory: PathBuf,
    /// Only keep the server busy with the first case, for a profiler to look at, and list
    /// PostgreSQL's statements in the end. Measures nothing that compares.
    #[arg(long, value_name = "SECONDS")]
    pub(crate) busy: Option<u64>,
    /// Only prove the books: write a past of so many orders, seal, audit, tamper with one row and
    /// audit again. One of 20,000 orders is proved at the end of each run.
    #[arg(long, value_name = "ORDERS")]
    #[arg(value_parser = clap::value_parser!(u64).range(100..=10_000_000))]
    pub(crate) books: Option<u64>,
}

impl Args {
    /// Whether a provider is needed, and payments that webhooks speak of.
    pub(crate) fn wants_webhooks(&self) -> bool {
        self.books.is_none()
            && self.set.is_none()
            && self.cases.iter().any(|case| case.is_webhook())
    }

    /// Whether a second server is to work on the same shop.
    pub(crate) fn wants_two_servers(&self) -> bool {
        self.set == Some(Set::Placement)
    }

    /// How many connections at once, in the order given.
    pub(crate) fn connections(&self) -> &[u32] {
        match (self.connections.as_slice(), self.set) {
            ([], Some(Set::Placement)) => &[1, 8, 32, 64, 256],
            ([], _) => &[1, 8, 32],
            (chosen, _) => chosen,
        }
    }

    pub(crate) fn rounds(&self) -> u32 {
        if self.quick { 1 } else { self.rounds }
    }

    /// The length of one measurement, in whole seconds.
    pub(crate) fn length(&self) -> Duration {
        Duration::from_secs(if self.quick { 2 } else { self.seconds })
    }
}

/// `section.key=value` as the environment variable that the server reads, and its value.
fn setting(text: &str) -> Result<(String, String), String> {
    let parts = text.split_once('=').and_then(|(key, value)| {
        let (section, key) = key.split_once('.')?;
        let is_word = |word: &str| {
            !word.is_empty() && word.bytes().all(|b| b.is_ascii_lowercase() || b == b'_')
        };
        (is_word(section) && is_word(key)).then(|| {
            let variable = format!("NEXUS__{section}__{key}").to_ascii_uppercase();
            (variable, value.to_owned())
        })
    });
    parts.ok_or_else(|| "it must look like database.pool_size=8".to_owned())
}

fn postgres_setting(text: &str) -> Result<(String, String), String> {
    let parts = text.split_once('=').filter(|(name, _)| !name.is_empty());
    let (name, value) = parts.ok_or_else(|| "it must look like work_mem=16MB".to_owned())?;
    Ok((name.to_owned(), value.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::setting;

    #[test]
    fn a_setting_becomes_the_server_s_variable() {
        let expected = ("NEXUS__DATABASE__POOL_SIZE".to_owned(), "8".to_owned());
        assert_eq!(setting("database.pool_size=8"), Ok(expected));
        for wrong in [
            "",
            "database=8",
            "database.=8",
            "database.POOL=8",
            "database.pool_size",
        ] {
            assert!(setting(wrong).is_err(), "{wrong}");
        }
    }
}
