//! Counts a panel's tiles by encoding, and their bytes.

use super::PanelFile;
use crate::Result;
use crate::format::tile::Family;

/// Tiles of one encoding.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Tally {
    /// How many tiles.
    pub tiles: u64,
    /// Their bytes, padding included.
    pub bytes: u64,
}

impl PanelFile {
    /// Counts the tiles of all tracks by encoding, in the order of [`Family::ALL`]. Reads the
    /// directory of every row, so that its cost grows with the genome.
    ///
    /// # Errors
    /// [`crate::Error::Corrupt`] for a row or an entry that breaks the format's rules.
    pub fn census(&self) -> Result<[Tally; 5]> {
        let view = self.view();
        let mut tallies = [Tally::default(); 5];
        for row in 0..self.rows() {
            let Some(tiles) = view.row(row).map_err(|e| self.error(row, e))? else {
                tallies[Family::Zero as usize].tiles += self.tracks() as u64;
                continue;
            };
            // Tiles are contiguous, so each ends where the next tile with bytes begins.
            let mut end = tiles.len();
            for track in (0..self.tracks()).rev() {
                let (code, bytes) = tiles.tile(track).map_err(|e| self.error(row, e))?;
                let tally = &mut tallies[code.family() as usize];
                tally.tiles += 1;
                if code.family() != Family::Zero {
                    let start = tiles.len() - bytes.len();
                    tally.bytes += end.saturating_sub(start) as u64;
                    end = start;
                }
            }
        }
        Ok(tallies)
    }
}
