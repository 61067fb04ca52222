//! What the doctor asks the database. Reads only.

use anyhow::Result;
use chrono::{DateTime, Utc};
use tokio_postgres::Client;

/// The server and the database, as they say of themselves.
pub(super) struct Facts {
    pub(super) version: String,
    pub(super) version_number: i32,
    pub(super) encoding: String,
    pub(super) character_type: String,
    /// Which of the settings that make a commit durable are off.
    pub(super) durability_off: Vec<String>,
    pub(super) connections_max: i32,
    pub(super) is_standby: bool,
}

const FIND_FACTS: &str = "
    select current_setting('server_version') as version,
        current_setting('server_version_num')::int as version_number,
        pg_encoding_to_char(encoding)::text as encoding,
        datctype::text as character_type,
        array(
            select name
            from pg_settings
            where name in ('fsync', 'full_page_writes', 'synchronous_commit')
                and setting = 'off'
            order by name
        )::text[] as durability_off,
        current_setting('max_connections')::int
            - current_setting('superuser_reserved_connections')::int as connections_max,
        pg_is_in_recovery() as is_standby
    from pg_database
    where datname = current_database()";

pub(super) async fn find_facts(client: &Client) -> Result<Facts> {
    let row = client.query_one(FIND_FACTS, &[]).await?;
    Ok(Facts {
        version: row.get("version"),
        version_number: row.get("version_number"),
        encoding: row.get("encoding"),
        character_type: row.get("character_type"),
        durability_off: row.get("durability_off"),
        connections_max: row.get("connections_max"),
        is_standby: row.get("is_standby"),
    })
}

// Where the character type knows no Ethiopic, the full stop stays part of the word.
const FIND_READS_ETHIOPIC: &str = "
    select to_tsvector('simple', 'ቀሚስ።') = to_tsvector('simple', 'ቀሚስ') as reads_ethiopic";

pub(super) async fn find_reads_ethiopic(client: &Client) -> Result<bool> {
    Ok(client
        .query_one(FIND_READS_ETHIOPIC, &[])
        .await?
        .get("reads_ethiopic"))
}

const FIND_NOW: &str = "select clock_timestamp() as now";

pub(super) async fn find_now(client: &Client) -> Result<DateTime<Utc>> {
    Ok(client.query_one(FIND_NOW, &[]).await?.get("now"))
}

const COUNT_SUPERUSERS: &str = "
    select count(*) as superusers
    from staff
    where is_superuser and is_active";

pub(super) async fn count_superusers(client: &Client) -> Result<i64> {
    Ok(client
        .query_one(COUNT_SUPERUSERS, &[])
        .await?
        .get("superusers"))
}
