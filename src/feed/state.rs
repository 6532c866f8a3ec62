//! The cursor of a stream, and its saved state: a few bytes from which a stream goes on with the
//! very next batch, on any number of workers and ranks.

use crate::sample::Order;
use crate::{Error, Result};
use serde::{Deserialize, Serialize};

/// Epoch and step of the next batch of a stream.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Cursor {
    pub(crate) epoch: u64,
    /// The number of the batch in its epoch, from 0. Past the last batch of an epoch it stands for
    /// the first one of the next.
    pub(crate) step: u64,
}

impl Cursor {
    /// Returns the cursor after a batch.
    pub(crate) fn after(epoch: u64, step: u64) -> Cursor {
        Cursor { epoch, step: step + 1 }
    }
}

/// The saved cursor of a stream, with what identifies the stream.
///
/// `step` counts the batches of all ranks together, so a state saved by one rank serves all ranks,
/// and any world size that divides the batch size.
///
/// ```
/// use atemoya::feed::State;
///
/// let state: State = serde_json::from_str(
///     r#"{"order":"native","version":1,"fingerprint":"6f2b8c1d0e9a7354","seed":7,"examples":1000,"batch_size":64,"epoch":3,"step":12}"#,
/// )?;
/// assert_eq!((state.epoch, state.step), (3, 12));
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct State {
    /// The order of examples.
    pub order: Order,
    /// The version of that order.
    pub version: u32,
    /// A hash of the loci and of the options that decide which example has which index, 16
    /// hexadecimal digits.
    pub fingerprint: String,
    /// The seed of all epochs, `random_state` of the generators.
    pub seed: u64,
    /// Examples of an epoch, those of all ranks together.
    pub examples: usize,
    /// Examples of a batch, those of all ranks together.
    pub batch_size: usize,
    /// The epoch of the next batch.
    pub epoch: u64,
    /// The number of the next batch in that epoch, from 0.
    pub step: u64,
}

impl State {
    /// Checks that a saved state is of the same stream as this one. Their cursors may differ.
    ///
    /// # Errors
    /// [`Error::Argument`] with the first member that differs.
    pub(super) fn check(&self, saved: &State) -> Result<()> {
        let differs = |what: &str, saved: &dyn std::fmt::Display, here: &dyn std::fmt::Display| {
            Err(Error::argument("state", format!("it was saved with {what} {saved}; this loader has {here}")))
        };
        if saved.order != self.order {
            return differs("order", &saved.order, &self.order);
        }
        for (what, saved, here) in [
            ("version", saved.version.into(), self.version.into()),
            ("random_state", saved.seed, self.seed),
            ("examples", saved.examples as u64, self.examples as u64),
            ("batch_size", saved.batch_size as u64, self.batch_size as u64),
        ] {
            if saved != here {
                return differs(what, &saved, &here);
            }
        }
        if saved.fingerprint != self.fingerprint {
            let message =
                "it was saved of other loci, or with another jitter, negative ratio, shuffle or reverse complement";
            return Err(Error::argument("state", message));
        }
        Ok(())
    }
}
