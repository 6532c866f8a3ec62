//! What long work of the library is given: a progress bar, and whether to stop.

use crate::output;
use crate::progress::style;
use anyhow::{Context, Result};
use atemoya::Unit;
use indicatif::{ProgressBar, ProgressDrawTarget};
use signal_hook::consts::{SIGINT, SIGTERM};
use signal_hook::flag;
use signal_hook::iterator::Signals;
use std::fs;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;

/// The exit code of a command that was interrupted, as shells have it for SIGINT.
pub(crate) const INTERRUPTED: u8 = 130;

/// Columns of a terminal whose size is unknown.
const COLUMNS: u16 = 80;

/// Redraws a second at most.
const RATE: u8 = 10;

/// A progress bar on standard error, and the flag that Ctrl-C sets. Nothing is drawn where standard
/// error is not a terminal.
pub(crate) struct Watch {
    bar: ProgressBar,
    columns: u16,
    stop: Arc<AtomicBool>,
}

impl Watch {
    /// Watches for SIGINT and SIGTERM from now on. The first asks the work to end; the second ends
    /// the process at once.
    ///
    /// A signal that is ignored stays so: a shell has the background jobs of a script ignore
    /// SIGINT. SIGHUP is left as it is: under `nohup` a long run goes on when its terminal closes.
    ///
    /// # Errors
    /// The signal handlers cannot be set up.
    pub(crate) fn new() -> Result<Watch> {
        let columns = console::Term::stderr().size_checked().map_or(COLUMNS, |(_, columns)| columns);
        let target = match output::is_quiet() {
            true => ProgressDrawTarget::hidden(),
            false => ProgressDrawTarget::stderr_with_hz(RATE),
        };
        let watch = Watch::on(target, columns);
        let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
        let signals: Vec<_> = [SIGINT, SIGTERM].into_iter().filter(|&signal| !is_ignored(&status, signal)).collect();
        for &signal in &signals {
            // Handlers run in the order of their registration: at the first signal the flag is not
            // set yet.
            flag::register_conditional_shutdown(signal, INTERRUPTED.into(), Arc::clone(&watch.stop))
                .and_then(|_| flag::register(signal, Arc::clone(&watch.stop)))
                .context("cannot watch for signals")?;
        }
        watch.answer(&signals).context("cannot watch for signals")?;
        Ok(watch)
    }

    fn on(target: ProgressDrawTarget, columns: u16) -> Watch {
        let bar = ProgressBar::with_draw_target(Some(0), target);
        // A bar that is over draws nothing until a phase begins.
        bar.finish_and_clear();
        Watch { bar, columns, stop: Arc::default() }
    }

    /// Answers the first signal at once, whatever the work is doing.
    fn answer(&self, signals: &[i32]) -> std::io::Result<()> {
        let (bar, mut signals) = (self.bar.clone(), Signals::new(signals)?);
        let answer = move || {
            if signals.forever().next().is_some() {
                bar.suspend(|| output::note("\nstopping; once more to stop at once"));
            }
        };
        thread::Builder::new().name("signals".to_owned()).spawn(answer).map(drop)
    }

    /// Ends work that nobody else interrupts.
    ///
    /// # Errors
    /// [`atemoya::Error::Interrupted`] when it should end.
    pub(crate) fn check(&self) -> atemoya::Result<()> {
        if atemoya::Progress::interrupted(self) { Err(atemoya::Error::Interrupted) } else { Ok(()) }
    }
}

/// Whether a process with this text in `/proc/self/status` ignores a signal. Where there is no such
/// file, no signal counts as ignored.
fn is_ignored(status: &str, signal: i32) -> bool {
    let mask = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
    let mask = mask.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok()).unwrap_or(0);
    (mask >> (signal - 1)) & 1 == 1
}

impl atemoya::Progress for Watch {
    fn start(&self, phase: &str, total: u64, unit: Unit) {
        self.bar.finish_and_clear();
        self.bar.set_style(style(self.columns, total, unit));
        self.bar.set_length(total);
        self.bar.set_message(phase.to_owned());
        self.bar.reset();
        // The bar shows that the program is alive where a phase is silent for long.
        self.bar.enable_steady_tick(Duration::from_millis(500));
    }

    fn advance(&self, n: u64) {
        self.bar.inc(n);
    }

    fn finish(&self) {
        self.bar.disable_steady_tick();
        self.bar.finish_and_clear();
    }

    fn interrupted(&self) -> bool {
        self.stop.load(Ordering::Relaxed)
    }
}

/// Runs work on a pool of `threads` threads, or of one per core when there is no number.
///
/// # Errors
/// The threads cannot be started.
pub(crate) fn on_threads<T: Send>(threads: Option<usize>, work: impl FnOnce() -> T + Send) -> Result<T> {
    let pool = rayon::ThreadPoolBuilder::new().num_threads(threads.unwrap_or(0)).build();
    Ok(pool.context("cannot start the threads")?.install(work))
}

#[cfg(test)]
mod tests {
    use super::*;
    use atemoya::Progress;
    use indicatif::TermLike;
    use std::io;
    use std::sync::Mutex;

    /// A terminal that remembers what was written to it.
    #[derive(Clone, Debug)]
    struct Screen(u16, Arc<Mutex<String>>);

    impl TermLike for Screen {
        fn width(&self) -> u16 {
            self.0
        }
        fn move_cursor_up(&self, _: usize) -> io::Result<()> {
            Ok(())
        }
        fn move_cursor_down(&self, _: usize) -> io::Result<()> {
            Ok(())
        }
        fn move_cursor_right(&self, _: usize) -> io::Result<()> {
            Ok(())
        }
        fn move_cursor_left(&self, _: usize) -> io::Result<()> {
            Ok(())
        }
        fn write_line(&self, s: &str) -> io::Result<()> {
            self.write_str(&format!("{s}\n"))
        }
        fn write_str(&self, s: &str) -> io::Result<()> {
            self.1.lock().unwrap().push_str(s);
            Ok(())
        }
        fn clear_line(&self) -> io::Result<()> {
            self.write_str("\r")
        }
        fn flush(&self) -> io::Result<()> {
            Ok(())
        }
    }

    /// Returns the lines drawn while a phase goes from nothing to its half.
    fn drawn(columns: u16, total: u64) -> Vec<String> {
        let text = Arc::new(Mutex::new(String::new()));
        let screen = Screen(columns, Arc::clone(&text));
        let watch = Watch::on(ProgressDrawTarget::term_like(Box::new(screen)), columns);
        watch.start("packing chr1", total, Unit::Bases);
        watch.bar.force_draw();
        watch.advance(1_000_000);
        watch.bar.force_draw();
        watch.finish();
        let text = text.lock().unwrap();
        text.split(['\r', '\n']).map(|line| line.trim_end().to_owned()).filter(|line| !line.is_empty()).collect()
    }

    #[test]
    fn a_wide_terminal_shows_bar_rate_and_time_left() {
        let lines = drawn(80, 2_000_000);
        let half = lines.iter().find(|line| line.contains(" 50%")).unwrap();
        assert!(half.starts_with("packing chr1 [===") && half.ends_with("left"), "{half}");
        let begun = lines.first().unwrap();
        assert!(begun.starts_with("packing chr1 [ ") && begun.ends_with("  0%"), "{begun}");
        assert!(lines.iter().all(|line| line.chars().count() <= 80));
    }

    #[test]
    fn a_narrow_terminal_shows_the_percentage() {
        let lines = drawn(30, 2_000_000);
        assert!(lines.iter().any(|line| line == "packing chr1 50%"), "{lines:?}");
        assert!(lines.iter().all(|line| line.chars().count() <= 30));
    }

    #[test]
    fn a_phase_of_unknown_length_shows_how_far_it_is() {
        let lines = drawn(80, 0);
        assert!(lines.iter().any(|line| line.contains("packing chr1 1.0 Mb") && !line.contains('%')), "{lines:?}");
    }

    #[test]
    fn the_ignored_signals_of_a_process() {
        let status =
            "Name:\tatemoya\nSigBlk:\t0000000000004002\nSigIgn:\t0000000000001002\nSigCgt:\t0000000000004000\n";
        assert!(is_ignored(status, SIGINT) && !is_ignored(status, SIGTERM));
        assert!(!is_ignored("", SIGINT) && !is_ignored("SigIgn:\tnonsense\n", SIGINT));
    }

    #[test]
    fn an_interruption_ends_the_work() {
        let watch = Watch::on(ProgressDrawTarget::hidden(), COLUMNS);
        assert!(!watch.interrupted() && watch.check().is_ok());
        watch.stop.store(true, Ordering::SeqCst);
        assert!(watch.interrupted());
        assert!(matches!(watch.check(), Err(atemoya::Error::Interrupted)));
    }
}
