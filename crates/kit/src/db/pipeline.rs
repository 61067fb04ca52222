//! Statements that travel together.
//!
//! PostgreSQL runs them in the order in which they were sent, and once one has failed the rest
//! of their transaction fails with "current transaction is aborted". Their answers come one after
//! the other, so whoever takes the first error that is *seen* may be told that one, and not the
//! reason. These wait for every answer, which is on its way anyhow, and tell the first error in
//! the order of the statements.

use futures_util::future;

use crate::error::Result;

/// Both, or the first error in their order.
///
/// # Errors
/// Theirs.
pub async fn try_join<A, B>(
    a: impl Future<Output = Result<A>>,
    b: impl Future<Output = Result<B>>,
) -> Result<(A, B)> {
    let (a, b) = future::join(a, b).await;
    Ok((a?, b?))
}

/// All three, or the first error in their order.
///
/// # Errors
/// Theirs.
pub async fn try_join3<A, B, C>(
    a: impl Future<Output = Result<A>>,
    b: impl Future<Output = Result<B>>,
    c: impl Future<Output = Result<C>>,
) -> Result<(A, B, C)> {
    let (a, b, c) = future::join3(a, b, c).await;
    Ok((a?, b?, c?))
}

/// All four, or the first error in their order.
///
/// # Errors
/// Theirs.
pub async fn try_join4<A, B, C, D>(
    a: impl Future<Output = Result<A>>,
    b: impl Future<Output = Result<B>>,
    c: impl Future<Output = Result<C>>,
    d: impl Future<Output = Result<D>>,
) -> Result<(A, B, C, D)> {
    let (a, b, c, d) = future::join4(a, b, c, d).await;
    Ok((a?, b?, c?, d?))
}

#[cfg(test)]
mod tests {
    use std::future::ready;

    use super::*;
    use crate::error::Error;

    #[tokio::test]
    async fn the_first_error_is_told_although_another_one_came_before() {
        let late = async {
            tokio::task::yield_now().await;
            Err::<(), _>(Error::fault("the reason"))
        };
        let early = ready(Err::<(), _>(Error::fault("aborted")));
        let told = try_join(late, early).await.unwrap_err().to_string();
        assert!(told.starts_with("the reason"), "{told}");
    }
}
