//! The database: is it there, is it fit, does it have our schema.

use std::time::Duration;

use chrono::TimeDelta;
use kit::Clock;
use tokio::time::timeout;
use tokio_postgres::Client;

use super::{
    Finding,
    store::{self, Facts},
    told,
};
use crate::{config::Settings, migrations::MIGRATIONS};

/// A database that takes longer for these few questions is not well.
const PATIENCE: Duration = Duration::from_secs(10);

const VERSION_NUMBER_MIN: i32 = 150_000;

const SKEW_WARN: TimeDelta = TimeDelta::seconds(2);
const SKEW_FAIL: TimeDelta = TimeDelta::seconds(30);

pub(super) async fn look(settings: &Settings) -> Vec<Finding> {
    let url = match settings.database_url() {
        Ok(url) => url,
        Err(error) => {
            return vec![Finding::fail(
                "database",
                error.to_string(),
                "set DATABASE_URL",
            )];
        }
    };
    let pool_size = settings.database.pool_size;
    timeout(PATIENCE, look_at(url, pool_size))
        .await
        .unwrap_or_else(|_| {
            let detail = format!("no answer within {} s", PATIENCE.as_secs());
            vec![Finding::fail(
                "database",
                detail,
                "see what keeps it busy, and the way to it",
            )]
        })
}

async fn look_at(url: &str, pool_size: usize) -> Vec<Finding> {
    const REMEDY: &str = "check DATABASE_URL, and that PostgreSQL runs and lets this machine in";
    let client = match kit::db::connect_once(url).await {
        Ok(client) => client,
        Err(error) => return vec![Finding::fail("database", told(error), REMEDY)],
    };
    let facts = match store::find_facts(&client).await {
        Ok(facts) => facts,
        Err(error) => return vec![Finding::fail("database", format!("{error:#}"), REMEDY)],
    };
    let mut findings = vec![
        version(&facts),
        durability(&facts),
        connections(&facts, pool_size),
    ];
    findings.push(characters(&client, &facts).await);
    findings.push(clock(&client).await);
    let (migrations, is_current) = migrations(url).await;
    findings.push(migrations);
    if is_current {
        findings.push(superuser(&client).await);
    }
    findings
}

fn version(facts: &Facts) -> Finding {
    let Facts {
        version,
        version_number,
        is_standby,
        ..
    } = facts;
    if *version_number < VERSION_NUMBER_MIN {
        let detail = format!("PostgreSQL {version} is too old");
        Finding::fail("database", detail, "use PostgreSQL 15 or newer")
    } else if *is_standby {
        let detail = format!("PostgreSQL {version} answers, and it is a standby");
        Finding::fail("database", detail, "point DATABASE_URL at the primary")
    } else {
        Finding::ok("database", format!("PostgreSQL {version} answers"))
    }
}

fn durability(facts: &Facts) -> Finding {
    if facts.durability_off.is_empty() {
        return Finding::ok("durability", "a commit survives a crash of the machine");
    }
    let detail = format!("off: {}", facts.durability_off.join(", "));
    Finding::fail(
        "durability",
        detail,
        "switch it on: a crash would lose paid orders",
    )
}

fn connections(facts: &Facts, pool_size: usize) -> Finding {
    let max = facts.connections_max;
    if i32::try_from(pool_size).is_ok_and(|size| size <= max) {
        return Finding::ok("connections", format!("{pool_size} wanted, {max} allowed"));
    }
    let detail = format!("each process wants {pool_size} and the database allows {max}");
    Finding::warn(
        "connections",
        detail,
        "lower database.pool_size or raise max_connections",
    )
}

async fn characters(client: &Client, facts: &Facts) -> Finding {
    let Facts {
        encoding,
        character_type,
        ..
    } = facts;
    // Another encoding cannot even be asked in Ethiopic.
    let reads_ethiopic =
        encoding == "UTF8" && store::find_reads_ethiopic(client).await.unwrap_or(false);
    let is_c = matches!(character_type.as_str(), "C" | "POSIX");
    let detail = format!("encoding {encoding}, character type {character_type}");
    if reads_ethiopic && !is_c {
        return Finding::ok("characters", detail);
    }
    Finding::fail(
        "characters",
        format!("{detail}: search is blind to Ethiopic letters"),
        "create the database anew: create database shop encoding 'UTF8' lc_ctype 'C.UTF-8' \
         lc_collate 'C.UTF-8' template template0",
    )
}

async fn clock(client: &Client) -> Finding {
    let clock = Clock::system();
    let before = clock.now();
    let theirs = match store::find_now(client).await {
        Ok(theirs) => theirs,
        Err(error) => return Finding::fail("clock", format!("{error:#}"), "ask again"),
    };
    let after = clock.now();
    let ours = before + (after - before) / 2;
    skew((theirs - ours).abs())
}

fn skew(difference: TimeDelta) -> Finding {
    const REMEDY: &str = "let both machines keep time with NTP";
    let ms = difference.num_milliseconds();
    let detail = format!("{ms} ms apart from the database's");
    if difference > SKEW_FAIL {
        Finding::fail("clock", detail, REMEDY)
    } else if difference > SKEW_WARN {
        Finding::warn("clock", detail, REMEDY)
    } else {
        Finding::ok("clock", detail)
    }
}

/// The finding, and whether our tables are all there.
async fn migrations(url: &str) -> (Finding, bool) {
    const NAME: &str = "migrations";
    let state = match kit::db::pending(url, MIGRATIONS).await {
        Ok(state) => state,
        Err(error) => {
            let finding = Finding::fail(NAME, told(error), "check the database's log");
            return (finding, false);
        }
    };
    if !state.pending.is_empty() {
        let detail = format!("pending: {}", state.pending.join(", "));
        (Finding::fail(NAME, detail, "run `nexus migrate`"), false)
    } else if !state.unknown.is_empty() {
        let detail = format!("not known to this program: {}", state.unknown.join(", "));
        let remedy = "a newer program was here; run that one, or be sure that it fits";
        (Finding::warn(NAME, detail, remedy), true)
    } else {
        (
            Finding::ok(NAME, format!("all {} are applied", MIGRATIONS.len())),
            true,
        )
    }
}

async fn superuser(client: &Client) -> Finding {
    const NAME: &str = "superuser";
    match store::count_superusers(client).await {
        Ok(0) => Finding::warn(
            NAME,
            "nobody may administer the shop",
            "run `nexus createsuperuser`",
        ),
        Ok(count) => Finding::ok(NAME, format!("{count} may do everything")),
        Err(error) => Finding::fail(NAME, format!("{error:#}"), "check the database's log"),
    }
}

#[cfg(test)]
mod tests {
    use super::{super::Gravity, *};

    #[test]
    fn clocks_may_differ_a_little() {
        let cases = [
            (0, Gravity::Ok),
            (2_000, Gravity::Ok),
            (2_001, Gravity::Warn),
            (30_000, Gravity::Warn),
            (30_001, Gravity::Fail),
        ];
        for (ms, gravity) in cases {
            assert_eq!(
                skew(TimeDelta::milliseconds(ms)).gravity,
                gravity,
                "{ms} ms"
            );
        }
    }

    #[test]
    fn the_database_must_be_fit() {
        let facts = |version_number, off: &[&str], is_standby| Facts {
            version: "x".to_owned(),
            version_number,
            encoding: "UTF8".to_owned(),
            character_type: "C.UTF-8".to_owned(),
            durability_off: off.iter().map(|name| (*name).to_owned()).collect(),
            connections_max: 97,
            is_standby,
        };
        assert_eq!(version(&facts(150_000, &[], false)).gravity, Gravity::Ok);
        assert_eq!(version(&facts(149_999, &[], false)).gravity, Gravity::Fail);
        assert_eq!(version(&facts(150_000, &[], true)).gravity, Gravity::Fail);
        let forgetful = durability(&facts(150_000, &["fsync", "synchronous_commit"], false));
        assert_eq!(forgetful.gravity, Gravity::Fail);
        assert_eq!(forgetful.detail, "off: fsync, synchronous_commit");
        assert_eq!(
            connections(&facts(150_000, &[], false), 97).gravity,
            Gravity::Ok
        );
        assert_eq!(
            connections(&facts(150_000, &[], false), 98).gravity,
            Gravity::Warn
        );
    }
}
