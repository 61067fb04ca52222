//! The checkout page as a browser meets it.

use chapa::webhook::{Authenticity, authenticate, parse};
use chapa::{NewTransaction, Observed, Secret, callback};
use serde_json::json;

use crate::shop::Shop;
use crate::simulator::{Simulator, WEBHOOK_SECRET, transaction, within};

struct Checkout {
    simulator: Simulator,
    shop: Shop,
    url: String,
}

impl Checkout {
    async fn open(change: impl FnOnce(&mut NewTransaction)) -> Self {
        let shop = Shop::open().await;
        let webhook_url = format!("{}/webhook", shop.url);
        let simulator = Simulator::start_with(&["--webhook-url", &webhook_url]);
        let mut new = transaction("ord-1");
        new.callback_url = Some(format!("{}/callback?shop=1", shop.url));
        new.return_url = Some(format!("{}/done", shop.url));
        change(&mut new);
        let url = within(simulator.client().initialize(&new))
            .await
            .unwrap()
            .checkout_url;
        Self {
            simulator,
            shop,
            url,
        }
    }

    async fn show(&self) -> (u16, String) {
        let response = within(self.simulator.http.get(&self.url).send())
            .await
            .unwrap();
        (response.status().as_u16(), response.text().await.unwrap())
    }

    /// Presses a button; returns status, where to go, and the page.
    async fn press(&self, form: &str) -> (u16, Option<String>, String) {
        let request = self
            .simulator
            .http
            .post(&self.url)
            .header("content-type", "application/x-www-form-urlencoded")
            .body(form.to_owned());
        let response = within(request.send()).await.unwrap();
        let location = response.headers().get("location");
        let location = location.map(|value| value.to_str().unwrap().to_owned());
        (
            response.status().as_u16(),
            location,
            response.text().await.unwrap(),
        )
    }

    /// The webhook and then the callback, both about our transaction.
    async fn expect_news(&mut self, event: &str, status: &str) {
        let webhook = self.shop.next().await;
        assert_eq!(
            (webhook.method.as_str(), webhook.path.as_str()),
            ("POST", "/webhook")
        );
        let secrets = [Secret::new(WEBHOOK_SECRET)];
        let authenticity = authenticate(&secrets, &webhook.headers, &webhook.body);
        assert_eq!(authenticity, Authenticity::Signed);
        let notice = parse(&webhook.body).unwrap();
        assert_eq!(notice.event, event);
        assert_eq!(notice.tx_ref.as_deref(), Some("ord-1"));
        assert_eq!(notice.claimed_status.as_deref(), Some(status));
        assert_eq!(notice.claimed_amount_minor, Some(40_000));
        let call = self.shop.next().await;
        assert_eq!(
            (call.method.as_str(), call.path.as_str()),
            ("GET", "/callback")
        );
        assert_eq!(
            callback::tx_ref(&call.query, &call.body).as_deref(),
            Some("ord-1")
        );
        assert!(
            call.query.starts_with("shop=1&trx_ref=ord-1&ref_id=AP"),
            "{}",
            call.query
        );
    }

    async fn state(&self) -> Observed {
        within(self.simulator.client().verify("ord-1"))
            .await
            .unwrap()
            .state
    }
}

#[tokio::test]
async fn paying_tells_the_shop_and_leads_back() {
    let mut checkout = Checkout::open(|new| {
        new.title = Some("<b>Shop</b> & \"co\"".to_owned());
        new.first_name = Some("አበበ".to_owned());
    })
    .await;
    let (status, page) = checkout.show().await;
    assert_eq!(status, 200);
    assert!(page.contains("400.00"));
    assert!(!page.contains("<b>Shop"), "the title is not escaped");
    assert!(!page.contains("src=") && !page.contains("http-equiv") && !page.contains("<script"));

    let (status, location, _) = checkout
        .press("result=pay&method=telebirr&phone=0900123456")
        .await;
    assert_eq!(
        (status, location),
        (302, Some(format!("{}/done", checkout.shop.url)))
    );
    checkout.expect_news("charge.success", "success").await;
    assert_eq!(checkout.state().await, Observed::Charged);

    let (status, page) = checkout.show().await;
    assert_eq!(status, 200);
    assert!(page.contains("This is paid"));
    // A second click changes nothing and tells nobody.
    let (status, location, page) = checkout
        .press("result=pay&method=telebirr&phone=0900123456")
        .await;
    assert_eq!((status, location), (200, None));
    assert!(page.contains("This is paid"));
    let kept = checkout.simulator.get("transactions/ord-1").await;
    assert_eq!(kept["attempt_count"], 1);
    assert_eq!(checkout.shop.waiting(), 0);
}

#[tokio::test]
async fn failing_keeps_the_page_open_until_it_succeeds() {
    let mut checkout = Checkout::open(|_| {}).await;
    for form in [
        "result=fail",
        "result=pay&method=telebirr&phone=0911000000",
        "result=pay&method=mpesa&phone=0900123456",
        "result=pay&method=card&card=4111111111111111",
        "result=pay&method=barter&phone=0900123456",
        "",
    ] {
        let (status, location, page) = checkout.press(form).await;
        assert_eq!((status, location), (200, None), "{form}");
        assert!(page.contains("Nothing was charged."), "{form}");
        assert!(page.contains("tries are left"), "{form}");
        checkout
            .expect_news("charge.failed/cancelled", "failed/cancelled")
            .await;
        assert_eq!(checkout.state().await, Observed::Failed);
    }
    let (status, ..) = checkout
        .press("result=pay&method=mpesa&phone=0900123456&mpesa_phone=0700123456")
        .await;
    assert_eq!(status, 302);
    checkout.expect_news("charge.success", "success").await;
    assert_eq!(checkout.state().await, Observed::Charged);
}

#[tokio::test]
async fn cancelling_leads_back_too() {
    let mut checkout = Checkout::open(|_| {}).await;
    let (status, location, _) = checkout.press("result=cancel").await;
    assert_eq!(
        (status, location),
        (302, Some(format!("{}/done", checkout.shop.url)))
    );
    checkout
        .expect_news("charge.failed/cancelled", "failed/cancelled")
        .await;
    assert_eq!(checkout.state().await, Observed::Cancelled);
    let (_, page) = checkout.show().await;
    assert!(page.contains("The checkout was cancelled"));
}

#[tokio::test]
async fn a_page_closes_after_its_time_and_after_ten_tries() {
    let checkout = Checkout::open(|_| {}).await;
    checkout
        .simulator
        .post("clock", json!({"advance_seconds": 3_599}))
        .await;
    assert_eq!(checkout.show().await.0, 200);
    checkout
        .simulator
        .post("clock", json!({"advance_seconds": 1}))
        .await;
    let (status, page) = checkout.show().await;
    assert_eq!(status, 410);
    assert!(page.contains("This checkout has expired"));
    let (status, location, _) = checkout
        .press("result=pay&method=telebirr&phone=0900123456")
        .await;
    assert_eq!((status, location), (410, None));
    assert_eq!(checkout.state().await, Observed::Pending);

    let checkout = Checkout::open(|_| {}).await;
    for _ in 0..10 {
        assert_eq!(checkout.show().await.0, 200);
        checkout.press("result=fail").await;
    }
    assert_eq!(checkout.show().await.0, 410);
}

#[tokio::test]
async fn without_a_return_address_the_page_says_it() {
    let checkout = Checkout::open(|new| new.return_url = None).await;
    let (status, location, page) = checkout
        .press("result=pay&method=card&card=4200+0000+0000+0000")
        .await;
    assert_eq!((status, location), (200, None));
    assert!(page.contains("This is paid"));
    let missing = format!(
        "http://{}/checkout/payment/nothing",
        checkout.simulator.address
    );
    let response = within(checkout.simulator.http.get(missing).send())
        .await
        .unwrap();
    assert_eq!(response.status(), 404);
}

#[tokio::test]
async fn the_order_of_news_is_chosen() {
    let mut checkout = Checkout::open(|_| {}).await;
    let order = json!({"result_order": ["callback", "redirect", "webhook"],
        "return_parameters": true, "callback_form": "json_post"});
    checkout.simulator.patch("variants", order).await;
    let (_, location, _) = checkout
        .press("result=pay&method=cbebirr&phone=0900112233")
        .await;
    let location = location.unwrap();
    let query = location.split_once('?').unwrap().1;
    assert_eq!(callback::tx_ref(query, b"").as_deref(), Some("ord-1"));
    let call = checkout.shop.next().await;
    assert_eq!(
        (call.method.as_str(), call.path.as_str()),
        ("POST", "/callback")
    );
    assert_eq!(callback::tx_ref("", &call.body).as_deref(), Some("ord-1"));
    assert_eq!(checkout.shop.next().await.path, "/webhook");
}

#[tokio::test]
async fn the_result_may_come_before_the_answer_to_initialize() {
    let mut shop = Shop::open().await;
    let webhook_url = format!("{}/webhook", shop.url);
    let simulator = Simulator::start_with(&["--webhook-url", &webhook_url]);
    simulator
        .patch("variants", json!({"instant_result": "success"}))
        .await;
    within(simulator.client().initialize(&transaction("ord-1")))
        .await
        .unwrap();
    assert_eq!(shop.waiting(), 1);
    let seen = within(simulator.client().verify("ord-1")).await.unwrap();
    assert_eq!(seen.state, Observed::Charged);
}

#[tokio::test]
async fn some_wallets_ask_for_a_code() {
    let number = "phone=0900123456";
    for (form, pays) in [
        ("method=ebirr", true),
        ("method=awash", false),
        ("method=awash&otp=54321", false),
        ("method=awash&otp=12345", true),
        ("method=amole&otp=12345", true),
        ("method=cowries&otp=12345", false),
    ] {
        let checkout = Checkout::open(|_| {}).await;
        checkout.press(&format!("result=pay&{number}&{form}")).await;
        let expected = if pays {
            Observed::Charged
        } else {
            Observed::Failed
        };
        assert_eq!(checkout.state().await, expected, "{form}");
    }
}
