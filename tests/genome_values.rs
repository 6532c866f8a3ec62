//! Windows of arrays of whole contigs, element by element, in all types and layouts, at any
//! position.
#![cfg(feature = "ingest")]
#![allow(clippy::unwrap_used, clippy::panic, clippy::print_stderr, reason = "the helpers of tests are tests too")]

mod common;

use atemoya::feed::{Array, Batch, Column, ContigArrays, Genome};
use atemoya::loci::Locus;
use atemoya::{DType, PeakGenerator};
use common::genomes::{element, lay};
use common::inputs::Rng;

const CONTIGS: [(&str, usize); 3] = [("one", 120), ("none", 0), ("two", 75)];

/// Rows of each contig.
type Rows = Vec<Vec<Vec<f64>>>;

/// Rows of small numbers.
fn rows(rng: &mut Rng, rows: usize) -> Rows {
    let mut row = |length: usize| (0..length).map(|_| rng.below(100) as f64).collect::<Vec<f64>>();
    CONTIGS.map(|(_, length)| (0..rows).map(|_| row(length)).collect()).to_vec()
}

fn arrays(rng: &mut Rng, dtype: DType, rows: &Rows) -> ContigArrays {
    CONTIGS.iter().zip(rows).map(|((name, _), rows)| (*name, lay(rng, dtype, rows))).collect()
}

/// Loci on the contigs and beyond their ends.
fn loci(rng: &mut Rng, count: usize) -> Vec<Locus> {
    let locus = |row| {
        let centre =
            if rng.below(9) == 0 { [i64::MIN, i64::MAX][row as usize % 2] } else { rng.below(200) as i64 - 40 };
        Locus { contig: rng.below(3) as u32, centre, row }
    };
    (0..count as u32).map(locus).collect()
}

/// Returns the bytes that an example must have in a column.
fn expected(
    batch: &Batch,
    row: usize,
    locus: Locus,
    width: usize,
    (rows, groups, dtype): (&Rows, &[usize], DType),
) -> Vec<u8> {
    let shift = if batch.labels()[row] == 1 { batch.offsets()[row] - 4 } else { 0 };
    let turned = batch.reverse_complemented()[row] == 1;
    let mut out = Vec::new();
    let mut first = 0;
    for size in groups {
        for channel in 0..*size {
            let channel = first + if turned { size - 1 - channel } else { channel };
            for position in 0..width as i64 {
                let position = if turned { width as i64 - 1 - position } else { position };
                let start = locus.centre.saturating_sub(width as i64 / 2).saturating_add(shift);
                let position = start.saturating_add(position);
                let values = &rows[locus.contig as usize][channel];
                let value = usize::try_from(position).ok().and_then(|position| values.get(position));
                out.extend(element(dtype, value.copied().unwrap_or(0.0)));
            }
        }
        first += size;
    }
    out
}

#[test]
fn every_value_is_that_of_plain_indexing() {
    let mut rng = Rng::new(11);
    for case in 0..150 {
        let dtype = DType::ALL[case % 12];
        let (in_window, out_window) = (1 + rng.below(50) as usize, 1 + rng.below(40) as usize);
        let sequence = rows(&mut rng, 4);
        let genome = Genome::from_arrays(&arrays(&mut rng, dtype, &sequence), None).unwrap();
        // A group of two and one of three, of which the first three channels are one array each
        // contig.
        let (one, two) = (rows(&mut rng, 3), rows(&mut rng, 2));
        let signal: Rows = one.iter().zip(&two).map(|(one, two)| [one.clone(), two.clone()].concat()).collect();
        let types = [(); 3].map(|()| DType::ALL[rng.below(12) as usize]);
        let channels = [arrays(&mut rng, types[0], &one), arrays(&mut rng, types[1], &two)];
        let genome = genome.signals(&channels, Some(&[2, 3])).unwrap();
        let control = rows(&mut rng, 2);
        let genome = genome.controls(&[arrays(&mut rng, types[2], &control)], None).unwrap();
        let (peaks, negatives) = (loci(&mut rng, 30), loci(&mut rng, 10));
        let generator = PeakGenerator::over(&genome).selected(peaks.clone(), negatives.clone()).negative_ratio(0.5);
        let generator = generator.in_window(in_window).out_window(out_window).max_jitter(4).random_state(case as u64);
        let dataset = generator.dataset().unwrap();
        for batch in dataset.batches(2).map(Result::unwrap) {
            for row in 0..batch.len() {
                let loci = if batch.labels()[row] == 1 { &peaks } else { &negatives };
                let locus = loci[batch.sources()[row] as usize];
                for (column, width, of) in [
                    (Column::Sequence, in_window, (&sequence, &[4][..], dtype)),
                    (Column::Controls, in_window, (&control, &[1, 1][..], DType::F32)),
                    (Column::Signal, out_window, (&signal, &[2, 3][..], DType::F32)),
                ] {
                    let found = batch.column(column).unwrap();
                    assert_eq!((found.dtype(), found.shape()[2]), (of.2, width));
                    let size = found.bytes().len() / batch.len();
                    let expected = expected(&batch, row, locus, width, of);
                    assert!(found.bytes()[row * size..][..size] == expected, "{column:?} {dtype} {types:?} {locus:?}");
                }
            }
        }
    }
}

#[test]
fn a_track_of_no_contig_is_zero() {
    let sequences: ContigArrays = [("c", Array::from_vec(vec![9u8; 400], [1, 4, 100]).unwrap())].into_iter().collect();
    let elsewhere: ContigArrays = [("d", Array::from_vec(vec![9u8; 100], [1, 1, 100]).unwrap())].into_iter().collect();
    let genome = Genome::from_arrays(&sequences, None).unwrap();
    let peak = vec![Locus { contig: 0, centre: 50, row: 0 }];
    let generator = |genome: &Genome| {
        let generator = PeakGenerator::over(genome).selected(peak.clone(), vec![]).negative_ratio(0.0);
        generator.in_window(10).out_window(6).max_jitter(0).dataset().unwrap().fetch(0, &[0]).unwrap()
    };
    let batch = generator(&genome.clone().signals(&[elsewhere, ContigArrays::default()], None).unwrap());
    assert_eq!(*batch.signal().unwrap(), [0.0; 12]);
    assert!(batch.column(Column::Sequence).unwrap().bytes() == [9; 40] && batch.controls().is_none());
    for genome in [genome.clone(), genome.signals(&[], None).unwrap()] {
        let batch = generator(&genome);
        assert!(batch.column(Column::Sequence).is_some() && batch.column(Column::Signal).is_none());
    }
}
