//! How a target reads the fuzzer's bytes. Seeds are text, so that they can be read and written.

/// An answer: a first line with the HTTP status, then the body. Without such a line, 200.
#[must_use]
pub fn answer(data: &[u8]) -> (u16, &[u8]) {
    let (line, body) = split_line(data);
    let status = std::str::from_utf8(line)
        .ok()
        .and_then(|line| line.parse::<u16>().ok());
    match status.filter(|status| (100..1000).contains(status)) {
        Some(status) => (status, body),
        None => (200, data),
    }
}

/// The bytes before the first line end, and those behind it.
#[must_use]
pub fn split_line(data: &[u8]) -> (&[u8], &[u8]) {
    match data.iter().position(|byte| *byte == b'\n') {
        Some(end) => (&data[..end], &data[end + 1..]),
        None => (data, &[]),
    }
}
