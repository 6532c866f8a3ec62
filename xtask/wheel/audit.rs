//! What a wheel must be: for old systems, and small.

use super::{GLIBC, LARGEST};
use crate::{Failure, Result};
use std::path::Path;

/// Fails unless `auditwheel show` found the wheel to run on systems as old as it is named for, and
/// it is no larger than it should be.
pub(crate) fn check(wheel: &Path, found: &str, size: u64) -> Result<()> {
    // The sentence is wrapped, anywhere.
    let words = found.split_whitespace().collect::<Vec<_>>().join(" ");
    let expected = format!("is consistent with the following platform tag: \"manylinux_{GLIBC}_");
    if !words.contains(&expected) {
        return Err(Failure::Failed(format!(
            "{}: auditwheel does not find it to be manylinux_{GLIBC}. It says:\n{found}",
            wheel.display()
        )));
    }
    if size > LARGEST {
        return Err(Failure::Failed(format!(
            "{}: {size} bytes are more than the {LARGEST} that a wheel may have (`LARGEST` in xtask/wheel/mod.rs)",
            wheel.display()
        )));
    }
    Ok(())
}
