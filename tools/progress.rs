//! A progress bar on standard error for work that is counted in bases, phase after phase.
//!
//! It draws nothing where standard error is not a terminal, so logs stay clean.

use std::fmt::Write;
use std::time::Duration;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressState, ProgressStyle};

/// From this many columns on a bar, its rate and the time left fit on a line; below it only the percentage is shown.
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
        let bar = ProgressBar::with_draw_target(Some(0), target).with_style(style(columns));
        Progress { bar, columns }
    }

    /// Begins a phase of `total` bases, in place of the one before. With 0 the length is not known, and no share is shown.
    pub(crate) fn start(&self, phase: &str, total: u64) {
        self.bar.reset();
        self.bar.set_style(if total == 0 { style_without_end() } else { style(self.columns) });
        self.bar.set_length(total);
        self.bar.set_message(phase.to_owned());
        // The bar shows that the program is alive where a phase is silent for long.
        self.bar.enable_steady_tick(Duration::from_millis(500));
    }

    /// Counts `n` more bases of the phase.
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

fn style(columns: u16) -> ProgressStyle {
    let wide = "{msg} [{wide_bar}] {percent:>3}% {rate:>10} {left:>8} left";
    templated(if columns >= WIDE { wide } else { "{msg} {percent}%" })
}

/// For a phase of which nobody knows how long it is.
fn style_without_end() -> ProgressStyle {
    templated("{spinner} {msg} {done} {rate}")
}

fn templated(template: &str) -> ProgressStyle {
    ProgressStyle::with_template(template)
        // The templates are constants that the tests draw.
        .unwrap_or_else(|_| ProgressStyle::default_bar())
        .progress_chars("=> ")
        .with_key("rate", |state: &ProgressState, out: &mut dyn Write| {
            let _ = out.write_str(&rate(state.per_sec()));
        })
        .with_key("done", |state: &ProgressState, out: &mut dyn Write| {
            let _ = out.write_str(&crate::output::count(state.pos(), "b"));
        })
        .with_key("left", |state: &ProgressState, out: &mut dyn Write| {
            let _ = out.write_str(&clock(state.eta()));
        })
}

/// Bases a second, in the unit that leaves one to three digits before the point.
fn rate(per_second: f64) -> String {
    match per_second {
        r if r >= 1e9 => format!("{:.1} G/s", r / 1e9),
        r if r >= 1e6 => format!("{:.1} M/s", r / 1e6),
        r if r >= 1e3 => format!("{:.1} k/s", r / 1e3),
        r => format!("{r:.0}/s"),
    }
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
        progress.start("packing chr1", total);
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
        assert!(half.starts_with("packing chr1 [===") && half.contains("/s") && half.ends_with("left"), "{half}");
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
        let rates = [0.0, 999.0, 1_500.0, 2.25e6, 3.1e9].map(rate);
        assert_eq!(rates, ["0/s", "999/s", "1.5 k/s", "2.2 M/s", "3.1 G/s"]);
        assert_eq!([5, 65, 3_661].map(|s| clock(Duration::from_secs(s))), ["0:05", "1:05", "1:01:01"]);
    }
}
