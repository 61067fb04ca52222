//! Shopify's product CSV, read as our columns.

use super::columns::Column;

/// The columns that one of Shopify's stands for, with what its cell says in our words. Nothing for
/// one that we have no use for, or that says nothing.
pub(crate) fn cells(head: &str, cell: &str) -> Vec<(Column, String)> {
    let cell = cell.trim();
    if cell.is_empty() {
        return Vec::new();
    }
    let same = |column| vec![(column, cell.to_owned())];
    let english = "en".to_owned();
    let option = |place: usize, is_name: bool| {
        let column = if is_name {
            Column::OptionName(place, english.clone())
        } else {
            Column::OptionValue(place, english.clone())
        };
        // What has no options has this one.
        let is_none = matches!((is_name, cell), (true, "Title") | (false, "Default Title"));
        if is_none { Vec::new() } else { same(column) }
    };
    match head.trim() {
        "Handle" => same(Column::Slug),
        "Title" => same(Column::Title(english.clone())),
        "Body (HTML)" => vec![(Column::Description(english.clone()), without_markup(cell))],
        "Vendor" => match catalogue::slug_from(cell) {
            Some(slug) => vec![(Column::Brand, slug), (Column::BrandName, cell.to_owned())],
            None => Vec::new(),
        },
        "Tags" => {
            let tags = cell.split(',').filter_map(catalogue::slug_from);
            vec![(Column::Tags, tags.collect::<Vec<_>>().join("|"))]
        }
        "Status" => vec![(Column::Status, status(cell).to_owned())],
        "Option1 Name" => option(0, true),
        "Option2 Name" => option(1, true),
        "Option3 Name" => option(2, true),
        "Option1 Value" => option(0, false),
        "Option2 Value" => option(1, false),
        "Option3 Value" => option(2, false),
        "Variant SKU" => vec![(
            Column::Sku,
            cell.strip_prefix('\'').unwrap_or(cell).to_owned(),
        )],
        "Variant Price" => same(Column::Price),
        "Variant Compare At Price" => same(Column::CompareAt),
        "Variant Inventory Qty" => same(Column::OnHand),
        _ => Vec::new(),
    }
}

/// Whether a column of Shopify's is one that we read.
pub(crate) fn is_read(head: &str) -> bool {
    !cells(head, "1").is_empty()
}

fn status(cell: &str) -> &str {
    match cell {
        "active" => "published",
        other => other,
    }
}

/// The words of a text in HTML, its blocks on lines of their own.
fn without_markup(html: &str) -> String {
    let mut text = String::new();
    let mut rest = html;
    while let Some((before, after)) = rest.split_once('<') {
        text.push_str(before);
        let Some((tag, after)) = after.split_once('>') else {
            rest = "";
            break;
        };
        let name = tag
            .trim_start_matches('/')
            .split(' ')
            .next()
            .unwrap_or_default();
        let is_block = matches!(
            name,
            "p" | "div" | "br" | "br/" | "li" | "ul" | "h1" | "h2" | "h3"
        );
        if is_block && !text.is_empty() && !text.ends_with('\n') {
            text.push('\n');
        }
        rest = after;
    }
    text.push_str(rest);
    let words = [
        ("&lt;", "<"),
        ("&gt;", ">"),
        ("&quot;", "\""),
        ("&#39;", "'"),
        ("&nbsp;", " "),
        ("&amp;", "&"),
    ];
    for (name, character) in words {
        text = text.replace(name, character);
    }
    text.trim().to_owned()
}
