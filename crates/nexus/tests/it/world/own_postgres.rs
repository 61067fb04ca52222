//! A PostgreSQL that belongs to one test, which may kill it: the others' goes on.

use embedded_postgres::{Cluster, Installation, Options, Port};
use nexus::migrations::MIGRATIONS;
use tokio::{sync::Mutex, task::spawn_blocking};

use super::servers::{own_folder, scratch};

/// A server with one migrated database.
pub(crate) struct OwnPostgres {
    cluster: Mutex<Option<Cluster>>,
    pub(crate) url: String,
    port: u16,
}

impl OwnPostgres {
    pub(crate) async fn start() -> Self {
        let cluster = spawn_blocking(|| start(Port::Any)).await.unwrap();
        cluster.ensure_database("shop").unwrap();
        let (url, port) = (cluster.url("shop"), cluster.port());
        kit::db::migrate(&url, MIGRATIONS).await.unwrap();
        Self {
            cluster: Mutex::new(Some(cluster)),
            url,
            port,
        }
    }

    /// `kill -9` of the server, with every transaction that is on its way; it is started again on
    /// the same data and the same port.
    pub(crate) async fn kill_and_start(&self) {
        let mut cluster = self.cluster.lock().await;
        let (killed, port) = (cluster.take().unwrap(), self.port);
        let again = spawn_blocking(move || {
            let pid = killed.pid().to_string();
            let kill = std::process::Command::new("kill")
                .args(["-9", &pid])
                .status();
            assert!(kill.unwrap().success(), "PostgreSQL is not there");
            drop(killed);
            start(Port::Fixed(port))
        });
        *cluster = Some(again.await.unwrap());
    }

    /// Stops the server and removes its data.
    pub(crate) async fn remove(self) {
        let cluster = self.cluster.into_inner().unwrap();
        let removed = spawn_blocking(move || {
            cluster.stop().unwrap();
            embedded_postgres::remove(&own_folder(&scratch()))
        });
        removed.await.unwrap().unwrap();
    }
}

/// What it has acknowledged outlives its processes; only the machine may not fail.
fn start(port: Port) -> Cluster {
    let installation = Installation::find().expect("PostgreSQL is installed");
    let mut options = Options::new(own_folder(&scratch()));
    options.port = port;
    options.settings = vec![("fsync".to_owned(), "off".to_owned())];
    Cluster::start(&installation, &options).expect("PostgreSQL starts")
}
