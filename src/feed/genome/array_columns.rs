//! Columns that are read from arrays of whole contigs: the sequence, and tracks with their values
//! for sums.

use super::contig_arrays::{ById, ContigArrays, MAX_CHANNELS, read_inside};
use crate::feed::array::Array;
use crate::feed::column::{ColumnReader, Examples, Side};
use crate::feed::layout::ColumnSpec;
use crate::format::Contigs;
use crate::gather::{ChannelGroups, Values, Window};
use crate::{DType, Error, Result};
use bytemuck::cast_slice_mut;
use std::sync::Arc;

/// The channels of one-hot sequence.
const BASES: usize = 4;

/// An array for each contig.
#[derive(Debug)]
pub(in crate::feed) struct SequenceArrays {
    pub(super) contigs: Contigs,
    arrays: Vec<Array<'static>>,
    pub(super) dtype: DType,
}

impl SequenceArrays {
    pub(super) fn new(arrays: &ContigArrays) -> Result<SequenceArrays> {
        const NAME: &str = "sequences";
        let first = arrays.iter().next().ok_or_else(|| Error::argument(NAME, "there is no contig"))?;
        arrays.check(NAME, BASES)?;
        let dtype = first.1.dtype();
        if let Some((name, array)) = arrays.iter().find(|(_, array)| array.dtype() != dtype) {
            let message = format!("{name} is {}, and {} is {dtype}", array.dtype(), first.0);
            return Err(Error::argument(NAME, message));
        }
        let contigs = Contigs::new(arrays.iter().map(|(name, array)| (name, array.shape()[2] as u64)))?;
        Ok(SequenceArrays { contigs, arrays: arrays.iter().map(|(_, array)| array.clone()).collect(), dtype })
    }

    /// Copies a window. Positions outside the contig are 0. Reverse-complemented, both axes are
    /// reversed.
    fn read(&self, window: &Window, out: &mut [u8]) {
        let array = &self.arrays[window.contig];
        let size = self.dtype.size();
        for (row, out) in out.chunks_exact_mut(window.width * size).enumerate() {
            let row = if window.reverse { BASES - 1 - row } else { row };
            read_inside(window, array.shape()[2], out, (size, 0), |start, out| {
                array.read([0, row, start], window.reverse, out)
            });
        }
    }
}

/// The sequence of a data set, read from arrays of whole contigs.
#[derive(Debug, Clone)]
pub(in crate::feed) struct SequenceColumn {
    pub(in crate::feed) arrays: Arc<SequenceArrays>,
    /// Bases of a window.
    pub(in crate::feed) width: usize,
}

impl ColumnReader for SequenceColumn {
    fn spec(&self) -> ColumnSpec {
        ColumnSpec { dtype: self.arrays.dtype, channels: BASES, positions: self.width }
    }

    fn gather(&self, examples: &Examples<'_>, out: &mut [u8]) -> Result<()> {
        let size = self.spec().bytes();
        for (window, out) in examples.windows(Side::Input).iter().zip(out.chunks_exact_mut(size)) {
            self.arrays.read(window, out);
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

/// Channels in groups, each an array for some contigs.
#[derive(Debug)]
pub(in crate::feed) struct TrackArrays {
    sources: Vec<ById>,
    /// For each channel, its source and its number there.
    channels: Vec<(usize, usize)>,
    /// Sizes of the groups.
    groups: Vec<usize>,
    /// The channel that each one is read from under reverse complement.
    permutation: Vec<usize>,
}

impl TrackArrays {
    /// Takes the arrays of each source, and the sizes of groups. `names` are the parameters that
    /// these two are.
    pub(super) fn new(
        names: [&'static str; 2],
        sources: &[ContigArrays],
        groups: Option<&[usize]>,
        contigs: &Contigs,
    ) -> Result<TrackArrays> {
        let mut channels = Vec::new();
        for (number, source) in sources.iter().enumerate() {
            // A source without a contig is a channel of zeros.
            let rows = source.iter().next().map_or(1, |(_, array)| array.shape()[1]);
            if rows == 0 || rows > MAX_CHANNELS - channels.len().min(MAX_CHANNELS) {
                let message =
                    format!("expected 1 to {MAX_CHANNELS} channels in all, got {} and {rows}", channels.len());
                return Err(Error::argument(names[0], message));
            }
            source.check(names[0], rows)?;
            channels.extend((0..rows).map(|row| (number, row)));
        }
        let groups = groups.map_or_else(|| vec![1; channels.len()], <[usize]>::to_vec);
        let permutation = ChannelGroups::Groups(names[1], &groups).permutation(channels.len())?;
        let sources = sources.iter().map(|source| ById::new(source, contigs)).collect();
        Ok(TrackArrays { sources, channels, groups, permutation })
    }

    pub(super) fn is_empty(&self) -> bool {
        self.channels.is_empty()
    }

    /// Returns the channels of each group.
    pub(super) fn groups(&self) -> impl Iterator<Item = Vec<usize>> {
        let mut first = 0;
        self.groups.iter().map(move |size| {
            first += size;
            (first - size..first).collect()
        })
    }

    /// Writes a window of all channels. What an array lacks is 0. Reverse-complemented, the
    /// positions are reversed, and so are the channels of each group.
    fn read(&self, window: &Window, out: &mut [f32]) {
        for ((channel, permuted), out) in self.permutation.iter().enumerate().zip(out.chunks_exact_mut(window.width)) {
            self.read_channel(if window.reverse { *permuted } else { channel }, window, out);
        }
    }

    fn read_channel(&self, channel: usize, window: &Window, out: &mut [f32]) {
        let (source, row) = self.channels[channel];
        let Some(array) = self.sources[source].get(window.contig) else { return out.fill(0.0) };
        read_inside(window, array.shape()[2], out, (1, 0.0), |start, out| {
            array.read_finite([0, row, start], window.reverse, out);
        });
    }
}

/// Controls or signal of a data set, read from arrays of whole contigs.
#[derive(Debug, Clone)]
pub(in crate::feed) struct TrackColumn {
    pub(in crate::feed) arrays: Arc<TrackArrays>,
    pub(in crate::feed) side: Side,
    /// Bases of a window.
    pub(in crate::feed) width: usize,
}

impl ColumnReader for TrackColumn {
    fn spec(&self) -> ColumnSpec {
        ColumnSpec { dtype: DType::F32, channels: self.arrays.channels.len(), positions: self.width }
    }

    fn gather(&self, examples: &Examples<'_>, out: &mut [u8]) -> Result<()> {
        let size = self.arrays.channels.len() * self.width;
        let windows = examples.windows(self.side).iter();
        for (window, out) in windows.zip(cast_slice_mut(out).chunks_exact_mut(size.max(1))) {
            self.arrays.read(window, out);
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

/// Some channels, whose values are summed.
#[derive(Debug)]
pub(super) struct ArrayValues<'a> {
    pub(super) arrays: &'a TrackArrays,
    pub(super) channels: Vec<usize>,
    pub(super) contigs: &'a Contigs,
}

impl Values for ArrayValues<'_> {
    fn channels(&self) -> usize {
        self.channels.len()
    }

    fn length(&self, contig: usize) -> u64 {
        self.contigs.length(contig)
    }

    fn read(&self, contig: usize, start: i64, width: usize, out: &mut [f32]) -> Result<()> {
        let window = Window { contig, length: self.length(contig), start, width, reverse: false };
        for (channel, out) in self.channels.iter().zip(out.chunks_exact_mut(width.max(1))) {
            self.arrays.read_channel(*channel, &window, out);
        }
        Ok(())
    }
}
