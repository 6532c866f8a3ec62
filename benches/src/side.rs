//! A criterion benchmark whose last contestant is what the others are compared with: measured by
//! criterion, one after the other, and then in turns.

use crate::{Request, Result, Table};
use atemoya_measure::{Contestant, Pace, take_turns};
use criterion::Criterion;

/// Measures contestants, and adds their rows to the table under `group`.
///
/// # Errors
/// What a contestant says.
pub fn side_by_side<S>(
    (request, criterion, table): (&Request, &mut Criterion, &mut Table),
    group: &str,
    state: &mut S,
    contestants: &mut [Contestant<'_, S>],
    pace: Pace,
) -> Result<()> {
    let mut benchmark = criterion.benchmark_group(group);
    for contestant in contestants.iter_mut() {
        let mut result = Ok(());
        benchmark.bench_function(contestant.name.clone(), |bencher| {
            bencher.iter(|| {
                if result.is_ok() {
                    result = contestant.run(state);
                }
            });
        });
        result?;
    }
    benchmark.finish();
    if request.measure && request.wants(group) {
        table.push(group, 1, 0, &take_turns(state, contestants, pace, &())?);
    }
    Ok(())
}
