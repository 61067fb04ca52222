//! Where each text of a document stands on its pages. Pure; lengths in points.

use chrono::{DateTime, FixedOffset, Utc};

use super::{Document, DocumentLine, DocumentTax, Kind, words};

/// A4.
pub(crate) const WIDTH: f32 = 595.0;
/// A4.
pub(crate) const HEIGHT: f32 = 842.0;
const LEFT: f32 = 50.0;
const RIGHT: f32 = 545.0;
const TOP: f32 = 60.0;
const BOTTOM: f32 = 780.0;
const LINE: f32 = 16.0;
/// Right ends of the columns of quantity and price.
const QUANTITY_END: f32 = 365.0;
const PRICE_END: f32 = 455.0;
/// What a title may take of its row.
const TITLE_WIDTH: f32 = 265.0;

/// The shop's days begin at midnight in Addis Ababa; Ethiopia has no summer time.
const OFFSET_SECONDS: i32 = 3 * 3_600;

/// Where a text begins or ends.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Side {
    /// It begins there.
    Left(f32),
    /// It ends there.
    Right(f32),
}

/// A text on a page.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Placed {
    pub(crate) side: Side,
    /// Of its base line, from the top.
    pub(crate) y: f32,
    pub(crate) size: f32,
    /// The most that it may take; what is longer is cut.
    pub(crate) width_max: f32,
    pub(crate) text: String,
}

/// The pages as they are filled.
struct Sheets {
    pages: Vec<Vec<Placed>>,
    y: f32,
}

impl Sheets {
    fn put(&mut self, side: Side, size: f32, width_max: f32, text: impl Into<String>) {
        let placed = Placed {
            side,
            y: self.y,
            size,
            width_max,
            text: text.into(),
        };
        if let Some(page) = self.pages.last_mut() {
            page.push(placed);
        }
    }

    fn left(&mut self, text: impl Into<String>) {
        self.put(Side::Left(LEFT), 10.0, RIGHT - LEFT, text);
    }

    /// Goes down, to a new page where this one ends.
    fn down(&mut self, by: f32) {
        self.y += by;
        if self.y > BOTTOM {
            self.pages.push(Vec::new());
            self.y = TOP;
        }
    }

    fn pair(&mut self, label: &str, value: String) {
        self.put(Side::Left(300.0), 10.0, 150.0, label);
        self.put(Side::Right(RIGHT), 10.0, 110.0, value);
        self.down(LINE);
    }
}

/// The texts of each page of a document.
pub(crate) fn pages_of(
    document: &Document,
    (kind, number): (Kind, i64),
    issued_at: DateTime<Utc>,
) -> Vec<Vec<Placed>> {
    let mut sheets = Sheets {
        pages: vec![Vec::new()],
        y: TOP,
    };
    put_head(&mut sheets, document, (kind, number), issued_at);
    put_lines(&mut sheets, document);
    put_sums(&mut sheets, document, kind);
    let count = sheets.pages.len();
    for (index, page) in sheets.pages.iter_mut().enumerate() {
        page.push(Placed {
            side: Side::Right(RIGHT),
            y: HEIGHT - 30.0,
            size: 8.0,
            width_max: RIGHT - LEFT,
            text: format!(
                "{} · {} {} / {count}",
                kind.label(number),
                words::PAGE,
                index + 1
            ),
        });
    }
    sheets.pages
}

fn put_head(
    sheets: &mut Sheets,
    document: &Document,
    (kind, number): (Kind, i64),
    issued_at: DateTime<Utc>,
) {
    let title = match kind {
        Kind::Invoice => words::INVOICE,
        Kind::CreditNote => words::CREDIT_NOTE,
    };
    sheets.put(Side::Left(LEFT), 17.0, 240.0, document.seller.name.clone());
    sheets.put(Side::Right(RIGHT), 14.0, 240.0, title);
    sheets.down(24.0);
    let seller = &document.seller;
    if !seller.address.is_empty() {
        sheets.left(seller.address.clone());
        sheets.down(LINE);
    }
    for (label, value) in [
        (words::TIN, &seller.tin),
        (words::VAT_NUMBER, &seller.vat_number),
    ] {
        if !value.is_empty() {
            sheets.left(format!("{label}: {value}"));
            sheets.down(LINE);
        }
    }
    sheets.down(LINE);
    let day = FixedOffset::east_opt(OFFSET_SECONDS).map_or_else(
        || issued_at.date_naive(),
        |here| issued_at.with_timezone(&here).date_naive(),
    );
    let mut facts = vec![
        (words::NUMBER, kind.label(number)),
        (words::DATE, day.to_string()),
        (words::ORDER, document.order_number.to_string()),
    ];
    if let Some(invoice) = document.invoice_number {
        facts.push((words::FOR_INVOICE, Kind::Invoice.label(invoice)));
    }
    for (label, value) in facts {
        sheets.left(format!("{label}: {value}"));
        sheets.down(LINE);
    }
    sheets.down(LINE);
    sheets.left(words::BUYER);
    sheets.down(LINE);
    for line in &document.buyer {
        sheets.left(line.clone());
        sheets.down(LINE);
    }
    sheets.down(LINE);
}

fn put_lines(sheets: &mut Sheets, document: &Document) {
    if document.lines.is_empty() {
        return;
    }
    let row = |sheets: &mut Sheets, [item, quantity, price, amount]: [String; 4]| {
        sheets.put(Side::Left(LEFT), 10.0, TITLE_WIDTH, item);
        sheets.put(Side::Right(QUANTITY_END), 10.0, 60.0, quantity);
        sheets.put(Side::Right(PRICE_END), 10.0, 85.0, price);
        sheets.put(Side::Right(RIGHT), 10.0, 85.0, amount);
        sheets.down(LINE);
    };
    let head = [
        words::ITEM,
        words::QUANTITY,
        words::UNIT_PRICE,
        words::AMOUNT,
    ];
    row(sheets, head.map(str::to_owned));
    for line in &document.lines {
        let cells = [
            format!("{} ({})", line.title, line.sku),
            line.quantity.to_string(),
            document.amount(line.unit_price_minor),
            document.amount(line.total_minor),
        ];
        row(sheets, cells);
        put_details(sheets, document, line);
    }
    sheets.down(LINE);
}

/// Under a line: what is taken off it, and its taxes.
fn put_details(sheets: &mut Sheets, document: &Document, line: &DocumentLine) {
    let mut details = Vec::new();
    if line.discount_minor != 0 {
        let discount = document.amount(-line.discount_minor);
        details.push(format!("{}: {discount}", words::DISCOUNT));
    }
    for tax in &line.taxes {
        let amount = document.amount(tax.amount_minor);
        details.push(format!("{}: {amount}", label_of(tax)));
    }
    if !details.is_empty() {
        sheets.put(Side::Left(LEFT), 8.0, RIGHT - LEFT, details.join(", "));
        sheets.down(LINE);
    }
}

fn label_of(tax: &DocumentTax) -> String {
    if tax.is_included {
        return format!("{} ({})", tax.label(), words::INCLUDED);
    }
    tax.label()
}

fn put_sums(sheets: &mut Sheets, document: &Document, kind: Kind) {
    if kind == Kind::CreditNote {
        let total = document.amount(document.total_minor);
        sheets.pair(words::GIVEN_BACK, total);
        return;
    }
    sheets.pair(words::SUBTOTAL, document.amount(document.subtotal_minor));
    if document.discount_minor != 0 {
        let discount = document.amount(-document.discount_minor);
        sheets.pair(words::DISCOUNT, discount);
    }
    if document.shipping_minor != 0 {
        sheets.pair(words::DELIVERY, document.amount(document.shipping_minor));
    }
    for tax in document.taxes.iter().filter(|tax| !tax.is_included) {
        sheets.pair(&label_of(tax), document.amount(tax.amount_minor));
    }
    sheets.pair(words::TOTAL, document.amount(document.total_minor));
    for tax in document.taxes.iter().filter(|tax| tax.is_included) {
        sheets.pair(&label_of(tax), document.amount(tax.amount_minor));
    }
}
