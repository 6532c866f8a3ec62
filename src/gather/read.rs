//! Reads a range of a contig, for extraction and inspection.

use super::names::find_tracks;
use super::reader::StoreReader;
use super::window::Window;
use crate::store::Store;
use crate::{DType, Error, Result};
use bytemuck::cast_slice_mut;
use std::ops::Range;

/// Reads the one-hot sequence of a range of a contig: `(4, L)` bytes of 0 and 1, channels A, C, G,
/// T.
///
/// ```
#[doc = include_str!("../example_store.txt")]
/// let store = atemoya::Store::open("yeast.atemoya")?;
/// let one_hot = atemoya::gather::read_sequence(&store, "chrI", 1000..1010)?;
/// assert_eq!(one_hot[..10], [1, 0, 0, 0, 0, 0, 0, 1, 0, 1]); // A, of ACGTTTGACA
/// # Ok::<(), atemoya::Error>(())
/// ```
///
/// # Errors
/// [`Error::Argument`] when the store has no sequence or no such contig, or the range is not inside
/// the contig.
pub fn read_sequence(store: &Store, contig: &str, range: Range<u64>) -> Result<Vec<u8>> {
    if store.sequence().is_none() {
        return Err(Error::argument("sequence", "the store has no sequence"));
    }
    let window = window(store, contig, range)?;
    let mut out = vec![0u8; 4 * window.width];
    StoreReader::sequence(store, DType::U8).gather(&[window], &mut out)?;
    Ok(out)
}

/// Reads the values of one channel over a range of a contig. `track` is `NAME.i`, or `NAME` for a
/// group of one channel.
///
/// ```
#[doc = include_str!("../example_store.txt")]
/// let store = atemoya::Store::open("yeast.atemoya")?;
/// let values = atemoya::gather::read_track(&store, "atac.0", "chrI", 1000..1004)?;
/// assert_eq!(values, [0.0, 1.0, 0.0, 1.0]);
/// # Ok::<(), atemoya::Error>(())
/// ```
///
/// # Errors
/// [`Error::Argument`] for a track or contig that the store lacks, a range that is not inside the
/// contig, and a contig that has another length in the file of the track
/// ([`Store::check_lengths`]); [`Error::Corrupt`] for damaged tiles.
pub fn read_track(store: &Store, track: &str, contig: &str, range: Range<u64>) -> Result<Vec<f32>> {
    let groups = &store.manifest().groups;
    let sizes: Vec<_> = groups.iter().map(|group| (group.name.as_str(), group.tracks.len())).collect();
    let (group, channel) = find_tracks("track", track, &sizes)?;
    let group = &groups[group];
    let tracks = match (channel, group.tracks.len()) {
        (Some(channel), _) => &group.tracks[channel..=channel],
        (None, 1) => &group.tracks[..],
        (None, n) => {
            let message = format!("{track} has {n} channels: name one, from {track}.0 to {track}.{}", n - 1);
            return Err(Error::argument("track", message));
        }
    };
    let window = window(store, contig, range)?;
    if let Some(why) = store.unreadable(&[&group.name], channel).remove(&window.contig) {
        return Err(Error::argument("contig", why));
    }
    let mut out = vec![0.0f32; window.width];
    let reader = StoreReader::panels(store, DType::F32, &[(group.panel, tracks)]);
    reader.gather(&[window], cast_slice_mut(&mut out))?;
    Ok(out)
}

fn window(store: &Store, contig: &str, range: Range<u64>) -> Result<Window> {
    let id = store.contigs().find(contig)?;
    let length = store.contigs().length(id);
    if range.start > range.end || range.end > length {
        let message = format!("{}..{} is not inside {contig:?}, which has {length} bases", range.start, range.end);
        return Err(Error::argument("range", message));
    }
    let width = (range.end - range.start) as usize;
    Ok(Window { contig: id, length, start: range.start as i64, width, reverse: false })
}
