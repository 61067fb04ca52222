//! The OpenAPI 3.1 document.

use utoipa::{
    Modify, OpenApi,
    openapi::{
        self,
        security::{ApiKey, ApiKeyValue, HttpAuthScheme, HttpBuilder, SecurityScheme},
    },
};

/// What stands above the operations.
#[derive(OpenApi)]
#[openapi(
    info(
        title = "Ecommerce Nexus",
        description = "One REST API for every client of the shop: storefronts, phones, the \
            dashboard, scripts.\n\nMoney is integer minor units with its currency. Lists are \
            keyset pages. Errors are problem documents (RFC 9457) with a stable `code`; \
            `/api/docs/errors/{code}` explains each. Every address is answered with and without \
            its trailing slash. Writes take an `Idempotency-Key`: repeating one with its key is \
            harmless.",
        license(name = "MIT OR Apache-2.0", identifier = "MIT OR Apache-2.0")
    ),
    tags(
        (name = "Accounts", description = "Register, sign in, stay signed in"),
        (name = "Catalogue", description = "What is sold"),
        (name = "Sales", description = "From when something may be ordered"),
        (name = "Cart", description = "What one shopper wants"),
        (name = "Orders", description = "What was agreed"),
        (name = "Payments", description = "Paying through Chapa"),
        (name = "Credit", description = "Gift cards and store credit"),
        (name = "Admin: credit", description = "What staff do with gift cards and store credit"),
        (name = "Admin: catalogue", description = "What staff do with the catalogue"),
        (name = "Admin: inventory", description = "What staff do with stock"),
        (name = "Admin: orders", description = "What staff do with orders: ship, cancel"),
        (name = "Admin: books", description = "What staff read of the books"),
        (name = "Admin: payments", description = "What staff see of payments"),
        (name = "Admin: webhooks", description = "Which other systems hear of events"),
        (name = "Admin: jobs", description = "What is done in the background"),
        (name = "Admin: staff", description = "Sign-in, rights and the audit trail of staff")
    ),
    modifiers(&Security)
)]
pub struct ApiDoc;

struct Security;

impl Modify for Security {
    fn modify(&self, document: &mut openapi::OpenApi) {
        let components = document.components.get_or_insert_with(Default::default);
        let bearer = HttpBuilder::new()
            .scheme(HttpAuthScheme::Bearer)
            .bearer_format("JWT")
            .description(Some(
                "An access token of a customer or of staff; good for five minutes.",
            ))
            .build();
        components.add_security_scheme("bearer", SecurityScheme::Http(bearer));
        let token = ApiKeyValue::with_description(
            "X-Shopper-Token",
            "A guest's capability: given with a first cart, opens the cart and its order.",
        );
        components.add_security_scheme(
            "shopper_token",
            SecurityScheme::ApiKey(ApiKey::Header(token)),
        );
    }
}

/// The document as it is served and committed: version and the summary of each operation.
#[must_use]
pub fn finish(mut document: openapi::OpenApi) -> openapi::OpenApi {
    document.info.version = "1".to_owned();
    document
}

/// The whole document as pretty JSON, ending in a newline.
///
/// # Errors
/// When it cannot be serialized.
pub fn json() -> serde_json::Result<String> {
    let (_, document) = crate::routes::api().split_for_parts();
    serde_json::to_string_pretty(&finish(document)).map(|text| text + "\n")
}
