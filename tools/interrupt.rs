//! Stopping on request: the first Ctrl-C or termination signal asks the work to end cleanly, the
//! second ends it at once.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::{process, thread};

use anyhow::{Context, Result};
use signal_hook::consts::{SIGINT, SIGTERM};
use signal_hook::iterator::Signals;

/// The exit code of a command that was interrupted, as shells have it for SIGINT.
pub(crate) const EXIT_CODE: i32 = 130;

/// Watches for SIGINT and SIGTERM from now on. The flag is set when the work should end.
///
/// SIGHUP is left as it is: under `nohup` a long run goes on when its terminal closes.
///
/// # Errors
/// The handlers or their thread cannot be set up.
pub(crate) fn watch() -> Result<Arc<AtomicBool>> {
    let flag = Arc::new(AtomicBool::new(false));
    let seen = Arc::clone(&flag);
    let mut signals = Signals::new([SIGINT, SIGTERM]).context("cannot watch for signals")?;
    let watcher = move || {
        for _ in signals.forever() {
            if request(&seen) {
                process::exit(EXIT_CODE);
            }
        }
    };
    thread::Builder::new().name("signals".to_owned()).spawn(watcher).context("cannot watch for signals")?;
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
