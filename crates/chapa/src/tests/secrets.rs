//! Secrets are not shown, and settings under which they would leak are refused.

use std::time::Duration;

use crate::{Client, Config, ConfigError, Error, Mode, Secret};

fn config() -> Config {
    Config::new(Secret::new("CHASECK_TEST-very-secret"), Mode::Test)
}

#[test]
fn no_debug_output_holds_the_key() {
    let config = config();
    let client = Client::new(&config).unwrap();
    for text in [
        format!("{config:?}"),
        format!("{client:?}"),
        format!("{:?}", config.secret_key),
        format!("{:?}", Secret::new("")),
        format!("{}", Error::Auth),
        format!("{}", ConfigError::SecretKey),
    ] {
        assert!(!text.contains("very-secret"), "{text}");
    }
}

fn check(change: impl FnOnce(&mut Config), expected: Result<(), ConfigError>) {
    let mut config = config();
    change(&mut config);
    assert_eq!(Client::new(&config).map(|_| ()), expected, "{config:?}");
}

#[test]
fn dangerous_settings_are_refused() {
    check(|_| {}, Ok(()));
    check(|c| c.connect_timeout = Duration::from_millis(1), Ok(()));
    for base_url in [
        "",
        "api.chapa.co",
        "ftp://api.chapa.co",
        "https://user@api.chapa.co/v1",
        "https://:pass@api.chapa.co/v1",
        "https://api.chapa.co/v1?a=b",
        "https://api.chapa.co/#x",
    ] {
        check(
            |c| c.base_url = base_url.to_owned(),
            Err(ConfigError::BaseUrl),
        );
    }
    check(
        |c| c.secret_key = Secret::new("  "),
        Err(ConfigError::SecretKey),
    );
    check(
        |c| c.secret_key = Secret::new("a\nb"),
        Err(ConfigError::SecretKey),
    );
    check(|c| c.mode = Mode::Live, Err(ConfigError::KeyOfOtherMode));
    check(
        |c| c.secret_key = Secret::new("CHASECK-abc"),
        Err(ConfigError::KeyOfOtherMode),
    );
    check(
        |c| c.checkout_hosts.clear(),
        Err(ConfigError::NoCheckoutHost),
    );
    let live = |c: &mut Config, base_url: &str| {
        c.mode = Mode::Live;
        c.secret_key = Secret::new("CHASECK-abc");
        c.base_url = base_url.to_owned();
    };
    check(
        |c| live(c, "http://api.chapa.co/v1"),
        Err(ConfigError::InsecureBaseUrl),
    );
    check(|c| live(c, "http://127.0.0.1:9/v1"), Ok(()));
    check(|c| live(c, "http://[::1]:9/v1"), Ok(()));
    check(|c| live(c, "https://api.chapa.co/v1"), Ok(()));
    check(
        |c| c.base_url = "http://chapa-simulator:8090/v1".to_owned(),
        Ok(()),
    );
}
