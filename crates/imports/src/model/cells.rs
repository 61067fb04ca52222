//! Cells that a spreadsheet does not run, and that are read as they were.

use std::borrow::Cow;

/// What a spreadsheet takes for the beginning of a formula.
const FORMULA: [char; 11] = [
    '=', '+', '-', '@', '\t', '\r', '\n', '\u{ff1d}', '\u{ff0b}', '\u{ff0d}', '\u{ff20}',
];

fn is_touched(text: &str) -> bool {
    text.starts_with(FORMULA) || text.starts_with('\'')
}

/// A text as a cell: what begins like a formula, or with an apostrophe, has an apostrophe more.
pub(crate) fn neutral(text: &str) -> Cow<'_, str> {
    if is_touched(text) {
        Cow::Owned(format!("'{text}"))
    } else {
        Cow::Borrowed(text)
    }
}

/// The text of a cell: the opposite of [`neutral`].
pub(crate) fn plain(cell: &str) -> &str {
    match cell.strip_prefix('\'') {
        Some(text) if is_touched(text) => text,
        _ => cell,
    }
}
