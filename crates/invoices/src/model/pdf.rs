//! A document as PDF: each text is drawn where its page has it. The same document is the same
//! bytes.

use chrono::{DateTime, Utc};
use kit::{Error, Result};
use krilla::{
    Document as PdfDocument,
    geom::Point,
    page::PageSettings,
    text::{Font, TextDirection},
};
use rustybuzz::{Face, UnicodeBuffer};

use super::{
    Document, Kind,
    page::{HEIGHT, Placed, Side, WIDTH, pages_of},
};

/// Abyssinica SIL: Latin and Ethiopic, under the SIL Open Font License (`assets/OFL.txt`).
static FONT: &[u8] = include_bytes!("../../assets/AbyssinicaSIL-Regular.ttf");

/// The document as a file.
///
/// # Errors
/// A fault when it cannot be made.
pub(crate) fn pdf_of(
    document: &Document,
    of: (Kind, i64),
    issued_at: DateTime<Utc>,
) -> Result<Vec<u8>> {
    let no_font = || Error::fault("the font of invoices cannot be read");
    let font = Font::new(FONT.to_vec().into(), 0).ok_or_else(no_font)?;
    let face = Face::from_slice(FONT, 0).ok_or_else(no_font)?;
    let mut pdf = PdfDocument::new();
    for placed in pages_of(document, of, issued_at) {
        let settings = PageSettings::from_wh(WIDTH, HEIGHT);
        let settings = settings.ok_or_else(|| Error::fault("a page has no size"))?;
        let mut page = pdf.start_page_with(settings);
        let mut surface = page.surface();
        for text in &placed {
            let words = cut(&face, text);
            let x = match text.side {
                Side::Left(x) => x,
                Side::Right(x) => x - width(&face, &words, text.size),
            };
            let at = Point::from_xy(x, text.y);
            let direction = TextDirection::LeftToRight;
            surface.draw_text(at, font.clone(), text.size, &words, false, direction);
        }
        surface.finish();
        page.finish();
    }
    pdf.finish()
        .map_err(|error| Error::fault(format_args!("an invoice cannot be drawn: {error:?}")))
}

/// As much of a text as there is room for.
fn cut(face: &Face<'_>, placed: &Placed) -> String {
    let one_line: String = placed
        .text
        .chars()
        .map(|letter| if letter.is_control() { ' ' } else { letter })
        .collect();
    if width(face, &one_line, placed.size) <= placed.width_max {
        return one_line;
    }
    let mut letters: Vec<char> = one_line.chars().take(400).collect();
    while letters.pop().is_some() {
        let shorter: String = letters.iter().chain(&['…']).collect();
        if width(face, &shorter, placed.size) <= placed.width_max {
            return shorter;
        }
    }
    String::new()
}

#[expect(
    clippy::cast_precision_loss,
    reason = "widths on paper, far below what a float holds exactly"
)]
fn width(face: &Face<'_>, text: &str, size: f32) -> f32 {
    let mut buffer = UnicodeBuffer::new();
    buffer.push_str(text);
    buffer.guess_segment_properties();
    let shaped = rustybuzz::shape(face, &[], buffer);
    let units: i32 = shaped
        .glyph_positions()
        .iter()
        .map(|glyph| glyph.x_advance)
        .sum();
    units as f32 * size / face.units_per_em() as f32
}
