//! Measuring side by side: contestants take short turns over and over, so that whatever slows the machine slows all of
//! them, and ratios are taken within a round.

use std::time::{Duration, Instant};

/// Lets the threads of the one before come to rest.
const REST: Duration = Duration::from_millis(10);

/// Someone who takes turns: `run` does one batch with the shared state.
pub struct Contestant<'a, S> {
    /// The name in the table.
    pub name: String,
    /// One batch.
    pub run: Box<dyn FnMut(&mut S) + 'a>,
    /// Batches that it does, after a short rest, before a turn is timed: what it may have done ahead meanwhile.
    pub untimed: usize,
}

impl<'a, S> Contestant<'a, S> {
    /// A contestant that does nothing ahead.
    pub fn new(name: impl Into<String>, run: impl FnMut(&mut S) + 'a) -> Self {
        Contestant { name: name.into(), run: Box::new(run), untimed: 0 }
    }

    fn turn(&mut self, state: &mut S, batches: u32) -> f64 {
        if self.untimed > 0 {
            std::thread::sleep(REST);
        }
        (0..self.untimed).for_each(|_| (self.run)(state));
        let since = Instant::now();
        (0..batches).for_each(|_| (self.run)(state));
        since.elapsed().as_secs_f64() / f64::from(batches)
    }
}

/// What was measured of a contestant.
#[derive(Debug, Clone)]
pub struct Row {
    /// Its name.
    pub name: String,
    /// Median of the seconds of one batch.
    pub seconds: f64,
    /// Lower quartile, median and upper quartile of its speed over the speed of the last contestant, round by round.
    pub ratio: [f64; 3],
}

/// Lets the contestants take turns of about `turn` each until `budget` is spent, in an order that rotates. The last one
/// is what the others are compared with.
pub fn take_turns<S>(
    state: &mut S,
    contestants: &mut [Contestant<'_, S>],
    turn: Duration,
    budget: Duration,
) -> Vec<Row> {
    let n = contestants.len();
    let batches: Vec<u32> = contestants
        .iter_mut()
        .map(|contestant| {
            contestant.turn(state, 2);
            let seconds = contestant.turn(state, 4);
            (turn.as_secs_f64() / seconds).ceil().clamp(1.0, 1e6) as u32
        })
        .collect();
    let mut times = vec![Vec::new(); n];
    let since = Instant::now();
    for round in 0.. {
        if round >= 5 && since.elapsed() >= budget {
            break;
        }
        for i in (0..n).map(|i| (i + round) % n) {
            let seconds = contestants[i].turn(state, batches[i]);
            times[i].push(seconds);
        }
    }
    let base = times[n - 1].clone();
    let rows = contestants.iter().zip(times).map(|(contestant, times)| {
        let ratios = sorted(times.iter().zip(&base).map(|(own, base)| base / own));
        let seconds = quantile(&sorted(times.into_iter()), 0.5);
        Row { name: contestant.name.clone(), seconds, ratio: [0.25, 0.5, 0.75].map(|q| quantile(&ratios, q)) }
    });
    rows.collect()
}

fn sorted(values: impl Iterator<Item = f64>) -> Vec<f64> {
    let mut values: Vec<f64> = values.collect();
    values.sort_unstable_by(f64::total_cmp);
    values
}

fn quantile(sorted: &[f64], q: f64) -> f64 {
    sorted[((sorted.len() - 1) as f64 * q).round() as usize]
}

/// The table that a benchmark ends with.
#[derive(Debug, Default)]
pub struct Table {
    lines: Vec<String>,
}

impl Table {
    /// Adds rows under a heading. A batch is `items` of something and `bytes` bytes of output.
    pub fn push(&mut self, heading: &str, items: usize, bytes: usize, rows: &[Row]) {
        self.lines.push(heading.to_owned());
        for Row { name, seconds, ratio: [low, median, high] } in rows {
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
