//! From a `Mail` to the bytes on the wire: headers that nothing can be smuggled into.

use std::time::SystemTime;

use lettre::{
    Address, Message,
    message::{
        Mailbox, MultiPart,
        header::{HeaderName, HeaderValue},
    },
};

use super::{Mail, MailError};

/// Builds the message.
///
/// # Errors
/// [`MailError::Permanent`] when the address or the Message-ID is none.
pub(super) fn message(
    from: &Mailbox,
    reply_to: Option<&Mailbox>,
    mail: &Mail,
) -> Result<Message, MailError> {
    let permanent = |reason: &str| MailError::Permanent(reason.to_owned());
    let has_break = mail
        .to
        .chars()
        .any(|sign| sign.is_control() || sign.is_whitespace());
    let address = mail.to.parse::<Address>().ok().filter(|_| !has_break);
    let to = address.ok_or_else(|| permanent("the recipient's address is none"))?;
    if !is_message_id(&mail.message_id) {
        return Err(permanent("the Message-ID is malformed"));
    }
    let mut builder = Message::builder()
        .from(from.clone())
        .to(Mailbox::new(None, to))
        .subject(one_line(&mail.subject))
        .date(SystemTime::from(mail.dated_at))
        .message_id(Some(mail.message_id.clone()))
        // Asks programs not to answer (RFC 3834).
        .raw_header(HeaderValue::new(
            HeaderName::new_from_ascii_str("Auto-Submitted"),
            "auto-generated".to_owned(),
        ));
    if let Some(reply_to) = reply_to {
        builder = builder.reply_to(reply_to.clone());
    }
    builder
        .multipart(MultiPart::alternative_plain_html(
            mail.text.clone(),
            mail.html.clone(),
        ))
        .map_err(|error| MailError::Permanent(error.to_string()))
}

/// `<left@right>` of visible ASCII (RFC 5322, 3.6.4).
fn is_message_id(text: &str) -> bool {
    let inner = text
        .strip_prefix('<')
        .and_then(|rest| rest.strip_suffix('>'));
    inner
        .and_then(|inner| inner.split_once('@'))
        .is_some_and(|(left, right)| {
            let is_part = |part: &str| {
                !part.is_empty()
                    && part
                        .bytes()
                        .all(|byte| byte.is_ascii_graphic() && !b"<>@".contains(&byte))
            };
            is_part(left) && is_part(right)
        })
}

/// A header is one line: a line break in it would begin another header.
fn one_line(text: &str) -> String {
    let spaced: String = text
        .chars()
        .map(|c| if c.is_control() { ' ' } else { c })
        .collect();
    spaced.split_whitespace().collect::<Vec<_>>().join(" ")
}
