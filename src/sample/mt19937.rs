//! numpy's legacy generator, `numpy.random.RandomState(seed)`: the 32-bit Mersenne Twister with its
//! bounded draw and its shuffle, which numpy has frozen.

/// Words of the state.
const N: usize = 624;
/// The offset of the recurrence.
const M: usize = 397;

/// A generator of the same random numbers as numpy's legacy `RandomState`.
#[derive(Debug, Clone)]
pub(super) struct RandomState {
    key: [u32; N],
    /// The index in `key` of the next word.
    next: usize,
}

impl RandomState {
    /// Creates the generator of an integer seed, as `RandomState(seed)` does.
    #[must_use]
    pub(super) fn new(seed: u32) -> RandomState {
        let mut key = [seed; N];
        for i in 1..N {
            let before = key[i - 1];
            key[i] = (before ^ (before >> 30)).wrapping_mul(1_812_433_253).wrapping_add(i as u32);
        }
        RandomState { key, next: N }
    }

    /// Returns the next 32-bit output.
    pub(super) fn next_u32(&mut self) -> u32 {
        if self.next == N {
            self.advance();
        }
        let y = self.key[self.next];
        self.next += 1;
        let y = y ^ (y >> 11);
        let y = y ^ ((y << 7) & 0x9d2c_5680);
        let y = y ^ ((y << 15) & 0xefc6_0000);
        y ^ (y >> 18)
    }

    /// Computes the next `N` words.
    fn advance(&mut self) {
        for i in 0..N {
            let y = (self.key[i] & 0x8000_0000) | (self.key[(i + 1) % N] & 0x7fff_ffff);
            let odd = (y & 1).wrapping_neg() & 0x9908_b0df;
            self.key[i] = self.key[(i + M) % N] ^ (y >> 1) ^ odd;
        }
        self.next = 0;
    }

    /// Returns a uniform integer of `0 ..= max`, by masked rejection: outputs are masked to the
    /// bits of `max` until one is not above it. Uses no output when `max` is 0.
    ///
    /// `RandomState.randint` and `RandomState.shuffle` draw in this way for ranges of up to 32
    /// bits.
    pub(super) fn bounded(&mut self, max: u32) -> u32 {
        if max == 0 {
            return 0;
        }
        let mask = u32::MAX >> max.leading_zeros();
        loop {
            let value = self.next_u32() & mask;
            if value <= max {
                return value;
            }
        }
    }

    /// Shuffles as `RandomState.shuffle` does, for slices of less than 2^32 items: from the last
    /// item down to the second, each is exchanged with one that is not after it.
    pub(super) fn shuffle<T>(&mut self, items: &mut [T]) {
        for i in (1..items.len()).rev() {
            items.swap(i, self.bounded(i as u32) as usize);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use sha2::{Digest, Sha256};

    fn digits(hash: Sha256) -> String {
        hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect()
    }

    /// Of numpy 2.4.6, for each seed: the first outputs of `RandomState(seed)`; the SHA-256 of the
    /// first 2000; that of the permutations and bounded draws below; the output that follows those.
    const NUMPY: [(u32, [u32; 4], &str, &str, u32); 6] = [
        (
            0,
            [0x8c7f_0aac, 0x97c4_aa2f, 0xb716_a675, 0xd821_ccc0],
            "5176938680cbe2f3b2a40c7ac1875ea43501616658b69bc8711aa270ea0100a5",
            "f515950c99817c60fc76449db063578dbe9d2e643cc1e1f151b82c5ef2906056",
            3_355_134_865,
        ),
        (
            1,
            [0x6ac1_f425, 0xff47_80eb, 0xb867_2f8c, 0xeebc_1448],
            "915e76fde913af584ba65eb15028d39501984bae81403fd8b4aa2dadd7e2680d",
            "e1cca97691e9bfd9d393c6cfc8b867013430ae7df26ced8e1ac7fd4e6c8d6b45",
            2_147_379_785,
        ),
        (
            42,
            [0x5fe1_dc66, 0xcbea_3db3, 0xf362_035c, 0x2ef5_950e],
            "92422429953d45cce5eec0c316b305b8e9a022342827a4b57458ee03830076a3",
            "208b6a007c2a39082a42e1ddcd70ac4933a53659e7ff913f70fc4b284fc062d1",
            1_176_772_833,
        ),
        (
            506_952_114,
            [0xc998_dc33, 0xe24d_8d3a, 0x25d7_a1b9, 0xeca0_d8e8],
            "abb8fcca9971c991209d6d5148fb214aec9bb80ba62e9ffb013dc36b030eff2f",
            "0aa53e6b5d3a5e3b503f7944bd5bf25d93adff9f59f49c1addd56ca891414ca6",
            247_128_078,
        ),
        (
            2_147_483_646,
            [0x0686_ea73, 0x7100_91a0, 0xc8f7_f7b7, 0xaec5_9977],
            "a23c90d537065023b5a603357330e1890209b429c48ebba2aedd1c4a30dcef63",
            "93a594b469f7c6bd6bfd899aaa8f129f8a2d877e39e319a6e2528442c8dc6252",
            3_771_825_183,
        ),
        (
            u32::MAX,
            [0x18fe_69a3, 0x1c92_4122, 0xe991_ec0c, 0x900c_ac47],
            "100b58173a53cc51f9d99bf211e58118f41af589ddf9171fb268d6533383698a",
            "31d0ae0272224ff2879703e85f1df0ec78e026495f011d48f3405b97e60a6bbf",
            3_390_456_306,
        ),
    ];

    #[test]
    fn outputs_are_those_of_numpy() {
        for (seed, first, all, ..) in NUMPY {
            let mut state = RandomState::new(seed);
            let outputs: Vec<u32> = (0..2000).map(|_| state.next_u32()).collect();
            assert_eq!(outputs[..4], first, "seed {seed}");
            let mut hash = Sha256::new();
            outputs.iter().for_each(|output| hash.update(output.to_le_bytes()));
            assert_eq!(digits(hash), all, "seed {seed}");
        }
    }

    #[test]
    fn shuffles_and_bounded_draws_are_those_of_numpy() {
        for (seed, .., expected, next) in NUMPY {
            let mut state = RandomState::new(seed);
            let mut hash = Sha256::new();
            // permutation(n)
            for n in (0..40).chain([100, 255, 256, 257, 1000, 4096]) {
                let mut items: Vec<u32> = (0..n).collect();
                state.shuffle(&mut items);
                items.iter().for_each(|item| hash.update(item.to_le_bytes()));
            }
            // permutation([True] * 100 + [False] * 50)
            let mut labels: Vec<u8> = (0..150).map(|i| u8::from(i < 100)).collect();
            state.shuffle(&mut labels);
            hash.update(&labels);
            // randint(0, max + 1, size=50)
            let half = 1 << 31;
            for max in [0, 1, 2, 3, 6, 7, 8, 100, 1000, 1023, 1024, half - 1, half, u32::MAX - 1, u32::MAX] {
                (0..50).for_each(|_| hash.update(state.bounded(max).to_le_bytes()));
            }
            assert_eq!(digits(hash), expected, "seed {seed}");
            assert_eq!(state.next_u32(), next, "seed {seed}");
        }
    }
}
