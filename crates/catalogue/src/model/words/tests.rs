//! The one form of a word, by example and by property.

use proptest::prelude::*;

use super::{Lexemes, SearchText, Weight, forms, normalise, sound};

#[test]
fn a_text_has_one_form() {
    for (given, expected) in [
        ("  Yirgacheffe — Washed, 250g ", "yirgacheffe washed 250 g"),
        ("Café CRÈME", "cafe creme"),
        ("Straße İstanbul ﬁne", "straße istanbul fine"),
        ("ሐበሻ", "ሀበሻ"),
        ("ሠላም", "ሰላም"),
        ("ዓለም", "አለም"),
        ("ፀሐይ", "ጸሀይ"),
        ("ኃይሌ", "ሀይሌ"),
        ("ጐንደር", "ጎንደር"),
        ("የሐበሻ፣ ቀሚስ።", "የሀበሻ ቀሚስ"),
        ("COF-YIR_250.1", "cof yir 250 1"),
        ("'; drop -- %_", "drop"),
        ("፡።!?", ""),
    ] {
        assert_eq!(normalise(given), expected, "{given}");
    }
}

#[test]
fn what_sticks_to_a_word_comes_off() {
    for (word, expected) in [
        ("የይርጋጨፌ", &["የይርጋጨፌ", "ይርጋጨፌ"][..]),
        ("ቀሚሶች", &["ቀሚሶች", "ቀሚስ"]),
        ("ጫማዎች", &["ጫማዎች", "ጫማ"]),
        ("የቀሚሶች", &["የቀሚሶች", "ቀሚሶች", "የቀሚስ", "ቀሚስ"]),
        ("በግ", &["በግ"]),
        ("ቡና", &["ቡና"]),
        ("shoes", &["shoes", "shoe"]),
        ("berries", &["berries", "berry"]),
        ("dresses", &["dresses", "dress"]),
        ("boxes", &["boxes", "box"]),
        ("glass", &["glass"]),
        ("gas", &["gas"]),
    ] {
        assert_eq!(forms(word), expected, "{word}");
    }
}

#[test]
fn amharic_sounds_as_it_is_typed_in_latin_letters() {
    for (amharic, typed) in [
        ("ቡና", &["buna", "bunna"][..]),
        ("ቀሚስ", &["kemis", "qemis", "kemiss"]),
        ("ይርጋጨፌ", &["yirgacheffe", "yirgachefe", "yrgachefe"]),
        ("ጀበና", &["jebena", "jebenna"]),
        ("በርበሬ", &["berbere", "berberre"]),
        ("እንጀራ", &["injera", "enjera"]),
        ("ሐበሻ", &["habesha"]),
        ("ጠጅ", &["tej", "tejj"]),
        ("ጸሐይ", &["tsehay"]),
        ("ሽሮ", &["shiro"]),
        ("ወጥ", &["wot", "wet"]),
        ("ቆጮ", &["kocho", "qocho"]),
        ("ክትፎ", &["kitfo", "ketfo"]),
        ("ሐረር", &["harer"]),
    ] {
        let heard = sound(&normalise(amharic));
        for latin in typed {
            assert_eq!(sound(&normalise(latin)), heard, "{amharic} {latin}");
        }
    }
    assert_eq!(sound("እ"), None);
    assert_eq!(sound("250"), None);
}

#[test]
fn lexemes_are_written_as_a_vector() {
    let mut lexemes = Lexemes::default();
    lexemes.add("Coffee beans", Weight::Title);
    lexemes.add("ቡና", Weight::Kind);
    lexemes.add("coffee", Weight::Text);
    assert_eq!(
        lexemes.vector(),
        "'bean':2A 'beans':2A 'coffee':1A,6D '~buna':4D 'ቡና':4C"
    );
    let vocabulary: Vec<_> = lexemes.vocabulary().collect();
    assert_eq!(
        vocabulary,
        [
            ("beans", "beans".to_owned()),
            ("coffee", "coffee".to_owned())
        ]
    );
}

#[test]
fn a_question_wants_every_word() {
    let text = SearchText::parse("Red shoes").unwrap();
    assert_eq!(text.titled, "('red':A) & ('shoes':A | 'shoe':A)");
    assert_eq!(text.exact, "('red') & ('shoes' | 'shoe')");
    assert_eq!(
        text.begun,
        "('red' | 'red':*) & ('shoes' | 'shoe' | 'shoes':*)"
    );
    assert_eq!(text.spelled, ["", "shoes"]);
    assert_eq!(SearchText::parse(" - % '"), None);
}

proptest! {
    #[test]
    fn the_one_form_stays(text in any::<String>()) {
        let once = normalise(&text);
        prop_assert_eq!(normalise(&once), once);
    }

    #[test]
    fn the_one_form_stays_in_ethiopic(text in "[\u{1200}-\u{137f} a-zé'0-9]{0,40}") {
        let once = normalise(&text);
        prop_assert_eq!(normalise(&once), once);
    }

    /// What is written into a statement's text is words, however strange the question.
    #[test]
    fn nothing_escapes_from_its_quotes(text in any::<String>()) {
        let mut lexemes = Lexemes::default();
        lexemes.add(&text, Weight::Title);
        for quoted in lexemes.vector().split('\'').skip(1).step_by(2) {
            prop_assert!(quoted.chars().all(|c| c.is_alphanumeric() || c == '~'), "{quoted}");
        }
        if let Some(parsed) = SearchText::parse(&text) {
            for quoted in parsed.heard.split('\'').skip(1).step_by(2) {
                prop_assert!(quoted.chars().all(|c| c.is_alphanumeric() || c == '~'));
            }
        }
    }
}
