//! Pictures that staff upload: checked, drawn anew, kept as files in several widths.
//!
//! Owns: `pictures`, and the files that their rows name, on disk or in an S3 bucket.
//! Promises: a file exists only while its row does, which is committed before the file is
//! written and deleted after it is gone; what is kept has been decoded and encoded again, so no
//! byte of what was sent is served; a file never changes, so it may be cached for ever.
//! Never: what a picture shows, or of which thing it is one.

mod actions;
mod http;
mod jobs;
mod model;
mod store;
#[cfg(test)]
mod tests;

pub use actions::{drop_picture, keep_picture};
pub use http::{Upload, routes};
pub use jobs::{Pictures, jobs, plan};
pub use model::{
    Picture, PictureFormat, PictureRefusal, PictureSettings, REFUSALS, S3Settings, StoreKind, sizes,
};
