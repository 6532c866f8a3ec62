//! Values of well-formed files: sections of every kind, in every encoding, from many threads.

use super::*;

#[test]
fn sections_of_every_kind() {
    let both = [bed_graph(0, &[(400, 402, 7.0)]), var_step(0, 1, &[(500, 8.0)])];
    let two_in_one = Block { end: 501, bytes: [&both[0].bytes[..], &both[1].bytes].concat(), ..both[0].clone() };
    let blocks = [
        bed_graph(0, &[(0, 3, 1.5), (3, 4, -0.0), (6, 6, 9.0), (8, 10, f32::NAN), (12, 13, f32::MIN_POSITIVE)]),
        var_step(0, 5, &[(100, 2.0), (105, f32::INFINITY), (200, f32::NEG_INFINITY)]),
        fixed_step(0, 300, 10, 3, &[1.0, 2.0, 3.0]),
        two_in_one,
        bed_graph(0, &[(999, 1000, 4.0)]),
        // Past the contig's end: it has 7 bases.
        bed_graph(2, &[(5, 20, 6.0)]),
    ];
    let mut a = vec![0.0; 1000];
    let mut fill = |start: usize, end: usize, value| a[start..end].fill(value);
    fill(0, 3, 1.5);
    fill(12, 13, f32::MIN_POSITIVE);
    fill(100, 105, 2.0);
    fill(105, 110, f32::MAX);
    fill(200, 205, f32::MIN);
    fill(300, 303, 1.0);
    fill(310, 313, 2.0);
    fill(320, 323, 3.0);
    fill(400, 402, 7.0);
    fill(500, 501, 8.0);
    fill(999, 1000, 4.0);
    for layout in &LAYOUTS {
        let track = open(&big_wig(&CONTIGS, &blocks, layout)).unwrap();
        assert_eq!(track.contigs(), CONTIGS.map(|(name, length)| (name.to_string(), length.into())));
        let read = values(&track, "a", 1000).unwrap();
        assert!(read.iter().zip(&a).all(|(x, y)| x.to_bits() == y.to_bits()));
        assert_eq!(values(&track, "bb", 50).unwrap(), vec![0.0; 50]);
        assert_eq!(values(&track, "ccc", 7).unwrap(), [0.0, 0.0, 0.0, 0.0, 0.0, 6.0, 6.0]);
        for start in (0..1000).step_by(7) {
            for width in [0, 1, 5, 113] {
                let end = (start + width).min(1000);
                let mut out = vec![f32::NAN; end - start];
                track.read("a", start as u64, end as u64, &mut out).unwrap();
                assert_eq!(out, a[start..end], "{start}..{end}");
            }
        }
    }
}

#[test]
fn arguments_are_checked() {
    let track = open(&big_wig(&CONTIGS, &[bed_graph(0, &[(0, 3, 1.5)])], &LAYOUTS[0])).unwrap();
    let mut out = [0.0; 10];
    let bad =
        [("d", 0, 10), ("a", 991, 1001), ("a", 10, 0), ("a", 0, 9), ("a", u64::MAX - 9, u64::MAX), ("ccc", 0, 10)];
    for (contig, start, end) in bad {
        let error = track.read(contig, start, end, &mut out).unwrap_err();
        assert!(matches!(error, Error::Argument { .. }), "{contig}:{start}..{end}: {error}");
    }
    track.read("a", 990, 1000, &mut out).unwrap();
}

#[test]
fn many_threads_read_at_once() {
    let blocks: Vec<_> = (0..100).map(|i| fixed_step(0, i * 10, 1, 1, &[i as f32; 10])).collect();
    let track = open(&big_wig(&CONTIGS, &blocks, &LAYOUTS[1])).unwrap();
    let whole = values(&track, "a", 1000).unwrap();
    std::thread::scope(|scope| {
        for thread in 0..8 {
            let (track, whole) = (&track, &whole);
            scope.spawn(move || {
                for start in (thread..900).step_by(3) {
                    let mut out = [f32::NAN; 100];
                    track.read("a", start as u64, start as u64 + 100, &mut out).unwrap();
                    assert_eq!(out, whole[start..start + 100]);
                }
            });
        }
    });
}
