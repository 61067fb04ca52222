//! Between decimal text ("12.50") and minor units (1250). Exact or refused.

/// Why a text is not an exact amount.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum DecimalError {
    /// Empty, a sign other than one leading minus, an exponent, a comma, a letter, …
    #[error("not a plain decimal number")]
    Malformed,
    /// More decimals than the currency has, and not all of them zero.
    #[error("more decimals than the currency has")]
    TooPrecise,
    /// Does not fit into 64-bit minor units.
    #[error("too large")]
    TooLarge,
}

/// Reads "400", "400.5" or "-400.00" as minor units with `decimals` decimals.
///
/// # Errors
/// [`DecimalError`]; nothing is ever rounded.
pub fn parse_minor(text: &str, decimals: u32) -> Result<i64, DecimalError> {
    let (negative, digits) = match text.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, text),
    };
    let (whole, fraction) = match digits.split_once('.') {
        Some((_, "")) => return Err(DecimalError::Malformed),
        Some(parts) => parts,
        None => (digits, ""),
    };
    let plain = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
    if whole.is_empty() || !plain(whole) || !plain(fraction) {
        return Err(DecimalError::Malformed);
    }
    let kept = fraction.len().min(decimals as usize);
    if fraction.bytes().skip(kept).any(|byte| byte != b'0') {
        return Err(DecimalError::TooPrecise);
    }
    let padding = decimals as usize - kept;
    let mut minor: i64 = 0;
    let fraction_digits = fraction.bytes().take(kept);
    for byte in whole
        .bytes()
        .chain(fraction_digits)
        .chain(std::iter::repeat_n(b'0', padding))
    {
        // Counted below zero: the least amount has no positive counterpart.
        minor = minor
            .checked_mul(10)
            .and_then(|value| value.checked_sub(i64::from(byte - b'0')))
            .ok_or(DecimalError::TooLarge)?;
    }
    if negative {
        Ok(minor)
    } else {
        minor.checked_neg().ok_or(DecimalError::TooLarge)
    }
}

/// Writes 1250 with two decimals as "12.50"; the opposite of [`parse_minor`].
#[must_use]
pub fn format_minor(minor: i64, decimals: u32) -> String {
    let digits = minor.unsigned_abs().to_string();
    let width = decimals as usize + 1;
    let digits = format!("{digits:0>width$}");
    let sign = if minor < 0 { "-" } else { "" };
    let (whole, fraction) = digits.split_at(digits.len() - decimals as usize);
    if fraction.is_empty() {
        format!("{sign}{whole}")
    } else {
        format!("{sign}{whole}.{fraction}")
    }
}
