//! The kernels for a type that is known only when the program runs: bytes in place of elements.
//!
//! Types are checked by whoever builds on this ([`super::types`]); here, a type that is not one of
//! those is taken for the last.

use super::{Channels, Isa, Window};
use crate::DType;
use crate::format::onehot::Block;
use crate::format::tile::TileError;
use crate::store::PanelView;
use bytemuck::cast_slice_mut;
use half::{bf16, f16};

/// [`super::sequence`], or [`super::packed_sequence`] for `U64`, into bytes of the type, which are
/// aligned for it.
#[inline]
pub(crate) fn sequence(isa: Isa, dtype: DType, blocks: &[Block], window: &Window, out: &mut [u8]) {
    match dtype {
        DType::F32 => super::sequence::<f32>(isa, blocks, window, cast_slice_mut(out)),
        DType::F16 => super::sequence::<f16>(isa, blocks, window, cast_slice_mut(out)),
        DType::BF16 => super::sequence::<bf16>(isa, blocks, window, cast_slice_mut(out)),
        DType::U64 => super::packed_sequence(blocks, window, cast_slice_mut(out)),
        // 0 and 1 are the same bytes in `i8` and `u8`.
        _ => super::sequence::<u8>(isa, blocks, window, out),
    }
}

/// [`super::signal`] into bytes of the type, which are aligned for it.
#[inline]
pub(crate) fn signal(
    isa: Isa,
    dtype: DType,
    panel: &PanelView<'_>,
    channels: &Channels,
    window: &Window,
    out: &mut [u8],
) -> Result<(), (usize, TileError)> {
    match dtype {
        DType::U8 => super::signal::<u8>(isa, panel, channels, window, out),
        DType::U16 => super::signal::<u16>(isa, panel, channels, window, cast_slice_mut(out)),
        _ => super::signal::<f32>(isa, panel, channels, window, cast_slice_mut(out)),
    }
}
