//! Where the sequences and tracks of examples come from: a store, or arrays of whole contigs or of
//! windows.

mod arrays;
mod ask;
mod genome;
mod mapped;
mod pair;
mod places;
mod read;
mod source;
mod store;

pub(super) use arrays::ArrayExamples;
pub(super) use genome::GenomeExamples;
pub(super) use pair::{Arrays, Rows};
pub(super) use places::Places;
pub(super) use store::StoreExamples;

use super::layout::Form;
use crate::Result;
use crate::loci::Locus;
use crate::sample::Draw;
use std::fmt::Debug;

/// The data behind a data set's draws.
pub(super) trait Examples: Debug + Send + Sync {
    /// What an example has of sequence, controls and signal.
    fn forms(&self) -> [Form; 3];

    /// Gathers the examples of `draws`, all of them and in their order, into the rows of sequence,
    /// controls and signal.
    fn gather(&self, draws: &mut dyn ExactSizeIterator<Item = Draw>, columns: [&mut [u8]; 3]) -> Result<()>;

    /// The same examples, sharing no lock with these.
    fn again<'e>(&self) -> Box<dyn Examples + 'e>
    where
        Self: 'e;

    /// Whether there is anything to ask the system for.
    fn asks(&self) -> bool {
        false
    }

    /// Asks the system to have in memory what the examples of `draws` are gathered from. Returns
    /// whether it was asked, which it is not where some looks find it there already. It changes
    /// nothing but how long gathering takes.
    fn ask(&self, _draws: &[Draw]) -> bool {
        false
    }

    /// The peaks, or the negatives, where they have places in a genome.
    fn loci(&self, _is_peak: bool) -> &[Locus] {
        &[]
    }
}
