//! Every kernel that this machine has gives, for any window of a store, what plain vectors say.

#[path = "../../tests/common/plain.rs"]
#[expect(unreachable_pub, reason = "it is shared with the tests across modules")]
mod plain;
#[path = "../../tests/common/stores.rs"]
#[expect(unreachable_pub, reason = "it is shared with the tests across modules")]
mod stores;

use super::channels::Channels;
use super::onehot::{self as kernel, OneHot};
use super::prefetch::{PrefetchStep, prefetch_sequence, prefetch_signal};
use super::simd::{self, Isa};
use super::window::Window;
use crate::format::manifest::Role;
use crate::format::onehot::Block;
use crate::format::tile::Sample;
use half::{bf16, f16};
use plain::{contig, onehot, packed, slice};
use proptest::prelude::*;
use stores::{Contig, write_store};

/// Windows at and around every kind of edge, and anywhere.
fn windows(contigs: &[Contig], random: &[(u16, i32, u16, bool)]) -> Vec<Window> {
    let mut windows = Vec::new();
    for (i, contig) in contigs.iter().enumerate() {
        let length = contig.letters.len() as u64;
        let mut push = |start: i64, width: usize| {
            windows.extend([false, true].map(|reverse| Window { contig: i, length, start, width, reverse }));
        };
        for width in [0, 1, 63, 64, 65, 127, 128, 500] {
            for start in [0, 1, 63, 64, 448, 511, 512, length as i64 - width as i64] {
                push(start, width);
            }
        }
        push(-5, 3);
        push(-5, 5);
        push(-70, 200);
        push(length as i64 - 10, 100);
        push(length as i64, 7);
        push(length as i64 + 1000, 7);
        push(i64::MAX - 3, 10);
        push(i64::MIN, 10);
        push(-100, length as usize + 300);
    }
    for &(contig, start, width, reverse) in random {
        let i = usize::from(contig) % contigs.len();
        let length = contigs[i].letters.len() as u64;
        let start = i64::from(start) % (length as i64 + 2);
        windows.push(Window { contig: i, length, start, width: usize::from(width) % 3000, reverse });
    }
    windows
}

fn check<T: Sample>(store: &crate::Store, contigs: &[Contig], tracks: &[usize], window: &Window, of: fn(f32) -> T) {
    let mut channels = Channels::default();
    channels.push_group(&tracks[..1], 0);
    channels.push_group(&tracks[1..], 1);
    let values = |track: usize| {
        let plain: Vec<T> = contigs[window.contig].tracks[track].iter().map(|&v| of(v)).collect();
        slice(&plain, window, T::ZERO)
    };
    let mut order = tracks.to_vec();
    if window.reverse {
        order[1..].reverse();
    }
    let expected: Vec<T> = order.iter().flat_map(|&track| values(track)).collect();
    for isa in Isa::available() {
        let mut out = vec![T::ONE; tracks.len() * window.width];
        simd::signal(isa, &store.panels()[0].view(), &channels, window, &mut out).unwrap();
        assert_eq!(out, expected, "{} {window:?}", isa.name());
        // The same with a row between them that another panel writes.
        let mut scattered = Channels::default();
        scattered.push_group(&tracks[..1], 0);
        scattered.push_group(&tracks[1..], 2);
        let mut out = vec![T::ONE; (tracks.len() + 1) * window.width];
        simd::signal(isa, &store.panels()[0].view(), &scattered, window, &mut out).unwrap();
        let between: Vec<T> = out.drain(window.width..2 * window.width).collect();
        assert!(out == expected && between.iter().all(|&v| v == T::ONE), "{} {window:?}, scattered", isa.name());
    }
}

/// Every kernel in one output type, into memory that begins anywhere.
fn check_onehot<T: OneHot>(blocks: &[Block], window: &Window, expected: &[bool], [zero, one]: [T; 2]) {
    let expected: Vec<T> = expected.iter().map(|&set| if set { one } else { zero }).collect();
    for isa in Isa::available() {
        let mut memory = vec![one; expected.len() + 2];
        simd::sequence(isa, blocks, window, &mut memory[1..=expected.len()]);
        assert!(memory[1..=expected.len()] == expected, "{} {window:?}", isa.name());
        assert!(memory[0] == one && memory[expected.len() + 1] == one, "{} writes past its output", isa.name());
    }
}

fn check_packed(blocks: &[Block], window: &Window, expected: &[bool]) {
    let mut out = vec![u64::MAX; 4 * window.width.div_ceil(64)];
    kernel::packed(blocks, window, &mut out);
    assert!(out == packed(expected, window.width), "packed {window:?}");
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 6, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_window_is_what_plain_vectors_say(
        lengths in prop::collection::vec(1usize..6000, 1..4), seed: u64, tile_log2 in 9u32..=12,
        random in prop::collection::vec((any::<u16>(), any::<i32>(), any::<u16>(), any::<bool>()), 100),
    ) {
        let directory = tempfile::tempdir().unwrap();
        let mut contigs: Vec<Contig> = lengths.iter().enumerate()
            .map(|(i, &n)| contig(&format!("chr{i}"), n, 5, seed.wrapping_add(i as u64))).collect();
        contigs.push(contig("none", 0, 5, 1));
        contigs.push(contig("long", 70_000, 5, seed));
        let groups = [("a", Role::Signal, vec![0]), ("b", Role::Signal, vec![1, 2]), ("c", Role::Control, vec![4, 3])];
        let store = write_store(&directory.path().join("s.atemoya"), &contigs, tile_log2, &groups);
        let verified = store.verify(&()).unwrap();
        prop_assert_eq!(verified.files, 2);
        for window in windows(&contigs, &random) {
            let blocks = store.sequence().unwrap().view().blocks(window.contig, window.length);
            // Prefetching changes nothing, wherever the window lies.
            let all = Channels::of_tracks(&[0, 1, 2, 3, 4]);
            for step in [PrefetchStep::Directory, PrefetchStep::Tiles] {
                prefetch_signal(step, &store.panels()[0].view(), &all, &window);
            }
            prefetch_sequence(blocks, &window);
            let expected = onehot(&contigs[window.contig].letters, &window);
            check_onehot(blocks, &window, &expected, [0u8, 1]);
            check_onehot(blocks, &window, &expected, [0i8, 1]);
            check_onehot(blocks, &window, &expected, [f16::ZERO, f16::ONE]);
            check_onehot(blocks, &window, &expected, [bf16::ZERO, bf16::ONE]);
            check_onehot(blocks, &window, &expected, [0f32, 1.0]);
            check_packed(blocks, &window, &expected);
            check::<f32>(&store, &contigs, &[3, 0, 1, 2, 4], &window, |v| v);
            check::<u16>(&store, &contigs, &[1, 0, 3], &window, |v| v as u16);
            check::<u8>(&store, &contigs, &[4, 3, 0], &window, |v| v as u8);
        }
    }
}

#[test]
fn the_fastest_kernel_is_one_of_those_tested() {
    assert_eq!(Isa::available().last(), Some(&Isa::best()));
    println!("kernels: {}", Isa::available().iter().map(|isa| isa.name()).collect::<Vec<_>>().join(", "));
}
