//! Chance that repeats: a small generator of our own, so that no library's new version can change
//! a shop that figures and pictures were made with. Never for secrets.

/// The step of the sequence: 2^64 divided by the golden ratio.
const STEP: u64 = 0x9e37_79b9_7f4a_7c15;

/// `SplitMix64`: a counter whose every value is mixed thoroughly.
#[derive(Clone, Debug)]
pub(super) struct Random {
    state: u64,
}

impl Random {
    /// The sequence of one item of a series. Neighbouring items share no numbers, and an item's
    /// sequence does not depend on how many items there are.
    pub(super) fn of_item(seed: u64, index: u64) -> Self {
        Self {
            state: mix(mix(seed).wrapping_add(index)),
        }
    }

    fn next(&mut self) -> u64 {
        self.state = self.state.wrapping_add(STEP);
        mix(self.state)
    }

    /// A number from zero to below `bound`; zero when `bound` is zero.
    pub(super) fn below(&mut self, bound: u64) -> u64 {
        // The high half of the product scales without division and without visible bias.
        let scaled = (u128::from(self.next()) * u128::from(bound)) >> 64;
        u64::try_from(scaled).unwrap_or(0)
    }

    /// Whether something that happens once in `chances` happens now.
    pub(super) fn once_in(&mut self, chances: u64) -> bool {
        self.below(chances) == 0
    }

    /// One of the items; `None` of none.
    pub(super) fn pick<'a, T>(&mut self, items: &'a [T]) -> Option<&'a T> {
        let count = u64::try_from(items.len()).unwrap_or(0);
        items.get(usize::try_from(self.below(count)).unwrap_or(0))
    }
}

/// The finishing steps of `SplitMix64`: every bit in moves half of the bits out.
fn mix(value: u64) -> u64 {
    let value = (value ^ (value >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let value = (value ^ (value >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    value ^ (value >> 31)
}

#[cfg(test)]
mod tests {
    use super::Random;

    #[test]
    fn the_sequence_is_that_of_the_published_algorithm() {
        let mut random = Random { state: 1_234_567 };
        let numbers: Vec<u64> = std::iter::repeat_with(|| random.next()).take(3).collect();
        assert_eq!(
            numbers,
            [
                6_457_827_717_110_365_317,
                3_203_168_211_198_807_973,
                9_817_491_932_198_370_423
            ]
        );
    }

    #[test]
    fn numbers_stay_below_their_bound_and_reach_all_of_it() {
        let mut random = Random::of_item(1, 2);
        let mut seen = [0_u32; 7];
        for _ in 0..7_000 {
            seen[usize::try_from(random.below(7)).expect("small")] += 1;
        }
        assert!(
            seen.iter().all(|count| (850..1_150).contains(count)),
            "{seen:?}"
        );
        assert_eq!(random.below(0), 0);
        assert_eq!(random.pick::<u8>(&[]), None);
    }
}
