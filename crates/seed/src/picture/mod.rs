//! Product pictures, drawn by the shop itself: crisp at every size, some two kilobytes, free of
//! rights. Never a photograph, a script or a reference to anything outside.

mod drawings;
mod glyph;
mod palette;
#[cfg(test)]
mod tests;
mod tibeb;

use std::fmt::Write as _;

use palette::Palette;

pub use glyph::Glyph;

/// How a picture shows its goods; a product has one picture per view.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum View {
    /// The goods in front of a plain ground above a woven hem.
    Front,
    /// The goods close by, beside a woven edge.
    Detail,
    /// The shop's label: woven cloth with the initials on it.
    Label,
}

impl View {
    /// Every view once, in the order in which a product page shows them.
    pub const ALL: [Self; 3] = [Self::Front, Self::Detail, Self::Label];

    /// The view's name in file names and identifiers: lower-case ASCII letters.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Front => "front",
            Self::Detail => "detail",
            Self::Label => "label",
        }
    }
}

/// What a picture is drawn from.
#[derive(Clone, Copy, Debug)]
pub struct Subject<'a> {
    /// The slug or SKU; alone decides colours and weave.
    pub key: &'a str,
    /// What a screen reader says.
    pub title: &'a str,
    /// The goods to draw.
    pub glyph: Glyph,
    /// One to three letters, Ethiopic or Latin; may be empty.
    pub initials: &'a str,
}

/// Draws a product as a self-contained SVG document of 400 by 400 units.
///
/// The same subject and view give the same bytes on every machine. Texts are escaped; the
/// document holds no script, style sheet or outside reference, and its ids start with a hash of
/// key and view so that several pictures can stand in one page.
#[must_use]
pub fn picture(subject: Subject<'_>, view: View) -> String {
    let hash = fnv1a(subject.key);
    let palette = Palette::of(hash);
    let id = format!("{}{:x}", view.name(), hash & 0xff_ffff);
    let mut drawing = String::with_capacity(3 * 1024);
    open(&mut drawing, &id, subject.title, hash);
    match view {
        View::Front => front(&mut drawing, &id, subject),
        View::Detail => detail(&mut drawing, &id, subject),
        View::Label => label(&mut drawing, &id, subject),
    }
    drawing.push_str("</svg>");
    let mut svg = String::with_capacity(drawing.len() + 256);
    palette.paint(&drawing, &mut svg);
    svg
}

/// The document's head: title and the woven tile as a pattern named `id`.
fn open(svg: &mut String, id: &str, title: &str, hash: u64) {
    push(
        svg,
        format_args!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 400 400\" role=\"img\" \
             aria-labelledby=\"{id}t\"><title id=\"{id}t\">{title}</title>\
             <pattern id=\"{id}\" width=\"{size}\" height=\"{size}\" \
             patternUnits=\"userSpaceOnUse\" shape-rendering=\"crispEdges\">{tile}</pattern>",
            title = escape(title),
            size = tibeb::TILE,
            tile = tibeb::tile(hash),
        ),
    );
}

/// The goods in the middle, a halo behind, a woven hem and the initials below.
fn front(svg: &mut String, id: &str, subject: Subject<'_>) {
    push(
        svg,
        format_args!(
            "<path fill=\"$g\" d=\"M0 0h400v400H0z\"/>\
             <circle cx=\"200\" cy=\"164\" r=\"140\" fill=\"$l\"/>\
             <ellipse cx=\"200\" cy=\"284\" rx=\"96\" ry=\"10\" fill=\"$d\" opacity=\".18\"/>\
             <g transform=\"translate(88 56)scale(1.12)\">{shapes}</g>\
             <path fill=\"$m\" d=\"M0 324h400v76H0z\"/><path fill=\"$d\" d=\"M0 330h400v64H0z\"/>\
             <path fill=\"url(#{id})\" transform=\"translate(8 338)\" d=\"M-8 0h400v48H-8z\"/>",
            shapes = subject.glyph.shapes(),
        ),
    );
    medallion(svg, (200, 362), 34, subject.initials);
}

/// The goods close by, a woven edge on the left.
fn detail(svg: &mut String, id: &str, subject: Subject<'_>) {
    push(
        svg,
        format_args!(
            "<path fill=\"$l\" d=\"M0 0h400v400H0z\"/>\
             <circle cx=\"262\" cy=\"210\" r=\"176\" fill=\"$g\"/>\
             <g transform=\"translate(78 16)scale(1.84)\">{shapes}</g>\
             <path fill=\"$m\" d=\"M0 0h76v400H0z\"/><path fill=\"$d\" d=\"M6 0h64v400H6z\"/>\
             <path fill=\"url(#{id})\" transform=\"translate(14 8)\" d=\"M0-8h48v400H0z\"/>",
            shapes = subject.glyph.shapes(),
        ),
    );
}

/// Woven cloth with the initials large on it and the goods small below.
fn label(svg: &mut String, id: &str, subject: Subject<'_>) {
    push(
        svg,
        format_args!(
            "<path fill=\"$d\" d=\"M0 0h400v400H0z\"/>\
             <path fill=\"url(#{id})\" transform=\"translate(8 8)\" d=\"M-8-8h400v400H-8z\"/>\
             <path fill=\"$a\" d=\"M200 20 380 200 200 380 20 200z\"/>\
             <path fill=\"$d\" d=\"M200 28 372 200 200 372 28 200z\"/>\
             <path fill=\"$g\" d=\"M200 40 360 200 200 360 40 200z\"/>\
             <g transform=\"translate(138 72)scale(.62)\">{shapes}</g>",
            shapes = subject.glyph.shapes(),
        ),
    );
    letters(svg, (200, 262), 72, "$d", subject.initials);
}

/// The initials on a round seal.
fn medallion(svg: &mut String, (x, y): (i32, i32), radius: i32, initials: &str) {
    if initials.is_empty() {
        return;
    }
    push(
        svg,
        format_args!(
            "<circle cx=\"{x}\" cy=\"{y}\" r=\"{radius}\" fill=\"$g\" stroke=\"$a\" \
             stroke-width=\"5\"/>"
        ),
    );
    letters(svg, (x, y), 30, "$d", initials);
}

/// The initials, centred on a point.
fn letters(svg: &mut String, (x, y): (i32, i32), size: i32, fill: &str, initials: &str) {
    push(
        svg,
        format_args!(
            "<text x=\"{x}\" y=\"{y}\" dy=\".36em\" font-size=\"{size}\" fill=\"{fill}\" \
             text-anchor=\"middle\" font-weight=\"700\" font-family=\"Noto Sans Ethiopic,Nyala,\
             Kefa,Abyssinica SIL,sans-serif\">{}</text>",
            escape(initials)
        ),
    );
}

fn push(svg: &mut String, text: std::fmt::Arguments<'_>) {
    // Writing to a `String` cannot fail.
    let _ = svg.write_fmt(text);
}

/// Text made safe for element content and attributes; `$` too, which marks a colour here.
/// Characters that XML forbids are left out.
fn escape(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '"' => safe.push_str("&quot;"),
            '\'' => safe.push_str("&#39;"),
            '$' => safe.push_str("&#36;"),
            '\u{fffe}' | '\u{ffff}' => {}
            control if control.is_control() => {}
            other => safe.push(other),
        }
    }
    safe
}

/// The 64-bit FNV-1a hash: small, and the same on every machine, unlike the standard hasher.
fn fnv1a(text: &str) -> u64 {
    text.bytes().fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    })
}
