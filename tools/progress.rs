//! A progress bar on standard error, phase after phase.
//!
//! It draws nothing where standard error is not a terminal, so logs stay clean.

use std::fmt::Write;
use std::time::Duration;

use crate::output;
use atemoya::Unit;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressState, ProgressStyle};

/// From this many columns on a bar, its rate and the time left fit on a line; below it only the
/// percentage is shown.
const WIDE: u16 = 60;

/// Redraws a second at most.
const RATE: u8 = 10;

/// Shows one phase at a time. It can be shared by threads.
pub(crate) struct Progress {
    bar: ProgressBar,
    columns: u16,
}

impl Progress {
    /// A bar on standard error, if that is a terminal.
    pub(crate) fn stderr() -> Progress {
        // A terminal of no known size counts as wide.
        let columns = terminal_columns().unwrap_or(WIDE);
        Progress::on(ProgressDrawTarget::stderr_with_hz(RATE), columns)
    }

    fn on(target: ProgressDrawTarget, columns: u16) -> Progress {
        let bar = ProgressBar::with_draw_target(Some(0), target);
        // A bar that is over draws nothing until a phase begins.
        bar.finish_and_clear();
        Progress { bar, columns }
    }

    /// Begins a phase of `total` units, in place of the one before. With 0 the length is not known,
    /// and no share is shown.
    pub(crate) fn start(&self, phase: &str, total: u64, unit: Unit) {
        self.bar.finish_and_clear();
        self.bar.set_style(if total == 0 { style_without_end(unit) } else { style(self.columns, unit) });
        self.bar.set_length(total);
        self.bar.set_message(phase.to_owned());
        self.bar.reset();
        // The bar shows that the program is alive where a phase is silent for long.
        self.bar.enable_steady_tick(Duration::from_millis(500));
    }

    /// Counts `n` more units of the phase.
    pub(crate) fn advance(&self, n: u64) {
        self.bar.inc(n);
    }

    /// Ends the phase and clears its line.
    pub(crate) fn finish(&self) {
        self.bar.disable_steady_tick();
        self.bar.finish_and_clear();
    }
}

/// Columns of the terminal that standard error is, if it is one.
fn terminal_columns() -> Option<u16> {
    let term = console::Term::stderr();
    term.size_checked().map(|(_, columns)| columns)
}

fn style(columns: u16, unit: Unit) -> ProgressStyle {
    let wide = "{msg} [{wide_bar}] {percent:>3}% {rate:>13} {left:>12}";
    templated(if columns >= WIDE { wide } else { "{msg} {percent}%" }, unit)
}

/// For a phase of which nobody knows how long it is.
fn style_without_end(unit: Unit) -> ProgressStyle {
    templated("{spinner} {msg} {done} {rate}", unit)
}

fn templated(template: &str, unit: Unit) -> ProgressStyle {
    ProgressStyle::with_template(template)
        // The templates are constants that the tests draw.
        .unwrap_or_else(|_| ProgressStyle::default_bar())
        .progress_chars("=> ")
        .with_key("rate", move |state: &ProgressState, out: &mut dyn Write| {
            let _ = out.write_str(&rate(state.per_sec(), unit));
        })
        .with_key("done", move |state: &ProgressState, out: &mut dyn Write| {
            let _ = out.write_str(&counted(state.pos(), unit));
        })
        .with_key("left", |state: &ProgressState, out: &mut dyn Write| {
            // Nobody knows how long it takes before something is done.
            if state.pos() > 0 {
                let _ = write!(out, "{} left", clock(state.eta()));
            }
        })
}

/// How many units there are, with their name.
fn counted(n: u64, unit: Unit) -> String {
    let named = |name| format!("{} {name}", output::count(n, "").trim_end());
    match unit {
        Unit::Bases => output::count(n, "b"),
        Unit::Bytes => output::count(n, "B"),
        Unit::Loci => named("loci"),
        Unit::Tiles => named("tiles"),
        _ => output::count(n, ""),
    }
}

/// Units a second, once there are any. Of work that is given a time there is no rate.
fn rate(per_second: f64, unit: Unit) -> String {
    let whole = per_second.round() as u64;
    if whole == 0 || unit == Unit::Milliseconds { String::new() } else { format!("{}/s", counted(whole, unit)) }
}

/// A duration as `m:ss` or `h:mm:ss`.
fn clock(time: Duration) -> String {
    let seconds = time.as_secs();
    let (hours, minutes, seconds) = (seconds / 3_600, seconds / 60 % 60, seconds % 60);
    if hours > 0 { format!("{hours}:{minutes:02}:{seconds:02}") } else { format!("{minutes}:{seconds:02}") }
}

#[cfg(test)]
mod tests {
    use std::io;
    use std::sync::{Arc, Mutex};

    use indicatif::TermLike;

    use super::*;

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

    /// The lines drawn while a phase goes from nothing to its half.
    fn drawn(columns: u16, total: u64) -> Vec<String> {
        let text = Arc::new(Mutex::new(String::new()));
        let screen = Screen(columns, Arc::clone(&text));
        let progress = Progress::on(ProgressDrawTarget::term_like(Box::new(screen)), columns);
        progress.start("packing chr1", total, Unit::Bases);
        progress.bar.force_draw();
        progress.advance(1_000_000);
        progress.bar.force_draw();
        progress.finish();
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
    fn rates_and_times_are_short() {
        let rates = [0.0, 0.4, 999.0, 1_500.0, 2.25e6, 3.1e9].map(|r| rate(r, Unit::Bases));
        assert_eq!(rates, ["", "", "999 b/s", "1.5 kb/s", "2.2 Mb/s", "3.1 Gb/s"]);
        assert_eq!(rate(2e6, Unit::Bytes), "2.0 MB/s");
        assert_eq!(rate(1500.0, Unit::Loci), "1.5 k loci/s");
        assert_eq!([5, 65, 3_661].map(|s| clock(Duration::from_secs(s))), ["0:05", "1:05", "1:01:01"]);
    }
}
