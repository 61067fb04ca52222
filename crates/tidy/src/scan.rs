//! Tells code, literals and comments of a Rust file apart, line by line.
//! Never parses: a rule that needs more than words belongs in clippy.

/// A string literal, or a comment, with the line on which it starts (from 1).
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Piece {
    pub(crate) line: usize,
    pub(crate) text: String,
}

/// A Rust file taken apart.
#[derive(Debug, Default)]
pub(crate) struct Scanned {
    /// The lines, with comments and the insides of literals left out.
    pub(crate) code: Vec<String>,
    pub(crate) literals: Vec<Piece>,
    pub(crate) comments: Vec<Piece>,
    raw_lines: Vec<(usize, usize)>,
    test_lines: Vec<(usize, usize)>,
}

impl Scanned {
    /// True inside an item that stands under `#[cfg(test)]`.
    pub(crate) fn is_test_line(&self, line: usize) -> bool {
        self.test_lines
            .iter()
            .any(|(first, last)| (*first..=*last).contains(&line))
    }

    /// True when a raw string touches the line: its text cannot be broken.
    pub(crate) fn is_raw_line(&self, line: usize) -> bool {
        self.raw_lines
            .iter()
            .any(|(first, last)| (*first..=*last).contains(&line))
    }
}

struct Scanner {
    chars: Vec<char>,
    at: usize,
    line: usize,
    code: String,
    literals: Vec<Piece>,
    comments: Vec<Piece>,
    raw_lines: Vec<(usize, usize)>,
}

pub(crate) fn scan(text: &str) -> Scanned {
    let mut scanner = Scanner {
        chars: text.chars().collect(),
        at: 0,
        line: 1,
        code: String::with_capacity(text.len()),
        literals: Vec::new(),
        comments: Vec::new(),
        raw_lines: Vec::new(),
    };
    while scanner.at < scanner.chars.len() {
        scanner.step();
    }
    let code: Vec<String> = scanner.code.lines().map(str::to_owned).collect();
    let test_lines = test_lines(&code);
    let Scanner {
        literals,
        comments,
        raw_lines,
        ..
    } = scanner;
    Scanned {
        code,
        literals,
        comments,
        raw_lines,
        test_lines,
    }
}

impl Scanner {
    fn peek(&self, ahead: usize) -> char {
        self.chars.get(self.at + ahead).copied().unwrap_or('\0')
    }

    /// Takes one character out of the text; only a new line is kept in `code`.
    fn take(&mut self) -> char {
        let taken = self.peek(0);
        self.at += 1;
        if taken == '\n' {
            self.line += 1;
            self.code.push('\n');
        }
        taken
    }

    fn step(&mut self) {
        let after_word = self
            .code
            .ends_with(|c: char| c.is_alphanumeric() || c == '_');
        match (self.peek(0), self.peek(1)) {
            ('/', '/') => self.line_comment(),
            ('/', '*') => self.block_comment(),
            ('"', _) => self.string(),
            ('r', '"' | '#') if !after_word && self.raw_string() => {}
            ('b', 'r') if !after_word && matches!(self.peek(2), '"' | '#') => {
                self.code.push('b');
                self.at += 1;
                if !self.raw_string() {
                    self.keep();
                }
            }
            ('\'', _) => self.quote(),
            _ => self.keep(),
        }
    }

    fn keep(&mut self) {
        let kept = self.take();
        if kept != '\n' {
            self.code.push(kept);
        }
    }

    fn line_comment(&mut self) {
        let line = self.line;
        let mut text = String::new();
        while self.at < self.chars.len() && self.peek(0) != '\n' {
            text.push(self.take());
        }
        self.comments.push(Piece { line, text });
    }

    fn block_comment(&mut self) {
        let line = self.line;
        let mut text = String::new();
        let mut depth = 0_usize;
        while self.at < self.chars.len() {
            let pair = (self.peek(0), self.peek(1));
            let (step, deeper, closes) = match pair {
                ('/', '*') => (2, true, false),
                ('*', '/') => (2, false, true),
                _ => (1, false, false),
            };
            for _ in 0..step {
                text.push(self.take());
            }
            depth = depth + usize::from(deeper) - usize::from(closes);
            if depth == 0 {
                break;
            }
        }
        self.comments.push(Piece { line, text });
    }

    fn string(&mut self) {
        let line = self.line;
        let mut text = String::new();
        self.keep();
        while self.at < self.chars.len() && self.peek(0) != '"' {
            let taken = self.take();
            text.push(taken);
            if taken == '\\' {
                text.push(self.take());
            }
        }
        self.keep();
        self.literals.push(Piece { line, text });
    }

    /// False, and nothing taken, when this is a raw identifier (`r#type`) and not a string.
    fn raw_string(&mut self) -> bool {
        let hashes = (1..).take_while(|ahead| self.peek(*ahead) == '#').count();
        if self.peek(1 + hashes) != '"' {
            return false;
        }
        let line = self.line;
        self.at += 2 + hashes;
        self.code.push_str("r\"");
        let mut text = String::new();
        while self.at < self.chars.len() {
            let closes = self.peek(0) == '"' && (1..=hashes).all(|n| self.peek(n) == '#');
            if closes {
                break;
            }
            text.push(self.take());
        }
        self.at += 1 + hashes;
        self.code.push('"');
        self.raw_lines.push((line, self.line));
        self.literals.push(Piece { line, text });
        true
    }

    /// A character (`'"'`, `'\n'`) is left out of the code; a lifetime (`'static`) is kept.
    fn quote(&mut self) {
        let is_escape = self.peek(1) == '\\';
        if !is_escape && self.peek(2) != '\'' {
            return self.keep();
        }
        self.at += if is_escape { 3 } else { 2 };
        while self.at < self.chars.len() && self.peek(0) != '\'' {
            self.at += 1;
        }
        self.at += 1;
        self.code.push_str("''");
    }
}

/// First and last line of each item under `#[cfg(test)]`: to its closing brace or semicolon.
fn test_lines(code: &[String]) -> Vec<(usize, usize)> {
    items(code, "#[cfg(test)]")
}

/// First and last line of each item whose first line starts with `start`.
pub(crate) fn items(code: &[String], start: &str) -> Vec<(usize, usize)> {
    let mut ranges = Vec::new();
    for (index, line) in code.iter().enumerate() {
        if line.trim_start().starts_with(start) {
            ranges.push((index + 1, index + item_length(&code[index..], start)));
        }
    }
    ranges
}

fn item_length(code: &[String], attribute: &str) -> usize {
    let mut depth = 0_usize;
    for (index, line) in code.iter().enumerate() {
        let line = if index == 0 {
            line.replacen(attribute, "", 1)
        } else {
            line.clone()
        };
        for character in line.chars() {
            match character {
                '{' => depth += 1,
                '}' => depth = depth.saturating_sub(1),
                _ => {}
            }
            if depth == 0 && matches!(character, '}' | ';') {
                return index + 1;
            }
        }
    }
    code.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn strings_comments_and_characters_leave_the_code() {
        let scanned = scan(concat!(
            "let a = \"x // \\\" y\"; // why\n",
            "let b = r#\"raw \" one\"#; /* a /* b */\n c */ let c = '\"';\n",
            "fn f<'a>(r#type: &'a str) -> char { '\\'' }\n",
        ));
        assert_eq!(
            scanned.code,
            [
                "let a = \"\"; ",
                "let b = r\"\"; ",
                " let c = '';",
                "fn f<'a>(r#type: &'a str) -> char { '' }",
            ]
        );
        let literals: Vec<_> = scanned
            .literals
            .iter()
            .map(|p| (p.line, p.text.as_str()))
            .collect();
        assert_eq!(literals, [(1, "x // \\\" y"), (2, "raw \" one")]);
        let comments: Vec<_> = scanned.comments.iter().map(|p| p.line).collect();
        assert_eq!(comments, [1, 2]);
    }

    #[test]
    fn a_literal_over_several_lines_keeps_the_line_numbers() {
        let scanned = scan("const A: &str = \"\n select 1\n\";\nfn after() {}\n");
        assert_eq!(scanned.code[3], "fn after() {}");
        assert_eq!(scanned.literals[0].line, 1);
    }

    #[test]
    fn test_modules_end_at_their_brace() {
        let scanned = scan("fn a() {}\n#[cfg(test)]\nmod t {\n fn b() {}\n}\nfn c() {}\n");
        let seen: Vec<bool> = (1..=6).map(|line| scanned.is_test_line(line)).collect();
        assert_eq!(seen, [false, true, true, true, true, false]);
        let declared = scan("#[cfg(test)]\nmod tests;\nfn a() {}\n");
        assert!(declared.is_test_line(2) && !declared.is_test_line(3));
    }
}
