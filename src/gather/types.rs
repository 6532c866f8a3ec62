//! Types of gathered sequence and tracks, and which of them hold a store's values.

use crate::format::manifest::{GroupEntry, TrackType};
use crate::store::Store;
use crate::{DType, Error, Result};

/// Checks that one-hot sequence can be written in a type, the parameter `name`.
pub(crate) fn check_sequence(name: &'static str, dtype: DType) -> Result<()> {
    if matches!(dtype, DType::I8 | DType::U8 | DType::F16 | DType::BF16 | DType::F32 | DType::U64) {
        return Ok(());
    }
    let message =
        format!("one-hot sequence comes as int8, uint8, float16, bfloat16, float32 or, packed, as uint64, not {dtype}");
    Err(Error::argument(name, message))
}

/// Checks that a type, the parameter `name`, holds all values of the tracks of some groups.
pub(crate) fn check_tracks(name: &'static str, dtype: DType, store: &Store, groups: &[&GroupEntry]) -> Result<()> {
    let widest = match dtype {
        DType::U8 => TrackType::U8,
        DType::U16 => TrackType::U16,
        DType::F32 => TrackType::F32,
        other => {
            let message = format!("tracks come as uint8, uint16 or float32, not {other}");
            return Err(Error::argument(name, message));
        }
    };
    match tracks(store, groups).find(|track| track.values > widest) {
        Some(track) => {
            let message =
                format!("{dtype} does not hold the values of {}, from {} to {}", track.name, track.min, track.max);
            Err(Error::argument(name, message))
        }
        None => Ok(()),
    }
}

/// Checks that a type which rounds, the parameter `name`, has the range of the tracks of some
/// groups.
pub(crate) fn check_range(name: &'static str, dtype: DType, store: &Store, groups: &[&GroupEntry]) -> Result<()> {
    // f16 rounds this, and what is greater, to infinity.
    let infinite = |value: f32| value.abs() >= 65_520.0;
    match tracks(store, groups).find(|track| dtype == DType::F16 && (infinite(track.min) || infinite(track.max))) {
        Some(track) => {
            let (name_of, min, max) = (&track.name, track.min, track.max);
            let message = format!("{dtype} has no room for the values of {name_of}, from {min} to {max}; bfloat16 has");
            Err(Error::argument(name, message))
        }
        None => Ok(()),
    }
}

/// Returns the narrowest type that holds all values of the tracks of some groups.
pub(crate) fn narrowest(store: &Store, groups: &[&GroupEntry]) -> DType {
    match tracks(store, groups).map(|track| track.values).max() {
        None | Some(TrackType::U8) => DType::U8,
        Some(TrackType::U16) => DType::U16,
        Some(TrackType::F32) => DType::F32,
    }
}

fn tracks<'a>(
    store: &'a Store,
    groups: &'a [&GroupEntry],
) -> impl Iterator<Item = &'a crate::format::manifest::TrackEntry> {
    let panels = &store.manifest().panels;
    groups.iter().flat_map(|group| group.tracks.iter().map(|&track| &panels[group.panel].tracks[track]))
}
