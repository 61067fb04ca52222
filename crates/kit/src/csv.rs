//! Cells of files that people open in a spreadsheet. Never: what a file is about.

/// A text as one cell (RFC 4180). What a spreadsheet would take for a formula gets an apostrophe in
/// front, by which it is a text; what would break the line is quoted.
#[must_use]
pub fn cell(text: &str) -> String {
    let is_formula =
        text.starts_with(['=', '+', '-', '@', '\t', '\r', '\n', '＝', '＋', '－', '＠']);
    let text = if is_formula {
        format!("'{text}")
    } else {
        text.to_owned()
    };
    if text.contains([',', '"', '\r', '\n']) {
        format!("\"{}\"", text.replace('"', "\"\""))
    } else {
        text
    }
}
