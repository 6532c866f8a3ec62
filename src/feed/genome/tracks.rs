//! Tracks from arrays of whole contigs: their groups, a window of them, and their values for sums.

use super::contig_arrays::{ById, ContigArrays, MAX_CHANNELS};
use super::cut::cut;
use crate::feed::examples::Rows;
use crate::feed::layout::Form;
use crate::format::Contigs;
use crate::gather::{Values, Window};
use crate::{DType, Error, Result};

/// Channels in groups, each an array for some contigs.
#[derive(Debug)]
pub(in crate::feed) struct TrackArrays {
    sources: Vec<ById>,
    /// Of each channel, the source that it is in and its number there.
    channels: Vec<(usize, usize)>,
    /// Sizes of the groups.
    groups: Vec<usize>,
    /// The channel that each one is read from under reverse complement.
    turned: Vec<usize>,
}

impl TrackArrays {
    /// `names` are those of the parameters: the arrays, and the sizes of groups.
    pub(super) fn new(
        names: [&'static str; 2],
        sources: &[ContigArrays],
        groups: Option<&[usize]>,
        contigs: &Contigs,
    ) -> Result<TrackArrays> {
        let mut channels = Vec::new();
        for (number, source) in sources.iter().enumerate() {
            // Of no contig at all: a channel of zeros.
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
        let turned = Rows::Groups(names[1], &groups).turned(channels.len())?;
        let sources = sources.iter().map(|source| ById::new(source, contigs)).collect();
        Ok(TrackArrays { sources, channels, groups, turned })
    }

    pub(in crate::feed) fn form(&self, width: usize) -> Form {
        Form { dtype: DType::F32, channels: self.channels.len(), positions: width }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.channels.is_empty()
    }

    /// The channels of each group.
    pub(super) fn groups(&self) -> impl Iterator<Item = Vec<usize>> {
        let mut first = 0;
        self.groups.iter().map(move |size| {
            first += size;
            (first - size..first).collect()
        })
    }

    /// Writes a window of all channels; what an array lacks is 0. Reverse-complemented, the
    /// positions are turned, and the channels of each group.
    pub(in crate::feed) fn read(&self, window: &Window, out: &mut [f32]) {
        for ((channel, turned), out) in self.turned.iter().enumerate().zip(out.chunks_exact_mut(window.width)) {
            self.read_channel(if window.reverse { *turned } else { channel }, window, out);
        }
    }

    fn read_channel(&self, channel: usize, window: &Window, out: &mut [f32]) {
        let (source, row) = self.channels[channel];
        let Some(array) = self.sources[source].get(window.contig) else { return out.fill(0.0) };
        cut(window, array.shape()[2], out, (1, 0.0), |start, out| {
            array.read_finite([0, row, start], window.reverse, out);
        });
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
