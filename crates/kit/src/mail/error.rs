//! Why a mail was not sent: whether another try can help. Never: an e-mail address in the text,
//! for it is logged.

use lettre::transport::smtp::Error as SmtpError;

/// Why a mail was not sent.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum MailError {
    /// The server will never take this mail, or it cannot be written.
    #[error("the mail is refused for good: {0}")]
    Permanent(String),
    /// The server is away or busy, or does not know us: another try may succeed.
    #[error("the mail could not be sent: {0}")]
    Transient(String),
}

impl MailError {
    /// Whether another try is useless.
    #[must_use]
    pub const fn is_permanent(&self) -> bool {
        matches!(self, Self::Permanent(_))
    }

    /// What went wrong before any mail was in question. It is never a mail's own fault.
    pub(super) fn of_server(error: &SmtpError) -> Self {
        Self::Transient(without_addresses(error))
    }

    /// The answer to a mail.
    pub(super) fn of_mail(error: &SmtpError) -> Self {
        let text = without_addresses(error);
        // `is_client`: the server lacks what the mail needs, such as addresses outside ASCII.
        let is_final = error.is_client() || (error.is_permanent() && !is_about_us(error));
        if is_final {
            Self::Permanent(text)
        } else {
            Self::Transient(text)
        }
    }
}

/// Final codes about the session and not about the mail: order of commands, and who we are. An
/// operator repairs these, and then the mail goes out.
fn is_about_us(error: &SmtpError) -> bool {
    let code = error.status().map(|code| code.to_string());
    code.is_some_and(|code| ["503", "530", "534", "535", "538"].contains(&code.as_str()))
}

/// Servers like to repeat the recipient's address.
fn without_addresses(error: &SmtpError) -> String {
    let text = error.to_string();
    let words = text.split_whitespace().map(|word| {
        if word.contains('@') {
            "[address]"
        } else {
            word
        }
    });
    words.collect::<Vec<_>>().join(" ")
}
