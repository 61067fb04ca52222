//! The woven border: stepped motifs of the kind that the weavers of Dorze and Shiro Meda put on
//! the hem of a dress. One tile, repeated by the browser. No colours of its own.

use std::fmt::Write as _;

/// The width and height of a tile, in the picture's units.
pub(super) const TILE: i32 = 48;

/// One thread: the side of the smallest square of a motif.
const THREAD: i32 = 4;

/// The drawing of one tile (with colour marks), one of four motifs by the key's hash.
pub(super) fn tile(hash: u64) -> String {
    let mut tile = String::with_capacity(640);
    match (hash >> 8) % 4 {
        0 => {
            diamond(&mut tile, "$m", (24, 24), 5);
            diamond(&mut tile, "$a", (24, 24), 3);
            diamond(&mut tile, "$g", (24, 24), 1);
            corners(&mut tile, "$a", 2);
        }
        1 => {
            diamond(&mut tile, "$a", (24, 24), 4);
            diamond(&mut tile, "$d", (24, 24), 2);
            diamond(&mut tile, "$g", (24, 24), 1);
            corners(&mut tile, "$m", 4);
            corners(&mut tile, "$l", 1);
        }
        2 => {
            cross(&mut tile, "$m", 5);
            cross(&mut tile, "$a", 3);
            diamond(&mut tile, "$g", (24, 24), 1);
            corners(&mut tile, "$l", 2);
        }
        _ => {
            zigzag(&mut tile, "$m", 30);
            zigzag(&mut tile, "$a", 14);
            diamond(&mut tile, "$g", (24, 38), 1);
            diamond(&mut tile, "$l", (24, 10), 1);
        }
    }
    tile
}

/// A diamond with stepped sides, `steps` threads from its centre to each point.
fn diamond(tile: &mut String, fill: &str, (x, y): (i32, i32), steps: usize) {
    let half = THREAD / 2;
    let reach = i32::try_from(steps).unwrap_or(0) * THREAD + half;
    write_path(
        tile,
        fill,
        &format!("M{} {}", x - half, y - reach),
        |path| {
            for (first, second) in [("h4v4", "h4"), ("v4h-4", "v4"), ("h-4v-4", "h-4")] {
                path.push_str(&first.repeat(steps));
                path.push_str(second);
            }
            path.push_str(&"v-4h4".repeat(steps));
        },
    );
}

/// A quarter of a diamond in each corner, so that neighbouring tiles make a whole one.
fn corners(tile: &mut String, fill: &str, steps: usize) {
    let last = THREAD / 2;
    let reach = i32::try_from(steps).unwrap_or(0) * THREAD + last;
    for (x, side) in [(0, 1), (TILE, -1)] {
        let step = format!("v{THREAD}h{}", -side * THREAD);
        let rise = format!("h{}v{THREAD}", side * THREAD);
        write_path(tile, fill, &format!("M{x} 0h{}", side * reach), |path| {
            path.push_str(&format!("v{last}h{}", -side * THREAD));
            path.push_str(&step.repeat(steps.saturating_sub(1)));
            path.push_str(&format!("v{THREAD}H{x}"));
        });
        write_path(
            tile,
            fill,
            &format!("M{x} {}h{}", TILE - reach, side * last),
            |path| {
                path.push_str(&format!("v{THREAD}"));
                path.push_str(&rise.repeat(steps.saturating_sub(1)));
                path.push_str(&format!("h{}V{TILE}H{x}", side * THREAD));
            },
        );
    }
}

/// An even-armed cross with a foot at each end.
fn cross(tile: &mut String, fill: &str, reach: i32) {
    let (arm, foot) = (THREAD / 2 + 2, THREAD * (reach - 1) / 2 + 2);
    let (near, far) = (24 - reach * THREAD, 24 + reach * THREAD);
    let length = far - near;
    let drawing = format!(
        "M{x} {near}h{w}v{length}h-{w}zM{near} {x}h{length}v{w}h-{length}z\
         M{f} {near}h{o}v{t}h-{o}zM{f} {g}h{o}v{t}h-{o}z\
         M{near} {f}h{t}v{o}h-{t}zM{g} {f}h{t}v{o}h-{t}z",
        x = 24 - arm,
        w = arm * 2,
        f = 24 - foot,
        o = foot * 2,
        t = THREAD,
        g = far - THREAD,
    );
    write_path(tile, fill, &drawing, |_| {});
}

/// A stepped zigzag ribbon with its peaks at the tile's sides and its valley in the middle.
fn zigzag(tile: &mut String, fill: &str, top: i32) {
    write_path(tile, fill, &format!("M0 {}h4", top - 12), |path| {
        path.push_str(&"v4h4".repeat(5));
        path.push_str(&"v-4h4".repeat(5));
        path.push_str("h4v8h-4");
        path.push_str(&"v4h-4".repeat(5));
        path.push_str(&"v-4h-4".repeat(5));
        path.push_str("h-4");
    });
}

/// Writes one closed, filled path that begins with `start`.
fn write_path(tile: &mut String, fill: &str, start: &str, draw: impl FnOnce(&mut String)) {
    let mut path = String::from(start);
    draw(&mut path);
    // Writing to a `String` cannot fail.
    let _ = write!(tile, "<path fill=\"{fill}\" d=\"{path}z\"/>");
}
