//! Lines off a connection, with a limit on their length. Never: what they mean.

use std::io;

use tokio::io::{AsyncBufRead, AsyncBufReadExt};

/// One line off the connection.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Line {
    /// With its end, so that a mail is kept as it came.
    Whole(Vec<u8>),
    /// Longer than the limit; it was read to its end and thrown away.
    TooLong,
    /// The client closed the connection.
    Closed,
}

/// Reads up to the next line feed, keeping at most `limit` bytes.
pub(crate) async fn read(
    connection: &mut (impl AsyncBufRead + Unpin),
    limit: usize,
) -> io::Result<Line> {
    let mut line = Vec::new();
    let mut is_too_long = false;
    loop {
        let available = connection.fill_buf().await?;
        if available.is_empty() {
            return Ok(Line::Closed);
        }
        let end = available.iter().position(|byte| *byte == b'\n');
        let length = end.map_or(available.len(), |position| position + 1);
        is_too_long |= line.len() + length > limit;
        if !is_too_long {
            line.extend_from_slice(&available[..length]);
        }
        connection.consume(length);
        if end.is_some() {
            return Ok(if is_too_long {
                Line::TooLong
            } else {
                Line::Whole(line)
            });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn long_lines_are_thrown_away_and_the_next_one_is_whole() {
        let mut input: &[u8] = b"1234567890\r\nab\r\ncut";
        assert_eq!(read(&mut input, 6).await.unwrap(), Line::TooLong);
        assert_eq!(
            read(&mut input, 6).await.unwrap(),
            Line::Whole(b"ab\r\n".to_vec())
        );
        assert_eq!(read(&mut input, 6).await.unwrap(), Line::Closed);
    }
}
