//! The server dies while a picture comes in, the worker while it is drawn or taken away: whoever
//! goes on ends up with one picture and its files, or with none of both.

use http::Method;

use super::{files, hang, images_of, photo, product};
use crate::{
    crash::{opened, work},
    world::Deployment,
};

/// Where the server dies; whether the picture was kept by then.
const OF_THE_SERVER: [(&str, bool); 8] = [
    ("before commit of begin_picture", false),
    ("after commit of begin_picture", false),
    ("before picture is stored", false),
    ("after picture is stored", false),
    ("before commit of add_product_image", false),
    ("after commit of add_product_image", true),
    ("before commit of delete_product_image", true),
    ("after commit of delete_product_image", true),
];

/// Where the worker dies.
const OF_THE_WORKER: [&str; 6] = [
    "after claim of make_thumbnails",
    "between thumbnails",
    "before thumbnails are recorded",
    "before commit of record_thumbnails",
    "after commit of record_thumbnails",
    "before end of make_thumbnails",
];

/// Where the worker dies while it takes files away.
const OF_REMOVALS: [&str; 5] = [
    "after claim of remove_picture",
    "after files are taken away",
    "before commit of forget_picture",
    "after commit of forget_picture",
    "before end of remove_picture",
];

fn files_of(shop: &Deployment) -> usize {
    let folder = shop.variables.iter();
    let mut folder = folder.filter(|(name, _)| name == "NEXUS__MEDIA__FOLDER");
    files(folder.next().unwrap().1.as_ref()).len()
}

async fn pictures(shop: &Deployment) -> i64 {
    shop.number("select count(*) from pictures").await
}

/// Two hours pass for whatever was broken off, and the hourly job is due.
async fn collect(shop: &Deployment) {
    shop.execute(
        "update pictures set created_at = created_at - interval '2 hours';
         update jobs set run_at = created_at where kind = 'collect_pictures'",
    )
    .await;
    work(shop).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_dies_leaves_one_picture_or_none() {
    let (shop, mut server, owner) = opened().await;
    for (number, (point, is_kept)) in OF_THE_SERVER.into_iter().enumerate() {
        let id = product(&owner, &format!("cup-{number}"), &[]).await;
        let path = images_of(&id);
        let keyed = owner.key(&format!("upload-{number}"));
        let removes = point.contains("delete");
        let image = match removes {
            true => hang(&keyed, &id, 200).await,
            false => String::new(),
        };
        server.kill().await;
        let mut dying = shop.server(Some(point)).await;
        let lost = if removes {
            let gone = owner.with("if-match", "\"v2\"");
            let one = format!("{path}{image}/");
            gone.try_raw(Method::DELETE, &one, "", None).await
        } else {
            let bytes = Some(photo(200, 100));
            keyed
                .try_raw(Method::POST, &path, "image/jpeg", bytes)
                .await
        };
        assert!(lost.is_err(), "{point}");
        dying.crashed(point).await;
        server = shop.server(None).await;
        work(&shop).await;
        let left = owner.get(&path).await.expect(200);
        let has_one = left.body["images"].as_array().unwrap().len() == 1;
        assert_eq!(
            has_one,
            is_kept && !point.starts_with("after commit of delete"),
            "{point}"
        );
        if !removes {
            // Whoever repeats what was not answered has one picture.
            hang(&keyed, &id, 200).await;
            let left = owner.get(&path).await.expect(200);
            assert_eq!(left.body["images"].as_array().unwrap().len(), 1, "{point}");
        }
        collect(&shop).await;
        let sql = "select count(*) from product_images";
        assert_eq!(pictures(&shop).await, shop.number(sql).await, "{point}");
        // Its own width, and one that is narrower.
        let expected = usize::try_from(2 * pictures(&shop).await).unwrap();
        assert_eq!(files_of(&shop), expected, "{point}");
        shop.assert_audit_clean().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_worker_that_dies_in_the_middle_draws_every_width() {
    let (shop, _server, owner) = opened().await;
    for (number, point) in OF_THE_WORKER.into_iter().enumerate() {
        let id = product(&owner, &format!("cup-{number}"), &[]).await;
        hang(&owner, &id, 700).await;
        let mut worker = shop.worker(Some(point));
        worker.crashed(point).await;
        work(&shop).await;
        let drawn = "select count(*) from pictures where widths = '{160,320,640}'";
        let expected = i64::try_from(number + 1).unwrap();
        assert_eq!(shop.number(drawn).await, expected, "{point}");
        assert_eq!(files_of(&shop), 4 * (number + 1), "{point}");
        let dead = "select count(*) from jobs where state = 'dead'";
        assert_eq!(shop.number(dead).await, 0, "{point}");
        shop.assert_audit_clean().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_half_drawn_or_half_taken_away_goes_as_a_whole() {
    let (shop, _server, owner) = opened().await;
    let points = OF_REMOVALS.into_iter().chain(["between thumbnails"]);
    for (number, point) in points.enumerate() {
        let id = product(&owner, &format!("cup-{number}"), &[]).await;
        let image = hang(&owner, &id, 700).await;
        let is_half_drawn = point == "between thumbnails";
        if is_half_drawn {
            shop.worker(Some(point)).crashed(point).await;
        } else {
            work(&shop).await;
        }
        let gone = owner.with("if-match", "\"v2\"");
        let path = format!("{}{image}/", images_of(&id));
        gone.delete(&path).await.expect(200);
        if !is_half_drawn {
            shop.worker(Some(point)).crashed(point).await;
        }
        work(&shop).await;
        assert_eq!((pictures(&shop).await, files_of(&shop)), (0, 0), "{point}");
        shop.assert_audit_clean().await;
    }
}
