//! What is sold in a proof, and who gives money back.

use anyhow::{Context, Result, anyhow};
use catalogue::{NewProduct, NewVariant, OptionDraft, ProductStatus, Texts};
use customers::EmailAddress;
use ids::{OptionId, OptionValueId, ProductId, VariantId};
use kit::Kit;
use money::Currency;
use serde_json::json;

use super::{
    chance::Chance,
    client::{Line, Request, Sender},
};
use crate::app::App;

/// The first variant's price; each next one costs as much more.
const PRICE_MINOR: i64 = 12_500;

/// Puts a product on sale that comes in several sizes, with so many units of each.
pub(super) async fn plant(kit: &Kit, slug: &str, stock: &[i64]) -> Result<Vec<VariantId>> {
    let now = kit.clock.now();
    let option = OptionDraft {
        id: OptionId::generate(now),
        name: Texts::en_am("Size", "መጠን"),
        values: (0..stock.len())
            .map(|n| {
                let texts = Texts::en_am(format!("S{n}"), format!("ት{n}"));
                (OptionValueId::generate(now), texts)
            })
            .collect(),
    };
    let mut variants = Vec::new();
    let mut price_minor = 0;
    for (n, ((value, _), on_hand)) in option.values.iter().zip(stock).enumerate() {
        price_minor += PRICE_MINOR;
        variants.push(NewVariant {
            id: VariantId::generate(now),
            sku: format!("{}-{n}", slug.to_ascii_uppercase()),
            price_minor,
            compare_at_minor: None,
            values: vec![*value],
            on_hand: *on_hand,
        });
    }
    let ids = variants.iter().map(|variant| variant.id).collect();
    let product = NewProduct {
        id: ProductId::generate(now),
        slug: slug.to_owned(),
        brand_id: None,
        status: ProductStatus::Published,
        title: Texts::en_am("Coffee of the proof", "የማረጋገጫ ቡና"),
        description: Texts::en_am("Sold to be counted.", "ለመቁጠር የሚሸጥ።"),
        currency: Currency::ETB,
        category_ids: Vec::new(),
        images: Vec::new(),
        options: vec![option],
        variants,
    };
    let tx = kit.db.begin("plant_goods_of_proof").await?;
    catalogue::create_products(&tx, &[product], now).await?;
    tx.commit().await?;
    Ok(ids)
}

const EMAIL: &str = "clerk@proof.example";
const PASSWORD: &str = "counted twice and found equal";

/// Somebody of the staff who may give money back, signed in.
pub(super) async fn clerk(app: &App, line: &Line, chance: &mut Chance) -> Result<Sender> {
    let email = EmailAddress::parse(EMAIL).map_err(|_| anyhow!("a malformed address"))?;
    let new = staff::NewStaff {
        email,
        name: "Clerk".to_owned(),
        password_hash: app.access.passwords.hash(PASSWORD).await?,
    };
    let tx = app.kit.db.begin("hire_clerk_of_proof").await?;
    staff::create_superuser(&tx, &new, app.kit.clock.now()).await?;
    tx.commit().await?;
    let body = json!({ "email": EMAIL, "password": PASSWORD });
    let request = Request::post("/api/v1/admin/auth/jwt/create/", None, body);
    let answer = line.ask(&Sender::default(), &request, chance).await?;
    let token = answer.text("/access").context("the clerk cannot sign in")?;
    Ok(Sender {
        shopper_token: None,
        bearer: Some(token),
    })
}
