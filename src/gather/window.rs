//! Windows of a contig: where one lies, and which part of it is on the contig.

/// Where a window lies: `start .. start + width` of a contig, 0-based. It may reach past either end
/// of the contig.
#[doc(hidden)]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Window {
    /// The contig's id.
    pub contig: usize,
    /// The contig's length in bases.
    pub length: u64,
    /// The first base, 0-based; may be negative.
    pub start: i64,
    /// Bases of the window.
    pub width: usize,
    /// Whether to read it reverse-complemented.
    pub reverse: bool,
}

/// The part of a window that lies on its contig.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Inside {
    /// Its first base on the contig, 0-based.
    pub(crate) start: usize,
    /// Where it ends on the contig.
    pub(crate) end: usize,
    /// Where it begins in the output, which is in the order in which the window is read.
    pub(crate) at: usize,
}

impl Window {
    /// Returns the part of the window that lies on its contig.
    #[inline]
    pub(crate) fn inside(&self) -> Inside {
        let end = self.start.saturating_add(self.width as i64).clamp(0, self.length as i64) as usize;
        let start = self.start.clamp(0, self.length as i64) as usize;
        let end = end.max(start);
        let before = (start as i64).saturating_sub(self.start).clamp(0, self.width as i64) as usize;
        let at = if self.reverse { self.width - before - (end - start) } else { before };
        Inside { start, end, at }
    }

    /// Cuts the part of the window that lies on its contig into units of `2^log2` bases from the
    /// contig's start. Returns the numbers of the units that it touches, and the window as one of a
    /// contig 0 that begins with the first of them and ends with the window.
    pub(crate) fn cut(&self, log2: u32) -> (std::ops::Range<usize>, Window) {
        let inside = self.inside();
        if inside.is_empty() {
            return (0..0, Window { contig: 0, length: 0, ..*self });
        }
        let units = inside.start >> log2..((inside.end - 1) >> log2) + 1;
        let first = units.start << log2;
        let (length, start) = ((inside.end - first) as u64, self.start - first as i64);
        (units, Window { contig: 0, length, start, ..*self })
    }
}

impl Inside {
    /// Returns the number of bases.
    #[inline(always)]
    pub(crate) fn len(&self) -> usize {
        self.end - self.start
    }

    /// Returns whether the window lies outside its contig.
    #[inline(always)]
    pub(crate) fn is_empty(&self) -> bool {
        self.start == self.end
    }

    /// Fills a row of the output with `zero` where the window lies outside its contig. A position
    /// is `size` items of the row.
    #[inline(always)]
    pub(crate) fn fill_outside<T: Copy>(&self, row: &mut [T], size: usize, zero: T) {
        row[..self.at * size].fill(zero);
        row[(self.at + self.len()) * size..].fill(zero);
    }
}
