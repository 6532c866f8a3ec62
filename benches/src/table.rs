//! The table that a criterion benchmark ends with: contestants beside the last of them.

use atemoya_measure::{Quartiles, Row};

/// Lines under headings.
#[derive(Debug, Default)]
pub struct Table {
    lines: Vec<String>,
}

impl Table {
    /// Adds rows under a heading. A batch is `items` of something and `bytes` bytes of output.
    pub fn push(&mut self, heading: &str, items: usize, bytes: usize, rows: &[Row]) {
        self.lines.push(heading.to_owned());
        for Row { name, seconds, ratio: Quartiles { low, median, high } } in rows {
            let (rate, gigabytes) = (items as f64 / seconds, bytes as f64 / seconds / 1e9);
            self.lines.push(format!("  {name:<24}{rate:>12.0}{gigabytes:>9.2}{median:>10.2}   {low:.2} to {high:.2}"));
        }
    }

    /// Prints it; `items` names what is counted.
    #[allow(clippy::print_stdout, reason = "the table is what a benchmark is for")]
    pub fn print(&self, title: &str, items: &str) {
        if self.lines.is_empty() {
            return;
        }
        println!("\n{title}");
        println!("{:<26}{:>12}{:>9}{:>10}   quartiles", "", format!("{items}/s"), "GB/s", "x memcpy");
        self.lines.iter().for_each(|line| println!("{line}"));
        println!();
    }
}
