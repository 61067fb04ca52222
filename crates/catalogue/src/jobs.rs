//! What the catalogue does later: what search looks at is written anew, what sells is counted, what
//! is planned begins and ends.

use chrono::{DateTime, TimeDelta, Utc};
use ids::{BrandId, CategoryId, PriceListId, ProductId, ProductTypeId};
use kit::{
    Conn, Db, Result,
    jobs::{self, Job, JobRun, NewJob, Outcome, Priority, Registry},
};
use serde::{Deserialize, Serialize};

use crate::{actions, store};

/// How many products are written in one transaction.
const BATCH: i64 = 500;

/// What "lately" means where it is said what sells.
const SOLD_LATELY: TimeDelta = TimeDelta::days(90);

/// Whose products are to be found anew.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Indexed {
    /// All of them, the names of brands and categories too.
    Everything,
    /// Those of a brand.
    Brand(BrandId),
    /// Those of a category.
    Category(CategoryId),
    /// Those of a kind.
    Type(ProductTypeId),
}

/// Writes what search looks at, a batch at a time; each batch plans the next.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct IndexCatalogue {
    of: Indexed,
    after: Option<ProductId>,
}

impl IndexCatalogue {
    /// From the first product on.
    pub(crate) const fn of(of: Indexed) -> Self {
        Self { of, after: None }
    }
}

impl Job for IndexCatalogue {
    const KIND: &'static str = "index_catalogue";
    const QUEUE: &'static str = "upkeep";

    fn unique_key(&self) -> Option<String> {
        None
    }
}

/// Publishes a product, or takes it back, if that is due.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct ChangePublication {
    pub(crate) product_id: ProductId,
}

impl Job for ChangePublication {
    const KIND: &'static str = "change_publication";
    const QUEUE: &'static str = "upkeep";
    /// Somebody waits for the hour.
    const PRIORITY: Priority = Priority::Urgent;

    /// A product may be planned many times.
    fn unique_key(&self) -> Option<String> {
        None
    }
}

/// Starts a price list, or ends it, if that is due.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct FollowPriceList {
    pub(crate) list_id: PriceListId,
}

impl Job for FollowPriceList {
    const KIND: &'static str = "follow_price_list";
    const QUEUE: &'static str = "upkeep";
    /// Somebody waits for the hour.
    const PRIORITY: Priority = Priority::Urgent;

    /// A list may be planned many times.
    fn unique_key(&self) -> Option<String> {
        None
    }
}

/// Counts, every hour, what was sold lately.
#[derive(Debug, Serialize, Deserialize)]
struct CountSales;

impl Job for CountSales {
    const KIND: &'static str = "count_sales";
    const QUEUE: &'static str = "upkeep";

    fn unique_key(&self) -> Option<String> {
        Some("hourly".to_owned())
    }
}

/// Makes sure that the counting of sales is planned; from then on it plans itself.
///
/// # Errors
/// Faults of the database.
pub async fn plan(db: &Db, now: DateTime<Utc>) -> Result<()> {
    let tx = db.begin("plan_catalogue").await?;
    jobs::insert(&tx, &NewJob::now(&CountSales)?, now).await?;
    tx.commit().await
}

/// The jobs of the catalogue.
#[must_use]
pub fn jobs(registry: Registry) -> Registry {
    registry
        .with(index)
        .with(change_publication)
        .with(follow_price_list)
        .with(|_: CountSales, run: JobRun| async move {
            let now = run.clock.now();
            store::update_sold_counts(&run.db.read().await?, now - SOLD_LATELY).await?;
            Ok(Outcome::Again(now + TimeDelta::hours(1)))
        })
}

async fn change_publication(job: ChangePublication, run: JobRun) -> Result<Outcome> {
    let tx = run.db.begin("change_publication").await?;
    actions::follow_schedule(&tx, job.product_id, run.clock.now()).await?;
    tx.commit().await?;
    Ok(Outcome::Done)
}

async fn follow_price_list(job: FollowPriceList, run: JobRun) -> Result<Outcome> {
    let tx = run.db.begin("follow_price_list").await?;
    actions::follow_price_list(&tx, job.list_id, run.clock.now()).await?;
    tx.commit().await?;
    Ok(Outcome::Done)
}

async fn index(job: IndexCatalogue, run: JobRun) -> Result<Outcome> {
    let tx = run.db.begin("index_catalogue").await?;
    if matches!(job.of, Indexed::Everything) && job.after.is_none() {
        index_names(&tx).await?;
    }
    let products = products_of(&tx, &job).await?;
    store::upsert_search(&tx, &products).await?;
    if i64::try_from(products.len()).is_ok_and(|count| count == BATCH) {
        let next = IndexCatalogue {
            of: job.of,
            after: products.last().copied(),
        };
        jobs::insert(&tx, &NewJob::now(&next)?, run.clock.now()).await?;
    }
    tx.commit().await?;
    Ok(Outcome::Done)
}

async fn products_of(conn: &Conn, job: &IndexCatalogue) -> Result<Vec<ProductId>> {
    match job.of {
        Indexed::Everything => store::list_ids(conn, job.after, BATCH).await,
        Indexed::Brand(id) => store::list_ids_of_brand(conn, id, job.after, BATCH).await,
        Indexed::Type(id) => store::list_ids_of_type(conn, id, job.after, BATCH).await,
        Indexed::Category(id) => store::list_ids_of_category(conn, id, job.after, BATCH).await,
    }
}

async fn index_names(tx: &kit::Tx) -> Result<()> {
    for category in store::list_tree(tx).await? {
        store::update_category_vector(tx, category.id, &category.name).await?;
    }
    let mut after: Option<String> = None;
    loop {
        let brands = store::list_brands(tx, after.as_deref(), BATCH).await?;
        let Some(last) = brands.last() else {
            return Ok(());
        };
        after = Some(last.slug.clone());
        for brand in &brands {
            store::update_brand_vector(tx, brand.id, &brand.name).await?;
        }
    }
}
