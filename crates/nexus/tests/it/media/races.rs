//! What meets: pictures that come at once, and an upload that ends after it was given up.

use axum::{body::Body, extract::Request};
use kit::{Kit, sabotage::Sabotage};
use serde_json::json;

use super::{files_of, images_of, photo, product};
use crate::world::{
    Client, Shop,
    race::{Held, at_once, caught, equal, every_round, patient_shop, rounds, statuses},
};

const SENDERS: usize = 6;

/// Of a product with 48 pictures: two more find room.
async fn round(shop: &Shop, staff: &Client, number: usize) -> Held {
    let many = vec![json!({ "url": "/media/a.svg" }); 48];
    let id = product(staff, &format!("cup-{number}"), &many).await;
    let path = images_of(&id);
    let uploads = (0..SENDERS).map(|_| {
        let (staff, path) = (staff.clone(), path.clone());
        let bytes = Some(photo(200, 100));
        async move {
            let sent = staff.try_raw(http::Method::POST, &path, "image/jpeg", bytes);
            sent.await.unwrap()
        }
    });
    let answers = at_once(uploads).await;
    let sql = format!("select count(*) from product_images where product_id = '{id}'");
    equal("pictures", &shop.number(&sql).await, &50)?;
    let expected = [(201, 2), (409, SENDERS - 2)].into();
    equal("answers", &statuses(&answers), &expected)?;
    let sql =
        format!("select count(distinct position) from product_images where product_id = '{id}'");
    equal(
        "pictures at places of their own",
        &shop.number(&sql).await,
        &50,
    )?;
    let kept = i64::try_from(files_of(shop).len()).unwrap();
    equal("files", &kept, &shop.count("pictures").await)
}

#[tokio::test(flavor = "multi_thread")]
async fn pictures_that_come_at_once_find_room_for_so_many() {
    let shop = patient_shop(&[]).await;
    let staff = shop.staff("editor", &["catalogue.edit"]).await;
    every_round(rounds(4), async |n| round(&shop, &staff, n).await).await;
    shop.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn without_the_lock_more_come_than_there_is_room_for() {
    let shop = patient_shop(&["product images lock"]).await;
    let staff = shop.staff("editor", &["catalogue.edit"]).await;
    caught("pictures", 40, async |n| round(&shop, &staff, n).await).await;
    shop.close_broken().await;
}

/// An upload that takes longer than it may, while the hourly job is at work.
async fn late(guards: &[&str]) -> (Shop, bool) {
    let shop = Shop::open_with(Sabotage::of(guards), |_| {}).await;
    let kit = Kit::clone(&shop.app.kit);
    let request = Request::builder()
        .header("content-type", "image/jpeg")
        .body(Body::from(photo(400, 100)));
    let upload = shop.app.pictures.receive(request.unwrap()).await.unwrap();
    let picture = shop.app.pictures.take_in(&kit, upload).await.unwrap();
    assert_eq!(files_of(&shop).len(), 1);
    shop.advance(chrono::TimeDelta::minutes(59));
    pictures::plan(&kit.db, kit.clock.now()).await.unwrap();
    shop.run_jobs().await;
    assert_eq!(files_of(&shop).len(), 1, "it is still under way");
    shop.advance(chrono::TimeDelta::minutes(60));
    shop.run_jobs().await;
    assert!(files_of(&shop).is_empty());
    assert_eq!(shop.count("pictures").await, 0);
    let tx = kit.db.begin("test_keep").await.unwrap();
    let is_kept = pictures::keep_picture(&tx, &picture, kit.clock.now()).await;
    let is_kept = is_kept.is_ok();
    tx.commit().await.unwrap();
    (shop, is_kept)
}

#[tokio::test(flavor = "multi_thread")]
async fn an_upload_that_was_given_up_is_not_kept() {
    let (shop, is_kept) = late(&[]).await;
    assert!(!is_kept);
    shop.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn without_the_guard_a_picture_without_a_file_is_kept() {
    let (shop, is_kept) = late(&["picture state guard"]).await;
    assert!(is_kept);
    shop.close_broken().await;
}
