//! Due jobs, told through Redis: one process looks for them, and a stream for each queue tells each
//! of them to one idle hand, on whichever machine.
//!
//! Promises: what is told is a hint; who may have a job is decided by its claim in the database.
//! Whatever Redis loses is told again, and looked for all the same. Never: a job's payload.

use std::{
    collections::{BTreeMap, HashMap},
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::{Duration, Instant},
};

use redis::{
    Script,
    aio::{ConnectionManager, ConnectionManagerConfig, MultiplexedConnection},
};
use tokio::sync::{Notify, Semaphore};
use uuid::Uuid;

use super::store;
use crate::{
    clock::Clock,
    db::Db,
    error::{Error, Result},
    patience::Patience,
    tasks::Tasks,
};

/// How often due jobs are looked for when nobody has told of any.
const LOOK_EVERY: Duration = Duration::from_millis(250);

/// A job that nobody has claimed this long after it was told is told again.
const TELL_AGAIN_AFTER: Duration = Duration::from_secs(5);

/// Whoever looks for all has said so within this time.
const LEAD_MS: u64 = 3_000;

/// How many are told at a time; hands that are awake go on by themselves until nothing is due.
const TOLD_AT_ONCE: i64 = 256;

/// How many a stream holds, nearly: more than hands are idle would wait in vain.
const STREAM_MAX: usize = 1_000;

/// For how long a listener waits in Redis before it looks around.
const BLOCK_MS: usize = 1_000;

/// The reading group of each stream. An entry is read by one of its members, and is gone with it.
const GROUP: &str = "workers";

// Takes the lead or keeps it.
const LEAD: &str = "
    local leader = redis.call('get', KEYS[1])
    if leader and leader ~= ARGV[1] then
        return 0
    end
    redis.call('set', KEYS[1], ARGV[1], 'px', ARGV[2])
    return 1";

/// How hands of many processes hear of due jobs.
#[derive(Clone)]
pub struct Streams {
    client: redis::Client,
    prefix: Arc<str>,
    /// The queue of every kind, also of kinds that this process does not run.
    queues: Arc<BTreeMap<&'static str, &'static str>>,
}

/// The hands of a process that wait, and what they wait for.
#[derive(Clone)]
pub(super) struct Idle {
    count: Arc<AtomicUsize>,
    came: Arc<Notify>,
    hints: Arc<Semaphore>,
}

impl Default for Idle {
    fn default() -> Self {
        Self {
            count: Arc::default(),
            came: Arc::default(),
            hints: Arc::new(Semaphore::new(0)),
        }
    }
}

/// Counts a hand as idle for as long as it lives.
struct Waiting<'a>(&'a AtomicUsize);

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::SeqCst);
    }
}

impl Idle {
    /// Waits for a hint.
    pub(super) async fn hint(&self) {
        self.count.fetch_add(1, Ordering::SeqCst);
        let _waiting = Waiting(&self.count);
        self.came.notify_one();
        if let Ok(hint) = self.hints.acquire().await {
            hint.forget();
        }
    }

    /// Wakes as many hands, if so many wait.
    fn wake(&self, count: usize) {
        self.hints.add_permits(count.min(self.idle_count()));
    }

    /// Hands that wait and for which there is no hint yet.
    fn idle_count(&self) -> usize {
        let idle = self.count.load(Ordering::SeqCst);
        idle.saturating_sub(self.hints.available_permits())
    }

    /// Returns once a hand waits: how many do.
    async fn some(&self) -> usize {
        loop {
            match self.idle_count() {
                0 => self.came.notified().await,
                count => return count,
            }
        }
    }
}

/// What a process does for the streams beside working.
pub(super) struct Teller {
    pub(super) streams: Streams,
    pub(super) db: Db,
    pub(super) clock: Clock,
    pub(super) idle: Idle,
    /// The kinds that this process runs.
    pub(super) kinds: Vec<&'static str>,
}

impl Streams {
    /// Through this Redis. `namespace` keeps installations apart that share it; `queues` gives each
    /// kind of job its queue.
    #[must_use]
    pub fn new(
        client: redis::Client,
        namespace: &str,
        queues: impl IntoIterator<Item = (&'static str, &'static str)>,
    ) -> Self {
        Self {
            client,
            prefix: format!("{namespace}:jobs").into(),
            queues: Arc::new(queues.into_iter().collect()),
        }
    }

    fn key(&self, queue: &str) -> String {
        format!("{}:{queue}", self.prefix)
    }

    /// The streams of the queues of some kinds.
    fn keys_of(&self, kinds: &[&'static str]) -> Vec<String> {
        let mut queues: Vec<&str> = kinds
            .iter()
            .filter_map(|kind| self.queue_of(kind))
            .collect();
        queues.sort_unstable();
        queues.dedup();
        queues.into_iter().map(|queue| self.key(queue)).collect()
    }

    fn queue_of(&self, kind: &str) -> Option<&'static str> {
        self.queues.get(kind).copied()
    }
}

impl Teller {
    /// Looks for due jobs and tells of them, until the process is told to stop. With Redis one
    /// process of all does; without it each tells its own hands.
    pub(super) async fn tell(self: Arc<Self>, tasks: Tasks) {
        let me = Uuid::new_v4().to_string();
        let patience = Patience::new("each process looks for its own jobs");
        let mut told = HashMap::new();
        let mut redis = None;
        while !tasks.is_stopping() {
            if redis.is_none() {
                redis = self.connect();
            }
            if let Err(error) = self.look(&me, &patience, redis.as_ref(), &mut told).await {
                tracing::error!(%error, "due jobs cannot be looked for");
            }
            tokio::select! {
                () = self.db.wake().wait() => {}
                () = tokio::time::sleep(LOOK_EVERY) => {}
                () = tasks.stopping() => {}
            }
        }
    }

    fn connect(&self) -> Option<ConnectionManager> {
        let config = ConnectionManagerConfig::new()
            .set_connection_timeout(Some(Duration::from_secs(2)))
            .set_response_timeout(Some(Duration::from_millis(200)))
            .set_number_of_retries(1);
        let client = self.streams.client.clone();
        client.get_connection_manager_lazy(config).ok()
    }

    async fn look(
        &self,
        me: &str,
        patience: &Patience,
        redis: Option<&ConnectionManager>,
        told: &mut HashMap<Uuid, Instant>,
    ) -> Result<()> {
        let now = Instant::now();
        told.retain(|_, at| now.duration_since(*at) < TELL_AGAIN_AFTER);
        let leads = match redis {
            Some(redis) => self.leads(me, patience, redis).await,
            None => None,
        };
        // Hands that are awake go on until nothing is due: a backlog needs no more waking.
        if leads == Some(false) || told.len() >= STREAM_MAX {
            return Ok(());
        }
        let ids: Vec<Uuid> = told.keys().copied().collect();
        let kinds: Vec<&str> = match leads {
            Some(_) => self.streams.queues.keys().copied().collect(),
            None => self.kinds.clone(),
        };
        let due = {
            let conn = self.db.read().await?;
            store::list_due(&conn, &kinds, self.clock.now(), &ids, TOLD_AT_ONCE).await?
        };
        if due.is_empty() {
            return Ok(());
        }
        if let (Some(_), Some(redis)) = (leads, redis)
            && self.add(patience, redis, &due).await
        {
            told.extend(due.into_iter().map(|(id, _)| (id, now)));
        } else {
            self.idle.wake(due.len());
        }
        Ok(())
    }

    /// Whether this process is the one that looks for all; `None` while Redis is away.
    async fn leads(
        &self,
        me: &str,
        patience: &Patience,
        redis: &ConnectionManager,
    ) -> Option<bool> {
        let script = Script::new(LEAD);
        let mut call = script.key(self.streams.key("leader"));
        call.arg(me).arg(LEAD_MS);
        let mut redis = redis.clone();
        let leads: Option<i64> = patience.ask(call.invoke_async(&mut redis)).await;
        leads.map(|leads| leads == 1)
    }

    /// Writes jobs into the streams of their queues; answers whether Redis has taken them.
    async fn add(
        &self,
        patience: &Patience,
        redis: &ConnectionManager,
        due: &[(Uuid, String)],
    ) -> bool {
        let mut adding = redis::pipe();
        for (id, kind) in due {
            let Some(queue) = self.streams.queue_of(kind) else {
                continue;
            };
            let entry = adding.cmd("XADD").arg(self.streams.key(queue));
            entry.arg("MAXLEN").arg("~").arg(STREAM_MAX).arg("*");
            entry.arg("job").arg(id.to_string()).arg("kind").arg(kind);
            entry.ignore();
        }
        let mut redis = redis.clone();
        let added: Option<()> = patience.ask(adding.query_async(&mut redis)).await;
        added.is_some()
    }

    /// Reads the streams of this process's queues, as many entries as hands are idle, and wakes
    /// them; until the process is told to stop.
    pub(super) async fn listen(self: Arc<Self>, tasks: Tasks) {
        let keys = self.streams.keys_of(&self.kinds);
        while !tasks.is_stopping() {
            tokio::select! {
                ended = self.listen_once(&keys) => {
                    if let Err(error) = ended {
                        tracing::debug!(%error, "the streams of jobs are not heard");
                    }
                }
                () = tasks.stopping() => return,
            }
            tokio::select! {
                () = tokio::time::sleep(LOOK_EVERY) => {}
                () = tasks.stopping() => return,
            }
        }
    }

    /// Ends with the connection, or when a stream is gone.
    async fn listen_once(&self, keys: &[String]) -> Result<()> {
        let config = redis::AsyncConnectionConfig::new()
            .set_connection_timeout(Some(Duration::from_secs(2)))
            .set_response_timeout(None);
        let client = &self.streams.client;
        let connection = client.get_multiplexed_async_connection_with_config(&config);
        let mut connection = connection.await.map_err(Error::fault)?;
        for key in keys {
            let mut create = redis::cmd("XGROUP");
            create
                .arg("CREATE")
                .arg(key)
                .arg(GROUP)
                .arg("$")
                .arg("MKSTREAM");
            // It may be there already.
            let _: redis::RedisResult<()> = create.query_async(&mut connection).await;
        }
        loop {
            // Each stream may give as many: what is taken here is not told elsewhere.
            let each = (self.idle.some().await / keys.len().max(1)).max(1);
            let count = read(&mut connection, keys, each).await?;
            metrics::counter!("job_hints_total").increment(count as u64);
            self.idle.wake(count);
        }
    }
}

/// How many entries came, once some have or the time is over.
async fn read(
    connection: &mut MultiplexedConnection,
    keys: &[String],
    count: usize,
) -> Result<usize> {
    let mut reading = redis::cmd("XREADGROUP");
    reading.arg("GROUP").arg(GROUP).arg("hand");
    reading.arg("COUNT").arg(count).arg("BLOCK").arg(BLOCK_MS);
    // Whoever dies with an entry unread has claimed nothing: the job is told again.
    reading.arg("NOACK").arg("STREAMS").arg(keys);
    for _ in keys {
        reading.arg(">");
    }
    let found: redis::Value = reading
        .query_async(connection)
        .await
        .map_err(Error::fault)?;
    Ok(entries_in(&found))
}

/// Entries of an answer to XREADGROUP: a list of streams, each with its name and its entries.
fn entries_in(answer: &redis::Value) -> usize {
    let streams = match answer {
        redis::Value::Array(streams) => streams.as_slice(),
        _ => &[],
    };
    let entries = streams.iter().map(|stream| match stream {
        redis::Value::Array(parts) => match parts.get(1) {
            Some(redis::Value::Array(entries)) => entries.len(),
            _ => 0,
        },
        _ => 0,
    });
    entries.sum()
}
