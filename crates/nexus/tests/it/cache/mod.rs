//! Public answers that are kept: never older than declared, loaded once for all who ask, the same
//! as those that are not kept, and nothing private among them.

mod answers;
mod away;
mod bound;
mod changes;
mod stampede;

use crate::world::{Client, Deployment, Process, free_ports, servers};

const PRODUCTS: &str = "/api/v1/catalogue/products/";

/// A server process that counts.
struct Counting {
    _process: Process,
    url: String,
    metrics: Client,
}

impl Counting {
    /// One that keeps answers, also in Redis where the suite has one.
    async fn open(deployment: &Deployment, more: &[(&str, &str)]) -> Self {
        let port = free_ports(2);
        let (listen, metrics) = (
            format!("127.0.0.1:{port}"),
            format!("127.0.0.1:{}", port + 1),
        );
        let redis = servers().redis.as_ref().map(|redis| redis.url());
        let redis = redis.unwrap_or_default();
        let own = [
            ("NEXUS__SERVER__LISTEN", listen.as_str()),
            ("NEXUS__METRICS__LISTEN", metrics.as_str()),
            ("NEXUS__REDIS__NAMESPACE", deployment.database_url.as_str()),
            ("REDIS_URL", redis.as_str()),
        ];
        let mut variables = deployment.with(&own);
        variables.retain(|(name, _)| more.iter().all(|(changed, _)| name != changed));
        let more = more.iter();
        variables.extend(more.map(|(name, value)| ((*name).to_owned(), (*value).to_owned())));
        let url = format!("http://{listen}");
        let process = Process::nexus(&["serve"], &variables).answering(&url).await;
        Self {
            _process: process,
            metrics: Client::new(&format!("http://{metrics}")),
            url,
        }
    }

    fn client(&self) -> Client {
        Client::new(&self.url)
    }

    /// How many answers it has loaded from the database.
    async fn loads(&self) -> u64 {
        let counts = self.metrics.get("/metrics").await.expect(200);
        let counts = String::from_utf8(counts.bytes).unwrap();
        let lines = counts.lines();
        let lines = lines.filter(|line| {
            line.starts_with("cache_answers_total") && line.contains("from=\"database\"")
        });
        let count = |line: &str| line.rsplit(' ').next().unwrap().parse::<u64>().unwrap();
        lines.map(count).sum()
    }
}

/// Of all of these.
async fn loads(servers: &[Counting]) -> u64 {
    let mut sum = 0;
    for server in servers {
        sum += server.loads().await;
    }
    sum
}
