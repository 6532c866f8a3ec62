//! A tile as its intervals of equal values that are not 0, which is how bigWig files and most
//! tracks come: the work of encoding it is that of its intervals, not of its bases.

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
    /// Positions in the tile.
    #[inline(always)]
    pub(super) fn positions(&self) -> Range<usize> {
        self.start as usize..self.end as usize
    }
}

/// The intervals of a tile, in ascending order and as long as can be.
#[derive(Debug, Clone, Default)]
pub(super) struct Intervals {
    items: Vec<Interval>,
    /// Those that follow the one before or the tile's start without a zero in between.
    adjacent: usize,
}

impl Intervals {
    /// Forgets all.
    pub(super) fn clear(&mut self) {
        self.items.clear();
        self.adjacent = 0;
    }

    /// Adds bases of one value, after those that were added before.
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

    /// Takes the intervals of a tile's values.
    pub(super) fn read(&mut self, values: &[f32]) {
        self.clear();
        // Most bases of most tiles are 0, so eight at a time are looked at together.
        for (i, eight) in values.chunks(8).enumerate() {
            if eight.iter().fold(0, |bits, value| bits | value.to_bits()) != 0 {
                (8 * i..).zip(eight).for_each(|(base, &value)| self.push(base..base + 1, value));
            }
        }
    }

    /// The intervals.
    pub(super) fn items(&self) -> &[Interval] {
        &self.items
    }

    /// Runs of equal values of a tile of this length, zeros included.
    pub(super) fn runs(&self, tile: usize) -> usize {
        let reached = self.items.last().map_or(0, |last| last.end as usize);
        2 * self.items.len() - self.adjacent + usize::from(reached < tile)
    }

    /// What the first `valid` bases of the tile hold, beyond which there is nothing.
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
        // Integers that are not 0 are 1 at least.
        summary.values = if small_integers { ValueType::of(summary.max.max(1.0)) } else { ValueType::F32 };
        if (summary.nonzero as usize) < valid {
            summary.min = summary.min.min(0.0);
            summary.max = summary.max.max(0.0);
        }
        summary
    }
}

/// The runs of equal values of a tile, zeros included: where each ends, and its value.
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
