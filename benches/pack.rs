//! How long does it take to pack FASTA and bigWig, beside reading them?

use atemoya::format::manifest::Role;
use atemoya::format::onehot;
use atemoya::pack::PackBuilder;
use atemoya_benches::{
    Fixture, Packed, Panel, Request, Result, Table, Values, pack, read_bigwigs, read_bytes, side_by_side,
};
use atemoya_measure::{Contestant, Pace, Random};
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
    let mut letters = Letters { read: random_letters(), blocks: Vec::new() };
    let contestants = &mut [blocks_at_once(), block_by_block()];
    let pace = Pace::new(1, Duration::from_secs(1));
    side_by_side((&request, &mut criterion, &mut table), "pack/1 Mb of letters", &mut letters, contestants, pace)?;
    criterion.final_summary();
    table.print("Packing beside reading the same input, in turns; medians", "times", "x reading");
    Ok(())
}

/// Letters of a genome, and the blocks that they become.
struct Letters {
    read: Vec<[u8; 64]>,
    blocks: Vec<u8>,
}

fn random_letters() -> Vec<[u8; 64]> {
    let mut random = Random::new(&[7]);
    (0..1 << 14).map(|_| std::array::from_fn(|_| b"ACGTacgtN"[random.below(9)])).collect()
}

/// As packing does it.
fn blocks_at_once() -> Contestant<'static, Letters> {
    Contestant::new("encode_blocks", |letters: &mut Letters| {
        letters.blocks.clear();
        onehot::encode_blocks(&letters.read, &mut letters.blocks);
        Ok(())
    })
}

/// Returns what every machine can do.
fn block_by_block() -> Contestant<'static, Letters> {
    Contestant::new("encode, block by block", |letters: &mut Letters| {
        letters.blocks.clear();
        let blocks = letters.read.iter().map(|letters| onehot::encode(letters));
        blocks.for_each(|block| letters.blocks.extend_from_slice(bytemuck::cast_slice(&block)));
        Ok(())
    })
}
