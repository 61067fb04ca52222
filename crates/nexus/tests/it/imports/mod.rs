//! Products as files: tried, taken over, undone, exported and read again.

mod commands;
mod kills;
mod round_trip;
mod undone;

use http::Method;
use serde_json::{Value, json};

use crate::world::{Answer, Client, Shop};

pub(crate) const IMPORTS: &str = "/api/v1/admin/catalogue/imports/";
const EXPORT: &str = "/api/v1/admin/catalogue/export/";

/// Three products: one with two variants, one plain, one that cannot be.
const FILE: &str = "sku,slug,status,currency,price,compare_at_price,title.en,title.am,tags,\
option1.en,option1.value.en,on_hand\r\n\
SNK-41,sneakers,published,ETB,2500.00,3000.00,\"Canvas, \"\"old\"\"\",የሸራ ጫማ,\
new-in|warm,Size,41,3\r\n\
SNK-42,sneakers,,,2600.00,,,,,,42,2\r\n\
CUP,cup,draft,ETB,120.00,,'=Cup,,,,,\r\n\
BAD,bad,draft,ETB,0.00,,Bad,,,,,\r\n\
WORSE,worse,draft,ETB,x,,Worse,,,,,\r\n";

async fn send(staff: &Client, query: &str, file: &str) -> Answer {
    let path = format!("{IMPORTS}?{query}");
    let bytes = Some(file.as_bytes().to_vec());
    let sent = staff.try_raw(Method::POST, &path, "text/csv", bytes).await;
    sent.expect("an answer")
}

/// Sends a file and has it taken over: where the import stands then.
async fn taken(shop: &Shop, staff: &Client, query: &str, file: &str) -> Value {
    let id = send(staff, query, file).await.expect(202).text("/id");
    shop.run_jobs().await;
    standing(staff, &id).await
}

async fn standing(staff: &Client, id: &str) -> Value {
    staff.get(&format!("{IMPORTS}{id}/")).await.expect(200).body
}

/// Name, result and refusal of each product of a file.
async fn results(staff: &Client, import: &Value) -> Vec<(String, String, String)> {
    let path = format!(
        "{IMPORTS}{}/items/?limit=100",
        import["id"].as_str().unwrap()
    );
    let items = staff.get(&path).await.expect(200).body;
    let text = |item: &Value, name: &str| item[name].as_str().unwrap_or_default().to_owned();
    let items = items["data"].as_array().unwrap().iter();
    let item = |item: &Value| (text(item, "name"), text(item, "result"), text(item, "code"));
    items.map(item).collect()
}

fn told(results: &[(String, String, String)]) -> Vec<(&str, &str, &str)> {
    let parts = results.iter();
    parts
        .map(|(a, b, c)| (a.as_str(), b.as_str(), c.as_str()))
        .collect()
}

async fn export(staff: &Client, query: &str) -> String {
    let file = staff.get(&format!("{EXPORT}{query}")).await.expect(200);
    assert_eq!(file.headers["content-type"], "text/csv; charset=utf-8");
    String::from_utf8(file.bytes).unwrap()
}

const EXPECTED: [(&str, &str, &str); 4] = [
    ("sneakers", "created", ""),
    ("cup", "created", ""),
    ("bad", "failed", "invalid_product"),
    ("worse", "failed", "invalid_row"),
];

/// What anybody sees there.
async fn seen(shop: &Shop, path: &str) -> Value {
    shop.client().get(path).await.expect(200).body
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_is_taken_over_product_by_product() {
    let shop = Shop::open().await;
    let staff = shop.staff("editor", &["catalogue.edit"]).await;
    let import = taken(&shop, &staff, "", FILE).await;
    assert_eq!(
        (&import["state"], &import["row_count"]),
        (&json!("done"), &json!(5))
    );
    assert_eq!(told(&results(&staff, &import).await), EXPECTED);
    let counts = &import["counts"];
    assert_eq!(
        (&counts["all"], &counts["created"], &counts["failed"]),
        (&json!(4), &json!(2), &json!(2))
    );
    let page = seen(&shop, "/api/v1/catalogue/products/sneakers/?language=am").await;
    assert_eq!(
        (&page["title"], &page["tags"]),
        (&json!("የሸራ ጫማ"), &json!(["new-in", "warm"]))
    );
    assert_eq!(page["variants"][0]["price"]["amount"], 250_000);
    assert_eq!(page["variants"][0]["compare_at_price"]["amount"], 300_000);
    assert_eq!(page["variants"][1]["option_values"][0]["label"], "42");
    assert_eq!(page["variants"][1]["available"], 2);
    let found = seen(&shop, "/api/v1/search/?q=canvas").await;
    assert_eq!(found["data"][0]["title"], "Canvas, \"old\"");
    assert_eq!(shop.count("products").await, 2);
    // The same again is known by its SKUs, and changes nothing.
    let before = shop.state().await;
    let again = taken(&shop, &staff, "", FILE).await;
    let unchanged = EXPECTED.map(|(name, result, code)| match result {
        "created" => (name, "unchanged", code),
        _ => (name, result, code),
    });
    assert_eq!(told(&results(&staff, &again).await), unchanged);
    let after = shop.state().await;
    for table in ["products", "variants", "variant_prices", "stock_levels"] {
        assert_eq!(after[table], before[table], "{table}");
    }
    // What the file has no column for stays, and what it says is so.
    let change = "sku,price,title.en,title.am\r\nSNK-42,2700.00,Sneakers,\r\nSNK-43,1.00,,\r\n";
    let changed = taken(&shop, &staff, "", change).await;
    let expected = [
        ("SNK-42", "updated", ""),
        ("SNK-43", "failed", "invalid_product"),
    ];
    assert_eq!(told(&results(&staff, &changed).await), expected);
    let page = seen(&shop, "/api/v1/catalogue/products/sneakers/?language=am").await;
    assert_eq!(
        (&page["title"], &page["tags"]),
        (&json!("Sneakers"), &json!(["new-in", "warm"]))
    );
    assert_eq!(page["variants"][1]["price"]["amount"], 270_000);
    // One more of a product that is there.
    let more =
        "sku;slug;price;option1.en;option1.value.en;on_hand\nSNK-43;sneakers;9.00;Size;43;7\n";
    let more = taken(&shop, &staff, "", more).await;
    assert_eq!(
        told(&results(&staff, &more).await),
        [("sneakers", "updated", "")]
    );
    let page = seen(&shop, "/api/v1/catalogue/products/sneakers/").await;
    assert_eq!(page["variants"][2]["option_values"][0]["label"], "43");
    assert_eq!(
        (
            &page["variants"][2]["available"],
            &page["price_from"]["amount"]
        ),
        (&json!(7), &json!(900))
    );
    shop.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_trial_says_everything_and_changes_nothing() {
    let shop = Shop::open().await;
    let staff = shop.staff("editor", &["catalogue.edit"]).await;
    let before = shop.state().await;
    let trial = taken(&shop, &staff, "dry_run=true", FILE).await;
    assert_eq!(
        (&trial["state"], &trial["is_dry_run"]),
        (&json!("done"), &json!(true))
    );
    assert_eq!(told(&results(&staff, &trial).await), EXPECTED);
    let after = shop.state().await;
    for table in [
        "products",
        "variants",
        "stock_levels",
        "search_words",
        "product_search",
    ] {
        assert_eq!(after[table], before[table], "{table}");
    }
    let one = format!("{IMPORTS}{}/", trial["id"].as_str().unwrap());
    let undo = staff.post(&format!("{one}undo/"), json!({})).await;
    undo.refused(409, "import_state_conflict");
    let run = format!("{one}run/");
    staff.post(&run, json!({})).await.expect(202);
    let twice = staff.post(&run, json!({})).await;
    twice.refused(409, "import_state_conflict");
    shop.run_jobs().await;
    let import = staff.get(&one).await.expect(200).body;
    assert_eq!(
        (&import["state"], &import["is_dry_run"]),
        (&json!("done"), &json!(false))
    );
    assert_eq!(told(&results(&staff, &import).await), EXPECTED);
    assert_eq!(shop.count("products").await, 2);
    let failed = format!("{one}items/?result=failed");
    let failed = staff.get(&failed).await.expect(200).body;
    assert_eq!(failed["data"].as_array().unwrap().len(), 2);
    assert_eq!(
        failed["data"][1]["detail"],
        "row 5: x is not a plain decimal number"
    );
    assert_eq!(failed["data"][1]["first_row"], 5);
    shop.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_no_file_of_products_is_refused() {
    let shop = Shop::open().await;
    let staff = shop.staff("editor", &["catalogue.edit"]).await;
    let before = shop.state().await;
    for file in ["", "price\r\n1.00\r\n", "sku,sku\r\n", "\u{0}"] {
        let refused = send(&staff, "", file).await;
        refused.refused(422, "invalid_import_file");
    }
    for query in [
        "format=excel",
        "currency=EUR",
        "mapping=a",
        "dry_run=x",
        "x=y",
    ] {
        let refused = send(&staff, query, FILE).await;
        refused.refused(400, "invalid_query");
    }
    let unknown = send(&staff, "mapping=Artikel:number", "Artikel\r\n").await;
    unknown.refused(422, "invalid_import_file");
    assert_eq!(shop.state().await, before);
    for rest in ["", "items/"] {
        let path = format!("{IMPORTS}019aab00-0000-7000-8000-000000000001/{rest}");
        staff.get(&path).await.refused(404, "import_not_found");
    }
    let bad = format!("{EXPORT}?delimiter=tab");
    staff.get(&bad).await.refused(400, "invalid_query");
    shop.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn columns_are_mapped_and_shopifys_are_known() {
    let shop = Shop::open().await;
    let staff = shop.staff("editor", &["catalogue.edit"]).await;
    let file = "\u{feff}Artikel;Preis;Name;Lager\r\nJUG;12.50;Jug;x\r\n";
    let query = "currency=ETB&mapping=Artikel:sku,Preis:price,Name:title.en,Lager:";
    let import = taken(&shop, &staff, query, file).await;
    assert_eq!(
        told(&results(&staff, &import).await),
        [("JUG", "created", "")]
    );
    assert_eq!(import["ignored_columns"], json!(["Lager"]));
    let theirs = "Handle,Title,Vendor,Status,Variant SKU,Variant Price,Variant Inventory Qty\r\n\
                  pot,Pot,Tena Wear,active,POT,99.00,4\r\n";
    let shopify = taken(&shop, &staff, "format=shopify&currency=ETB", theirs).await;
    assert_eq!(
        told(&results(&staff, &shopify).await),
        [("pot", "created", "")]
    );
    let page = "/api/v1/catalogue/products/pot/";
    let page = shop.client().get(page).await.expect(200).body;
    assert_eq!(
        (&page["brand"]["slug"], &page["brand"]["name"]),
        (&json!("tena-wear"), &json!("Tena Wear"))
    );
    assert_eq!(page["variants"][0]["available"], 4);
    // Nothing is priced in a currency that nobody said.
    let none = taken(&shop, &staff, "", "sku,price,title.en\r\nPAN,1.00,Pan\r\n").await;
    assert_eq!(
        told(&results(&staff, &none).await),
        [("PAN", "failed", "invalid_product")]
    );
    shop.close().await;
}
