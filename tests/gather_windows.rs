//! The caller's windows are those of plain vectors, and those that other programs computed from
//! real data. Refusals name the argument.
#![cfg(feature = "ingest")]
#![allow(clippy::unwrap_used, clippy::panic, reason = "the helpers of tests are tests too")]

mod common;
#[path = "gather_windows/refusals.rs"]
mod refusals;

use atemoya::dtype::Element;
use atemoya::format::manifest::Role;
use atemoya::gather::{Gatherer, Span, Window};
use atemoya::pack::PackBuilder;
use atemoya::{DType, Error, Store};
use bytemuck::cast_slice;
use common::golden::{CASES, Case};
use common::inputs::{self, Rng, section};
use common::plain::{contig, onehot, packed, slice};
use common::refused;
use common::stores::{Contig, write_store};
use half::{bf16, f16};
use proptest::prelude::*;
use serde_json::Value;
use sha2::{Digest, Sha256};
use std::fs;
use std::io::Write;

/// All signal groups.
const ALL: Option<&[&str]> = None;

fn window(contigs: &[Contig], span: Span, width: usize) -> Window {
    let Span { contig, start, reverse_complement: reverse } = span;
    Window { contig, length: contigs[contig].letters.len() as u64, start, width, reverse }
}

/// Gathers, also as bytes, into memory with something before and after it, and compares.
fn check<T: Element + PartialEq>(gatherer: &Gatherer, spans: &[Span], width: usize, other: T, expected: &[T]) {
    let what = || format!("{} {:?} {width} {spans:?}", gatherer.dtype(), gatherer.shape(1));
    assert_eq!(gatherer.dtype(), T::DTYPE);
    assert_eq!(spans.len() * gatherer.shape(width).iter().product::<usize>(), expected.len());
    assert_eq!(gatherer.bytes(width, spans.len()).unwrap(), size_of_val(expected));
    let mut memory = vec![other; expected.len() + 2];
    let (first, rest) = memory.split_first_mut().unwrap();
    let (last, out) = rest.split_last_mut().unwrap();
    gatherer.gather_into(width, spans.iter().copied(), out).unwrap();
    assert!(out == expected, "{}", what());
    assert!(*first == other && *last == other, "{} writes past its output", what());
    out.fill(other);
    gatherer.gather(width, spans.to_vec(), bytemuck::cast_slice_mut(out)).unwrap();
    assert!(out == expected, "{} as bytes", what());
}

/// Sequence in every type.
fn check_sequence(store: &Store, contigs: &[Contig], spans: &[Span], width: usize) {
    let rows = |&span: &Span| onehot(&contigs[span.contig].letters, &window(contigs, span, width));
    let words: Vec<u64> = spans.iter().flat_map(|span| packed(&rows(span), width)).collect();
    let bits: Vec<bool> = spans.iter().flat_map(rows).collect();
    let gatherer = |dtype| Gatherer::sequence(store, dtype).unwrap();
    fn of<T: Copy>(bits: &[bool], [zero, one]: [T; 2]) -> Vec<T> {
        bits.iter().map(|&set| if set { one } else { zero }).collect()
    }
    check(&gatherer(DType::I8), spans, width, 7i8, &of(&bits, [0, 1]));
    check(&gatherer(DType::U8), spans, width, 7u8, &of(&bits, [0, 1]));
    check(&gatherer(DType::F16), spans, width, f16::ONE, &of(&bits, [f16::ZERO, f16::ONE]));
    check(&gatherer(DType::BF16), spans, width, bf16::ONE, &of(&bits, [bf16::ZERO, bf16::ONE]));
    check(&gatherer(DType::F32), spans, width, 7f32, &of(&bits, [0.0, 1.0]));
    check(&gatherer(DType::U64), spans, width, u64::MAX, &words);
}

/// The values of some groups, each a list of tracks.
fn values(contigs: &[Contig], groups: &[&[usize]], spans: &[Span], width: usize) -> Vec<f32> {
    let mut values = Vec::new();
    for &span in spans {
        let window = window(contigs, span, width);
        for group in groups {
            let mut tracks = group.to_vec();
            if span.reverse_complement {
                tracks.reverse();
            }
            let plain = |track: usize| slice(&contigs[span.contig].tracks[track], &window, 0.0);
            values.extend(tracks.into_iter().flat_map(plain));
        }
    }
    values
}

fn start() -> impl Strategy<Value = i64> {
    prop_oneof![
        20 => -3000..8000i64,
        1 => prop::sample::select(vec![i64::MIN, i64::MIN + 1, -(1 << 40), 1 << 40, i64::MAX - 100, i64::MAX]),
        1 => any::<i64>(),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_windows_are_what_plain_vectors_say(
        lengths in prop::collection::vec(1usize..6000, 1..4), seed: u64, tile_log2 in 9u32..=12,
        width in prop_oneof![prop::sample::select(vec![1usize, 2, 63, 64, 65, 128, 511, 512, 513]), 1usize..3000],
        random in prop::collection::vec((any::<prop::sample::Index>(), start(), any::<bool>()), 0..12),
    ) {
        let directory = tempfile::tempdir().unwrap();
        let mut contigs: Vec<Contig> = lengths.iter().enumerate()
            .map(|(i, &n)| contig(&format!("chr{i}"), n, 5, seed.wrapping_add(i as u64))).collect();
        contigs.push(contig("none", 0, 5, 1));
        let groups =
            [("small", Role::Signal, vec![3, 0]), ("runs", Role::Control, vec![4, 2]),
             ("large", Role::Signal, vec![1])];
        let store = write_store(&directory.path().join("s.atemoya"), &contigs, tile_log2, &groups);
        let spans: Vec<Span> = random.into_iter()
            .map(|(at, start, reverse_complement)| Span { contig: at.index(contigs.len()), start, reverse_complement })
            .collect();
        check_sequence(&store, &contigs, &spans, width);
        let of = |tracks: &[&[usize]]| values(&contigs, tracks, &spans, width);
        let gatherer = |groups: Option<&[&str]>, dtype| Gatherer::tracks(&store, groups, dtype).unwrap();
        check(&gatherer(ALL, DType::F32), &spans, width, 7f32, &of(&[&[3, 0], &[1]]));
        let all = gatherer(Some(&["large", "runs", "small"]), DType::F32);
        check(&all, &spans, width, 7f32, &of(&[&[1], &[4, 2], &[3, 0]]));
        check(&gatherer(Some(&["runs"]), DType::F32), &spans, width, 7f32, &of(&[&[4, 2]]));
        let narrow: Vec<u16> = of(&[&[1], &[3, 0]]).into_iter().map(|value| value as u16).collect();
        check(&gatherer(Some(&["large", "small"]), DType::U16), &spans, width, 7u16, &narrow);
        let narrow: Vec<u8> = of(&[&[3, 0]]).into_iter().map(|value| value as u8).collect();
        check(&gatherer(Some(&["small"]), DType::U8), &spans, width, 7u8, &narrow);
    }
}

/// Returns `count` random windows, some of which reach past an end of their contig.
fn spans(contigs: &[Contig], count: usize, seed: u64) -> Vec<Span> {
    let mut rng = Rng::new(seed);
    let span = |_| {
        let contig = rng.below(contigs.len() as u64) as usize;
        let start = rng.below(contigs[contig].letters.len() as u64 + 300) as i64 - 300;
        Span { contig, start, reverse_complement: rng.below(2) == 1 }
    };
    (0..count).map(span).collect()
}

/// Groups of two panels, each between those of the other, gathered by several threads from the same
/// gatherer.
#[test]
fn threads_share_a_gatherer_of_several_panels() {
    let directory = tempfile::tempdir().unwrap();
    let contigs = inputs::contigs(&[5000, 2100], 8);
    let write = |name: &str, bytes| inputs::write(directory.path(), name, bytes);
    let files = [0, 1, 2].map(|track| write(&format!("{track}.bw"), inputs::big_wig(&contigs, track)));
    let builder = PackBuilder::new().fasta(write("genome.fa", inputs::fasta(&contigs))).tile_log2(9);
    let builder = builder.signal("stranded", &files[..2]).signal("runs", &files[2..]);
    let out = directory.path().join("s.atemoya");
    builder.control("input", &files[1..]).control("sparse", &files[..1]).publish(&out, &()).unwrap();
    let store = Store::open(&out).unwrap();
    assert_eq!(store.panels().len(), 2);
    let groups: [&[usize]; 4] = [&[2], &[1, 2], &[0, 1], &[0]];
    let tracks = Gatherer::tracks(&store, Some(&["runs", "input", "stranded", "sparse"]), DType::F32).unwrap();
    let sequence = Gatherer::sequence(&store, DType::I8).unwrap();
    // The gatherers keep the store open.
    drop(store);
    std::thread::scope(|scope| {
        for thread in 0..4 {
            let (contigs, tracks, sequence) = (&contigs, &tracks, &sequence);
            scope.spawn(move || {
                for round in 0..20 {
                    let (width, spans) = (1 + 37 * round as usize, spans(contigs, 30, 100 * thread + round));
                    check(tracks, &spans, width, 7.0, &values(contigs, &groups, &spans, width));
                    let rows = |&span: &Span| onehot(&contigs[span.contig].letters, &window(contigs, span, width));
                    let bits: Vec<i8> = spans.iter().flat_map(rows).map(i8::from).collect();
                    check(sequence, &spans, width, 7, &bits);
                }
            });
        }
    });
}

fn hex(hash: Sha256) -> String {
    hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The windows of cherimoya's examples, each with the hash that cherimoya's own bytes have.
#[test]
fn the_windows_of_cherimoyas_examples() {
    let Some(shared) = common::shared() else { return };
    for name in CASES {
        let case = Case::read(&shared, name);
        let directory = tempfile::tempdir().unwrap();
        let store = case.store(&directory.path().join("s.atemoya"));
        let loader = case.generator(&store).build().unwrap();
        let loci = [loader.peaks(), loader.negatives()];
        let (input, output, jitter) = (case.size("in_window"), case.size("out_window"), case.size("max_jitter"));
        let sequence = Gatherer::sequence(&store, DType::I8).unwrap();
        let signal = Gatherer::tracks(&store, ALL, DType::F32).unwrap();
        let controls = (0..case.args()["controls"].as_array().map_or(0, Vec::len)).map(|i| format!("control{i}"));
        let controls: Vec<String> = controls.collect();
        let controls = (!controls.is_empty()).then(|| Gatherer::tracks(&store, Some(&controls), DType::F32).unwrap());
        let examples = case.epochs().concat();
        for examples in examples.chunks(48) {
            let spans = |width: usize| {
                let spans = examples.iter().map(move |&(label, source, offset, reverse_complement, _)| {
                    let locus = loci[usize::from(label == 0)][source as usize];
                    let shift = if label == 1 { offset - jitter as i64 } else { 0 };
                    let start = locus.centre - width as i64 / 2 + shift;
                    Span { contig: locus.contig as usize, start, reverse_complement: reverse_complement == 1 }
                });
                spans.collect::<Vec<_>>()
            };
            let columns = [(Some(&sequence), input), (controls.as_ref(), input), (Some(&signal), output)];
            let columns = columns.map(|(gatherer, width)| {
                let Some(gatherer) = gatherer else { return (0, Vec::new()) };
                // Aligned for any type.
                let bytes = gatherer.bytes(width, examples.len()).unwrap();
                let mut out = vec![u64::MAX; bytes.div_ceil(8)];
                gatherer.gather(width, spans(width), &mut bytemuck::cast_slice_mut(&mut out)[..bytes]).unwrap();
                (gatherer.bytes(width, 1).unwrap(), out)
            });
            for (row, example) in examples.iter().enumerate() {
                let mut hash = Sha256::new();
                for (size, out) in &columns {
                    hash.update(&cast_slice::<u64, u8>(out)[row * size..][..*size]);
                }
                assert_eq!(hex(hash), example.4, "{name}: {example:?}");
            }
        }
        let _ = writeln!(std::io::stderr(), "{name}: {} examples gathered as cherimoya has them", examples.len());
    }
}

/// Whole contigs in one window each, with the hashes that other programs computed.
#[test]
fn whole_contigs_of_yeast() {
    let Some(shared) = common::shared() else { return };
    let golden: Value = serde_json::from_slice(&fs::read(shared.join("golden/signal.json")).unwrap()).unwrap();
    let directory = tempfile::tempdir().unwrap();
    let store = Case::read(&shared, "stranded").store(&directory.path().join("s.atemoya"));
    let sequence = Gatherer::sequence(&store, DType::U8).unwrap();
    let signal = Gatherer::tracks(&store, ALL, DType::F32).unwrap();
    for (contig, (name, length)) in store.contigs().iter().enumerate() {
        let (width, forward) = (length as usize, Span { contig, start: 0, reverse_complement: false });
        let mut rows = vec![7u8; 4 * width];
        sequence.gather_into(width, [forward], &mut rows).unwrap();
        let expected = &golden["sacCer3.fa"]["contigs"][name]["onehot_sha256"];
        assert_eq!(*expected, hex(Sha256::new_with_prefix(&rows)), "{name}");
        let mut tracks = vec![7f32; 2 * width];
        signal.gather_into(width, [forward], &mut tracks).unwrap();
        let tracks: Vec<String> =
            tracks.chunks(width).map(|track| hex(Sha256::new_with_prefix(cast_slice::<f32, u8>(track)))).collect();
        let expected = ["atac5p.plus.bw", "atac5p.minus.bw"].map(|file| &golden[file]["chroms"][name]["sha256"]);
        assert_eq!(expected.map(|hash| hash.as_str().unwrap()), tracks[..], "{name}");
    }
}
