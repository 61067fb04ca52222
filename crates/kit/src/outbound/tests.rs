//! Addresses that must never be called, in every way to write them.

use std::time::Duration;

use super::{AddressError, CallError, Outbound, is_public};

fn outbound(allowed: &[&str], allows_http: bool) -> Outbound {
    let allowed = allowed.iter().map(|network| network.parse().unwrap());
    let second = Duration::from_secs(1);
    Outbound::new(allowed.collect(), allows_http, second, second).unwrap()
}

#[test]
fn special_addresses_are_not_public() {
    for ip in [
        "0.0.0.0",
        "10.0.0.1",
        "100.64.0.1",
        "100.127.255.255",
        "127.0.0.1",
        "127.255.255.254",
        "169.254.169.254",
        "172.16.0.1",
        "172.31.255.255",
        "192.0.0.192",
        "192.0.2.1",
        "192.88.99.1",
        "192.168.0.1",
        "198.18.0.1",
        "198.51.100.7",
        "203.0.113.7",
        "224.0.0.1",
        "240.0.0.1",
        "255.255.255.255",
        "::",
        "::1",
        "::ffff:127.0.0.1",
        "::ffff:8.8.8.8",
        "::127.0.0.1",
        "64:ff9b::7f00:1",
        "100::1",
        "2001::1",
        "2001:db8::1",
        "2002:7f00:1::",
        "3fff::1",
        "fc00::1",
        "fd00:ec2::254",
        "fe80::1",
        "fec0::1",
        "ff02::1",
    ] {
        assert!(!is_public(ip.parse().unwrap()), "{ip}");
    }
    for ip in [
        "1.1.1.1",
        "100.63.255.255",
        "172.32.0.1",
        "196.188.0.1",
        "2606:4700::1111",
    ] {
        assert!(is_public(ip.parse().unwrap()), "{ip}");
    }
}

#[test]
fn an_address_is_refused_however_it_is_written() {
    let strict = outbound(&[], true);
    for url in [
        "http://127.0.0.1/",
        "http://127.1/",
        "http://2130706433/",
        "http://0x7f000001/",
        "http://0177.0.0.1/",
        "http://[::1]/",
        "http://[::ffff:169.254.169.254]/",
        "http://[::ffff:a9fe:a9fe]/",
        "http://169.254.169.254/latest/meta-data/",
        "https://10.0.0.1:8443/hook",
        "http://①②⑦.⓪.⓪.①/",
    ] {
        assert_eq!(strict.check(url), Err(AddressError::Private), "{url}");
    }
    for (url, error) in [
        ("ftp://example.com/", AddressError::Scheme),
        ("file:///etc/passwd", AddressError::Scheme),
        ("gopher://example.com/", AddressError::Scheme),
        ("https://user:secret@example.com/", AddressError::Decorated),
        ("https://example.com/#part", AddressError::Decorated),
        ("https://example.com:22/", AddressError::Port),
        ("https://", AddressError::Unreadable),
        ("example.com/hook", AddressError::Unreadable),
        ("", AddressError::Unreadable),
    ] {
        assert_eq!(strict.check(url), Err(error), "{url}");
    }
    let tls_only = outbound(&[], false);
    assert_eq!(
        tls_only.check("http://example.com/"),
        Err(AddressError::Scheme)
    );
    assert!(tls_only.check("https://example.com/hook?shop=1").is_ok());
    let long = format!("https://example.com/{}", "x".repeat(2_048));
    assert_eq!(tls_only.check(&long), Err(AddressError::Unreadable));
}

#[tokio::test]
async fn a_name_that_leads_inside_is_not_called() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    listener.set_nonblocking(true).unwrap();
    let port = listener.local_addr().unwrap().port();
    for host in ["localhost", "127.0.0.1"] {
        let url = format!("http://{host}:{port}/hook");
        let call = outbound(&[], true)
            .post(&url, reqwest::header::HeaderMap::new(), Vec::new())
            .await;
        assert_eq!(call.outcome, Err(CallError::Forbidden), "{host}");
        assert!(listener.accept().is_err(), "{host}: somebody called");
    }
}
