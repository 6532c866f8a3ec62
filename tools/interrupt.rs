//! Stopping on request: the first Ctrl-C or termination signal asks the work to end cleanly, the second ends it at once.

use std::process;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use anyhow::{Context, Result};

/// The exit code of a command that was interrupted, as shells have it for SIGINT.
pub(crate) const EXIT_CODE: i32 = 130;

/// Watches for signals from now on, once in a process. The flag is set when the work should end.
///
/// # Errors
/// The handler cannot be installed, or is already.
pub(crate) fn watch() -> Result<Arc<AtomicBool>> {
    let flag = Arc::new(AtomicBool::new(false));
    let seen = Arc::clone(&flag);
    ctrlc::set_handler(move || {
        if request(&seen) {
            process::exit(EXIT_CODE);
        }
    })
    .context("cannot watch for Ctrl-C")?;
    Ok(flag)
}

/// Notes a signal and says whether it was not the first.
#[expect(clippy::print_stderr, reason = "a person who presses Ctrl-C wants an answer")]
fn request(flag: &AtomicBool) -> bool {
    let again = flag.swap(true, Ordering::SeqCst);
    if !again {
        eprintln!("\nstopping; once more to stop at once");
    }
    again
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_request_sets_the_flag_and_the_second_says_so() {
        let flag = AtomicBool::new(false);
        assert!(!request(&flag));
        assert!(flag.load(Ordering::SeqCst));
        assert!(request(&flag));
    }
}
