//! Pictures in a bucket: the same story, against a server of its own that speaks S3 and checks
//! signatures.

use std::path::{Path, PathBuf};

use kit::sabotage::Sabotage;

use super::{files, hang, images_of, photo, product, send, sizes};
use crate::world::{Process, Shop, free_ports, scratch, until};

const KEY: (&str, &str) = ("shop", "a-secret-of-the-bucket");

/// A server of buckets.
struct Server {
    process: Process,
    root: PathBuf,
    port: u16,
}

impl Server {
    async fn start(name: &str) -> Self {
        let root = scratch().join("buckets").join(name);
        std::fs::create_dir_all(root.join("goods")).unwrap();
        let port = free_ports(1);
        let process = Self::process(&root, port).await;
        Self {
            process,
            root,
            port,
        }
    }

    async fn process(root: &Path, port: u16) -> Process {
        let target = std::env::current_exe().unwrap();
        let target = target.ancestors().nth(3).unwrap().to_owned();
        let program = target.join("tools/bin/s3s-fs");
        assert!(
            program.is_file(),
            "{} is missing: scripts/setup test",
            program.display()
        );
        let text = port.to_string();
        let args = [
            "--host",
            "127.0.0.1",
            "--port",
            &text,
            "--access-key",
            KEY.0,
            "--secret-key",
            KEY.1,
            root.to_str().unwrap(),
        ];
        let process = Process::start(&program, &args, &[]);
        until("a server of buckets", async || {
            std::net::TcpStream::connect(("127.0.0.1", port)).ok()
        })
        .await;
        process
    }

    fn bucket(&self) -> PathBuf {
        self.root.join("goods")
    }

    /// The pictures' files in the bucket, beside which the server keeps notes of its own.
    fn files(&self) -> Vec<String> {
        let all = files(&self.bucket()).into_iter();
        all.filter(|name| name.starts_with("pictures/")).collect()
    }

    async fn shop(&self, secret: &str) -> Shop {
        let endpoint = format!("http://127.0.0.1:{}", self.port);
        Shop::open_with(Sabotage::none(), |settings| {
            let media = &mut settings.media;
            media.store = pictures::StoreKind::S3;
            "goods".clone_into(&mut media.s3.bucket);
            media.s3.endpoint = endpoint;
            KEY.0.clone_into(&mut media.s3.access_key_id);
            media.s3.secret_access_key = secret.into();
            media.s3.allows_http = true;
        })
        .await
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        drop(std::fs::remove_dir_all(&self.root));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn pictures_live_in_a_bucket() {
    let server = Server::start("story").await;
    let shop = server.shop(KEY.1).await;
    let staff = shop.staff("editor", &["catalogue.edit"]).await;
    let id = product(&staff, "cup", &[]).await;
    let image = hang(&staff, &id, 700).await;
    assert_eq!(server.files().len(), 1);
    shop.run_jobs().await;
    let shown = shop
        .client()
        .get("/api/v1/catalogue/products/cup/")
        .await
        .expect(200);
    let there = sizes(&shown.body["images"][0]);
    assert_eq!(
        there.keys().copied().collect::<Vec<_>>(),
        [160, 320, 640, 700]
    );
    assert_eq!(server.files().len(), 4);
    for (width, url) in &there {
        let served = shop.client().get(url).await.expect(200);
        assert_eq!(served.headers["content-type"], "image/jpeg");
        let read = image::load_from_memory(&served.bytes).unwrap();
        assert_eq!(read.width(), *width);
        // What the bucket holds is what is served.
        let file = url.trim_start_matches("/media/");
        assert_eq!(
            std::fs::read(server.bucket().join(file)).unwrap(),
            served.bytes
        );
    }
    let gone = staff.with("if-match", "\"v2\"");
    let path = format!("{}{image}/", images_of(&id));
    gone.delete(&path).await.expect(200);
    shop.run_jobs().await;
    assert_eq!(server.files(), Vec::<String>::new());
    shop.client()
        .get(&there[&160])
        .await
        .refused(404, "not_found");
    // Nothing was written to the disk of the shop.
    assert!(!Path::new(&shop.app.settings.media.folder).exists());
    shop.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_bucket_that_lets_nobody_in_takes_nothing() {
    let server = Server::start("locked").await;
    let shop = server.shop("another-secret").await;
    let staff = shop.staff("editor", &["catalogue.edit"]).await;
    let id = product(&staff, "cup", &[]).await;
    let sent = send(&staff, &id, "image/jpeg", photo(200, 100)).await;
    let refused = sent.refused(503, "pictures_unavailable");
    assert_eq!(refused.body["retryable"], true);
    assert!(!refused.body.to_string().contains("127.0.0.1"));
    assert_eq!(shop.count("product_images").await, 0);
    assert_eq!(server.files(), Vec::<String>::new());
    // Whether a file is there, or will be, cannot be told, so the row waits for the hourly job.
    let pending = "select count(*) from pictures where state = 'pending'";
    assert_eq!(shop.number(pending).await, 1);
    shop.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_lost_bucket_kept_is_collected_when_it_is_back() {
    let mut server = Server::start("lost").await;
    let shop = server.shop(KEY.1).await;
    let staff = shop.staff("editor", &["catalogue.edit"]).await;
    let id = product(&staff, "cup", &[]).await;
    let image = hang(&staff, &id, 200).await;
    shop.run_jobs().await;
    assert_eq!(server.files().len(), 2);
    server.process.kill().await;
    let sent = send(&staff, &id, "image/jpeg", photo(200, 100)).await;
    sent.refused(503, "pictures_unavailable");
    let path = format!("{}{image}/", images_of(&id));
    let gone = staff.with("if-match", "\"v2\"");
    gone.delete(&path).await.expect(200);
    // It is tried in vain, and will be tried again.
    shop.run_jobs().await;
    assert_eq!(shop.count("pictures").await, 2);

    server.process = Server::process(&server.root, server.port).await;
    shop.advance(chrono::TimeDelta::hours(2));
    pictures::plan(&shop.app.kit.db, shop.now()).await.unwrap();
    shop.run_jobs().await;
    assert_eq!(shop.count("pictures").await, 0);
    assert_eq!(server.files(), Vec::<String>::new());
    shop.close().await;
}
