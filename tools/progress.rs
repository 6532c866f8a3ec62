//! How the progress of a phase looks: bar, rate and time left, for [`indicatif`].

use crate::output;
use atemoya::Unit;
use indicatif::{FormattedDuration, ProgressState, ProgressStyle};
use std::fmt::Write;

/// From this many columns on a bar, its rate and the time left fit on a line; below it only the
/// percentage is shown.
const WIDE: u16 = 60;

/// Returns the style of a phase of `total` units. With 0 its length is unknown, and no share is
/// shown.
pub(crate) fn style(columns: u16, total: u64, unit: Unit) -> ProgressStyle {
    let template = match total {
        0 => "{spinner} {msg} {done} {rate}",
        _ if columns >= WIDE => "{msg} [{wide_bar}] {percent:>3}% {rate:>13} {left:>13}",
        _ => "{msg} {percent}%",
    };
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
                let _ = write!(out, "{} left", FormattedDuration(state.eta()));
            }
        })
}

/// Returns how many units there are, with their name.
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

/// Returns units a second, once there are any. Work that is given a time has no rate.
fn rate(per_second: f64, unit: Unit) -> String {
    let whole = per_second.round() as u64;
    if whole == 0 || unit == Unit::Milliseconds { String::new() } else { format!("{}/s", counted(whole, unit)) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rates_are_short() {
        let rates = [0.0, 0.4, 999.0, 1_500.0, 2.25e6, 3.1e9].map(|r| rate(r, Unit::Bases));
        assert_eq!(rates, ["", "", "999 b/s", "1.5 kb/s", "2.2 Mb/s", "3.1 Gb/s"]);
        assert_eq!(rate(2e6, Unit::Bytes), "2.0 MB/s");
        assert_eq!(rate(1500.0, Unit::Loci), "1.5 k loci/s");
    }
}
