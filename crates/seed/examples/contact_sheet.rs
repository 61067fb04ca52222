//! Writes a page with every picture of the hand-written shop, to look at:
//! `cargo run -p seed --example contact_sheet -- contact-sheet.html`. Not part of the shop.

use std::fmt::Write as _;

use seed::{View, parse};

const STYLE: &str = "body{font:14px sans-serif;margin:16px;display:grid;gap:16px;\
                     grid-template-columns:repeat(3,1fr)}\
                     figure{margin:0;display:grid;grid-template-columns:repeat(3,1fr);gap:4px}\
                     figcaption{grid-column:1/4}svg{border-radius:8px;display:block}";

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let path = std::env::args()
        .nth(1)
        .ok_or("the path of the page to write is missing")?;
    let mut page = format!("<!doctype html><meta charset=\"utf-8\"><style>{STYLE}</style>");
    for product in parse()?.products {
        page.push_str("<figure>");
        for view in View::ALL {
            page.push_str(&product.picture(view));
        }
        let (en, am) = (&product.title.en, &product.title.am);
        write!(page, "<figcaption>{en}<br>{am}</figcaption></figure>")?;
    }
    Ok(std::fs::write(path, page)?)
}
