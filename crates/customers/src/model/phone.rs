//! Telephone numbers in E.164, read from the forms that people in Ethiopia write.
//! Never: whether somebody answers.

use std::fmt;

/// A telephone number, stored as `+` and digits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Phone(String);

/// Why a text is not a telephone number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NotAPhone;

impl fmt::Display for NotAPhone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("it must be a telephone number such as 0911223344 or +251911223344")
    }
}

/// Room for any number with spaces and brackets.
const CHARACTERS_MAX: usize = 32;

const ETHIOPIA: &str = "251";

impl Phone {
    /// Reads `09…`, `07…`, `+251…`, `251…`, `00251…` and the international form of any other
    /// country; spaces, hyphens, dots, slashes and brackets between digits are left out.
    ///
    /// # Errors
    /// [`NotAPhone`]
    pub fn parse(text: &str) -> Result<Self, NotAPhone> {
        let text = text.trim();
        if text.chars().count() > CHARACTERS_MAX {
            return Err(NotAPhone);
        }
        let (is_international, rest) = match text.strip_prefix('+') {
            Some(rest) => (true, rest),
            None => (false, text),
        };
        let digits = digits(rest)?;
        let number = if is_international {
            digits
        } else if let Some(international) = digits.strip_prefix("00") {
            international.to_owned()
        } else if let Some(national) = digits.strip_prefix('0') {
            format!("{ETHIOPIA}{national}")
        } else if digits.starts_with(ETHIOPIA) {
            digits
        } else if digits.len() == 9 {
            format!("{ETHIOPIA}{digits}")
        } else {
            return Err(NotAPhone);
        };
        Self::checked(number)
    }

    fn checked(number: String) -> Result<Self, NotAPhone> {
        if let Some(national) = number.strip_prefix(ETHIOPIA) {
            // `+251 0911 …` mixes two forms; what is meant is clear.
            let national = match national.strip_prefix('0') {
                Some(rest) if national.len() == 10 => rest,
                _ => national,
            };
            let is_assigned = national.starts_with(['1', '2', '3', '4', '5', '7', '9']);
            return if national.len() == 9 && is_assigned {
                Ok(Self(format!("+{ETHIOPIA}{national}")))
            } else {
                Err(NotAPhone)
            };
        }
        let has_country = !number.starts_with('0');
        if has_country && (7..=15).contains(&number.len()) {
            Ok(Self(format!("+{number}")))
        } else {
            Err(NotAPhone)
        }
    }

    /// The number as stored: `+251911223344`.
    #[must_use]
    pub fn e164(&self) -> &str {
        &self.0
    }

    /// The ten digits of an Ethiopian mobile number, `0911223344`; `None` for any other, which
    /// Chapa does not take.
    #[must_use]
    pub fn national(&self) -> Option<String> {
        let rest = self.0.strip_prefix("+251")?;
        rest.starts_with(['7', '9']).then(|| format!("0{rest}"))
    }

    /// The number in groups for people: `+251 91 122 3344`.
    #[must_use]
    pub fn display(&self) -> String {
        match self.0.strip_prefix("+251") {
            Some(rest) => {
                let (area, line) = rest.split_at(2);
                let (first, second) = line.split_at(3);
                format!("+251 {area} {first} {second}")
            }
            None => self.0.clone(),
        }
    }
}

fn digits(text: &str) -> Result<String, NotAPhone> {
    let mut digits = String::new();
    for character in text.chars() {
        match character {
            '0'..='9' => digits.push(character),
            ' ' | '-' | '.' | '/' | '(' | ')' | '\u{a0}' => {}
            _ => return Err(NotAPhone),
        }
    }
    Ok(digits)
}
