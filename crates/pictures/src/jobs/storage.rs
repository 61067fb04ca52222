//! Where the files are: a folder or a bucket, behind one interface; and the hands that decode,
//! few enough for the machine.

use std::{path::PathBuf, sync::Arc, time::Duration};

use futures_util::{StreamExt, TryStreamExt};
use kit::{Error, Result};
use object_store::{
    BackoffConfig, ClientOptions, GetResult, ObjectStore, ObjectStoreExt, RetryConfig,
    aws::AmazonS3Builder, local::LocalFileSystem, path::Path,
};
use tokio::sync::{OnceCell, Semaphore};

use crate::model::{PictureRefusal, PictureSettings, S3Settings, StoreKind, prefix};

/// How many pictures are decoded at once in a process: each takes a processor, and four bytes for
/// each of its pixels.
const DECODED_AT_ONCE: usize = 2;

/// The longest that one call to a bucket may take, and all tries of one together.
const CALL_TIMEOUT: Duration = Duration::from_secs(30);

/// The way to the files; shared by jobs and handlers.
#[derive(Debug)]
pub struct Pictures {
    pub(crate) bytes_max: usize,
    pub(crate) pixels_max: u64,
    place: Place,
    decoding: Arc<Semaphore>,
}

#[derive(Debug)]
enum Place {
    /// Made when the first file is written: a command that needs none leaves no folder behind.
    Disk(PathBuf, OnceCell<LocalFileSystem>),
    Bucket(Box<dyn ObjectStore>),
}

impl Pictures {
    /// Checks the settings; calls nobody and writes nothing.
    ///
    /// # Errors
    /// A fault when the settings of a bucket are incomplete.
    pub fn new(settings: &PictureSettings) -> Result<Self> {
        let place = match settings.store {
            StoreKind::Disk => Place::Disk(settings.folder.clone(), OnceCell::new()),
            StoreKind::S3 => Place::Bucket(bucket(&settings.s3)?),
        };
        Ok(Self {
            bytes_max: settings.bytes_max,
            pixels_max: settings.pixels_max,
            place,
            decoding: Arc::new(Semaphore::new(DECODED_AT_ONCE)),
        })
    }

    /// Runs work that takes a processor for long, when one is free.
    pub(crate) async fn at_work<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T> {
        let turn = Arc::clone(&self.decoding).acquire_owned().await;
        let turn = turn.map_err(Error::fault)?;
        let done = tokio::task::spawn_blocking(move || {
            let done = work();
            drop(turn);
            done
        });
        done.await.map_err(Error::fault)
    }

    /// Writes a file, whole or not at all; one of this name is replaced.
    pub(crate) async fn put(&self, key: &str, bytes: Vec<u8>) -> Result<()> {
        let store = self.writable().await?;
        let path = Path::from(key);
        let put = store.put(&path, bytes.into()).await;
        put.map(drop).map_err(|error| away(&error))
    }

    /// Opens a file; `None` where there is none.
    pub(crate) async fn open(&self, key: &str) -> Result<Option<GetResult>> {
        let store = match &self.place {
            Place::Disk(folder, made) if !made.initialized() && !folder.is_dir() => {
                return Ok(None);
            }
            _ => self.writable().await?,
        };
        match store.get(&Path::from(key)).await {
            Ok(found) => Ok(Some(found)),
            Err(object_store::Error::NotFound { .. }) => Ok(None),
            Err(error) => Err(away(&error)),
        }
    }

    /// Takes away every file of a picture; fewer, or none, is no error.
    pub(crate) async fn remove(&self, name: &str) -> Result<()> {
        if let Place::Disk(folder, _) = &self.place
            && !folder.is_dir()
        {
            return Ok(());
        }
        let store = self.writable().await?;
        let folder = Path::from(prefix(name));
        let found = store.list(Some(&folder)).map_ok(|found| found.location);
        let mut gone = store.delete_stream(found.boxed());
        while let Some(one) = gone.next().await {
            match one {
                Ok(_) | Err(object_store::Error::NotFound { .. }) => {}
                Err(error) => return Err(away(&error)),
            }
        }
        // A process that died while it wrote has left a part of a file under a name that the store
        // does not tell.
        if let Place::Disk(root, _) = &self.place {
            match tokio::fs::remove_dir_all(root.join(folder.as_ref())).await {
                Ok(()) => {}
                Err(error) if error.kind() == std::io::ErrorKind::NotFound => {}
                Err(error) => return Err(away(&error)),
            }
        }
        Ok(())
    }

    async fn writable(&self) -> Result<&dyn ObjectStore> {
        match &self.place {
            Place::Bucket(bucket) => Ok(bucket.as_ref()),
            Place::Disk(folder, made) => {
                let disk = made.get_or_try_init(|| async {
                    tokio::fs::create_dir_all(folder).await?;
                    let disk = LocalFileSystem::new_with_prefix(folder)?;
                    // What was answered is there after a loss of power, too.
                    Ok(disk.with_fsync(true).with_automatic_cleanup(true))
                });
                let disk = disk.await;
                disk.map(|disk| -> &dyn ObjectStore { disk })
                    .map_err(|error: Box<dyn std::error::Error + Send + Sync>| away(&*error))
            }
        }
    }
}

fn bucket(settings: &S3Settings) -> Result<Box<dyn ObjectStore>> {
    let incomplete = [
        ("bucket", settings.bucket.is_empty()),
        ("region", settings.region.is_empty()),
        ("access_key_id", settings.access_key_id.is_empty()),
        ("secret_access_key", settings.secret_access_key.is_empty()),
    ];
    if let Some((name, _)) = incomplete.iter().find(|(_, is_empty)| *is_empty) {
        return Err(Error::fault(format!("media.s3.{name} is empty")));
    }
    let client = ClientOptions::new()
        .with_allow_http(settings.allows_http)
        .with_timeout(CALL_TIMEOUT)
        .with_connect_timeout(Duration::from_secs(3));
    let retry = RetryConfig {
        max_retries: 3,
        retry_timeout: CALL_TIMEOUT,
        backoff: BackoffConfig::default(),
    };
    let mut builder = AmazonS3Builder::new()
        .with_bucket_name(&settings.bucket)
        .with_region(&settings.region)
        .with_access_key_id(&settings.access_key_id)
        .with_secret_access_key(settings.secret_access_key.expose())
        .with_client_options(client)
        .with_retry(retry);
    if !settings.endpoint.is_empty() {
        builder = builder.with_endpoint(settings.endpoint.trim_end_matches('/'));
    }
    Ok(Box::new(builder.build().map_err(Error::fault)?))
}

/// What the place said is for whoever runs the shop; the client may try again.
fn away(error: &(dyn std::error::Error + 'static)) -> Error {
    let cause = error.source().map(ToString::to_string);
    tracing::error!(%error, cause, "the files of pictures cannot be reached");
    PictureRefusal::StoreAway.into()
}
