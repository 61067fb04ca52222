//! What an HTTP status proves before anybody reads the body.

use reqwest::StatusCode;
use reqwest::header::HeaderMap;

use crate::Error;
use crate::client::transport::refuse_by_status;

fn sorted(status: u16) -> Result<(), Error> {
    refuse_by_status(StatusCode::from_u16(status).unwrap(), &HeaderMap::new())
}

#[test]
fn only_an_acceptance_or_a_refusal_is_read() {
    for status in [200, 201, 204, 299, 400, 403, 404, 419, 422, 499] {
        assert_eq!(sorted(status), Ok(()), "{status}");
    }
    assert_eq!(sorted(401), Err(Error::Auth));
    assert_eq!(sorted(429), Err(Error::RateLimited(None)));
}

#[test]
fn a_status_without_meaning_proves_nothing() {
    for status in [408, 500, 502, 599, 600, 967, 999] {
        assert_eq!(sorted(status), Err(Error::Unknown), "{status}");
    }
    for status in [100, 103, 301, 302, 304, 399] {
        let error = sorted(status).unwrap_err();
        assert!(matches!(error, Error::Protocol(_)), "{status}: {error:?}");
    }
}
