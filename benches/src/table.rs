//! The table that a criterion benchmark ends with: contestants beside the last of them.

use atemoya_measure::{Quartiles, Row};

/// Lines under headings.
#[derive(Debug, Default)]
pub struct Table {
    lines: Vec<String>,
}

impl Table {
    /// Adds rows under a heading. A batch is `items` of something and `bytes` bytes of output, or 0
    /// when that is not the point.
    pub fn push(&mut self, heading: &str, items: usize, bytes: usize, rows: &[Row]) {
        self.lines.push(heading.to_owned());
        for Row { name, seconds, ratio: Quartiles { low, median, high } } in rows {
            let rate = items as f64 / seconds;
            let rate = if rate < 100.0 { format!("{rate:.2}") } else { format!("{rate:.0}") };
            let gigabytes = if bytes == 0 { String::new() } else { format!("{:.2}", bytes as f64 / seconds / 1e9) };
            let ratios = [low, median, high].map(|r| if *r < 0.1 { format!("{r:.4}") } else { format!("{r:.2}") });
            let [low, median, high] = ratios;
            self.lines.push(format!("  {name:<26}{rate:>12}{gigabytes:>9}{median:>10}   {low} to {high}"));
        }
    }

    /// Prints it; `items` names what is counted, `base` what the ratios are to.
    #[allow(clippy::print_stdout, reason = "the table is what a benchmark is for")]
    pub fn print(&self, title: &str, items: &str, base: &str) {
        if self.lines.is_empty() {
            return;
        }
        println!("\n{title}");
        let gigabytes = if base == "x memcpy" { "GB/s" } else { "" };
        println!("{:<28}{:>12}{gigabytes:>9}{base:>10}   quartiles", "", format!("{items}/s"));
        self.lines.iter().for_each(|line| println!("{line}"));
        println!();
    }
}
