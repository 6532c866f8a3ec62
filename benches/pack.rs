//! How long does it take to pack FASTA and bigWig, beside reading them?

use atemoya::format::manifest::Role;
use atemoya::pack::PackBuilder;
use atemoya_benches::{
    Fixture, Packed, Panel, Request, Result, Table, Values, pack, read_bigwigs, read_bytes, side_by_side,
};
use atemoya_measure::Pace;
use criterion::Criterion;
use std::time::Duration;

const COUNTS: Panel = Panel { name: "counts", role: Role::Signal, tracks: 2, values: Values::Counts(0.03) };
const COVERAGE: Panel = Panel { name: "coverage", role: Role::Signal, tracks: 2, values: Values::Coverage(40.0) };

fn main() -> Result<()> {
    let request = Request::from_args();
    let fixture = Fixture::build(if request.measure { 8 << 20 } else { 1 << 18 }, &[COUNTS, COVERAGE])?;
    let mut criterion = Criterion::default()
        .warm_up_time(Duration::from_millis(500))
        .measurement_time(Duration::from_secs(2))
        .sample_size(10)
        .configure_from_args();
    let mut table = Table::default();
    let mut measure = |question: &str, builder: PackBuilder, read| -> Result<()> {
        let asked = (&request, &mut criterion, &mut table);
        let (mut packed, pace) = (Packed::new()?, Pace::new(0, Duration::from_secs(3)));
        side_by_side(asked, &format!("pack/{question}"), &mut packed, &mut [pack(builder), read], pace)
    };
    let fasta = fixture.write_fasta()?;
    measure("FASTA", PackBuilder::new().fasta(&fasta), read_bytes(&fasta))?;
    let [counts, coverage] = [fixture.write_bigwigs(0)?, fixture.write_bigwigs(1)?];
    for (name, paths) in [(COUNTS.name, &counts), (COVERAGE.name, &coverage)] {
        let builder = PackBuilder::new().signal(name, paths);
        measure(&format!("2 bigWigs of {name}"), builder, read_bigwigs(paths, &fixture.store))?;
    }
    criterion.final_summary();
    table.print("Packing beside reading the same input, in turns; medians", "times", "x reading");
    Ok(())
}
