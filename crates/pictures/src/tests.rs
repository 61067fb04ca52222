//! The rules of pictures: what is taken, what becomes of it, what files are called.

use std::{collections::BTreeMap, io::Cursor};

use image::{DynamicImage, ImageFormat, Rgb, RgbImage, Rgba, RgbaImage};

use crate::model::{
    Picture, PictureFormat, PictureRefusal, draw, draw_narrower, look, narrower, parse_address,
    sizes,
};

const PIXELS_MAX: u64 = 1_000_000;

fn bytes(picture: &DynamicImage, format: ImageFormat) -> Vec<u8> {
    let mut bytes = Vec::new();
    picture
        .write_to(&mut Cursor::new(&mut bytes), format)
        .unwrap();
    bytes
}

/// Red on the left, blue on the right.
fn halves(width: u32, height: u32) -> DynamicImage {
    let half = |x, _| match x < width / 2 {
        true => Rgb([200, 0, 0]),
        false => Rgb([0, 0, 200]),
    };
    RgbImage::from_fn(width, height, half).into()
}

fn taken(media_type: &str, bytes: &[u8]) -> Result<(PictureFormat, u32, u32), PictureRefusal> {
    let drawn = draw(bytes, look(media_type, bytes, PIXELS_MAX)?)?;
    Ok((drawn.format, drawn.width, drawn.height))
}

#[test]
fn what_is_taken_is_drawn_anew() {
    for (media_type, format) in [
        ("image/jpeg", ImageFormat::Jpeg),
        ("image/png", ImageFormat::Png),
        ("image/webp", ImageFormat::WebP),
    ] {
        let mut sent = bytes(&halves(40, 20), format);
        sent.extend_from_slice(b"<script>alert(1)</script>");
        assert_eq!(taken(media_type, &sent), Ok((PictureFormat::Jpeg, 40, 20)));
        let drawn = draw(&sent, look(media_type, &sent, PIXELS_MAX).unwrap()).unwrap();
        let kept = image::load_from_memory(&drawn.bytes).unwrap().to_rgb8();
        assert!(kept.get_pixel(2, 10)[0] > 150 && kept.get_pixel(37, 10)[2] > 150);
        assert!(!drawn.bytes.windows(8).any(|part| part == b"<script>"));
    }
}

#[test]
fn what_can_be_looked_through_stays_so() {
    let clear = RgbaImage::from_pixel(8, 8, Rgba([10, 200, 30, 100]));
    let sent = bytes(&clear.into(), ImageFormat::Png);
    assert_eq!(taken("image/png", &sent), Ok((PictureFormat::Png, 8, 8)));
    let opaque = RgbaImage::from_pixel(8, 8, Rgba([10, 200, 30, 255]));
    let sent = bytes(&opaque.into(), ImageFormat::WebP);
    assert_eq!(taken("image/webp", &sent), Ok((PictureFormat::Jpeg, 8, 8)));
}

#[test]
fn a_picture_is_turned_as_the_camera_was_held() {
    let plain = bytes(&halves(40, 20), ImageFormat::Jpeg);
    // An APP1 segment with one entry of EXIF: orientation 6, a quarter to the right.
    let exif = b"Exif\0\0II*\0\x08\0\0\0\x01\0\x12\x01\x03\0\x01\0\0\0\x06\0\0\0\0\0\0\0";
    let length = u16::try_from(exif.len() + 2).unwrap().to_be_bytes();
    let mut sent = plain[..2].to_vec();
    sent.extend_from_slice(&[0xff, 0xe1]);
    sent.extend_from_slice(&length);
    sent.extend_from_slice(exif);
    sent.extend_from_slice(&plain[2..]);
    let drawn = draw(&sent, look("image/jpeg", &sent, PIXELS_MAX).unwrap()).unwrap();
    assert_eq!((drawn.width, drawn.height), (20, 40));
    let kept = image::load_from_memory(&drawn.bytes).unwrap().to_rgb8();
    assert!(kept.get_pixel(10, 2)[0] > 150 && kept.get_pixel(10, 37)[2] > 150);
    assert!(!drawn.bytes.windows(4).any(|part| part == b"Exif"));
}

#[test]
fn what_is_no_picture_is_refused() {
    let png = bytes(&halves(40, 20), ImageFormat::Png);
    let unsupported = Err(PictureRefusal::Unsupported);
    for media_type in ["image/svg+xml", "image/gif", "image/jpg", "image/*", ""] {
        assert_eq!(taken(media_type, &png), unsupported, "{media_type}");
    }
    assert_eq!(taken("image/jpeg", &png), Err(PictureRefusal::Mislabelled));
    let is_not = |sent: &[u8], media_type: &str| {
        let refused = taken(media_type, sent);
        let expected = matches!(refused, Err(PictureRefusal::NotAPicture(_)));
        assert!(expected, "{media_type}: {refused:?}");
    };
    for sent in [&b""[..], b"GIF89a", b"<svg/>", b"%PDF-1.7", &png[1..]] {
        is_not(sent, "image/png");
    }
    for format in [ImageFormat::Png, ImageFormat::WebP] {
        let media_type = format.to_mime_type();
        let whole = bytes(&halves(300, 200), format);
        for length in [12, 20, 40, whole.len() / 2] {
            is_not(&whole[..length], media_type);
        }
    }
    let whole = bytes(&halves(300, 200), ImageFormat::Jpeg);
    is_not(&whole[..100], "image/jpeg");
    is_not(&whole[..whole.len() / 2], "image/jpeg");
}

#[test]
fn a_picture_that_unfolds_is_refused_by_its_head() {
    let exactly = bytes(&halves(1_000, 1_000), ImageFormat::Png);
    assert_eq!(
        look("image/png", &exactly, 1_000_000).map(|_| ()).err(),
        None
    );
    let refused = look("image/png", &exactly, 999_999);
    let (width, height) = (1_000, 1_000);
    let expected = PictureRefusal::TooManyPixels {
        width,
        height,
        pixels_max: 999_999,
    };
    assert_eq!(refused, Err(expected));
    // 50,000 by 50,000 pixels in a head, and not one of them behind it.
    let mut bomb = bytes(&halves(8, 8), ImageFormat::Png);
    for side in [16..20, 20..24] {
        bomb[side].copy_from_slice(&50_000_u32.to_be_bytes());
    }
    let crc = crc32(&bomb[12..29]);
    bomb[29..33].copy_from_slice(&crc.to_be_bytes());
    let refused = look("image/png", &bomb, u64::MAX);
    let expected = PictureRefusal::TooManyPixels {
        width: 50_000,
        height: 50_000,
        pixels_max: u64::MAX,
    };
    assert_eq!(refused, Err(expected));
}

/// The greatest memory that this process has ever had, in bytes.
#[cfg(target_os = "linux")]
fn memory_peak() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let peak = peak.unwrap().trim().trim_end_matches(" kB");
    peak.parse::<u64>().unwrap() * 1024
}

/// A profile of colours stands in the head of a PNG, and unfolds too.
#[cfg(target_os = "linux")]
#[test]
fn a_head_that_unfolds_takes_no_memory() {
    const MEBIBYTES: usize = 512;
    let mut deflate = flate2::Compress::new(flate2::Compression::fast(), false);
    let mut mebibyte = Vec::with_capacity(64 * 1024);
    let zeros = vec![0; 1024 * 1024];
    let flush = flate2::FlushCompress::Sync;
    deflate.compress_vec(&zeros, &mut mebibyte, flush).unwrap();
    assert_eq!(deflate.total_in(), 1024 * 1024);
    // The head of a zlib stream (RFC 1950), the blocks, an empty last one, and no true checksum.
    let mut profile = b"iCCPname\0\0\x78\x01".to_vec();
    profile.extend(mebibyte.repeat(MEBIBYTES));
    profile.extend(b"\x03\0\0\0\0\0");
    let length = u32::try_from(profile.len() - 4).unwrap();
    let plain = bytes(&halves(40, 20), ImageFormat::Png);
    // Behind the signature and the head of sizes.
    let (head, rest) = plain.split_at(8 + 25);
    let crc = crc32(&profile).to_be_bytes();
    let bomb = [head, &length.to_be_bytes(), &profile, &crc, rest].concat();
    let before = memory_peak();
    let sight = look("image/png", &bomb, PIXELS_MAX);
    drop(sight.map(|sight| draw(&bomb, sight)));
    let grown = memory_peak() - before;
    assert!(grown < 256 * 1024 * 1024, "{grown} bytes");
}

/// The checksum of a part of a PNG (RFC 2083, section 15).
fn crc32(bytes: &[u8]) -> u32 {
    let mut crc = u32::MAX;
    for byte in bytes {
        crc ^= u32::from(*byte);
        for _ in 0..8 {
            crc = (crc >> 1) ^ (0xedb8_8320 & (crc & 1).wrapping_neg());
        }
    }
    !crc
}

#[test]
fn narrower_widths_keep_the_shape() {
    assert_eq!(narrower(160), Vec::<u32>::new());
    assert_eq!(narrower(161), [160]);
    assert_eq!(narrower(4_000), [160, 320, 640, 1280]);
    for (format, kept) in [
        (ImageFormat::Jpeg, PictureFormat::Jpeg),
        (ImageFormat::Png, PictureFormat::Png),
    ] {
        let whole = bytes(&halves(700, 100), format);
        let drawn = draw_narrower(&whole, kept).unwrap();
        let sizes: Vec<(u32, u32)> = drawn
            .map(|one| {
                let one = one.unwrap();
                let read = image::load_from_memory(&one.bytes).unwrap();
                assert_eq!((read.width(), read.height()), (one.width, one.height));
                (one.width, one.height)
            })
            .collect();
        assert_eq!(sizes, [(160, 22), (320, 45), (640, 91)]);
    }
    let line = bytes(&halves(1_000, 1), ImageFormat::Png);
    let drawn = draw_narrower(&line, PictureFormat::Png).unwrap();
    assert!(drawn.map(Result::unwrap).all(|one| one.height == 1));
}

#[test]
fn an_address_is_that_of_one_file() {
    let name = "0123456789abcdef0123456789abcdef";
    let picture = Picture {
        id: ids::ImageId::generate(chrono::DateTime::UNIX_EPOCH),
        name: name.to_owned(),
        format: PictureFormat::Jpeg,
        width: 700,
        height: 100,
        widths: Vec::new(),
    };
    let found = sizes(&picture.url(), &[160, 320]);
    let at = |width| (width, format!("/media/pictures/{name}/{width}.jpg"));
    assert_eq!(found, BTreeMap::from([160, 320, 700].map(at)));
    for elsewhere in [
        "/media/demo/a/b/c-0.svg",
        "https://a.example/160.jpg",
        "x",
        "",
    ] {
        assert_eq!(sizes(elsewhere, &[160]), BTreeMap::new());
    }
    let found = parse_address(name, "160.jpg");
    let key = format!("pictures/{name}/160.jpg");
    assert_eq!(found, Some((key, PictureFormat::Jpeg)));
    let shouted = name.to_uppercase();
    for (name, file) in [
        (name, "160"),
        (name, "160.webp"),
        (name, "0160.jpg"),
        (name, "+160.jpg"),
        (name, "-1.jpg"),
        (name, ".jpg"),
        (name, "../160.jpg"),
        (name, "160.jpg.png"),
        (&*shouted, "160.jpg"),
        ("..", "160.jpg"),
        (&name[1..], "160.jpg"),
    ] {
        assert_eq!(parse_address(name, file), None, "{name}/{file}");
    }
}
