//! How long does it take to select loci, beside reading their index?

use atemoya::format::manifest::Role;
use atemoya::loci::published;
use atemoya::{PeakGenerator, Result as Outcome};
use atemoya_benches::{Fixture, Panel, Request, Result, Table, Values, side_by_side};
use atemoya_measure::{Contestant, Pace};
use criterion::Criterion;
use std::hint::black_box;
use std::time::Duration;

const SIGNAL: Panel = Panel { name: "signal", role: Role::Signal, tracks: 2, values: Values::Counts(0.03) };

fn main() -> Result<()> {
    let request = Request::from_args();
    let (bases, peaks) = if request.measure { (32 << 20, 30_000) } else { (1 << 18, 300) };
    let fixture = Fixture::build(bases, &[SIGNAL])?;
    fixture.index(peaks)?;
    let excluded = fixture.directory().join("excluded.bed");
    let lines = fixture.store.contigs().iter().flat_map(|(name, length)| {
        (0..length).step_by(100_000).map(move |start| format!("{name}\t{start}\t{}\n", start + 1000))
    });
    std::fs::write(&excluded, lines.collect::<String>())?;

    // A ring of one example, so that it costs nothing beside.
    let plain = PeakGenerator::new(&fixture.store).num_workers(0).batch_size(1).slots(Some(1));
    let counted = plain.clone().min_counts(Some(1.0));
    let exclusion = plain.clone().exclusion_lists(vec![excluded]);
    let build = |name: &str, generator: PeakGenerator| {
        Contestant::new(name, move |(): &mut ()| -> Outcome<()> {
            black_box(generator.build()?.len());
            Ok(())
        })
    };
    let read = Contestant::new("read the index", |(): &mut ()| -> Outcome<()> {
        black_box(published::read(&fixture.store, None)?.table.len());
        Ok(())
    });
    let mut contestants = [
        build("by place", plain),
        build("by counts as well", counted),
        build("by exclusion list as well", exclusion),
        read,
    ];
    let mut criterion = Criterion::default().sample_size(20).configure_from_args();
    let mut table = Table::default();
    let group = format!("select/{} loci", peaks + peaks / 5);
    let asked = (&request, &mut criterion, &mut table);
    side_by_side(asked, &group, &mut (), &mut contestants, Pace::new(20, Duration::from_secs(5)))?;
    criterion.final_summary();
    table.print("Selecting loci beside reading their index, in turns; medians", "times", "x reading");
    Ok(())
}
