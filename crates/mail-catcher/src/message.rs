//! A caught mail, decoded: subject, addresses, parts, headers. Never: where it came from.

use mail_parser::{
    Address, DateTime, HeaderValue, MessageParser, MessagePart, MimeHeaders, PartType,
};
use serde::Serialize;

use crate::mailbox::Mail;

/// A mail in a list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct Summary {
    pub(crate) id: u64,
    /// The author as the mail names them, `Name <address>`; the envelope's sender without one.
    pub(crate) from: String,
    /// Whom it was really sent to: the addresses of the envelope, hidden copies included.
    pub(crate) to: Vec<String>,
    /// Decoded; empty when there is none.
    pub(crate) subject: String,
    /// Without angle brackets.
    pub(crate) message_id: Option<String>,
    /// RFC 3339, UTC.
    pub(crate) received_at: String,
    pub(crate) size_bytes: usize,
}

/// A mail with everything in it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct Full {
    #[serde(flatten)]
    pub(crate) summary: Summary,
    pub(crate) envelope_from: String,
    /// The plain text part, decoded; `None` when there is none.
    pub(crate) text: Option<String>,
    /// The HTML part, decoded; `None` when there is none.
    pub(crate) html: Option<String>,
    /// In the mail's order; encoded text decoded, structured values as they stand, unfolded.
    pub(crate) headers: Vec<Field>,
    pub(crate) attachments: Vec<Attachment>,
}

/// One header.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct Field {
    pub(crate) name: String,
    pub(crate) value: String,
}

/// A part that is neither the text nor the HTML.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct Attachment {
    pub(crate) name: String,
    pub(crate) content_type: String,
    pub(crate) size_bytes: usize,
}

/// What a list shows of the mail. Never fails: a mail without structure has no subject.
pub(crate) fn summarise(mail: &Mail) -> Summary {
    // Nothing comes out of a mail that has not a single header.
    let headers = MessageParser::new()
        .with_minimal_headers()
        .parse_headers(&mail.raw);
    let headers = headers.as_ref();
    let seconds = mail.received_at.div_euclid(1_000);
    let named = headers.and_then(|headers| author(headers.from()?));
    let message_id = headers.and_then(|headers| headers.message_id());
    Summary {
        id: mail.id,
        from: named.unwrap_or_else(|| mail.envelope.from.clone()),
        to: mail.envelope.to.clone(),
        subject: headers
            .and_then(|headers| headers.subject())
            .unwrap_or_default()
            .to_owned(),
        message_id: message_id.map(|id| id.trim_matches(['<', '>']).to_owned()),
        received_at: DateTime::from_timestamp(seconds).to_rfc3339(),
        size_bytes: mail.raw.len(),
    }
}

/// The mail with its parts.
pub(crate) fn open(mail: &Mail) -> Full {
    let mut full = Full {
        summary: summarise(mail),
        envelope_from: mail.envelope.from.clone(),
        text: None,
        html: None,
        headers: Vec::new(),
        attachments: Vec::new(),
    };
    let Some(parsed) = MessageParser::default().parse(&mail.raw) else {
        full.text = Some(String::from_utf8_lossy(&mail.raw).into_owned());
        return full;
    };
    // A part may stand for both bodies; the parser would then turn text into HTML or back.
    full.text = parsed.text_bodies().find_map(|part| match &part.body {
        PartType::Text(text) => Some(text.to_string()),
        _ => None,
    });
    full.html = parsed.html_bodies().find_map(|part| match &part.body {
        PartType::Html(html) => Some(html.to_string()),
        _ => None,
    });
    let values = parsed.headers().iter().map(|header| &header.value);
    full.headers = parsed
        .headers_raw()
        .zip(values)
        .map(|((name, raw), value)| Field {
            name: name.to_owned(),
            value: readable(value, raw),
        })
        .collect();
    full.attachments = parsed.attachments().map(describe).collect();
    full
}

fn describe(part: &MessagePart<'_>) -> Attachment {
    let content_type = match part.content_type() {
        None => "text/plain".to_owned(),
        Some(kind) => match kind.subtype() {
            Some(subtype) => format!("{}/{subtype}", kind.ctype()),
            None => kind.ctype().to_owned(),
        },
    };
    let name = part
        .attachment_name()
        .unwrap_or("without a name")
        .to_owned();
    Attachment {
        name,
        content_type,
        size_bytes: part.len(),
    }
}

fn author(address: &Address<'_>) -> Option<String> {
    let first = address.first()?;
    let email = first.address()?;
    Some(match first.name() {
        Some(name) => format!("{name} <{email}>"),
        None => email.to_owned(),
    })
}

fn readable(value: &HeaderValue<'_>, raw: &str) -> String {
    match value {
        HeaderValue::Text(text) if raw.contains("=?") => text.to_string(),
        _ => raw.split_whitespace().collect::<Vec<_>>().join(" "),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mailbox::Envelope;

    fn mail(raw: &str) -> Mail {
        let envelope = Envelope {
            from: "a@shop.et".into(),
            to: vec!["b@home.et".into()],
        };
        Mail {
            id: 7,
            received_at: 1_800_000_000_999,
            envelope,
            raw: raw.into(),
        }
    }

    #[test]
    fn words_are_decoded() {
        let raw = "From: =?utf-8?B?4Yiw4YiL4Yid?= <s@shop.et>\r\n\
                   Subject: =?utf-8?B?4Ymh4YqT?= =?utf-8?Q?_1?=\r\n\
                   Message-ID: <1@shop.et>\r\n\r\nselam\r\n";
        let full = open(&mail(raw));
        assert_eq!(full.summary.from, "ሰላም <s@shop.et>");
        assert_eq!(full.summary.subject, "ቡና 1");
        assert_eq!(full.summary.message_id.as_deref(), Some("1@shop.et"));
        assert_eq!(full.summary.received_at, "2027-01-15T08:00:00Z");
        assert_eq!(full.text.as_deref(), Some("selam\r\n"));
        assert_eq!(full.html, None);
        assert_eq!(
            full.headers[1],
            Field {
                name: "Subject".into(),
                value: "ቡና 1".into()
            }
        );
    }

    #[test]
    fn a_mail_of_html_alone_has_no_text() {
        let full = open(&mail("Content-Type: text/html\r\n\r\n<p>hi</p>"));
        assert_eq!(full.html.as_deref(), Some("<p>hi</p>"));
        assert_eq!(full.text, None);
        assert_eq!(full.summary.subject, "");
        assert_eq!(full.summary.from, "a@shop.et");
    }

    #[test]
    fn nonsense_is_shown_as_it_can_be() {
        let full = open(&mail("\0\u{1}\r\n"));
        assert_eq!(full.summary.subject, "");
        assert_eq!(open(&mail("")).headers, []);
        assert_eq!(full.attachments, []);
    }
}
