//! The range of sizes: widths of windows, jitter, and numbers of examples in a batch.

use crate::{Error, Result};

/// The greatest size.
const MAX_SIZE: usize = 1 << 30;

/// Checks that the parameter `name` is between `least` and 2^30.
///
/// # Errors
/// [`Error::Argument`] when it is not.
pub(crate) fn check(name: &'static str, value: usize, least: usize) -> Result<()> {
    if !(least..=MAX_SIZE).contains(&value) {
        return Err(Error::argument(name, format!("{value} is not between {least} and {MAX_SIZE}")));
    }
    Ok(())
}
