//! Choices, made of the fuzzer's bytes. When these are used up, the first of each kind is chosen.

/// The bytes that are not used yet.
pub struct Bytes<'a>(pub &'a [u8]);

impl Bytes<'_> {
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub fn byte(&mut self) -> u8 {
        let Some((first, rest)) = self.0.split_first() else { return 0 };
        self.0 = rest;
        *first
    }

    pub fn word(&mut self) -> u64 {
        u64::from_le_bytes([(); 8].map(|()| self.byte()))
    }

    /// Returns a number below `bound`, which is at most 256.
    pub fn below(&mut self, bound: usize) -> usize {
        usize::from(self.byte()) % bound
    }

    pub fn one<T: Copy>(&mut self, of: &[T]) -> T {
        of[self.below(of.len())]
    }

    pub fn flag(&mut self) -> bool {
        self.byte() % 2 == 1
    }

    /// Returns true once in `times` calls, on average.
    pub fn seldom(&mut self, times: u8) -> bool {
        self.byte() % times == times - 1
    }

    /// Returns a small number, or an extreme one.
    pub fn number(&mut self) -> u64 {
        let extremes = [u64::MAX, u64::MAX - 1, 1 << 63, (1 << 63) - 1, 1 << 32, (1 << 32) - 1, 1 << 60];
        match self.below(8) {
            0 => self.one(&extremes),
            1 => self.word(),
            _ => self.below(8) as u64,
        }
    }

    /// Returns a number below `bound`, or, seldom, one that is refused.
    pub fn size(&mut self, bound: usize) -> usize {
        let refused = [usize::MAX, usize::MAX - 1, 1 << 63, (1 << 30) + 1, 1 << 40];
        if self.seldom(16) { self.one(&refused) } else { self.below(bound) }
    }

    /// Returns a count below `bound`, or, seldom, one that no memory holds.
    pub fn count(&mut self, bound: usize) -> usize {
        if self.seldom(24) { usize::MAX } else { self.below(bound) }
    }

    /// Returns a number below `known`, or, seldom, one that stands for nothing.
    pub fn choice(&mut self, known: i32) -> i32 {
        let unknown = [-1, known, known + 1, i32::MAX, i32::MIN, -2];
        if self.seldom(12) { self.one(&unknown) } else { self.below(known as usize) as i32 }
    }
}
