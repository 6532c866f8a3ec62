//! States of loaders: saving one, and resuming from it.

use super::argument;
use super::call;
use super::error::atemoya_error;
use super::handle;
use super::loader::{OpenLoader, atemoya_loader};
use super::status::{Failure, atemoya_status};
use crate::cuda::StreamSpec;
use crate::feed::State;
use std::ffi::c_char;
use std::mem::MaybeUninit;

/// Bytes that are enough for any state of this version, with the zero at the end.
pub const ATEMOYA_STATE_CAPACITY: usize = 512;

/// Writes the state of a loader, after the batch that was delivered last or where its stream
/// begins, to `buffer` of `capacity` bytes: JSON text that ends with a zero.
/// `ATEMOYA_STATE_CAPACITY` bytes are enough. A state counts the batches of all processes together,
/// so that one process saves it for all. `length`, which may be NULL, is set to the bytes without
/// the zero. A buffer that is too small is an error: it is not changed, and `length` is set.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn atemoya_loader_state(
    loader: *const atemoya_loader,
    buffer: *mut c_char,
    capacity: usize,
    length: Option<&mut MaybeUninit<usize>>,
    error: Option<&mut MaybeUninit<*mut atemoya_error>>,
) -> atemoya_status {
    call::run(error, || {
        let state = handle::get::<OpenLoader>(loader)?.loader.state();
        let text = serde_json::to_vec(&state).map_err(|error| Failure::argument("loader", error))?;
        if let Some(length) = length {
            length.write(text.len());
        }
        // SAFETY: the caller's promise, see the module `ffi`.
        let buffer = unsafe { argument::slice_mut::<u8>("buffer", buffer.cast(), capacity) }?;
        let Some((head, tail)) = buffer.split_at_mut_checked(text.len()) else {
            return Err(too_small(&text, capacity));
        };
        let zero = tail.first_mut().ok_or_else(|| too_small(&text, capacity))?;
        head.copy_from_slice(&text);
        *zero = 0;
        Ok(())
    })
}

fn too_small(text: &[u8], capacity: usize) -> Failure {
    Failure::argument("capacity", format!("the state takes {} bytes, not {capacity}", text.len() + 1))
}

/// Writes the epoch of the next batch after a state, and the step of it: the number of batches
/// before it in the epoch. After the last batch of an epoch they are the next epoch and 0. To train
/// for N epochs in all, those from 0 on, resume with `N - 1 - epoch` as `further_epochs`. Either
/// may be NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn atemoya_state_position(
    state: *const c_char,
    epoch: Option<&mut MaybeUninit<u64>>,
    step: Option<&mut MaybeUninit<u64>>,
    error: Option<&mut MaybeUninit<*mut atemoya_error>>,
) -> atemoya_status {
    call::run(error, || {
        // SAFETY: the caller's promise, see the module `ffi`.
        let state = unsafe { parse(state) }?;
        for (out, value) in [(epoch, state.epoch), (step, state.step)] {
            if let Some(out) = out {
                out.write(value);
            }
        }
        Ok(())
    })
}

/// Reads a state from text of C's.
///
/// # Safety
/// As of [`argument::text`].
unsafe fn parse(state: *const c_char) -> Result<State, Failure> {
    // SAFETY: the caller's promise.
    let text = unsafe { argument::text("state", state) }?;
    serde_json::from_str(text)
        .map_err(|error| Failure::argument("state", format!("it is not the state of a loader: {error}")))
}

/// Resumes from a state, which is text from `atemoya_loader_state`: begins to stream the rest of
/// its epoch, from the very next batch on, and then `further_epochs` whole epochs. It counts
/// neither the state's own epoch nor those before it: with 0, the stream ends with the state's
/// epoch. The state may be that of a loader with other workers, slots or processes, or on a device.
/// Other loci, another seed, or another option that decides which example has which index, are an
/// error.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn atemoya_loader_resume(
    loader: *mut atemoya_loader,
    state: *const c_char,
    further_epochs: u64,
    error: Option<&mut MaybeUninit<*mut atemoya_error>>,
) -> atemoya_status {
    call::run(error, || {
        let loader = handle::get::<OpenLoader>(loader)?;
        // SAFETY: the caller's promise, see the module `ffi`.
        let state = unsafe { parse(state) }?;
        loader.begin(StreamSpec::Resume { state, further_epochs })
    })
}
