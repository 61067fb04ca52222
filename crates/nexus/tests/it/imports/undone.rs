//! An import that is undone: what was changed is as it was, what was made is archived, and what
//! somebody has changed since is left alone.

use serde_json::json;

use super::{FILE, IMPORTS, export, results, standing, taken, told};
use crate::world::Shop;

#[tokio::test(flavor = "multi_thread")]
async fn an_import_is_undone() {
    let shop = Shop::open().await;
    let staff = shop.staff("editor", &["catalogue.edit"]).await;
    taken(&shop, &staff, "", FILE).await;
    let before = export(&staff, "").await;
    let change = "sku,slug,price,title.en,tags,option1.en,option1.value.en,currency\r\n\
                  SNK-41,sneakers,1.00,Other,x,Size,41,ETB\r\nSNK-43,sneakers,2.00,,,,43,\r\n\
                  CUP,cup,3.00,Cup,,,,ETB\r\nMUG,mug,4.00,Mug,,,,ETB\r\n";
    let import = taken(&shop, &staff, "", change).await;
    let expected = [
        ("sneakers", "updated", ""),
        ("cup", "updated", ""),
        ("mug", "created", ""),
    ];
    assert_eq!(told(&results(&staff, &import).await), expected);
    // Somebody changes the cup.
    let sql = "select product_id::text from variants where sku = 'CUP'";
    let cup: String = shop.db().await.query_one(sql, &[]).await.unwrap().get(0);
    let path = format!("/api/v1/admin/catalogue/products/{cup}/");
    let seen = staff.get(&path).await.expect(200).etag();
    let hand = json!({ "title": { "en": "By hand" } });
    staff
        .with("if-match", &seen)
        .patch(&path, hand)
        .await
        .expect(200);

    let id = import["id"].as_str().unwrap().to_owned();
    let undo = format!("{IMPORTS}{id}/undo/");
    staff.post(&undo, json!({})).await.expect(202);
    let twice = staff.post(&undo, json!({})).await;
    twice.refused(409, "import_state_conflict");
    shop.run_jobs().await;
    let undone = standing(&staff, &id).await;
    assert_eq!(undone["state"], "undone");
    let expected = [
        ("sneakers", "undone", ""),
        ("cup", "kept", ""),
        ("mug", "undone", ""),
    ];
    assert_eq!(told(&results(&staff, &undone).await), expected);
    let after = export(&staff, "").await;
    let rows = |file: &str, sku: &str| {
        let row = file.split("\r\n").find(|row| row.starts_with(sku));
        row.map(str::to_owned).unwrap_or_default()
    };
    for sku in ["SNK-41", "SNK-42"] {
        assert_eq!(rows(&after, sku), rows(&before, sku));
    }
    assert!(rows(&after, "SNK-43").contains(",false,"), "{after}");
    assert!(rows(&after, "MUG").contains(",archived,"), "{after}");
    assert!(rows(&after, "CUP").contains("By hand"), "{after}");
    shop.close().await;
}
