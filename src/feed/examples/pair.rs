//! The arrays of one column, peaks and negatives: whether they fit, and how an example is read from
//! them.

use crate::feed::array::Array;
use crate::feed::layout::Form;
use crate::sample::Draw;
use crate::{Error, Result};

/// The most channels of a column: a view may say that it has any number, without the memory for it.
const MAX_CHANNELS: usize = 1 << 20;

/// The arrays of a column as they are given, and what they must be like.
#[derive(Debug)]
pub(in crate::feed) struct Arrays<'r, 'a> {
    /// The parameters that they are.
    pub(in crate::feed) names: [&'static str; 2],
    pub(in crate::feed) peaks: &'r Array<'a>,
    pub(in crate::feed) negatives: Option<&'r Array<'a>>,
    /// How many peaks there are, and how many negatives if there are any arrays of them.
    pub(in crate::feed) examples: (usize, Option<usize>),
    /// The parameter that sets the window, and its width.
    pub(in crate::feed) window: (&'static str, usize),
    pub(in crate::feed) max_jitter: usize,
    /// Whether arrays must be as wide as their windows, and the centre is read of negatives that
    /// are as wide as the peaks; or all are read from their beginning, and may be wider.
    pub(in crate::feed) exact: bool,
    pub(in crate::feed) rows: Rows<'r>,
}

/// What the channels of a column are.
#[derive(Debug, Clone, Copy)]
pub(in crate::feed) enum Rows<'r> {
    /// The four bases.
    Bases,
    /// Tracks, each of a group of its own.
    Tracks,
    /// Tracks in groups: the parameter, and the sizes that it gives.
    Groups(&'static str, &'r [usize]),
    /// Tracks that are exchanged in any way: the parameter, and the track that it gives for each.
    Permutation(&'static str, &'r [usize]),
}

impl<'r> Rows<'r> {
    /// Tracks, by the parameters of these names: groups, or a permutation.
    pub(in crate::feed) fn tracks(
        names: [&'static str; 2],
        groups: Option<&'r [usize]>,
        permutation: Option<&'r [usize]>,
    ) -> Result<Rows<'r>> {
        match (groups, permutation) {
            (None, None) => Ok(Rows::Tracks),
            (Some(groups), None) => Ok(Rows::Groups(names[0], groups)),
            (None, Some(permutation)) => Ok(Rows::Permutation(names[1], permutation)),
            (Some(_), Some(_)) => Err(Error::argument(names[1], format!("there are {} too; give one", names[0]))),
        }
    }

    /// For each of so many channels, the one that it is read from under reverse complement.
    pub(in crate::feed) fn turned(self, channels: usize) -> Result<Vec<usize>> {
        let groups = match self {
            Rows::Bases => &[4][..],
            Rows::Tracks => return Ok((0..channels).collect()),
            Rows::Groups(parameter, groups) => checked_groups(parameter, groups, channels)?,
            Rows::Permutation(parameter, permutation) => {
                if permutation.len() != channels || permutation.iter().any(|&channel| channel >= channels) {
                    let message = format!("{permutation:?} does not name one of {channels} channels for each of them");
                    return Err(Error::argument(parameter, message));
                }
                return Ok(permutation.to_vec());
            }
        };
        let mut turned = Vec::with_capacity(channels);
        for size in groups {
            let first = turned.len();
            turned.extend((first..first + size).rev());
        }
        Ok(turned)
    }
}

impl<'a> Arrays<'_, 'a> {
    /// Checks that they fit.
    pub(in crate::feed) fn pair(self) -> Result<Pair<'a>> {
        let [of_peaks, of_negatives] = self.names;
        let (window, width) = self.window;
        let widened = width + 2 * self.max_jitter;
        let channels = match self.rows {
            Rows::Bases => 4,
            _ => self.peaks.shape()[1],
        };
        let widths = Widths { of: [widened, widened], exact: self.exact, window };
        check(of_peaks, self.peaks, self.examples.0, channels, &widths)?;
        match (self.negatives, self.examples.1) {
            (None, None) => {}
            (None, Some(_)) => return Err(Error::argument(of_negatives, "there are negatives, but not these of them")),
            (Some(_), None) => return Err(Error::argument(of_negatives, "there are no negative_sequences")),
            (Some(negatives), Some(examples)) => {
                check(of_negatives, negatives, examples, channels, &Widths { of: [width, widened], ..widths })?;
                if negatives.dtype() != self.peaks.dtype() {
                    let message = format!("they are {}, and {of_peaks} are {}", negatives.dtype(), self.peaks.dtype());
                    return Err(Error::argument(of_negatives, message));
                }
            }
        }
        let turned = self.rows.turned(channels)?;
        let room = self.negatives.is_some_and(|negatives| negatives.shape()[2] == widened);
        let negative_start = if room && self.exact { self.max_jitter } else { 0 };
        Ok(Pair { peaks: self.peaks.clone(), negatives: self.negatives.cloned(), negative_start, width, turned })
    }
}

/// Checks sizes of groups.
fn checked_groups<'r>(parameter: &'static str, groups: &'r [usize], channels: usize) -> Result<&'r [usize]> {
    let sum = groups.iter().try_fold(0usize, |sum, size| sum.checked_add(*size));
    if groups.contains(&0) || sum != Some(channels) {
        let message = format!("{groups:?} are not sizes of at least 1 that add up to {channels} channels");
        return Err(Error::argument(parameter, message));
    }
    Ok(groups)
}

/// How wide an array may be.
struct Widths {
    /// One or the other, in ascending order.
    of: [usize; 2],
    /// Or, unless this is so, anything from the first of them on.
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
pub(in crate::feed) struct Pair<'a> {
    peaks: Array<'a>,
    negatives: Option<Array<'a>>,
    /// The position from which negatives are read.
    negative_start: usize,
    /// Positions of an example.
    width: usize,
    /// The channel that each one is read from under reverse complement.
    turned: Vec<usize>,
}

impl Pair<'_> {
    pub(super) fn form(&self) -> Form {
        Form { dtype: self.peaks.dtype(), channels: self.turned.len(), positions: self.width }
    }

    /// Copies an example.
    pub(super) fn read(&self, draw: Draw, out: &mut [u8]) {
        let (array, start) = match (&self.negatives, draw.is_peak) {
            (Some(negatives), false) => (negatives, self.negative_start),
            // Where there are no negatives, none is drawn.
            _ => (&self.peaks, draw.offset as usize),
        };
        let turn = draw.reverse_complement;
        let row = self.width * array.dtype().size();
        for (channel, (out, turned)) in out.chunks_exact_mut(row).zip(&self.turned).enumerate() {
            array.read([draw.source as usize, if turn { *turned } else { channel }, start], turn, out);
        }
    }
}
