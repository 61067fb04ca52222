//! How long Chapa asks us to wait, without a clock of our own.

use std::time::Duration;

use http::header::{DATE, RETRY_AFTER};
use http::{HeaderMap, HeaderValue};

use crate::client::transport::retry_after;

fn check(retry: Option<&'static str>, date: Option<&'static str>, expected_seconds: Option<u64>) {
    let mut headers = HeaderMap::new();
    for (name, value) in [(RETRY_AFTER, retry), (DATE, date)] {
        if let Some(value) = value {
            headers.insert(name, HeaderValue::from_static(value));
        }
    }
    assert_eq!(
        retry_after(&headers),
        expected_seconds.map(Duration::from_secs),
        "{retry:?}"
    );
}

#[test]
fn seconds_and_dates_are_read_and_bounded() {
    let noon = Some("Sun, 22 Nov 2026 12:00:00 GMT");
    check(None, noon, None);
    check(Some("30"), None, Some(30));
    check(Some(" 30 "), None, Some(30));
    check(Some("0"), None, Some(0));
    check(Some("-1"), None, None);
    check(Some("1.5"), None, None);
    check(Some("soon"), noon, None);
    check(Some("18446744073709551615"), None, Some(86_400));
    check(Some("Sun, 22 Nov 2026 12:01:30 GMT"), noon, Some(90));
    check(Some("Sun, 22 Nov 2026 11:00:00 GMT"), noon, Some(0));
    check(Some("Sat, 22 Nov 2036 12:00:00 GMT"), noon, Some(86_400));
    check(Some("Sun, 22 Nov 2026 12:01:30 GMT"), None, None);
}
