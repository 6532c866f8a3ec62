//! A tile as intervals of equal values that are not 0, as bigWig files have them. The work of
//! encoding a tile grows with its intervals, not with its bases.

use super::ValueType;
use super::encode::Summary;
use std::ops::Range;

/// Consecutive bases of one value that is not 0.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Interval {
    start: u32,
    end: u32,
    pub(super) value: f32,
}

impl Interval {
    /// Returns the interval's positions in the tile.
    #[inline(always)]
    pub(super) fn positions(&self) -> Range<usize> {
        self.start as usize..self.end as usize
    }
}

/// The intervals of a tile, in ascending order. Adjacent intervals have different values.
#[derive(Debug, Clone, Default)]
pub(super) struct Intervals {
    items: Vec<Interval>,
    /// The number of intervals that directly follow the interval before or the tile's start.
    adjacent: usize,
}

impl Intervals {
    /// Removes all intervals.
    pub(super) fn clear(&mut self) {
        self.items.clear();
        self.adjacent = 0;
    }

    /// Adds bases of one value, after those added before.
    #[inline(always)]
    pub(super) fn push(&mut self, bases: Range<usize>, value: f32) {
        let (start, end) = (bases.start as u32, bases.end as u32);
        if value == 0.0 || start >= end {
            return;
        }
        match self.items.last_mut() {
            Some(last) if last.end == start && last.value == value => last.end = end,
            last => {
                self.adjacent += usize::from(last.map_or(0, |last| last.end) == start);
                self.items.push(Interval { start, end, value });
            }
        }
    }

    /// Sets the intervals to those of a tile's values.
    pub(super) fn read(&mut self, values: &[f32]) {
        self.clear();
        // Most bases of most tiles are 0, so that eight at a time are compared with 0.
        for (i, eight) in values.chunks(8).enumerate() {
            if eight.iter().fold(0, |bits, value| bits | value.to_bits()) != 0 {
                (8 * i..).zip(eight).for_each(|(base, &value)| self.push(base..base + 1, value));
            }
        }
    }

    /// Returns the intervals.
    pub(super) fn items(&self) -> &[Interval] {
        &self.items
    }

    /// Returns the number of runs of equal values in a tile of this length, zeros included.
    pub(super) fn runs(&self, tile: usize) -> usize {
        let reached = self.items.last().map_or(0, |last| last.end as usize);
        2 * self.items.len() - self.adjacent + usize::from(reached < tile)
    }

    /// Returns the totals of the first `valid` bases of the tile, after which there are no values.
    pub(super) fn summary(&self, valid: usize) -> Summary {
        let mut summary = Summary { min: f32::INFINITY, max: f32::NEG_INFINITY, ..Summary::ZERO };
        let mut small_integers = true;
        for interval in &self.items {
            let (bases, value) = (interval.end - interval.start, interval.value);
            summary.nonzero += bases;
            summary.sum += f64::from(value) * f64::from(bases);
            summary.magnitude += f64::from(value.abs()) * f64::from(bases);
            summary.min = summary.min.min(value);
            summary.max = summary.max.max(value);
            small_integers &= f32::from(value as u16) == value;
        }
        // Integers that are not 0 are at least 1.
        summary.values = if small_integers { ValueType::of(summary.max.max(1.0)) } else { ValueType::F32 };
        if (summary.nonzero as usize) < valid {
            summary.min = summary.min.min(0.0);
            summary.max = summary.max.max(0.0);
        }
        summary
    }
}

/// Iterates over the runs of equal values of a tile, zeros included: the end and the value of each.
pub(super) fn with_zeros(intervals: &[Interval], tile: usize) -> impl Iterator<Item = (usize, f32)> {
    let mut reached = 0;
    let runs = intervals.iter().flat_map(move |interval| {
        let Range { start, end } = interval.positions();
        let zeros = (start > reached).then_some((start, 0.0));
        reached = end;
        zeros.into_iter().chain([(end, interval.value)])
    });
    let reached = intervals.last().map_or(0, |last| last.positions().end);
    runs.chain((reached < tile).then_some((tile, 0.0)))
}
