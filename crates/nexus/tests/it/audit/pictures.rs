//! Pictures that nobody has, or that nobody keeps.

/// As in `planted`.
pub(super) const CASES: &[(&str, &str, &[&str])] = &[
    (
        "a picture that is kept for nobody",
        "delete from product_images where picture_id is not null",
        &["I60"],
    ),
    (
        "a picture that a product has and nobody keeps",
        "update pictures set state = 'dropped'",
        &["I60"],
    ),
    (
        "a picture that is looked for where it is not",
        "update product_images set url = '/media/pictures/x/1.jpg' where picture_id is not null",
        &["I60"],
    ),
    (
        "a picture that two products may have",
        "alter table product_images drop constraint product_images_picture_key",
        &["I25"],
    ),
];
