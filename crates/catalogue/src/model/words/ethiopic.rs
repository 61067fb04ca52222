//! Amharic: letters that sound alike, what sticks to a noun, how it is spelled in Latin letters.

/// The first letter of the block; its letters stand in rows of eight, one row a consonant.
const FIRST: u32 = 0x1200;

/// The consonants of the rows, in the order of the block.
const CONSONANTS: [&str; 43] = [
    "h", "l", "h", "m", "s", "r", "s", "sh", "k", "kw", "k", "kw", "b", "v", "t", "ch", "h", "hw",
    "n", "gn", "", "k", "kw", "h", "hw", "w", "", "z", "zh", "y", "d", "d", "j", "g", "gw", "g",
    "t", "ch", "p", "ts", "ts", "f", "p",
];

/// The vowels of a row.
const VOWELS: [&str; 8] = ["e", "u", "i", "a", "e", "", "o", "wa"];

const LONG: u32 = 3;
const BARE: u32 = 5;
const ROUND: u32 = 6;

const H: u32 = 0;
const S: u32 = 6;
const GLOTTAL: u32 = 20;
const W: u32 = 25;
const TS: u32 = 39;

/// What a preposition or an article may leave of a word at the least, in letters.
const STEM_LETTERS_MIN: usize = 2;

/// The row and the place in it.
fn place(letter: char) -> Option<(u32, u32)> {
    let offset = u32::from(letter).checked_sub(FIRST)?;
    let place = (offset / 8, offset % 8);
    (place.0 < 43).then_some(place)
}

fn letter(row: u32, order: u32) -> Option<char> {
    char::from_u32(FIRST + row * 8 + order)
}

/// One letter for those that sound alike and are written for one another: ሐ ኀ ኸ as ሀ, ሠ as ሰ, ዐ as
/// አ, ፀ as ጸ, ሃ as ሀ, ኣ as አ, ጐ as ጎ. Every other character stays.
pub(super) fn one_of_family(character: char) -> char {
    let Some((row, order)) = place(character) else {
        return character;
    };
    let (row, order) = match (row, order) {
        // The rounded rows: their first letter is heard as the seventh of the plain one.
        (9 | 11 | 22 | 34, 0) => (row - 1, ROUND),
        (17 | 24, 0) => (H, ROUND),
        (2 | 16 | 23, _) => (H, order),
        (4, _) => (S, order),
        (26, _) => (GLOTTAL, order),
        (40, _) => (TS, order),
        (W, 1) => (W, BARE),
        other => other,
    };
    let order = if (row == H || row == GLOTTAL) && order == LONG {
        0
    } else {
        order
    };
    letter(row, order).unwrap_or(character)
}

/// Whether a word begins in Ethiopic letters.
pub(super) fn is_ethiopic(word: &str) -> bool {
    word.chars()
        .next()
        .is_some_and(|first| place(first).is_some())
}

/// A word without its preposition (የ ለ በ ከ), without its plural (-ኦች, -ዎች), and without both.
pub(super) fn stems(word: &str) -> Vec<String> {
    let mut stems = Vec::new();
    let bare = without_preposition(word);
    stems.extend(bare.map(str::to_owned));
    stems.extend(singular(word));
    stems.extend(bare.and_then(singular));
    stems
}

fn without_preposition(word: &str) -> Option<&str> {
    let rest = word.strip_prefix(['የ', 'ለ', 'በ', 'ከ'])?;
    (rest.chars().count() >= STEM_LETTERS_MIN).then_some(rest)
}

fn singular(word: &str) -> Option<String> {
    let mut letters: Vec<char> = word.strip_suffix('ች')?.chars().collect();
    let (row, order) = place(letters.pop()?)?;
    if order != ROUND {
        return None;
    }
    // After a vowel the plural is a syllable of its own.
    if row != W {
        letters.push(letter(row, BARE)?);
    }
    (letters.len() >= STEM_LETTERS_MIN).then(|| letters.into_iter().collect())
}

/// A word in the Latin letters that people type for it.
pub(super) fn spell(word: &str) -> String {
    let mut spelled = String::new();
    for character in word.chars() {
        match place(character) {
            None => spelled.push(character),
            Some((row, order)) => {
                let index = usize::try_from(row).unwrap_or(0);
                spelled.push_str(CONSONANTS[index]);
                // The throat letters are open from the first.
                let is_open = order == 0 && (row == H || row == GLOTTAL);
                let vowel = if is_open { LONG } else { order };
                spelled.push_str(VOWELS[usize::try_from(vowel).unwrap_or(0)]);
            }
        }
    }
    spelled
}
