//! Nouns and rules of pictures: what is taken, what is kept, how files are called. No SQL, no HTTP.

mod codec;
mod refusal;

use std::{collections::BTreeMap, path::PathBuf};

use ids::ImageId;
use kit::config::Secret;
use serde::Deserialize;

pub(crate) use self::codec::{Sight, draw, draw_narrower, look};
pub use self::refusal::{PictureRefusal, REFUSALS};

/// The widths in which a picture is offered beside its own, in pixels, from the narrowest.
pub(crate) const WIDTHS: [u32; 4] = [160, 320, 640, 1280];

/// The longest side of a picture, in pixels: what every encoder can write.
pub(crate) const SIDE_MAX: u32 = 16_384;

/// The section `[media]`.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PictureSettings {
    /// Where the files are.
    pub store: StoreKind,
    /// The folder of `disk`.
    pub folder: PathBuf,
    /// The largest file that is taken, in bytes.
    pub bytes_max: usize,
    /// The most pixels of a picture that is taken.
    pub pixels_max: u64,
    /// The bucket of `s3`.
    pub s3: S3Settings,
}

/// Where files are kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum StoreKind {
    /// A folder that every server and worker of the shop sees.
    Disk,
    /// A bucket that speaks S3.
    S3,
}

/// The section `[media.s3]`.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct S3Settings {
    /// The bucket's name.
    pub bucket: String,
    /// Its region.
    pub region: String,
    /// Its address where it is not Amazon's; the bucket's name is put behind it.
    pub endpoint: String,
    /// Who writes.
    pub access_key_id: String,
    /// Their secret.
    pub secret_access_key: Secret,
    /// Whether an endpoint without TLS will do.
    pub allows_http: bool,
}

/// In which form a picture is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PictureFormat {
    /// Whatever hides what is behind it.
    Jpeg,
    /// Whatever can be looked through.
    Png,
}

impl PictureFormat {
    /// The word that is stored.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Jpeg => "jpeg",
            Self::Png => "png",
        }
    }

    /// Reads the stored word.
    #[must_use]
    pub fn parse(word: &str) -> Option<Self> {
        let all = [Self::Jpeg, Self::Png].into_iter();
        all.into_iter().find(|format| format.as_str() == word)
    }

    /// The end of its files' names.
    pub(crate) const fn extension(self) -> &'static str {
        match self {
            Self::Jpeg => "jpg",
            Self::Png => "png",
        }
    }

    /// Its media type.
    pub(crate) const fn media_type(self) -> &'static str {
        match self {
            Self::Jpeg => "image/jpeg",
            Self::Png => "image/png",
        }
    }
}

/// A picture whose file is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Picture {
    /// Its id.
    pub id: ImageId,
    /// What its files are called by: random, so that nobody finds one who was not told of it.
    pub name: String,
    /// How it is kept.
    pub format: PictureFormat,
    /// In pixels.
    pub width: u32,
    /// In pixels.
    pub height: u32,
    /// The narrower widths that are there by now.
    pub widths: Vec<u32>,
}

/// Where the files of pictures are served.
const SERVED_AT: &str = "/media/pictures/";

/// The name that a picture's files stand under in the store.
pub(crate) fn prefix(name: &str) -> String {
    format!("pictures/{name}")
}

/// The name of one file in the store.
pub(crate) fn key(name: &str, width: u32, format: PictureFormat) -> String {
    format!("pictures/{name}/{width}.{}", format.extension())
}

impl Picture {
    /// Where it is served in its own width.
    #[must_use]
    pub fn url(&self) -> String {
        self.url_of(self.width)
    }

    fn url_of(&self, width: u32) -> String {
        let Self { name, format, .. } = self;
        format!("{SERVED_AT}{name}/{width}.{}", format.extension())
    }
}

/// Every width in which the picture at an address can be had, with the address of its file, from
/// the narrowest: its own, and the narrower ones that are there. None of what is served elsewhere.
#[must_use]
pub fn sizes(url: &str, narrower: &[i32]) -> BTreeMap<u32, String> {
    let Some((folder, file)) = url.rsplit_once('/') else {
        return BTreeMap::new();
    };
    let Some((own, extension)) = file.split_once('.') else {
        return BTreeMap::new();
    };
    let (true, Ok(own)) = (url.starts_with(SERVED_AT), own.parse::<u32>()) else {
        return BTreeMap::new();
    };
    let narrower = narrower
        .iter()
        .filter_map(|width| u32::try_from(*width).ok());
    let address = |width| (width, format!("{folder}/{width}.{extension}"));
    narrower.chain([own]).map(address).collect()
}

/// The widths in which a picture is worth having besides its own.
pub(crate) fn narrower(width: u32) -> Vec<u32> {
    let all = WIDTHS.into_iter();
    all.filter(|candidate| *candidate < width).collect()
}

/// A file that an address asks for, if it can be one of ours.
pub(crate) fn parse_address(name: &str, file: &str) -> Option<(String, PictureFormat)> {
    let is_hex = |byte: u8| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte);
    if name.len() != 32 || !name.bytes().all(is_hex) {
        return None;
    }
    let (width, extension) = file.split_once('.')?;
    let formats = [PictureFormat::Jpeg, PictureFormat::Png];
    let mut formats = formats.into_iter();
    let format = formats.find(|format| format.extension() == extension)?;
    // One address for one file: no sign, no zero in front.
    let number: u32 = width.parse().ok()?;
    if number.to_string() != width {
        return None;
    }
    Some((key(name, number, format), format))
}
