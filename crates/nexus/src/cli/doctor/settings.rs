//! What can be told from the settings alone. They have been read when this runs.

use payments::{Gateway, Mode};
use reqwest::Url;

use super::{Finding, told};
use crate::config::Settings;

pub(super) fn look(settings: &Settings) -> Vec<Finding> {
    let public_url = public_url(&settings.server.public_url, settings.payments.mode);
    vec![
        Finding::ok("settings", "read"),
        secrets(settings),
        providers(settings),
        public_url,
    ]
}

fn secrets(settings: &Settings) -> Finding {
    match settings.check_secrets() {
        Ok(()) => Finding::ok("secrets", "none is empty, short or well known"),
        Err(error) => Finding::fail(
            "secrets",
            error.to_string(),
            "set it in the environment; the server refuses to start on it",
        ),
    }
}

fn providers(settings: &Settings) -> Finding {
    const NAME: &str = "ways to pay";
    let (public_url, shop) = (&settings.server.public_url, &settings.shop.name);
    match Gateway::new(&settings.payments, public_url, shop) {
        Ok(gateway) => Finding::ok(NAME, gateway.names().join(", ")),
        Err(error) => Finding::fail(
            NAME,
            told(error),
            "correct the sections [payments] of the settings; the server refuses to start on them",
        ),
    }
}

fn public_url(text: &str, mode: Mode) -> Finding {
    const NAME: &str = "public address";
    let plain = Url::parse(text).ok().filter(|url| {
        matches!(url.scheme(), "http" | "https")
            && url.host_str().is_some_and(|host| !host.is_empty())
            && url.username().is_empty()
            && url.password().is_none()
            && url.query().is_none()
            && url.fragment().is_none()
    });
    let Some(url) = plain else {
        let detail = "server.public_url is no plain http or https address";
        return Finding::fail(
            NAME,
            detail,
            "set it to what clients use: https://shop.example",
        );
    };
    let is_local = is_local(&url);
    if text.ends_with('/') {
        let detail = format!("{text} ends in a slash");
        Finding::warn(NAME, detail, "take it off, or links in mails have two")
    } else if is_local && mode == Mode::Live {
        let detail = format!("{text} is this machine, and payments are live");
        Finding::fail(
            NAME,
            detail,
            "set server.public_url to what buyers and Chapa can reach",
        )
    } else if is_local {
        let detail = format!("{text} is reached from this machine only");
        Finding::warn(
            NAME,
            detail,
            "set server.public_url before anybody else is to buy",
        )
    } else if url.scheme() == "http" {
        let detail = format!("{text} is not encrypted");
        Finding::warn(NAME, detail, "put TLS in front and make it https://")
    } else {
        Finding::ok(NAME, text)
    }
}

fn is_local(url: &Url) -> bool {
    let host = url.host_str().unwrap_or_default().trim_matches(['[', ']']);
    let address = host.parse::<std::net::IpAddr>();
    host == "localhost"
        || host.ends_with(".localhost")
        || address.is_ok_and(|address| address.is_loopback() || address.is_unspecified())
}

#[cfg(test)]
mod tests {
    use super::{super::Gravity, *};

    #[test]
    fn public_addresses_are_judged() {
        let cases = [
            ("https://shop.example", Mode::Live, Gravity::Ok),
            ("https://shop.example:8443/et", Mode::Test, Gravity::Ok),
            ("http://shop.example", Mode::Live, Gravity::Warn),
            ("https://shop.example/", Mode::Live, Gravity::Warn),
            ("http://localhost:8000", Mode::Test, Gravity::Warn),
            ("http://[::1]:8000", Mode::Test, Gravity::Warn),
            ("http://localhost:8000", Mode::Live, Gravity::Fail),
            ("http://0.0.0.0:8000", Mode::Live, Gravity::Fail),
            ("shop.example", Mode::Test, Gravity::Fail),
            ("ftp://shop.example", Mode::Test, Gravity::Fail),
            (
                "https://user:password@shop.example",
                Mode::Test,
                Gravity::Fail,
            ),
            ("https://shop.example?a=1", Mode::Test, Gravity::Fail),
            ("", Mode::Test, Gravity::Fail),
        ];
        for (text, mode, gravity) in cases {
            assert_eq!(public_url(text, mode).gravity, gravity, "{text} {mode:?}");
        }
    }

    #[test]
    fn a_password_in_the_address_is_not_repeated() {
        let finding = public_url("https://user:hunter2@shop.example", Mode::Test);
        assert!(!format!("{finding:?}").contains("hunter2"));
    }
}
