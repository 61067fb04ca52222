//! The commands of SMTP (RFC 5321), read from one line. Never: in which order they may come.

/// The largest mail that is accepted, in bytes.
pub(crate) const SIZE_LIMIT: usize = 10 * 1024 * 1024;

/// What a client asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Command {
    Ehlo,
    Helo,
    Mail { from: String },
    Rcpt { to: String },
    Data,
    Rset,
    Noop,
    Vrfy,
    Quit,
}

/// Why a line is not a command: the reply that it deserves.
pub(crate) type Refusal = &'static str;

const SYNTAX: Refusal = "501 5.5.4 an address in angle brackets is wanted, such as FROM:<a@b.et>";
const UNKNOWN: Refusal = "500 5.5.2 unknown command";
const NOT_OFFERED: Refusal = "502 5.5.1 not offered by a mail catcher";
const PARAMETER: Refusal = "555 5.5.4 unknown parameter";
const TOO_LARGE: Refusal = "552 5.3.4 larger than 10485760 bytes";

impl Command {
    /// Reads one line without its end.
    pub(crate) fn parse(line: &str) -> Result<Self, Refusal> {
        let (verb, rest) = line.split_once(' ').unwrap_or((line, ""));
        let rest = rest.trim();
        match verb.to_ascii_uppercase().as_str() {
            "EHLO" | "HELO" if rest.is_empty() => Err("501 5.5.4 say who you are"),
            "EHLO" => Ok(Self::Ehlo),
            "HELO" => Ok(Self::Helo),
            "MAIL" => {
                let (from, parameters) = path(rest, "FROM:").ok_or(SYNTAX)?;
                parameters.split_whitespace().try_for_each(mail_parameter)?;
                Ok(Self::Mail {
                    from: from.to_owned(),
                })
            }
            "RCPT" => match path(rest, "TO:").ok_or(SYNTAX)? {
                ("", _) => Err(SYNTAX),
                (to, "") => Ok(Self::Rcpt { to: to.to_owned() }),
                _ => Err(PARAMETER),
            },
            "DATA" => Ok(Self::Data),
            "RSET" => Ok(Self::Rset),
            "NOOP" => Ok(Self::Noop),
            "VRFY" => Ok(Self::Vrfy),
            "QUIT" => Ok(Self::Quit),
            "STARTTLS" | "AUTH" | "EXPN" | "HELP" | "BDAT" => Err(NOT_OFFERED),
            _ => Err(UNKNOWN),
        }
    }
}

/// The address between angle brackets, and what follows it.
fn path<'a>(rest: &'a str, keyword: &str) -> Option<(&'a str, &'a str)> {
    let start = rest.get(..keyword.len())?;
    if !start.eq_ignore_ascii_case(keyword) {
        return None;
    }
    let inner = rest[keyword.len()..].trim_start().strip_prefix('<')?;
    let (address, parameters) = inner.split_once('>')?;
    let is_clean = !address.contains(|sign: char| sign.is_control() || sign.is_whitespace());
    is_clean.then_some((address, parameters.trim()))
}

fn mail_parameter(parameter: &str) -> Result<(), Refusal> {
    let parameter = parameter.to_ascii_uppercase();
    match parameter.split_once('=') {
        Some(("SIZE", size)) => match size.parse::<usize>() {
            Ok(size) if size <= SIZE_LIMIT => Ok(()),
            Ok(_) => Err(TOO_LARGE),
            Err(_) => Err(PARAMETER),
        },
        Some(("BODY", "7BIT" | "8BITMIME")) => Ok(()),
        None if parameter == "SMTPUTF8" => Ok(()),
        _ => Err(PARAMETER),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn commands_are_read_in_any_case() {
        let mail = |from: &str| Ok(Command::Mail { from: from.into() });
        for (line, expected) in [
            ("ehlo shop.et", Ok(Command::Ehlo)),
            ("HELO shop.et", Ok(Command::Helo)),
            ("EHLO", Err("501 5.5.4 say who you are")),
            ("mail from:<a@b.et>", mail("a@b.et")),
            (
                "MAIL FROM: <a@b.et> SIZE=10 BODY=8BITMIME SMTPUTF8",
                mail("a@b.et"),
            ),
            ("MAIL FROM:<>", mail("")),
            ("MAIL FROM:<ሰላም@b.et> SMTPUTF8", mail("ሰላም@b.et")),
            ("MAIL FROM:<a@b.et> SIZE=10485761", Err(TOO_LARGE)),
            ("MAIL FROM:<a@b.et> RET=FULL", Err(PARAMETER)),
            ("MAIL FROM:a@b.et", Err(SYNTAX)),
            ("MAIL", Err(SYNTAX)),
            (
                "RCPT TO:<c@d.et>",
                Ok(Command::Rcpt {
                    to: "c@d.et".into(),
                }),
            ),
            ("RCPT TO:<c@d.et> NOTIFY=NEVER", Err(PARAMETER)),
            ("RCPT TO:<>", Err(SYNTAX)),
            ("RCPT TO:<a b>", Err(SYNTAX)),
            ("data", Ok(Command::Data)),
            ("STARTTLS", Err(NOT_OFFERED)),
            ("ሰላም", Err(UNKNOWN)),
            ("", Err(UNKNOWN)),
        ] {
            assert_eq!(Command::parse(line), expected, "{line}");
        }
    }
}
