//! The sizes that are accepted, of windows and of whatever else counts positions or examples.

use crate::{Error, Result};

/// The widest window, the largest jitter and the largest batch: 2^30.
const MAX_SIZE: usize = 1 << 30;

/// Checks that a parameter is between `least` and 2^30.
pub(crate) fn check(name: &'static str, value: usize, least: usize) -> Result<()> {
    if !(least..=MAX_SIZE).contains(&value) {
        return Err(Error::argument(name, format!("{value} is not between {least} and {MAX_SIZE}")));
    }
    Ok(())
}
