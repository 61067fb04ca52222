//! Waiting for a condition, never for an amount of time.

use std::{
    future::Future,
    time::{Duration, Instant},
};

/// Far longer than anything here takes, even on a busy machine.
const PATIENCE: Duration = Duration::from_secs(60);

/// Asks until the answer is `Some`; the test fails when that takes a minute.
#[track_caller]
pub(crate) fn until<T, F, Fut>(what: &str, mut ask: F) -> impl Future<Output = T>
where
    F: FnMut() -> Fut,
    Fut: Future<Output = Option<T>>,
{
    let (what, caller) = (what.to_owned(), std::panic::Location::caller());
    async move {
        let started_at = Instant::now();
        loop {
            if let Some(answer) = ask().await {
                return answer;
            }
            assert!(
                started_at.elapsed() < PATIENCE,
                "{caller}: still waiting: {what}"
            );
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    }
}
