//! `nexus audit`, `doctor`, `createsuperuser` and `health` as an operator runs them.

use serde_json::Value;

use crate::world::{Deployment, Process};

/// Runs a command to its end: exit code, standard output, standard error.
async fn run(args: &[&str], variables: &[(String, String)]) -> (i32, String, String) {
    let mut process = Process::nexus(args, variables);
    let code = process.ended().await.code().unwrap();
    (code, process.said(), process.complained())
}

#[tokio::test(flavor = "multi_thread")]
async fn the_audit_tells_by_its_exit_code() {
    let deployment = Deployment::open().await;
    deployment.product("coffee", 10).await;
    let (code, said, complained) = run(&["audit"], &deployment.variables).await;
    assert_eq!((code, complained.as_str()), (0, ""), "{said}");

    deployment
        .execute("set session_replication_role = replica; update stock_levels set on_hand = 11")
        .await;
    let (code, said, _) = run(&["audit"], &deployment.variables).await;
    let sentence = ": 11 units are on hand and its movements add up to 10\n";
    assert!(code == 1 && said.contains(sentence), "{code} {said}");
    assert!(
        said.ends_with("2 violations; nothing was changed\n"),
        "{said}"
    );

    let (code, said, _) = run(&["audit", "--json"], &deployment.variables).await;
    let report: Value = serde_json::from_str(&said).unwrap();
    assert_eq!((code, &report["is_clean"]), (1, &Value::Bool(false)));
    assert_eq!(report["checks"][0]["violation_count"], 1);

    let nowhere = deployment.with(&[("DATABASE_URL", "postgres://u:hunter2@127.0.0.1:1/shop")]);
    let (code, said, complained) = run(&["audit"], &nowhere).await;
    assert_eq!((code, said.as_str()), (2, ""));
    assert!(
        complained.contains("the audit could not run"),
        "{complained}"
    );
    assert!(!complained.contains("hunter2"), "{complained}");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_doctor_says_what_to_do() {
    let deployment = Deployment::open().await;
    let gravities = |said: &str| -> Vec<(String, String)> {
        let findings: Vec<Value> = serde_json::from_str(said).unwrap();
        let text = |finding: &Value, key: &str| finding[key].as_str().unwrap().to_owned();
        let pair = |finding: &Value| (text(finding, "name"), text(finding, "gravity"));
        findings.iter().map(pair).collect()
    };
    let (code, said, complained) = run(&["doctor", "--json"], &deployment.variables).await;
    // The tests' own cluster forgets on purpose.
    let expected = [
        ("settings", "ok"),
        ("secrets", "ok"),
        ("ways to pay", "ok"),
        ("public address", "warn"),
        ("database", "ok"),
        ("durability", "fail"),
        ("connections", "ok"),
        ("characters", "ok"),
        ("clock", "ok"),
        ("migrations", "ok"),
        ("superuser", "warn"),
        ("redis", "ok"),
        ("mail", "ok"),
        ("chapa", "ok"),
    ];
    let expected = expected.map(|(name, gravity)| (name.to_owned(), gravity.to_owned()));
    assert_eq!((code, complained.as_str()), (1, ""));
    assert_eq!(gravities(&said), expected);

    let away = "127.0.0.1:1";
    let broken = deployment.with(&[
        ("DATABASE_URL", &format!("postgres://u:hunter2@{away}/shop")),
        ("REDIS_URL", &format!("redis://:hunter2@{away}")),
        ("NEXUS__MAIL__SMTP_URL", &format!("smtp://u:hunter2@{away}")),
        ("NEXUS__AUTH__SECRET", "hunter2"),
        ("NEXUS__PAYMENTS__SECRET_KEY", "CHASECK_TEST-hunter2"),
    ]);
    let (code, said, _) = run(&["doctor", "--json"], &broken).await;
    let expected = [
        ("settings", "ok"),
        ("secrets", "fail"),
        ("ways to pay", "ok"),
        ("public address", "warn"),
        ("database", "fail"),
        ("redis", "warn"),
        ("mail", "fail"),
        ("chapa", "fail"),
    ];
    let expected = expected.map(|(name, gravity)| (name.to_owned(), gravity.to_owned()));
    assert_eq!(
        (code, gravities(&said).as_slice()),
        (1, &expected[..]),
        "{said}"
    );
    let (_, text, complained) = run(&["doctor"], &broken).await;
    for shown in [said, text, complained] {
        assert!(!shown.contains("hunter2"), "a secret was shown: {shown}");
    }
    let mails = deployment.mails().get("/api/messages").await.expect(200);
    assert_eq!(mails.body["messages"], serde_json::json!([]));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_superuser_is_made_once() {
    let deployment = Deployment::open().await;
    let create = async |email: &str, password: &str| {
        let variables = deployment.with(&[("NEXUS_SUPERUSER_PASSWORD", password)]);
        run(&["createsuperuser", "--email", email], &variables).await
    };
    let good = "correct horse battery staple";
    for (email, password, sentence) in [
        ("nobody", good, "it must be an e-mail address"),
        ("owner@shop.example", "short", "at least 8 characters"),
        (
            "owner@shop.example",
            "owner@shop.example",
            "can be guessed from the account",
        ),
    ] {
        let (code, _, complained) = create(email, password).await;
        assert!(code == 2 && complained.contains(sentence), "{complained}");
    }
    assert_eq!(deployment.number("select count(*) from staff").await, 0);

    let (code, said, complained) = create("Owner@shop.example", good).await;
    assert_eq!((code, complained.as_str()), (0, ""));
    assert_eq!(said, "Owner@shop.example may do everything now\n");
    let (code, _, complained) = create("owner@SHOP.example", good).await;
    assert_eq!(code, 2);
    assert!(
        complained.contains("owner@SHOP.example already"),
        "{complained}"
    );
    let (code, _, complained) = run(&["createsuperuser"], &deployment.variables).await;
    assert!(
        code == 2 && complained.contains("nobody is there to be asked"),
        "{complained}"
    );
    let trail = "select count(*) from staff_audit where action = 'staff.created'";
    assert_eq!(deployment.number(trail).await, 1);

    let _server = deployment.server(None).await;
    let body = serde_json::json!({ "email": "owner@shop.example", "password": good });
    let path = "/api/v1/admin/auth/jwt/create/";
    deployment.client().post(path, body).await.expect(200);
}

#[tokio::test(flavor = "multi_thread")]
async fn health_tells_by_its_exit_code() {
    let deployment = Deployment::open().await;
    let url = format!("{}/readyz", deployment.url);
    let (code, _, complained) = run(&["health", "--url", &url], &deployment.variables).await;
    assert!(
        code == 1 && complained.contains("does not answer"),
        "{complained}"
    );

    let _server = deployment.server(None).await;
    let healthy = run(&["health", "--url", &url], &deployment.variables).await;
    assert_eq!(healthy, (0, String::new(), String::new()));
    let missing = format!("{}/nothing/", deployment.url);
    let (code, _, complained) = run(&["health", "--url", &missing], &deployment.variables).await;
    assert!(code == 1 && complained.contains("404"), "{complained}");
}
