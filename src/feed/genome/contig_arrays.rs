//! Contigs of a genome: arrays of whole contigs by name and by id, and the ids of contigs in a
//! store.

use crate::feed::array::Array;
use crate::format::Contigs;
use crate::gather::Window;
use crate::loci::{GroupSums, WindowSums};
use crate::{Error, Result};
use std::collections::HashSet;
use std::sync::Arc;

/// The most channels. A view may claim any number, without the memory for it.
pub(super) const MAX_CHANNELS: usize = 1 << 20;

/// Arrays of whole contigs, each `(1, channels, length)`, by the contigs' names.
///
/// ```
/// use atemoya::Array;
/// use atemoya::feed::ContigArrays;
///
/// let counts = [("chrI", vec![0u8; 230_218]), ("chrII", vec![1; 813_184])];
/// let arrays = counts.map(|(name, counts)| {
///     let length = counts.len();
///     Ok((name, Array::from_vec(counts, [1, 1, length])?))
/// });
/// let arrays = arrays.into_iter().collect::<atemoya::Result<ContigArrays>>()?;
/// assert_eq!(arrays.len(), 2);
/// # Ok::<(), atemoya::Error>(())
/// ```
#[derive(Debug, Clone, Default)]
pub struct ContigArrays(Vec<(String, Array<'static>)>);

impl ContigArrays {
    /// Returns the number of contigs.
    #[must_use]
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Returns whether there is no contig.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Returns names and arrays, in their order.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = (&str, &Array<'static>)> {
        self.0.iter().map(|(name, array)| (name.as_str(), array))
    }

    /// Checks that each array has a number of channels, and is the only one of its contig. The
    /// arrays are the parameter `name`.
    pub(super) fn check(&self, name: &'static str, channels: usize) -> Result<()> {
        let mut seen = HashSet::new();
        for (contig, array) in self.iter() {
            let [n, rows, length] = array.shape();
            if (n, rows) != (1, channels) {
                let message =
                    format!("expected the shape (1, {channels}, length), got ({n}, {rows}, {length}) of {contig}");
                return Err(Error::argument(name, message));
            }
            if !seen.insert(contig) {
                return Err(Error::argument(name, format!("{contig} occurs twice")));
            }
        }
        Ok(())
    }
}

impl<S: Into<String>> FromIterator<(S, Array<'static>)> for ContigArrays {
    fn from_iter<I: IntoIterator<Item = (S, Array<'static>)>>(arrays: I) -> ContigArrays {
        ContigArrays(arrays.into_iter().map(|(name, array)| (name.into(), array)).collect())
    }
}

/// Zeroes the part of a window's output that lies outside an array of `length` positions, and calls
/// `read` with the first position inside and the output of those inside, if there are any. A
/// position is `size` items of the output.
#[inline]
pub(super) fn read_inside<T: Copy>(
    window: &Window,
    length: usize,
    out: &mut [T],
    (size, zero): (usize, T),
    read: impl FnOnce(usize, &mut [T]),
) {
    let inside = Window { length: length as u64, ..*window }.inside();
    inside.fill_outside(out, size, zero);
    if !inside.is_empty() {
        read(inside.start, &mut out[inside.at * size..][..inside.len() * size]);
    }
}

/// Arrays by the contigs' ids. Contigs may lack one.
#[derive(Debug)]
pub(super) struct ById {
    /// For each contig the number of its array, or [`NONE`].
    numbers: Vec<u32>,
    arrays: Vec<Array<'static>>,
}

const NONE: u32 = u32::MAX;

impl ById {
    /// Takes arrays by name; those of unknown contigs are left out.
    pub(super) fn new(arrays: &ContigArrays, contigs: &Contigs) -> ById {
        let mut by_id = ById { numbers: vec![NONE; contigs.len()], arrays: Vec::new() };
        for (name, array) in arrays.iter() {
            if let Some(id) = contigs.id(name) {
                by_id.numbers[id] = by_id.arrays.len() as u32;
                by_id.arrays.push(array.clone());
            }
        }
        by_id
    }

    #[inline]
    pub(super) fn get(&self, contig: usize) -> Option<&Array<'static>> {
        self.arrays.get(self.numbers[contig] as usize)
    }
}

/// The store's id for each contig of a genome; the same id where there is no map.
#[derive(Debug, Clone, Default)]
pub(in crate::feed) struct ContigMap(Option<Arc<[Option<u32>]>>);

impl ContigMap {
    /// Maps contigs by their names.
    pub(super) fn by_name(genome: &Contigs, store: &Contigs) -> ContigMap {
        ContigMap(Some(genome.iter().map(|(name, _)| store.id(name).map(|id| id as u32)).collect()))
    }

    /// Returns whether each contig has the same id in the store.
    #[inline]
    pub(in crate::feed) fn is_identity(&self) -> bool {
        self.0.is_none()
    }

    /// Returns the store's id of a contig, if the store has it.
    #[inline]
    pub(in crate::feed) fn id(&self, contig: usize) -> Option<usize> {
        match &self.0 {
            None => Some(contig),
            Some(ids) => ids[contig].map(|id| id as usize),
        }
    }
}

/// Sums over windows of a genome, computed over a store's contigs. A contig that the store lacks
/// counts 0.
#[derive(Debug)]
pub(super) struct SumsByName<T> {
    pub(super) sums: T,
    pub(super) contigs: ContigMap,
}

impl<T: WindowSums> WindowSums for SumsByName<T> {
    fn sum(&self, contig: usize, start: i64, end: i64) -> Result<f64> {
        self.contigs.id(contig).map_or(Ok(0.0), |contig| self.sums.sum(contig, start, end))
    }
}

impl<T: GroupSums> GroupSums for SumsByName<T> {
    fn groups(&self) -> usize {
        self.sums.groups()
    }

    fn sum(&self, group: usize, contig: usize, start: i64, end: i64) -> Result<f32> {
        self.contigs.id(contig).map_or(Ok(0.0), |contig| self.sums.sum(group, contig, start, end))
    }
}
