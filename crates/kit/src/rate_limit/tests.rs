//! The rule of the limits, and its headers.

use chrono::TimeDelta;

use super::*;

const QUOTA: Quota = Quota {
    name: "try",
    burst: 3,
    per_seconds: 30,
};

fn start() -> DateTime<Utc> {
    DateTime::from_timestamp(1_800_000_000, 0).unwrap()
}

/// Which tries pass, at these seconds after the start.
async fn passes(quota: Quota, seconds: &[i64]) -> Vec<bool> {
    let limits = Limits::new(None);
    let mut passed = Vec::new();
    for second in seconds {
        let now = start() + TimeDelta::seconds(*second);
        passed.push(limits.check("somebody", quota, now).await.is_ok());
    }
    passed
}

#[tokio::test]
async fn a_burst_passes_and_then_the_rate() {
    let seconds = [0, 0, 0, 0, 9, 10, 10, 19, 20, 50, 50, 50, 50];
    let expected = [
        true, true, true, false, false, true, false, false, true, true, true, true, false,
    ];
    assert_eq!(passes(QUOTA, &seconds).await, expected);
}

#[tokio::test]
async fn refused_tries_cost_nothing() {
    let mut seconds = vec![0; 1000];
    seconds.push(10);
    let passed = passes(QUOTA, &seconds).await;
    assert_eq!(passed.iter().filter(|passed| **passed).count(), 4);
    assert_eq!(passed.last(), Some(&true));
}

#[tokio::test]
async fn any_hour_of_a_flood_lets_through_what_the_rate_gives() {
    let seconds: Vec<i64> = (0..3600).collect();
    let count = passes(QUOTA, &seconds)
        .await
        .into_iter()
        .filter(|passed| *passed)
        .count();
    assert_eq!(count, 3 + 3599 / 10);
}

#[tokio::test]
async fn keys_and_quotas_do_not_touch_each_other() {
    let limits = Limits::new(None);
    let other = Quota {
        name: "other",
        ..QUOTA
    };
    for (key, quota) in [("a", QUOTA), ("b", QUOTA), ("a", other)] {
        for _ in 0..3 {
            assert!(limits.check(key, quota, start()).await.is_ok());
        }
        assert!(limits.check(key, quota, start()).await.is_err());
    }
}

#[tokio::test]
async fn what_is_only_looked_at_is_not_counted() {
    let limits = Limits::new(None);
    for _ in 0..10 {
        limits.require("a", QUOTA, start()).await.unwrap();
    }
    for _ in 0..3 {
        limits.check("a", QUOTA, start()).await.unwrap();
    }
    assert!(limits.require("a", QUOTA, start()).await.is_err());
    let later = start() + TimeDelta::seconds(10);
    limits.require("a", QUOTA, later).await.unwrap();
}

#[tokio::test]
async fn a_refusal_says_how_long_to_wait() {
    let limits = Limits::new(None);
    for _ in 0..3 {
        limits.check("a", QUOTA, start()).await.unwrap();
    }
    let Err(crate::Error::Refused(refusal)) = limits.check("a", QUOTA, start()).await else {
        panic!("a fourth passed");
    };
    assert_eq!(refusal.kind().code, "too_many_requests");
    assert_eq!(refusal.retry_after_seconds(), Some(10));
    let expected = [
        ("ratelimit-policy", "\"try\";q=3;w=30".to_owned()),
        ("ratelimit", "\"try\";r=0;t=10".to_owned()),
    ];
    assert_eq!(refusal.headers(), expected);
}

#[tokio::test]
async fn a_standing_counts_down() {
    let limits = Limits::new(None);
    let mut standings = Vec::new();
    for _ in 0..3 {
        let standing = limits.check("a", QUOTA, start()).await.unwrap();
        standings.push((standing.remaining, standing.reset_seconds));
    }
    assert_eq!(standings, [(2, 10), (1, 20), (0, 30)]);
}

#[test]
fn a_moment_from_a_clock_ahead_locks_nobody_out() {
    let decision = QUOTA.decide(Some(1_000_000_000_000), 0);
    assert_eq!(decision, Decision::Wait(10_000_000));
}

#[test]
fn an_address_counts_by_what_one_subscriber_owns() {
    let key = |text: &str| address_key(text.parse().unwrap());
    assert_eq!(key("192.0.2.7"), "192.0.2.7");
    assert_eq!(key("::ffff:192.0.2.7"), "192.0.2.7");
    assert_eq!(key("2001:db8:1:2:3:4:5:6"), key("2001:db8:1:2:ffff::1"));
    assert_ne!(key("2001:db8:1:2::1"), key("2001:db8:1:3::1"));
}
