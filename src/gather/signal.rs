//! Tracks: the tiles under a window, decoded part by part into its rows of the output.

use super::channels::Channels;
use super::window::Window;
use crate::format::tile::{self, Sample, TileError};
use crate::store::PanelView;

/// Decodes a window: the kernel, compiled once for each instruction set.
#[inline(always)]
pub(super) fn signal<T: Sample>(
    panel: &PanelView<'_>,
    channels: &Channels,
    window: &Window,
    out: &mut [T],
) -> Result<(), (usize, TileError)> {
    if window.reverse {
        decode::<T, true>(panel, channels, window, out)
    } else {
        decode::<T, false>(panel, channels, window, out)
    }
}

#[inline(always)]
fn decode<T: Sample, const REVERSE: bool>(
    panel: &PanelView<'_>,
    channels: &Channels,
    window: &Window,
    out: &mut [T],
) -> Result<(), (usize, TileError)> {
    let clear = clear_all(channels, window.width, out);
    let channels = channels.of(REVERSE);
    let inside = window.inside();
    let width = window.width;
    if !clear && inside.len() < width {
        for &(_, channel) in channels {
            inside.fill_outside(&mut out[channel * width..][..width], 1, T::ZERO);
        }
    }
    let log2 = panel.tile_log2();
    let tile = 1usize << log2;
    let first_row = panel.first_row(window.contig);
    let mut base = inside.start;
    while base < inside.end {
        let position = base >> log2;
        let stop = ((position + 1) << log2).min(inside.end);
        let (low, high) = (base - (position << log2), stop - (position << log2));
        let before = if REVERSE { inside.end - stop } else { base - inside.start };
        let part = inside.at + before..inside.at + before + (stop - base);
        let row = first_row + position;
        let at = |error| (row, error);
        match panel.row(row).map_err(at)? {
            None if clear => {}
            None => {
                for &(_, channel) in channels {
                    out[channel * width..][part.clone()].fill(T::ZERO);
                }
            }
            Some(tiles) => {
                for &(track, channel) in channels {
                    let (code, bytes) = tiles.tile(track).map_err(at)?;
                    let part = &mut out[channel * width..][part.clone()];
                    tile::decode::<T, REVERSE>(code, bytes, tile, low..high, clear, part).map_err(at)?;
                }
            }
        }
        base = stop;
    }
    Ok(())
}

/// Zeroes the rows of all channels at once, if they are contiguous and are many short ones. Returns
/// whether it did. A long stretch of zeros is written without reading first what is there, which a
/// short one is not; and most of the bases of most tracks are 0.
#[inline(always)]
fn clear_all<T: Sample>(channels: &Channels, width: usize, out: &mut [T]) -> bool {
    /// Bytes of a row from which it is long by itself.
    const LONG: usize = 4096;
    if channels.len() < 3 || width * size_of::<T>() >= LONG {
        return false;
    }
    let Some(rows) = channels.contiguous_rows() else { return false };
    out[rows.start * width..rows.end * width].fill(T::ZERO);
    true
}
