//! Which instruction sets the kernels are compiled for, and the choice among them at run time.

#[cfg(target_arch = "x86_64")]
mod avx2;
#[cfg(target_arch = "x86_64")]
mod avx512;
mod prefetch;

pub(super) use prefetch::prefetch;

use super::channels::Channels;
use super::onehot::{self, OneHot};
use super::window::Window;
use crate::format::onehot::Block;
use crate::format::tile::{Sample, TileError};
use crate::store::PanelView;
use std::sync::OnceLock;

/// An instruction set that this machine has. There is no other way to get one than to ask which are
/// there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Isa(Set);

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Set {
    Scalar,
    #[cfg(target_arch = "x86_64")]
    Avx2,
    #[cfg(target_arch = "x86_64")]
    Avx512,
}

impl Isa {
    /// The portable kernels, which every machine has.
    pub const SCALAR: Isa = Isa(Set::Scalar);

    /// Returns every instruction set that this machine has, the fastest last.
    #[must_use]
    pub fn available() -> Vec<Isa> {
        let mut sets = vec![Isa::SCALAR];
        #[cfg(target_arch = "x86_64")]
        if avx2::is_available() {
            sets.push(Isa(Set::Avx2));
        }
        #[cfg(target_arch = "x86_64")]
        if avx512::is_available() {
            sets.push(Isa(Set::Avx512));
        }
        sets
    }

    /// Returns the fastest instruction set that this machine has.
    #[must_use]
    pub fn best() -> Isa {
        static BEST: OnceLock<Isa> = OnceLock::new();
        *BEST.get_or_init(|| Isa::available().last().copied().unwrap_or(Isa::SCALAR))
    }

    /// Its name: `scalar`, `avx2` or `avx512`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self.0 {
            Set::Scalar => "scalar",
            #[cfg(target_arch = "x86_64")]
            Set::Avx2 => "avx2",
            #[cfg(target_arch = "x86_64")]
            Set::Avx512 => "avx512",
        }
    }
}

#[inline]
pub(super) fn sequence<T: OneHot>(isa: Isa, blocks: &[Block], window: &Window, out: &mut [T]) {
    match isa.0 {
        Set::Scalar => onehot::sequence(blocks, window, out),
        #[cfg(target_arch = "x86_64")]
        Set::Avx2 => avx2::sequence(blocks, window, out),
        #[cfg(target_arch = "x86_64")]
        Set::Avx512 => avx512::sequence(blocks, window, out),
    }
}

#[inline]
pub(super) fn signal<T: Sample>(
    isa: Isa,
    panel: &PanelView<'_>,
    channels: &Channels,
    window: &Window,
    out: &mut [T],
) -> Result<(), (usize, TileError)> {
    match isa.0 {
        Set::Scalar => super::signal::signal(panel, channels, window, out),
        #[cfg(target_arch = "x86_64")]
        Set::Avx2 => avx2::signal(panel, channels, window, out),
        #[cfg(target_arch = "x86_64")]
        Set::Avx512 => avx512::signal(panel, channels, window, out),
    }
}
