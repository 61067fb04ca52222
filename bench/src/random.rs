//! Chance that comes out the same in every run, and secrets that nobody guesses.

use std::{fs::File, io::Read};

use anyhow::{Context, Result};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};

/// SplitMix64: good enough to choose products with, and nothing else.
pub(crate) struct Random(u64);

impl Random {
    pub(crate) fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15))
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// A number below `end`, which is not zero.
    pub(crate) fn below(&mut self, end: u64) -> u64 {
        self.next() % end.max(1)
    }

    /// One of the values; `None` when there are none.
    pub(crate) fn pick<'a, T>(&mut self, values: &'a [T]) -> Option<&'a T> {
        let count = u64::try_from(values.len())
            .ok()
            .filter(|count| *count > 0)?;
        values.get(usize::try_from(self.next() % count).ok()?)
    }
}

/// 256 bits from the system, as 43 characters of URL-safe base64.
pub(crate) fn secret() -> Result<String> {
    let mut bytes = [0_u8; 32];
    let mut source = File::open("/dev/urandom").context("open /dev/urandom")?;
    source.read_exact(&mut bytes).context("read /dev/urandom")?;
    Ok(URL_SAFE_NO_PAD.encode(bytes))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_seed_chooses_the_same() {
        let values = [1, 2, 3, 4, 5, 6, 7, 8];
        let choose = |seed| {
            let mut random = Random::new(seed);
            (0..20)
                .filter_map(|_| random.pick(&values).copied())
                .collect::<Vec<i32>>()
        };
        assert_eq!(choose(3), choose(3));
        assert_ne!(choose(3), choose(4));
        assert_eq!(Random::new(1).pick::<u8>(&[]), None);
    }
}
