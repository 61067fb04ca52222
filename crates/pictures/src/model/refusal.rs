//! Why a picture is not taken.

use kit::{Refusal, RefusalKind, Resolution};
use serde_json::{Value, json};

/// Why a picture is not taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PictureRefusal {
    /// The request does not say that it brings a picture of a kind that is taken.
    Unsupported,
    /// The bytes are not those of such a picture.
    NotAPicture(&'static str),
    /// The picture is of another kind than the request says.
    Mislabelled,
    /// There are too many pixels, or one side is too long.
    TooManyPixels {
        /// As the file says.
        width: u32,
        /// As the file says.
        height: u32,
        /// How many pixels are taken.
        pixels_max: u64,
    },
    /// The place of the files does not answer.
    StoreAway,
}

/// Every refusal of this capability, for the registry.
pub static REFUSALS: &[&RefusalKind] =
    &[&UNSUPPORTED, &NOT_A_PICTURE, &TOO_MANY_PIXELS, &STORE_AWAY];

static UNSUPPORTED: RefusalKind = RefusalKind {
    code: "unsupported_picture",
    status: 415,
    title: "Not a kind of picture that is taken",
    is_retryable: false,
    resolution: Resolution::Recoverable,
    help: "Send the file itself as the body, with Content-Type image/jpeg, image/png or \
           image/webp. Other kinds, drawings in SVG among them, are not taken.",
};

static NOT_A_PICTURE: RefusalKind = RefusalKind {
    code: "invalid_picture",
    status: 422,
    title: "The file is not a picture",
    is_retryable: false,
    resolution: Resolution::Recoverable,
    help: "The bytes are not a whole picture of the kind that Content-Type names. What a file is \
           called does not count. Save the picture anew as JPEG, PNG or WebP and send that.",
};

static TOO_MANY_PIXELS: RefusalKind = RefusalKind {
    code: "picture_too_large",
    status: 422,
    title: "The picture has too many pixels",
    is_retryable: false,
    resolution: Resolution::Recoverable,
    help: "The picture has more pixels, or a longer side, than the shop takes. The detail says \
           how many. Make it smaller and send it again.",
};

static STORE_AWAY: RefusalKind = RefusalKind {
    code: "pictures_unavailable",
    status: 503,
    title: "Pictures cannot be reached at the moment",
    is_retryable: true,
    resolution: Resolution::Recoverable,
    help: "The place where the files of pictures are kept does not answer. Nothing has changed; \
           the same request succeeds when it does.",
};

impl Refusal for PictureRefusal {
    fn kind(&self) -> &'static RefusalKind {
        match self {
            Self::Unsupported => &UNSUPPORTED,
            Self::NotAPicture(_) | Self::Mislabelled => &NOT_A_PICTURE,
            Self::TooManyPixels { .. } => &TOO_MANY_PIXELS,
            Self::StoreAway => &STORE_AWAY,
        }
    }

    fn detail(&self) -> String {
        match self {
            Self::NotAPicture(reason) => format!("{reason}. Save it anew and send that."),
            Self::Mislabelled => {
                "The file is a picture of another kind than Content-Type says.".to_owned()
            }
            Self::TooManyPixels {
                width,
                height,
                pixels_max,
            } => format!(
                "The picture is {width} by {height} pixels; at most {pixels_max} pixels and \
                 {} on a side are taken.",
                super::SIDE_MAX
            ),
            Self::Unsupported | Self::StoreAway => self.kind().help.to_owned(),
        }
    }

    fn facts(&self) -> Option<Value> {
        match self {
            Self::TooManyPixels {
                width,
                height,
                pixels_max,
            } => Some(json!({
                "width": width, "height": height, "pixels_max": pixels_max,
                "side_max": super::SIDE_MAX,
            })),
            _ => None,
        }
    }
}
