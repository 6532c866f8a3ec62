//! The parameters of a loader. They are behind a handle, not in a struct, so that parameters can be
//! added without changing the interface.

mod device;
mod examples;
mod loader;
mod loci;
mod sampling;

pub use device::*;
pub use examples::*;
pub use loader::*;
pub use loci::*;
pub use sampling::*;

use super::call;
use super::error::atemoya_error;
use super::handle::{self, Object};
use super::status::{Failure, atemoya_status};
use super::store::{OpenStore, atemoya_store};
use crate::PeakGenerator;
use std::mem::MaybeUninit;
use std::sync::{Mutex, PoisonError};

/// Stands for all names, in place of the number of names in a list. The list is not read.
pub const ATEMOYA_ALL: usize = usize::MAX;

/// The parameters of a loader. Each has a function `atemoya_options_set_...`, whose comment says
/// the default. They are checked together when a loader is made. Free them with
/// `atemoya_options_free`.
pub struct atemoya_options {
    _private: [u8; 0],
}

/// The parameters of a loader, which any thread may change.
pub(super) struct Options(Mutex<Settings>);

#[derive(Clone)]
pub(super) struct Settings {
    pub(super) generator: PeakGenerator,
    /// The name of the locus index; `None` for the only one of the store.
    pub(super) loci: Option<String>,
    pub(super) device: DeviceSettings,
}

impl Object for Options {
    type Handle = atemoya_options;
    const NAME: &'static str = "options";
}

/// Copies the current settings of options.
pub(super) fn settings(options: *const atemoya_options) -> Result<Settings, Failure> {
    let options = handle::get::<Options>(options)?;
    let settings = options.0.lock().unwrap_or_else(PoisonError::into_inner);
    Ok(settings.clone())
}

/// Changes the settings of options.
fn change(
    options: *mut atemoya_options,
    error: Option<&mut MaybeUninit<*mut atemoya_error>>,
    change: impl FnOnce(&mut Settings) -> Result<(), Failure>,
) -> atemoya_status {
    call::run(error, || {
        let options = handle::get::<Options>(options)?;
        let mut settings = options.0.lock().unwrap_or_else(PoisonError::into_inner);
        change(&mut settings)
    })
}

/// Sets a parameter of the generator.
fn set(
    options: *mut atemoya_options,
    error: Option<&mut MaybeUninit<*mut atemoya_error>>,
    set: impl FnOnce(PeakGenerator) -> Result<PeakGenerator, Failure>,
) -> atemoya_status {
    change(options, error, |settings| {
        settings.generator = set(settings.generator.clone())?;
        Ok(())
    })
}

/// Makes options for loaders over a store, all of them defaults. Any number of loaders can be made
/// with them, and they may be changed in between.
#[unsafe(no_mangle)]
pub extern "C" fn atemoya_options_new(
    store: *const atemoya_store,
    options: Option<&mut MaybeUninit<*mut atemoya_options>>,
    error: Option<&mut MaybeUninit<*mut atemoya_error>>,
) -> atemoya_status {
    call::make(error, options, || {
        let generator = PeakGenerator::new(&handle::get::<OpenStore>(store)?.store);
        Ok(Options(Mutex::new(Settings { generator, loci: None, device: DeviceSettings::default() })))
    })
}

/// Frees options. Loaders that were made with them stay usable.
#[unsafe(no_mangle)]
pub extern "C" fn atemoya_options_free(options: *mut atemoya_options) -> atemoya_status {
    call::free::<Options>(options)
}
