//! A column that is read from arrays of windows, of peaks and of negatives.

use super::{ColumnReader, Examples};
use crate::feed::array::Array;
use crate::feed::layout::ColumnSpec;
use crate::gather::ChannelGroups;
use crate::{Error, Result};

/// The most channels of a column. A view may claim any number, without the memory for it.
const MAX_CHANNELS: usize = 1 << 20;

/// The arrays of a column as the caller gives them, and what they must fit.
#[derive(Debug)]
pub(in crate::feed) struct Arrays<'r, 'a> {
    /// The parameters that the arrays are, of peaks and of negatives.
    pub(in crate::feed) names: [&'static str; 2],
    pub(in crate::feed) peaks: &'r Array<'a>,
    pub(in crate::feed) negatives: Option<&'r Array<'a>>,
    /// The number of peaks, and of negatives if there are arrays of them.
    pub(in crate::feed) examples: (usize, Option<usize>),
    /// The parameter that sets the window, and its width.
    pub(in crate::feed) window: (&'static str, usize),
    pub(in crate::feed) max_jitter: usize,
    /// Whether arrays must be as wide as their windows. Then the centre is read of negatives that
    /// are as wide as the peaks. Otherwise arrays may be wider, and are read from their beginning.
    pub(in crate::feed) exact: bool,
    pub(in crate::feed) groups: ChannelGroups<'r>,
}

impl<'a> Arrays<'_, 'a> {
    /// Checks that the arrays fit each other and the draws.
    pub(in crate::feed) fn column(self) -> Result<WindowArrays<'a>> {
        let [of_peaks, of_negatives] = self.names;
        let (window, width) = self.window;
        let widened = width + 2 * self.max_jitter;
        let channels = match self.groups {
            ChannelGroups::Bases => 4,
            _ => self.peaks.shape()[1],
        };
        let widths = Widths { of: [widened, widened], exact: self.exact, window };
        check(of_peaks, self.peaks, self.examples.0, channels, &widths)?;
        match (self.negatives, self.examples.1) {
            (None, None) => {}
            (None, Some(_)) => {
                return Err(Error::argument(of_negatives, "negative_sequences are given, so these must be too"));
            }
            (Some(_), None) => return Err(Error::argument(of_negatives, "they are given without negative_sequences")),
            (Some(negatives), Some(examples)) => {
                check(of_negatives, negatives, examples, channels, &Widths { of: [width, widened], ..widths })?;
                if negatives.dtype() != self.peaks.dtype() {
                    let message = format!("they are {}, and {of_peaks} are {}", negatives.dtype(), self.peaks.dtype());
                    return Err(Error::argument(of_negatives, message));
                }
            }
        }
        let permutation = self.groups.permutation(channels)?;
        let room = self.negatives.is_some_and(|negatives| negatives.shape()[2] == widened);
        let negative_start = if room && self.exact { self.max_jitter } else { 0 };
        let (peaks, negatives) = (self.peaks.clone(), self.negatives.cloned());
        Ok(WindowArrays { peaks, negatives, negative_start, width, permutation })
    }
}

/// How wide an array may be.
struct Widths {
    /// The accepted widths, ascending.
    of: [usize; 2],
    /// Whether only these are accepted; otherwise anything from the first on.
    exact: bool,
    /// The parameter that sets the window.
    window: &'static str,
}

impl Widths {
    fn hold(&self, positions: usize) -> bool {
        if self.exact { self.of.contains(&positions) } else { positions >= self.of[0] }
    }
}

impl std::fmt::Display for Widths {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Widths { of: [narrow, wide], exact, window } = self;
        match (exact, narrow == wide) {
            (true, true) => write!(f, "{wide} positions, {window} + 2 * max_jitter"),
            (true, false) => write!(f, "{narrow} or {wide} positions, {window} or {window} + 2 * max_jitter"),
            (false, _) => write!(f, "at least {narrow} positions"),
        }
    }
}

/// Checks an array against the number of its examples and channels, and against widths.
fn check(name: &'static str, array: &Array<'_>, examples: usize, channels: usize, widths: &Widths) -> Result<()> {
    let [n, rows, positions] = array.shape();
    let expected = if n != examples {
        format!("{examples} examples, as the sequences have")
    } else if rows != channels {
        format!("{channels} channels")
    } else if !(1..=MAX_CHANNELS).contains(&rows) {
        format!("1 to {MAX_CHANNELS} channels")
    } else if !widths.hold(positions) {
        widths.to_string()
    } else {
        return Ok(());
    };
    Err(Error::argument(name, format!("expected {expected}; got the shape ({n}, {rows}, {positions})")))
}

/// The arrays of one column, which fit each other and the draws.
#[derive(Debug, Clone)]
pub(in crate::feed) struct WindowArrays<'a> {
    peaks: Array<'a>,
    negatives: Option<Array<'a>>,
    /// The position from which negatives are read.
    negative_start: usize,
    /// Positions of an example.
    width: usize,
    /// The channel that each one is read from under reverse complement.
    permutation: Vec<usize>,
}

impl ColumnReader for WindowArrays<'_> {
    fn spec(&self) -> ColumnSpec {
        ColumnSpec { dtype: self.peaks.dtype(), channels: self.permutation.len(), positions: self.width }
    }

    fn gather(&self, examples: &Examples<'_>, out: &mut [u8]) -> Result<()> {
        let row = self.width * self.peaks.dtype().size();
        for (draw, out) in examples.draws.iter().zip(out.chunks_exact_mut(row * self.permutation.len())) {
            let (array, start) = match (&self.negatives, draw.is_peak) {
                (Some(negatives), false) => (negatives, self.negative_start),
                // Where there are no negatives, none is drawn.
                _ => (&self.peaks, draw.offset as usize),
            };
            let reverse = draw.reverse_complement;
            for (channel, (out, permuted)) in out.chunks_exact_mut(row).zip(&self.permutation).enumerate() {
                array.read([draw.source as usize, if reverse { *permuted } else { channel }, start], reverse, out);
            }
        }
        Ok(())
    }

    fn unshared<'c>(&self) -> Box<dyn ColumnReader + 'c>
    where
        Self: 'c,
    {
        Box::new(self.clone())
    }
}
