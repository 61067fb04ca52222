//! JSON by the letter of RFC 8259, keeping what other readers drop: numbers as they were
//! written, and every member of an object, repeated ones too.

/// A value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Json {
    /// `null`, `true` or `false`.
    Word(&'static str),
    /// As it was written.
    Number(String),
    /// Its characters; `None` when escapes name half a character.
    Text(Option<String>),
    /// A list.
    List(Vec<Json>),
    /// The members in their order.
    Object(Vec<(Option<String>, Json)>),
}

/// The value that is the whole text but for white space around it; `None` when it is not JSON.
#[must_use]
pub fn parse(text: &str) -> Option<Json> {
    let mut reader = Reader {
        bytes: text.as_bytes(),
        at: 0,
    };
    let value = reader.value()?;
    reader.skip_space();
    (reader.at == reader.bytes.len()).then_some(value)
}

impl Json {
    /// The members, when it is an object in which each name can be read and none of `names` is
    /// there twice.
    #[must_use]
    pub fn object(&self, names: &[&str]) -> Option<&[(Option<String>, Json)]> {
        let Self::Object(members) = self else {
            return None;
        };
        let count = |wanted: &str| {
            let is_it = |(name, _): &&(Option<String>, Json)| name.as_deref() == Some(wanted);
            members.iter().filter(is_it).count()
        };
        let is_readable = members.iter().all(|(name, _)| name.is_some());
        (is_readable && names.iter().all(|name| count(name) <= 1)).then_some(members)
    }

    /// The member of this name, when it is there exactly once and not `null`.
    #[must_use]
    pub fn member(&self, wanted: &str) -> Option<&Json> {
        let members = self.object(&[wanted])?;
        let found = members
            .iter()
            .find(|(name, _)| name.as_deref() == Some(wanted));
        found
            .map(|(_, value)| value)
            .filter(|value| **value != Self::Word("null"))
    }

    /// The characters of a text, nothing else.
    #[must_use]
    pub fn text(&self) -> Option<&str> {
        match self {
            Self::Text(text) => text.as_deref(),
            _ => None,
        }
    }

    /// The characters of a text or of a number.
    #[must_use]
    pub fn written(&self) -> Option<&str> {
        match self {
            Self::Number(text) => Some(text),
            _ => self.text(),
        }
    }
}

struct Reader<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl Reader<'_> {
    fn peek(&self) -> Option<u8> {
        self.bytes.get(self.at).copied()
    }

    fn next(&mut self) -> Option<u8> {
        let byte = self.peek()?;
        self.at += 1;
        Some(byte)
    }

    fn eat(&mut self, wanted: &[u8]) -> bool {
        let found = self.bytes[self.at..].starts_with(wanted);
        if found {
            self.at += wanted.len();
        }
        found
    }

    fn skip_space(&mut self) {
        while matches!(self.peek(), Some(b' ' | b'\t' | b'\n' | b'\r')) {
            self.at += 1;
        }
    }

    fn value(&mut self) -> Option<Json> {
        self.skip_space();
        match self.peek()? {
            b'{' => self.members(),
            b'[' => self.entries(),
            b'"' => self.string().map(Json::Text),
            b'-' | b'0'..=b'9' => self.number(),
            _ => ["null", "true", "false"]
                .into_iter()
                .find(|word| self.eat(word.as_bytes()))
                .map(Json::Word),
        }
    }

    fn members(&mut self) -> Option<Json> {
        let mut members = Vec::new();
        self.at += 1;
        self.skip_space();
        if self.eat(b"}") {
            return Some(Json::Object(members));
        }
        loop {
            self.skip_space();
            if self.peek()? != b'"' {
                return None;
            }
            let name = self.string()?;
            self.skip_space();
            if !self.eat(b":") {
                return None;
            }
            members.push((name, self.value()?));
            self.skip_space();
            match self.next()? {
                b',' => {}
                b'}' => return Some(Json::Object(members)),
                _ => return None,
            }
        }
    }

    fn entries(&mut self) -> Option<Json> {
        let mut entries = Vec::new();
        self.at += 1;
        self.skip_space();
        if self.eat(b"]") {
            return Some(Json::List(entries));
        }
        loop {
            entries.push(self.value()?);
            self.skip_space();
            match self.next()? {
                b',' => {}
                b']' => return Some(Json::List(entries)),
                _ => return None,
            }
        }
    }

    fn number(&mut self) -> Option<Json> {
        let from = self.at;
        self.eat(b"-");
        if !self.eat(b"0") {
            self.digits()?;
        }
        if self.eat(b".") {
            self.digits()?;
        }
        if self.eat(b"e") || self.eat(b"E") {
            let _ = self.eat(b"+") || self.eat(b"-");
            self.digits()?;
        }
        let text = std::str::from_utf8(&self.bytes[from..self.at]).ok()?;
        Some(Json::Number(text.to_owned()))
    }

    fn digits(&mut self) -> Option<()> {
        let from = self.at;
        while matches!(self.peek(), Some(b'0'..=b'9')) {
            self.at += 1;
        }
        (self.at > from).then_some(())
    }

    /// The outer `None`: no JSON. The inner one: JSON, but not characters.
    fn string(&mut self) -> Option<Option<String>> {
        self.at += 1;
        let mut units: Vec<u16> = Vec::new();
        let rest = std::str::from_utf8(&self.bytes[self.at..]).ok()?;
        let mut chars = rest.chars();
        loop {
            match chars.next()? {
                '"' => break,
                '\\' => units.push(match chars.next()? {
                    'b' => 8,
                    't' => 9,
                    'n' => 10,
                    'f' => 12,
                    'r' => 13,
                    char @ ('"' | '\\' | '/') => char as u16,
                    'u' => {
                        let mut unit = 0;
                        for _ in 0..4 {
                            unit = unit * 16 + chars.next()?.to_digit(16)?;
                        }
                        u16::try_from(unit).ok()?
                    }
                    _ => return None,
                }),
                '\0'..='\u{1f}' => return None,
                char => units.extend(char.encode_utf16(&mut [0; 2]).iter()),
            }
        }
        self.at += rest.len() - chars.as_str().len();
        Some(String::from_utf16(&units).ok())
    }
}

#[cfg(test)]
mod tests {
    use super::{Json, parse};

    #[test]
    fn the_letter_of_the_grammar() {
        for good in [
            "{}",
            " [ ] ",
            "-0.5e+10",
            r#"{"a":[1,{"b":null}],"a":true}"#,
            r#""\u00e9\n\/""#,
            r#""\ud800""#,
        ] {
            assert!(parse(good).is_some(), "{good}");
        }
        for bad in [
            "",
            "01",
            "1.",
            ".5",
            "+1",
            "{,}",
            "[1,]",
            "{\"a\" 1}",
            "nul",
            "NaN",
            "{} x",
            "\u{a0}{}",
            "\u{c}{}",
            "\"\t\"",
            r#""\x""#,
            r#""\u12g4""#,
        ] {
            assert_eq!(parse(bad), None, "{bad}");
        }
    }

    #[test]
    fn members_are_kept_as_they_were_written() {
        let value = parse(r#"{"a":1.50,"b":"\u0061","b":2,"c":null,"\u0064":"\ud83d\ude00"}"#);
        let value = value.expect("JSON");
        let number = Json::Number("1.50".to_owned());
        assert_eq!(value.member("a"), Some(&number));
        assert_eq!(value.member("b"), None);
        assert_eq!(value.member("c"), None);
        assert_eq!(value.member("d").and_then(Json::text), Some("😀"));
        assert!(value.object(&["a", "d"]).is_some());
        assert!(value.object(&["b"]).is_none());
        assert_eq!(parse(r#""\ud800""#).expect("JSON").text(), None);
    }
}
