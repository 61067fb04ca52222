//! What the demo shop taxes and takes off. Never where it delivers to: whoever orders from it goes
//! without a choice of deliveries.

use ids::PromotionId;
use kit::{Kit, Result};
use terms::{Effect, Percentage, Place, Promotion, Selection, TaxRate, TaxTerms};

/// The code of the demo shop's coupon: a tenth off everything.
pub const COUPON: &str = "SELAM10";

/// Taxes the demo shop as Ethiopia does, inside of its prices, and opens a coupon.
///
/// # Errors
/// `coupon_code_taken` when it was done before; faults.
pub async fn plant_terms(kit: &Kit) -> Result<()> {
    let now = kit.clock.now();
    let taxes = TaxTerms {
        prices_include_tax: true,
        shipping_class: Some("standard".to_owned()),
        home: Place {
            country: "ET".to_owned(),
            region: "Addis Ababa".to_owned(),
        },
        rates: vec![TaxRate {
            name: "VAT".to_owned(),
            class: "standard".to_owned(),
            country: "ET".to_owned(),
            region: None,
            percentage: Percentage::ETHIOPIAN_VAT,
        }],
    };
    let coupon = Promotion {
        id: PromotionId::generate(now),
        name: "Selam: a tenth off".to_owned(),
        code: Some(COUPON.to_owned()),
        effect: Effect::Percentage {
            percentage: Percentage::A_TENTH,
            of: Selection::default(),
        },
        priority: 0,
        is_exclusive: false,
        minimum_minor: 0,
        starts_at: None,
        ends_at: None,
        usage_limit: None,
        customer_limit: None,
        used_count: 0,
        closed_at: None,
        version: 1,
        created_at: now,
        updated_at: now,
    };
    let tx = kit.db.begin("plant_terms").await?;
    terms::set_taxes(&tx, &taxes, now).await?;
    terms::open_promotion(&tx, &coupon).await?;
    tx.commit().await
}
