//! Jobs over HTTP: what there is to do, what was given up, trying again, putting away.

use axum::{Extension, Json, extract::State};
use chrono::{DateTime, Utc};
use kit::{
    Kit, Result,
    http::{Cursor, Page, PageQuery, PathId, ProblemResponses, Query, body::invalid_parameter},
    jobs::{
        Priority, Registry,
        backlog::{self, Depth, JobFilter, JobRow, STATES},
    },
};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use staff::{CanManageJobs, Staff};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::{router::OpenApiRouter, routes};
use uuid::Uuid;

/// Reading jobs, retrying and discarding them.
pub(crate) fn routes() -> OpenApiRouter<Kit> {
    OpenApiRouter::new()
        .routes(routes!(list_jobs))
        .routes(routes!(list_job_kinds))
        .routes(routes!(get_job))
        .routes(routes!(retry_job))
        .routes(routes!(discard_job))
}

/// Work that is done in the background.
#[derive(Debug, Serialize, ToSchema)]
struct JobView {
    id: Uuid,
    #[schema(example = "send_receipt")]
    kind: String,
    /// `ready`, `running`, `done`, `dead` (given up) or `discarded`.
    #[schema(example = "dead")]
    state: String,
    /// What it was given; null for work that needs nothing.
    #[schema(value_type = Option<Object>)]
    payload: Value,
    /// Makes it one of its kind for ever.
    unique_key: Option<String>,
    /// When it is due; of a running job the end of its lease.
    run_at: DateTime<Utc>,
    /// How often it was tried.
    attempts: i16,
    /// How often it is tried before it is given up.
    attempts_max: i16,
    /// Why the last try failed.
    last_error: Option<String>,
    created_at: DateTime<Utc>,
    finished_at: Option<DateTime<Utc>>,
}

impl From<JobRow> for JobView {
    fn from(job: JobRow) -> Self {
        Self {
            id: job.id,
            kind: job.kind,
            state: job.state,
            payload: job.payload,
            unique_key: job.unique_key,
            run_at: job.run_at,
            attempts: job.attempts,
            attempts_max: job.attempts_max,
            last_error: job.last_error,
            created_at: job.created_at,
            finished_at: job.finished_at,
        }
    }
}

#[derive(Serialize, Deserialize)]
struct JobCursor(Uuid);

impl Cursor for JobCursor {}

/// Which jobs; each parameter at most once.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct ListJobs {
    /// How many entries, 1 to 100; 20 without it.
    #[param(minimum = 1, maximum = 100, default = 20)]
    limit: Option<i64>,
    /// `next_cursor` of the page before.
    #[param(max_length = 512)]
    cursor: Option<String>,
    /// Only those that are `ready`, `running`, `done`, `dead` or `discarded`.
    #[param(example = "dead")]
    state: Option<String>,
    /// Only those of this kind.
    #[param(example = "send_receipt")]
    kind: Option<String>,
    /// Only those of this queue.
    #[param(example = "mail")]
    queue: Option<String>,
}

impl ListJobs {
    /// A kind or queue that nobody has is a mistake, not an empty list.
    fn filter(&self, registry: &Registry) -> Result<JobFilter> {
        if self
            .state
            .as_deref()
            .is_some_and(|state| !STATES.contains(&state))
        {
            let reason = "it must be ready, running, done, dead or discarded";
            return Err(invalid_parameter("state", reason));
        }
        let is_wanted = |(kind, queue, _): &(&str, &str, Priority)| {
            self.kind.as_deref().is_none_or(|wanted| wanted == *kind)
                && self.queue.as_deref().is_none_or(|wanted| wanted == *queue)
        };
        let kinds: Vec<String> = registry
            .list()
            .filter(is_wanted)
            .map(|(kind, ..)| kind.to_owned())
            .collect();
        if kinds.is_empty() {
            let name = if self.kind.is_some() { "kind" } else { "queue" };
            return Err(invalid_parameter(name, "no kind of job is called so here"));
        }
        let is_narrowed = self.kind.is_some() || self.queue.is_some();
        Ok(JobFilter {
            kinds: is_narrowed.then_some(kinds),
            state: self.state.clone(),
        })
    }
}

/// List jobs, newest first
#[utoipa::path(
    get, path = "/api/v1/admin/jobs/", operation_id = "listJobs", tag = "Admin: jobs",
    params(ListJobs), responses((status = 200, body = Page<JobView>), ProblemResponses),
    security(("bearer" = []))
)]
async fn list_jobs(
    _staff: Staff<CanManageJobs>,
    State(kit): State<Kit>,
    Extension(registry): Extension<Registry>,
    Query(query): Query<ListJobs>,
) -> Result<Page<JobView>> {
    let filter = query.filter(&registry)?;
    let paging = PageQuery {
        limit: query.limit,
        cursor: query.cursor,
    };
    let limit = paging.limit()?;
    let before = paging.cursor::<JobCursor>()?.map(|cursor| cursor.0);
    let conn = kit.db.read().await?;
    let jobs = backlog::list(&conn, &filter, before, limit + 1).await?;
    let page = Page::cut(jobs, limit, |job| JobCursor(job.id))?;
    Ok(page.map(JobView::from))
}

/// A kind of job, and how much of it there is to do.
#[derive(Serialize, ToSchema)]
struct JobKindView {
    #[schema(example = "send_receipt")]
    kind: &'static str,
    /// A worker can be kept to some queues.
    #[schema(example = "mail")]
    queue: &'static str,
    /// `urgent`, `normal` or `low`.
    #[schema(example = "normal")]
    priority: &'static str,
    /// Waiting for their time, or for a worker.
    ready: i64,
    /// Of these, those whose time has come.
    due: i64,
    /// In a worker's hands.
    running: i64,
    /// Given up.
    dead: i64,
    /// Since when the oldest that is due has waited.
    due_since: Option<DateTime<Utc>>,
}

/// Every kind of job.
#[derive(Serialize, ToSchema)]
struct JobKinds {
    data: Vec<JobKindView>,
}

/// List the kinds of jobs, and how much there is to do
#[utoipa::path(
    get, path = "/api/v1/admin/jobs/kinds/", operation_id = "listJobKinds", tag = "Admin: jobs",
    responses((status = 200, body = JobKinds), ProblemResponses), security(("bearer" = []))
)]
async fn list_job_kinds(
    _staff: Staff<CanManageJobs>,
    State(kit): State<Kit>,
    Extension(registry): Extension<Registry>,
) -> Result<Json<JobKinds>> {
    let conn = kit.db.read().await?;
    let depths = backlog::depths(&conn, kit.clock.now()).await?;
    let kind = |(kind, queue, priority)| kind_view(kind, queue, priority, depths.get(kind));
    let data = registry.list().map(kind).collect();
    Ok(Json(JobKinds { data }))
}

fn kind_view(
    kind: &'static str,
    queue: &'static str,
    priority: Priority,
    depth: Option<&Depth>,
) -> JobKindView {
    let count = |of: fn(&Depth) -> i64| depth.map(of).unwrap_or_default();
    JobKindView {
        kind,
        queue,
        priority: priority.as_str(),
        ready: count(|depth| depth.ready),
        due: count(|depth| depth.due),
        running: count(|depth| depth.running),
        dead: count(|depth| depth.dead),
        due_since: depth.and_then(|depth| depth.due_since),
    }
}

/// Read a job
#[utoipa::path(
    get, path = "/api/v1/admin/jobs/{id}/", operation_id = "getJob", tag = "Admin: jobs",
    params(("id" = Uuid, Path)), responses((status = 200, body = JobView), ProblemResponses),
    security(("bearer" = []))
)]
async fn get_job(
    _staff: Staff<CanManageJobs>,
    State(kit): State<Kit>,
    PathId(id): PathId<Uuid>,
) -> Result<Json<JobView>> {
    let conn = kit.db.read().await?;
    Ok(Json(backlog::get(&conn, id).await?.into()))
}

/// Retry a job that was given up or discarded
///
/// From the beginning, with as many tries as it had.
#[utoipa::path(
    post, path = "/api/v1/admin/jobs/{id}/retry/", operation_id = "retryJob", tag = "Admin: jobs",
    params(("id" = Uuid, Path)), responses((status = 200, body = JobView), ProblemResponses),
    security(("bearer" = []))
)]
async fn retry_job(
    staff: Staff<CanManageJobs>,
    State(kit): State<Kit>,
    PathId(id): PathId<Uuid>,
) -> Result<Json<JobView>> {
    let tx = kit.db.begin("retry_job").await?;
    let now = kit.clock.now();
    let before = backlog::retry(&tx, id, now).await?;
    let after: JobView = backlog::get(&tx, id).await?.into();
    let subject = ("job.retried", "job", id);
    let before = JobView::from(before);
    staff
        .record(&tx, subject, Some(&before), Some(&after), now)
        .await?;
    tx.commit().await?;
    Ok(Json(after))
}

/// Discard a job that was given up
///
/// It is not tried again unless somebody retries it, and no other can take its place.
#[utoipa::path(
    post, path = "/api/v1/admin/jobs/{id}/discard/", operation_id = "discardJob",
    tag = "Admin: jobs", params(("id" = Uuid, Path)),
    responses((status = 200, body = JobView), ProblemResponses), security(("bearer" = []))
)]
async fn discard_job(
    staff: Staff<CanManageJobs>,
    State(kit): State<Kit>,
    PathId(id): PathId<Uuid>,
) -> Result<Json<JobView>> {
    let tx = kit.db.begin("discard_job").await?;
    let now = kit.clock.now();
    let before = JobView::from(backlog::discard(&tx, id, now).await?);
    let after: JobView = backlog::get(&tx, id).await?.into();
    let subject = ("job.discarded", "job", id);
    staff
        .record(&tx, subject, Some(&before), Some(&after), now)
        .await?;
    tx.commit().await?;
    Ok(Json(after))
}
