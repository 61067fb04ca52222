//! The worker dies while it takes a file over: whoever goes on goes on with the next product, and
//! each is done once.

use super::{FILE, send, standing};
use crate::crash::{opened, work};

/// Where the worker dies.
const POINTS: [&str; 6] = [
    "after claim of run_product_import",
    "before commit of take_product",
    "after commit of take_product",
    "between products of an import",
    "before commit of note_product",
    "before end of run_product_import",
];

#[tokio::test(flavor = "multi_thread")]
async fn a_worker_that_dies_in_the_middle_takes_everything_over_once() {
    let (shop, _server, owner) = opened().await;
    for (number, point) in POINTS.into_iter().enumerate() {
        let file = FILE
            .replace("SNK-", &format!("SNK-{number}-"))
            .replace("sneakers", &format!("sneakers-{number}"))
            .replace("CUP,cup", &format!("CUP-{number},cup-{number}"));
        let id = send(&owner, "", &file).await.expect(202).text("/id");
        shop.worker(Some(point)).crashed(point).await;
        work(&shop).await;
        let import = standing(&owner, &id).await;
        assert_eq!(import["state"], "done", "{point}");
        let counts = &import["counts"];
        assert_eq!(
            (&counts["created"], &counts["failed"]),
            (&2.into(), &2.into()),
            "{point}"
        );
        let expected = i64::try_from(2 * (number + 1)).unwrap();
        let sql = "select count(*) from products where slug ~ '^(sneakers|cup)-'";
        let products = shop.number(sql).await;
        assert_eq!(products, expected, "{point}");
        shop.assert_audit_clean().await;
    }
}
