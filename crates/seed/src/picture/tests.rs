//! Every glyph in every view: sound XML, small, alone, and the same on every machine.

use std::collections::HashSet;

use super::{Glyph, Subject, View, picture};

fn every_picture() -> impl Iterator<Item = (Glyph, View, String)> {
    Glyph::ALL
        .into_iter()
        .enumerate()
        .flat_map(|(number, glyph)| {
            let key = format!("goods-{number}");
            View::ALL.into_iter().map(move |view| {
                let title = "Yirgacheffe Grade 1, whole bean, washed";
                (
                    glyph,
                    view,
                    picture(
                        Subject {
                            key: &key,
                            title,
                            glyph,
                            initials: "ይቡ",
                        },
                        view,
                    ),
                )
            })
        })
}

/// Walks the tags: every element is closed in its turn and every attribute is quoted.
fn assert_well_formed(svg: &str) {
    let mut open = Vec::new();
    for tag in svg.split('<').skip(1) {
        let (tag, after) = tag.split_once('>').expect("a tag ends");
        assert!(
            !after.contains('>') && !after.contains('"'),
            "stray mark: {after:?}"
        );
        if let Some(name) = tag.strip_prefix('/') {
            assert_eq!(open.pop(), Some(name), "{svg}");
            continue;
        }
        assert_eq!(tag.matches('"').count() % 2, 0, "quotes of <{tag}>");
        assert_eq!(
            tag.matches("=\"").count() * 2,
            tag.matches('"').count(),
            "<{tag}>"
        );
        if !tag.ends_with('/') {
            open.push(tag.split(' ').next().expect("a name"));
        }
    }
    assert!(open.is_empty(), "left open: {open:?}");
}

#[test]
fn pictures_are_small_and_well_formed() {
    for (glyph, view, svg) in every_picture() {
        assert_well_formed(&svg);
        assert!(
            (1_300..=2_500).contains(&svg.len()),
            "{glyph:?} {view:?}: {} bytes",
            svg.len()
        );
        assert!(
            svg.starts_with("<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 400 400\"")
        );
        assert!(svg.contains("role=\"img\"") && svg.ends_with("</svg>"));
        assert!(svg.contains("Yirgacheffe Grade 1, whole bean, washed</title>"));
    }
}

#[test]
fn pictures_hold_no_script_no_style_and_no_outside_reference() {
    for (glyph, view, svg) in every_picture() {
        for banned in [
            "script",
            "style",
            "href",
            "onload",
            "data:",
            "@",
            "$",
            "foreignObject",
        ] {
            assert!(!svg.contains(banned), "{glyph:?} {view:?} has {banned:?}");
        }
        assert_eq!(svg.matches("http").count(), 1, "the namespace alone");
        assert_eq!(svg.matches("url(").count(), svg.matches("url(#").count());
    }
}

#[test]
fn every_glyph_and_view_looks_different() {
    let pictures: HashSet<String> = every_picture().map(|(_, _, svg)| svg).collect();
    assert_eq!(pictures.len(), Glyph::ALL.len() * View::ALL.len());
}

#[test]
fn texts_are_escaped() {
    let subject = Subject {
        key: "k",
        title: "Salt & \"Fire\" <b>'$d'\u{0}</b>",
        glyph: Glyph::Spice,
        initials: "<&",
    };
    let svg = picture(subject, View::Front);
    assert_well_formed(&svg);
    let title = "Salt &amp; &quot;Fire&quot; &lt;b&gt;&#39;&#36;d&#39;&lt;/b&gt;</title>";
    assert!(svg.contains(title), "{svg}");
    assert!(svg.contains(">&lt;&amp;</text>"));
}

#[test]
fn a_front_without_initials_has_no_seal() {
    let subject = Subject {
        key: "k",
        title: "T",
        glyph: Glyph::Cup,
        initials: "",
    };
    assert!(!picture(subject, View::Front).contains("<text"));
}

#[test]
fn the_key_alone_decides_colours_and_weave() {
    let draw = |key| {
        picture(
            Subject {
                key,
                title: "T",
                glyph: Glyph::Cup,
                initials: "ቡ",
            },
            View::Front,
        )
    };
    assert_eq!(draw("buna"), draw("buna"));
    assert_ne!(draw("buna"), draw("kemis"));
    let digest = hex::encode(<sha2::Sha256 as sha2::Digest>::digest(draw("buna")));
    assert_eq!(
        digest,
        "8472ae03f09f0b186dba637cebeddea190ff2d5143868631bef5e3990bc2fd91"
    );
}
