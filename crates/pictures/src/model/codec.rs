//! From the bytes that were sent to the bytes that are kept. Nothing is believed: the head is
//! looked at before the rest is decoded, and what is kept is drawn anew. Pure, and slow: a large
//! picture takes a processor for a second.

use std::io::Cursor;

use image::{
    DynamicImage, ImageDecoder, ImageFormat, ImageReader, Limits,
    codecs::{jpeg::JpegEncoder, png::PngEncoder},
    imageops::FilterType,
    metadata::Orientation,
};

use super::{PictureFormat, PictureRefusal, SIDE_MAX, narrower};

/// Of JPEG, from 1 to 100: no difference is seen, and the file has a third of the bytes.
const QUALITY: u8 = 85;

/// Bytes that a decoder may take beside four for each pixel.
const SCRATCH_BYTES: u64 = 32 * 1024 * 1024;

/// What the head of a file says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Sight {
    format: ImageFormat,
    pixels_max: u64,
}

/// A picture as it is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Drawn {
    pub(crate) format: PictureFormat,
    pub(crate) width: u32,
    pub(crate) height: u32,
    pub(crate) bytes: Vec<u8>,
}

/// Looks at the head of a file. Takes no more than [`SCRATCH_BYTES`], whatever the file unfolds to:
/// a PNG's profile of colours is compressed, and stands in the head.
///
/// # Errors
/// `unsupported_picture`, `invalid_picture`, `picture_too_large`.
pub(crate) fn look(
    media_type: &str,
    bytes: &[u8],
    pixels_max: u64,
) -> Result<Sight, PictureRefusal> {
    let said = match media_type {
        "image/jpeg" => ImageFormat::Jpeg,
        "image/png" => ImageFormat::Png,
        "image/webp" => ImageFormat::WebP,
        _ => return Err(PictureRefusal::Unsupported),
    };
    match image::guess_format(bytes) {
        Ok(format) if format == said => {}
        Ok(ImageFormat::Jpeg | ImageFormat::Png | ImageFormat::WebP) => {
            return Err(PictureRefusal::Mislabelled);
        }
        _ => return Err(PictureRefusal::NotAPicture("The file is no picture")),
    }
    let mut reader = ImageReader::with_format(Cursor::new(bytes), said);
    let mut limits = Limits::no_limits();
    limits.max_alloc = Some(SCRATCH_BYTES);
    reader.limits(limits);
    let (width, height) = reader.into_dimensions().map_err(|_| BROKEN)?;
    let is_empty = width == 0 || height == 0;
    if is_empty || (said == ImageFormat::Jpeg && !has_end(bytes)) {
        return Err(BROKEN);
    }
    let pixels = u64::from(width) * u64::from(height);
    if pixels > pixels_max || width.max(height) > SIDE_MAX {
        return Err(PictureRefusal::TooManyPixels {
            width,
            height,
            pixels_max,
        });
    }
    Ok(Sight {
        format: said,
        pixels_max,
    })
}

/// Whether a JPEG goes on to its end: decoders paint what is missing in grey. The marker of the end
/// (0xffd9) may also stand in segments before the first scan, within a small picture for previews,
/// and never within a scan.
fn has_end(bytes: &[u8]) -> bool {
    let mut at = 2;
    loop {
        match bytes.get(at..) {
            Some([0xff, 0xff, ..]) => at += 1,
            Some([0xff, 0xda, scans @ ..]) => {
                return scans.windows(2).any(|pair| pair == [0xff, 0xd9]);
            }
            Some([0xff, _, high, low, ..]) => {
                at += 2 + usize::from(u16::from_be_bytes([*high, *low]));
            }
            _ => return false,
        }
    }
}

const BROKEN: PictureRefusal = PictureRefusal::NotAPicture("The file is broken");

/// Decodes a file that was looked at, turns it as its camera was held, and encodes it again:
/// nothing that was hidden in the file, a place among it, is kept.
///
/// # Errors
/// `invalid_picture`
pub(crate) fn draw(bytes: &[u8], sight: Sight) -> Result<Drawn, PictureRefusal> {
    let mut reader = ImageReader::with_format(Cursor::new(bytes), sight.format);
    let memory_max = sight.pixels_max * 4 + SCRATCH_BYTES;
    let mut limits = Limits::default();
    limits.max_alloc = Some(memory_max);
    reader.limits(limits);
    let mut decoder = reader.into_decoder().map_err(|_| BROKEN)?;
    // Two bytes a colour take twice as much as the limit of pixels was made for.
    if decoder.total_bytes() > memory_max {
        let (width, height) = decoder.dimensions();
        let pixels_max = sight.pixels_max / 2;
        return Err(PictureRefusal::TooManyPixels {
            width,
            height,
            pixels_max,
        });
    }
    let orientation = decoder.orientation().unwrap_or(Orientation::NoTransforms);
    let mut picture = DynamicImage::from_decoder(decoder).map_err(|_| BROKEN)?;
    picture.apply_orientation(orientation);
    let is_seen_through =
        picture.color().has_alpha() && picture.to_rgba8().pixels().any(|pixel| pixel[3] < 255);
    let format = if is_seen_through {
        PictureFormat::Png
    } else {
        PictureFormat::Jpeg
    };
    encode(&picture, format)
}

/// Draws a picture that is kept in its narrower widths, each when it is asked for.
///
/// # Errors
/// `invalid_picture`: the file is not as it was written.
pub(crate) fn draw_narrower(
    bytes: &[u8],
    format: PictureFormat,
) -> Result<impl Iterator<Item = Result<Drawn, PictureRefusal>> + use<>, PictureRefusal> {
    let read = match format {
        PictureFormat::Jpeg => ImageFormat::Jpeg,
        PictureFormat::Png => ImageFormat::Png,
    };
    let reader = ImageReader::with_format(Cursor::new(bytes), read);
    let picture = reader.decode().map_err(|_| BROKEN)?;
    let widths = narrower(picture.width());
    Ok(widths.into_iter().map(move |width| {
        let height = u64::from(picture.height()) * u64::from(width) / u64::from(picture.width());
        let height = u32::try_from(height).unwrap_or(SIDE_MAX).max(1);
        let small = picture.resize_exact(width, height, FilterType::CatmullRom);
        encode(&small, format)
    }))
}

fn encode(picture: &DynamicImage, format: PictureFormat) -> Result<Drawn, PictureRefusal> {
    let mut bytes = Vec::new();
    let written = match format {
        PictureFormat::Jpeg => picture
            .to_rgb8()
            .write_with_encoder(JpegEncoder::new_with_quality(&mut bytes, QUALITY)),
        PictureFormat::Png => picture
            .to_rgba8()
            .write_with_encoder(PngEncoder::new(&mut bytes)),
    };
    written.map_err(|_| BROKEN)?;
    Ok(Drawn {
        format,
        width: picture.width(),
        height: picture.height(),
        bytes,
    })
}
