//! Words in Latin letters: their singular, and what is heard of them.

/// The singular of an English word, by Harman's three rules for a final s.
pub(super) fn singular(word: &str) -> Option<String> {
    if word.len() < 4 || !word.bytes().all(|byte| byte.is_ascii_lowercase()) {
        return None;
    }
    if let Some(stem) = word.strip_suffix("ies") {
        return (!stem.ends_with(['a', 'e'])).then(|| format!("{stem}y"));
    }
    if let Some(stem) = word.strip_suffix("es")
        && ["s", "x", "z", "ch", "sh"]
            .iter()
            .any(|end| stem.ends_with(end))
    {
        return Some(stem.to_owned());
    }
    let stem = word.strip_suffix('s')?;
    (!stem.ends_with(['s', 'u', 'i'])).then(|| stem.to_owned())
}

/// Two letters for one sound, and the sound.
const PAIRS: [(&str, char); 12] = [
    ("sh", 'S'),
    ("ch", 'C'),
    ("zh", 'Z'),
    ("ts", 'X'),
    ("tz", 'X'),
    ("gn", 'N'),
    ("ny", 'N'),
    ("kh", 'h'),
    ("ph", 'f'),
    ("th", 't'),
    ("ck", 'k'),
    ("wo", 'w'),
];

/// What is heard of a word: doubled letters once, and without e and i, which Amharic's shortest
/// vowel is typed as, or not at all.
pub(super) fn sound(word: &str) -> String {
    let mut heard = String::new();
    let mut rest = word;
    while let Some(first) = rest.chars().next() {
        let pair = PAIRS.iter().find(|(letters, _)| rest.starts_with(letters));
        let (sound, length) = match (pair, first) {
            (Some((letters, sound)), _) => (Some(*sound), letters.len()),
            (None, 'e' | 'i') => (None, 1),
            (None, 'q' | 'c') => (Some('k'), 1),
            (None, other) => (Some(other), other.len_utf8()),
        };
        // Doubled in the spelling, or only once the vowel between is gone: that is two sounds.
        let was_doubled =
            word.len() > rest.len() && word[..word.len() - rest.len()].ends_with(&rest[..length]);
        if let Some(sound) = sound.filter(|_| !was_doubled) {
            heard.push(sound);
        }
        rest = &rest[length..];
    }
    heard
}
