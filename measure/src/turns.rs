//! Measuring side by side: contestants take short turns over and over. What slows the machine slows
//! all of them, and ratios are taken within a round.

use crate::timer::Timer;
use atemoya::{Error, Progress, Result};
use std::time::{Duration, Instant};

/// Lets the previous contestant's threads stop.
const REST: Duration = Duration::from_millis(10);

/// What a contestant does with the state that all share.
type Run<'a, S> = Box<dyn FnMut(&mut S) -> Result<()> + 'a>;

/// One thing that is measured.
pub struct Contestant<'a, S> {
    /// The name in the table.
    pub name: String,
    run: Run<'a, S>,
    batches: u32,
    untimed: usize,
}

impl<'a, S> Contestant<'a, S> {
    /// Makes a contestant whose run does one batch, and which rests while others have their turn.
    pub fn new(name: impl Into<String>, run: impl FnMut(&mut S) -> Result<()> + 'a) -> Self {
        Contestant { name: name.into(), run: Box::new(run), batches: 1, untimed: 0 }
    }

    /// Sets how many batches one run does.
    #[must_use]
    pub fn batches(self, batches: u32) -> Self {
        Contestant { batches, ..self }
    }

    /// Sets how many runs it may have ready, since it goes on working while others have their turn.
    /// It rests before each turn, and does that many runs untimed.
    #[must_use]
    pub fn untimed(self, untimed: usize) -> Self {
        Contestant { untimed, ..self }
    }

    /// Returns the same contestant among others that share more than it needs.
    #[must_use]
    pub fn on<R>(mut self, part: impl Fn(&mut R) -> &mut S + 'a) -> Contestant<'a, R>
    where
        S: 'a,
    {
        let (name, batches, untimed) = (self.name, self.batches, self.untimed);
        Contestant { name, run: Box::new(move |whole| (self.run)(part(whole))), batches, untimed }
    }

    /// Returns the same contestant with a state of its own, among others that share nothing.
    #[must_use]
    pub fn with(mut self, state: &'a mut S) -> Contestant<'a, ()> {
        let (name, batches, untimed) = (self.name, self.batches, self.untimed);
        Contestant { name, run: Box::new(move |(): &mut ()| (self.run)(state)), batches, untimed }
    }

    /// Runs once.
    ///
    /// # Errors
    /// The error of its work.
    pub fn run(&mut self, state: &mut S) -> Result<()> {
        (self.run)(state)
    }

    /// Returns the seconds of one batch, over some runs.
    fn turn(&mut self, state: &mut S, runs: u32) -> Result<f64> {
        if self.untimed > 0 {
            std::thread::sleep(REST);
        }
        (0..self.untimed).try_for_each(|_| (self.run)(state))?;
        let since = Instant::now();
        (0..runs).try_for_each(|_| (self.run)(state))?;
        Ok(since.elapsed().as_secs_f64() / f64::from(runs) / f64::from(self.batches))
    }

    /// Returns how many runs fill a turn; finding it out warms the contestant up.
    fn runs(&mut self, state: &mut S, turn: Duration) -> Result<u32> {
        let mut runs = 1.0;
        for tried in [1, 4] {
            runs = turn.as_secs_f64() / (self.turn(state, tried)? * f64::from(self.batches));
            if runs <= 1.0 {
                break;
            }
        }
        Ok(runs.ceil().clamp(1.0, 1e6) as u32)
    }
}

/// How long contestants take turns.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pace {
    /// About how long one turn is.
    pub turn: Duration,
    /// How long all turns together are.
    pub budget: Duration,
    /// Rounds that there are even when the budget is spent.
    pub rounds: usize,
}

impl Pace {
    /// Turns of some milliseconds, or less where the time is short, and five rounds at least.
    #[must_use]
    pub fn new(turn_ms: u64, budget: Duration) -> Pace {
        Pace { turn: Duration::from_millis(turn_ms).min(budget / 20), budget, rounds: 5 }
    }

    /// Returns one round, to see that everything runs.
    #[must_use]
    pub fn once() -> Pace {
        Pace { turn: Duration::ZERO, budget: Duration::ZERO, rounds: 1 }
    }
}

/// What was measured of a contestant.
#[derive(Debug, Clone)]
pub struct Row {
    /// Its name.
    pub name: String,
    /// The median of the seconds of one batch.
    pub seconds: f64,
    /// Its speed over the speed of the last contestant, round by round.
    pub ratio: Quartiles,
}

/// Lets the contestants take turns, in an order that rotates. The last one is what the others are
/// compared with.
///
/// # Errors
/// The error of a contestant, or [`Error::Interrupted`]. `progress` advances by milliseconds.
///
/// # Panics
/// When there is no contestant.
pub fn take_turns<S>(
    state: &mut S,
    contestants: &mut [Contestant<'_, S>],
    pace: Pace,
    progress: &dyn Progress,
) -> Result<Vec<Row>> {
    let n = contestants.len();
    let runs =
        contestants.iter_mut().map(|contestant| contestant.runs(state, pace.turn)).collect::<Result<Vec<_>>>()?;
    let mut times = vec![Vec::new(); n];
    let mut timer = Timer::start(progress);
    for round in 0.. {
        if round >= pace.rounds && timer.elapsed() >= pace.budget {
            break;
        }
        for i in (0..n).map(|i| (i + round) % n) {
            if progress.interrupted() {
                return Err(Error::Interrupted);
            }
            let seconds = contestants[i].turn(state, runs[i])?;
            times[i].push(seconds);
        }
        timer.tick()?;
    }
    let base = times[n - 1].clone();
    let rows = contestants.iter().zip(times).map(|(contestant, times)| {
        let ratio = Quartiles::of(times.iter().zip(&base).map(|(own, base)| base / own));
        Row { name: contestant.name.clone(), seconds: Quartiles::of(times).median, ratio }
    });
    Ok(rows.collect())
}

/// Lower quartile, median and upper quartile of some values.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Quartiles {
    /// A quarter of the values are below it.
    pub low: f64,
    /// Half of the values are below it.
    pub median: f64,
    /// A quarter of the values are above it.
    pub high: f64,
}

impl Quartiles {
    /// Returns the quartiles of some values.
    ///
    /// # Panics
    /// When there is no value.
    pub fn of(values: impl IntoIterator<Item = f64>) -> Quartiles {
        let mut values: Vec<f64> = values.into_iter().collect();
        values.sort_unstable_by(f64::total_cmp);
        let at = |q: f64| values[((values.len() - 1) as f64 * q).round() as usize];
        Quartiles { low: at(0.25), median: at(0.5), high: at(0.75) }
    }

    /// Returns the quartiles of something that was measured once.
    #[must_use]
    pub fn exactly(value: f64) -> Quartiles {
        Quartiles { low: value, median: value, high: value }
    }

    /// Returns the quartiles of the inverses: times for speeds.
    #[must_use]
    pub fn inverse(self) -> Quartiles {
        Quartiles { low: 1.0 / self.high, median: 1.0 / self.median, high: 1.0 / self.low }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quartiles_of_few_values() {
        assert_eq!(Quartiles::of([3.0]), Quartiles::exactly(3.0));
        let quartiles = Quartiles::of([4.0, 1.0, 3.0, 2.0, 5.0]);
        assert_eq!(quartiles, Quartiles { low: 2.0, median: 3.0, high: 4.0 });
        assert_eq!(quartiles.inverse(), Quartiles { low: 0.25, median: 1.0 / 3.0, high: 0.5 });
    }

    #[test]
    fn everyone_has_as_many_turns_and_the_last_is_the_measure() {
        let mut counts = [0u32; 2];
        let mut contestants = [0, 1].map(|i| {
            Contestant::new(format!("{i}"), move |counts: &mut [u32; 2]| {
                counts[i] += 1;
                Ok(())
            })
        });
        let pace = Pace { rounds: 7, ..Pace::once() };
        let rows = take_turns(&mut counts, &mut contestants, pace, &()).unwrap();
        assert_eq!(counts, [8, 8], "one run to find out how long it is, then seven");
        assert_eq!(rows[1].ratio, Quartiles::exactly(1.0));
        assert_eq!(rows[0].name, "0");
    }

    #[test]
    fn an_error_and_an_interruption_end_it() {
        struct Stop;
        impl Progress for Stop {
            fn interrupted(&self) -> bool {
                true
            }
        }
        let fine = || Contestant::new("fine", |(): &mut ()| Ok(()));
        assert!(matches!(take_turns(&mut (), &mut [fine()], Pace::once(), &Stop), Err(Error::Interrupted)));
        let bad = || Error::Argument { name: "x", message: "bad".into() };
        let bad = Contestant::new("bad", move |(): &mut ()| Err(bad()));
        assert!(take_turns(&mut (), &mut [fine(), bad], Pace::once(), &()).is_err());
    }
}
