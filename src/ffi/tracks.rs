//! The groups of a store and their tracks.

use super::call;
use super::error::atemoya_error;
use super::handle;
use super::status::{Failure, atemoya_status};
use super::store::{OpenStore, atemoya_store, within};
use crate::DType;
use crate::format::manifest::{GroupEntry, Role, TrackType};
use std::ffi::c_char;
use std::mem::MaybeUninit;

/// Whether a group of tracks is signal or control.
#[repr(i32)]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum atemoya_group_role {
    /// Signal: a model predicts it. It is read over the output window.
    ATEMOYA_GROUP_SIGNAL = 0,
    /// Control: a model's input beside the sequence. It is read over the input window.
    ATEMOYA_GROUP_CONTROL = 1,
}

/// A track of a store, with statistics over the genome.
#[repr(C)]
#[derive(Debug, Clone, Copy)]
pub struct atemoya_track {
    /// The track's name for users: its group's, followed by the channel where there are several. It
    /// is valid until the store is freed.
    pub name: *const c_char,
    /// The narrowest type that holds every value, an `atemoya_dtype`: `ATEMOYA_DTYPE_U8`,
    /// `ATEMOYA_DTYPE_U16` or `ATEMOYA_DTYPE_F32`.
    pub dtype: i32,
    /// The smallest value, zeros included.
    pub min: f32,
    /// The largest value, zeros included.
    pub max: f32,
    /// Always 0.
    pub reserved: u32,
    /// The number of bases whose value is not 0.
    pub nonzero: u64,
    /// The sum of the values.
    pub sum: f64,
}

fn group(open: &OpenStore, group: usize) -> Result<&GroupEntry, Failure> {
    let groups = &open.store.manifest().groups;
    Ok(&groups[within("group", group, groups.len())?])
}

/// Writes how many groups of tracks a store has. A group has one or more channels. Reverse
/// complement reverses their order within the group.
#[unsafe(no_mangle)]
pub extern "C" fn atemoya_store_group_count(
    store: *const atemoya_store,
    count: Option<&mut MaybeUninit<usize>>,
    error: Option<&mut MaybeUninit<*mut atemoya_error>>,
) -> atemoya_status {
    call::give(error, ("count", count), || Ok(handle::get::<OpenStore>(store)?.groups.len()))
}

/// Writes the name of a group, numbered from 0. It is valid until the store is freed.
#[unsafe(no_mangle)]
pub extern "C" fn atemoya_store_group_name(
    store: *const atemoya_store,
    group: usize,
    name: Option<&mut MaybeUninit<*const c_char>>,
    error: Option<&mut MaybeUninit<*mut atemoya_error>>,
) -> atemoya_status {
    call::give(error, ("name", name), || {
        let open = handle::get::<OpenStore>(store)?;
        let group = within("group", group, open.groups.len())?;
        Ok(open.groups[group].as_ptr())
    })
}

/// Writes whether a group is signal or control, an `atemoya_group_role`.
#[unsafe(no_mangle)]
pub extern "C" fn atemoya_store_group_role(
    store: *const atemoya_store,
    group: usize,
    role: Option<&mut MaybeUninit<i32>>,
    error: Option<&mut MaybeUninit<*mut atemoya_error>>,
) -> atemoya_status {
    call::give(error, ("role", role), || {
        let role = match self::group(&*handle::get::<OpenStore>(store)?, group)?.role {
            Role::Signal => atemoya_group_role::ATEMOYA_GROUP_SIGNAL,
            Role::Control => atemoya_group_role::ATEMOYA_GROUP_CONTROL,
        };
        Ok(role as i32)
    })
}

/// Writes how many tracks a group has. Each is one channel.
#[unsafe(no_mangle)]
pub extern "C" fn atemoya_store_track_count(
    store: *const atemoya_store,
    group: usize,
    count: Option<&mut MaybeUninit<usize>>,
    error: Option<&mut MaybeUninit<*mut atemoya_error>>,
) -> atemoya_status {
    call::give(error, ("count", count), || Ok(self::group(&*handle::get::<OpenStore>(store)?, group)?.tracks.len()))
}

/// Writes the description of a track, numbered from 0 within its group.
#[unsafe(no_mangle)]
pub extern "C" fn atemoya_store_track(
    store: *const atemoya_store,
    group: usize,
    track: usize,
    out: Option<&mut MaybeUninit<atemoya_track>>,
    error: Option<&mut MaybeUninit<*mut atemoya_error>>,
) -> atemoya_status {
    call::give(error, ("out", out), || {
        let open = handle::get::<OpenStore>(store)?;
        let entry = self::group(&open, group)?;
        let channel = within("track", track, entry.tracks.len())?;
        let track = &open.store.manifest().panels[entry.panel].tracks[entry.tracks[channel]];
        let dtype = match track.values {
            TrackType::U8 => DType::U8,
            TrackType::U16 => DType::U16,
            TrackType::F32 => DType::F32,
        };
        Ok(atemoya_track {
            name: open.tracks[group][channel].as_ptr(),
            dtype: super::dtype::number(dtype),
            min: track.min,
            max: track.max,
            reserved: 0,
            nonzero: track.nonzero,
            sum: track.sum,
        })
    })
}
