//! Addresses of the demo's pictures: everything that a picture needs stands in its address, so
//! that nothing has to be stored.

use std::fmt::Write;

use crate::{
    picture::{Glyph, Subject, View, picture},
    plan::ProductPlan,
};

/// Where the picture of a product in a view is served.
#[must_use]
pub fn picture_address(product: &ProductPlan, view: View) -> String {
    let glyph = glyph_name(product.glyph);
    let initials = percent_encoded(&product.initials());
    let initials = if initials.is_empty() {
        "-".to_owned()
    } else {
        initials
    };
    format!(
        "/media/demo/{glyph}/{initials}/{}-{}.svg",
        product.slug,
        view.name()
    )
}

/// The picture at an address of ours, by the address's last three parts, decoded; `None` when
/// they are not parts of such an address.
#[must_use]
pub fn picture_at(glyph: &str, initials: &str, file: &str) -> Option<String> {
    let glyph = Glyph::ALL
        .into_iter()
        .find(|known| glyph_name(*known) == glyph)?;
    let (key, view) = file.strip_suffix(".svg")?.rsplit_once('-')?;
    let view = View::ALL.into_iter().find(|known| known.name() == view)?;
    let is_slug = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    if key.is_empty() || key.len() > 120 || !key.bytes().all(is_slug) {
        return None;
    }
    let initials = if initials == "-" { "" } else { initials };
    if initials.chars().count() > 3 || !initials.chars().all(char::is_alphanumeric) {
        return None;
    }
    let title = key.replace('-', " ");
    Some(picture(
        Subject {
            key,
            title: &title,
            glyph,
            initials,
        },
        view,
    ))
}

fn glyph_name(glyph: Glyph) -> String {
    format!("{glyph:?}").to_ascii_lowercase()
}

fn percent_encoded(text: &str) -> String {
    let mut encoded = String::new();
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() {
            encoded.push(char::from(byte));
        } else {
            // Writing to a String cannot fail.
            let _ = write!(encoded, "%{byte:02X}");
        }
    }
    encoded
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_gives_the_products_picture() {
        let shop = crate::parse().expect("the shop is whole");
        let product = &shop.products[0];
        let address = picture_address(product, View::Front);
        assert!(address.is_ascii());
        let file = address.rsplit('/').next().expect("a file");
        let glyph = glyph_name(product.glyph);
        let served = picture_at(&glyph, &product.initials(), file).expect("a picture");
        let title = product.slug.replace('-', " ");
        let subject = Subject {
            key: &product.slug,
            title: &title,
            glyph: product.glyph,
            initials: &product.initials(),
        };
        assert_eq!(served, picture(subject, View::Front));
    }

    #[test]
    fn what_is_not_an_address_of_ours_has_no_picture() {
        for (glyph, initials, file) in [
            ("nothing", "ቡ", "coffee-front.svg"),
            ("cup", "<svg>", "coffee-front.svg"),
            ("cup", "ቡቡቡቡ", "coffee-front.svg"),
            ("cup", "ቡ", "coffee-back.svg"),
            ("cup", "ቡ", "../x-front.svg"),
            ("cup", "ቡ", "-front.svg"),
            ("cup", "ቡ", "coffee-front.png"),
        ] {
            assert_eq!(
                picture_at(glyph, initials, file),
                None,
                "{glyph}/{initials}/{file}"
            );
        }
    }
}
