//! What is said about a refresh token.

use super::*;

fn now() -> DateTime<Utc> {
    DateTime::from_timestamp(1_800_000_000, 0).unwrap()
}

fn ago(seconds: i64) -> DateTime<Utc> {
    now() - TimeDelta::seconds(seconds)
}

fn check(
    revoked_at: Option<DateTime<Utc>>,
    used_at: Option<DateTime<Utc>>,
    expires_at: DateTime<Utc>,
    expected: Result<(), SessionRefusal>,
) {
    let session = StoredSession {
        id: Uuid::nil(),
        audience: "reader".to_owned(),
        principal_id: Uuid::nil(),
        expires_at: now() + TimeDelta::days(1),
        idle_seconds: 3600,
        revoked_at,
    };
    let token = StoredToken {
        used_at,
        expires_at,
    };
    assert_eq!(judge(&session, &token, now()), expected);
}

#[test]
fn an_unused_token_is_good_until_its_end() {
    check(None, None, now() + TimeDelta::microseconds(1), Ok(()));
    check(None, None, now(), Err(SessionRefusal::Expired));
}

#[test]
fn a_used_token_is_forgiven_for_ten_seconds() {
    let later = now() + TimeDelta::hours(1);
    check(None, Some(now()), later, Err(SessionRefusal::JustUsed));
    check(None, Some(ago(10)), later, Err(SessionRefusal::JustUsed));
    check(
        None,
        Some(ago(10) - TimeDelta::microseconds(1)),
        later,
        Err(SessionRefusal::Reused),
    );
    check(
        None,
        Some(now() + TimeDelta::seconds(1)),
        later,
        Err(SessionRefusal::JustUsed),
    );
}

#[test]
fn a_thief_is_found_out_also_after_the_tokens_end() {
    check(
        None,
        Some(ago(86_400)),
        ago(3_600),
        Err(SessionRefusal::Reused),
    );
}

#[test]
fn an_ended_session_has_no_good_token() {
    let later = now() + TimeDelta::hours(1);
    check(Some(ago(1)), None, later, Err(SessionRefusal::Ended));
    check(
        Some(ago(1)),
        Some(ago(100)),
        later,
        Err(SessionRefusal::Ended),
    );
}

#[test]
fn only_a_reuse_within_the_grace_is_a_conflict() {
    use SessionRefusal::{Ended, Expired, JustUsed, Reused, Unknown};
    for (refusal, status) in [
        (Unknown, 401),
        (JustUsed, 409),
        (Reused, 401),
        (Expired, 401),
        (Ended, 401),
    ] {
        assert_eq!(refusal.kind().status, status);
        assert_eq!(refusal.headers().len(), usize::from(status == 401));
    }
}
