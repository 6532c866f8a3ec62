//! Round trips of every encoding over every part of a tile, against the values themselves.

use super::intervals::Intervals;
use super::*;
use proptest::prelude::*;

fn intervals(tile: &[f32]) -> Intervals {
    let mut intervals = Intervals::default();
    intervals.read(tile);
    intervals
}

fn encoded(tile: &[f32], family: Family, values: ValueType) -> (Code, Vec<u8>) {
    let intervals = intervals(tile);
    let nonzero = intervals.summary(tile.len()).nonzero as usize;
    let counts = encode::Counts { tile: tile.len(), nonzero, runs: intervals.runs(tile.len()) };
    let (code, mut bytes) = (Code::new(family, values), Vec::new());
    counts.write(&intervals, code, &mut bytes);
    (code, bytes)
}

fn part<T: Sample, const REVERSE: bool>(code: Code, bytes: &[u8], tile: usize, from: usize, to: usize) -> Vec<T> {
    let mut out = vec![T::ONE; to - from];
    decode::<T, REVERSE>(code, bytes, tile, from..to, false, &mut out).unwrap();
    out
}

/// Every family and type that can hold the tile.
fn choices(tile: &[f32]) -> Vec<(Family, ValueType)> {
    let narrowest = intervals(tile).summary(tile.len()).values;
    let mut out = Vec::new();
    for values in ValueType::ALL {
        if values >= narrowest {
            out.push((Family::Sparse, values));
            out.push((Family::Bitmap, values));
        }
        if values >= narrowest.max(ValueType::U4) {
            out.push((Family::Dense, values));
            out.push((Family::Runs, values));
        }
    }
    out
}

fn tiles() -> impl Strategy<Value = Vec<f32>> {
    let value = prop_oneof![
        3 => Just(0.0f32), 2 => Just(1.0f32), 1 => (0u8..=15).prop_map(f32::from), 1 => (0u8..=255).prop_map(f32::from),
        1 => (0u16..=65535).prop_map(f32::from), 1 => -1e6f32..1e6f32, 1 => Just(f32::MAX), 1 => Just(-3.0f32)
    ];
    let run = (value, 1usize..200);
    (9u32..=12, prop::collection::vec(run, 1..300), 0u32..6).prop_map(|(log2, runs, widest)| {
        let narrow = |v: f32| match widest {
            0 => f32::from(u8::from(v != 0.0)),
            1 => (v.abs() as u8 % 16).into(),
            2 => (v.abs() as u8).into(),
            3 => (v.abs() as u16).into(),
            _ => v,
        };
        let values: Vec<f32> = runs.iter().flat_map(|&(v, n)| std::iter::repeat_n(narrow(v), n)).collect();
        values.into_iter().cycle().take(1 << log2).collect()
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn every_code_decodes_every_part_exactly(tile in tiles(), cuts in prop::collection::vec((0.0..1.0, 0.0..1.0), 4)) {
        let n = tile.len();
        for (family, values) in choices(&tile) {
            let (code, bytes) = encoded(&tile, family, values);
            let mut parts = vec![(0, n), (0, 1), (n - 1, n), (5, 5), (255, 257), (256, 512)];
            parts.extend(cuts.iter().map(|&(a, b): &(f64, f64)| {
                let (a, b) = ((a * n as f64) as usize, (b * n as f64) as usize);
                (a.min(b), a.max(b))
            }));
            for (from, to) in parts {
                let expected = &tile[from..to];
                prop_assert_eq!(&part::<f32, false>(code, &bytes, n, from, to), expected);
                let reversed: Vec<f32> = expected.iter().rev().copied().collect();
                prop_assert_eq!(part::<f32, true>(code, &bytes, n, from, to), reversed);
                if values <= ValueType::U8 {
                    let narrow: Vec<u8> = expected.iter().map(|&v| v as u8).collect();
                    prop_assert_eq!(part::<u8, false>(code, &bytes, n, from, to), narrow);
                }
                if values <= ValueType::U16 {
                    let narrow: Vec<u16> = expected.iter().rev().map(|&v| v as u16).collect();
                    prop_assert_eq!(part::<u16, true>(code, &bytes, n, from, to), narrow);
                }
            }
            let mut out = vec![9.0; n];
            let stats = check(code, &bytes, n, &mut out).unwrap();
            prop_assert_eq!(&out, &tile);
            prop_assert_eq!(stats.bytes, bytes.len());
        }
    }

    #[test]
    fn the_encoder_takes_the_smallest(tile in tiles()) {
        let mut bytes = Vec::new();
        let (code, summary) = Encoder::default().encode(&tile, tile.len(), &mut bytes);
        prop_assert_eq!(part::<f32, false>(code, &bytes, tile.len(), 0, tile.len()), tile.clone());
        prop_assert_eq!(summary.nonzero as usize, tile.iter().filter(|v| **v != 0.0).count());
        if code != Code::ZERO {
            for (family, values) in choices(&tile) {
                prop_assert!(bytes.len() <= encoded(&tile, family, values).1.len().next_multiple_of(8));
            }
        }
    }

    #[test]
    fn however_it_is_cut_into_intervals_a_tile_is_encoded_alike(
        tile in tiles(), cuts in prop::collection::vec(1usize..40, 1..9),
    ) {
        let (mut expected, mut pushed) = (Vec::new(), Vec::new());
        let whole = Encoder::default().encode(&tile, tile.len(), &mut expected);
        let mut encoder = Encoder::default();
        // Twice, as nothing of the first must be left.
        for _ in 0..2 {
            let (mut start, mut lengths) = (0, cuts.iter().cycle());
            for run in tile.chunk_by(|a, b| a == b) {
                let end = start + run.len();
                while start < end {
                    let stop = end.min(start + lengths.next().unwrap());
                    encoder.push(start..stop, run[0]);
                    start = stop;
                }
            }
            pushed.clear();
            prop_assert_eq!(encoder.finish(tile.len(), tile.len(), &mut pushed), whole);
            prop_assert_eq!(&pushed, &expected);
        }
    }

    #[test]
    fn damaged_bytes_never_panic(
        tile in tiles(), flips in prop::collection::vec((any::<usize>(), any::<u8>()), 1..8), cut in any::<usize>(),
    ) {
        for (family, values) in choices(&tile) {
            let (code, mut bytes) = encoded(&tile, family, values);
            for &(at, flip) in &flips {
                let at = at % bytes.len().min(600);
                bytes[at] ^= flip;
            }
            bytes.truncate(bytes.len() - cut % bytes.len().min(64));
            let mut out = vec![0.0; tile.len()];
            let _ = check(code, &bytes, tile.len(), &mut out);
            for (from, to) in [(0, tile.len()), (300, 400)] {
                let _ = decode::<f32, true>(code, &bytes, tile.len(), from..to, false, &mut out[from..to]);
            }
        }
    }
}

#[test]
fn codes_and_entries() {
    for entry in 0..=255u32 {
        if let Ok((code, offset)) = Code::from_entry(entry) {
            assert_eq!(code.to_entry(offset), entry);
            assert_eq!(Code::new(code.family(), code.values()), code);
        }
    }
    let defined: Vec<u32> = (0..32).filter(|&code| Code::from_entry(32 + code).is_ok() || code == 0).collect();
    assert_eq!(defined, [0, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 21, 22, 23, 24]);
    assert_eq!(Code::from_entry(32), Err(TileError::ReservedCode), "a zero tile has no offset");
    assert_eq!(Code::new(Family::Runs, ValueType::F32).number(), 24);
    assert_eq!(Code::new(Family::Runs, ValueType::F32).to_entry(1 << 20), 24 | 1 << 22);
}

#[test]
fn a_tile_without_stretches_is_zero_everywhere() {
    let mut bytes = Vec::new();
    let (code, summary) = Encoder::default().finish(512, 100, &mut bytes);
    assert_eq!((code, bytes.len(), summary.values), (Code::ZERO, 0, ValueType::One));
    assert_eq!(intervals(&[0.0; 512]).summary(100), summary);
}

#[test]
fn a_wide_tile_is_not_squeezed_into_a_narrow_track() {
    let (code, bytes) = encoded(&[0.5; 512], Family::Runs, ValueType::F32);
    assert_eq!(decode::<u8, false>(code, &bytes, 512, 0..2, false, &mut [0, 0]), Err(TileError::TooWide));
}

#[test]
fn value_types() {
    let cases = [
        (0.0, ValueType::U4),
        (1.0, ValueType::One),
        (15.0, ValueType::U4),
        (16.0, ValueType::U8),
        (255.0, ValueType::U8),
        (256.0, ValueType::U16),
    ];
    let more = [(65535.0, ValueType::U16), (65536.0, ValueType::F32), (-1.0, ValueType::F32), (0.5, ValueType::F32)];
    for (value, expected) in cases.into_iter().chain(more) {
        assert_eq!(ValueType::of(value), expected, "{value}");
    }
}
