//! What cannot be gathered, and damaged files: errors that name the argument, or the file and the
//! offset.

use super::*;

/// An iterator that declares another number of windows than it gives.
struct Claims<I>(I, usize);

impl<I: Iterator<Item = Span>> Iterator for Claims<I> {
    type Item = Span;

    fn next(&mut self) -> Option<Span> {
        self.0.next()
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        (self.1, Some(self.1))
    }
}

impl<I: Iterator<Item = Span>> ExactSizeIterator for Claims<I> {}

/// A store of contigs of 1000 and 300 bases, with tracks as [`contig`] has them, and some windows
/// of 10 bases.
fn small(directory: &std::path::Path) -> (Store, Vec<Span>) {
    let contigs = [contig("chrA", 1000, 5, 3), contig("chrB", 300, 5, 4)];
    let groups =
        [("small", Role::Signal, vec![3, 0]), ("runs", Role::Control, vec![4, 2]), ("large", Role::Signal, vec![1])];
    (write_store(&directory.join("s.atemoya"), &contigs, 9, &groups), spans(&contigs, 5, 1))
}

#[test]
fn what_cannot_be_gathered_is_refused_by_its_name() {
    let directory = tempfile::tempdir().unwrap();
    let (store, spans) = small(directory.path());
    for dtype in [DType::I16, DType::U16, DType::I32, DType::U32, DType::I64, DType::F64] {
        refused(Gatherer::sequence(&store, dtype), "dtype", &["one-hot", &format!("not {dtype}")]);
    }
    for dtype in [DType::I8, DType::I16, DType::U64, DType::F16, DType::BF16, DType::F64] {
        refused(Gatherer::tracks(&store, ALL, dtype), "dtype", &["uint8, uint16 or float32", &format!("not {dtype}")]);
    }
    let tracks = |groups: &[&str], dtype| Gatherer::tracks(&store, Some(groups), dtype);
    refused(tracks(&["small", "large"], DType::U8), "dtype", &["uint8 does not hold the values of track1, from 0 to"]);
    refused(tracks(&["runs"], DType::U16), "dtype", &["uint16 does not hold the values of track2, from -0.25 to"]);
    refused(tracks(&[], DType::F32), "groups", &["no group is named"]);
    for name in ["atac", "", "small.0"] {
        refused(
            tracks(&["small", name], DType::F32),
            "groups",
            &[&format!("no {name:?}; there is \"small\", \"runs\", \"large\"")],
        );
    }
    refused(tracks(&["runs", "small", "runs"], DType::F32), "groups", &["\"runs\" is named twice"]);

    let gatherer = tracks(&["runs", "large"], DType::F32).unwrap();
    let mut out = vec![0f32; 5 * 3 * 10];
    for width in [0, (1 << 30) + 1, usize::MAX] {
        let parts = [&format!("{width} is not between 1 and 1073741824") as &str];
        refused(gatherer.gather_into(width, spans.clone(), &mut out), "width", &parts);
        refused(gatherer.bytes(width, 0), "width", &parts);
    }
    assert_eq!(gatherer.bytes(1 << 30, 1 << 20).unwrap(), 3 << 52);
    refused(gatherer.bytes(1 << 30, 1 << 33), "windows", &["8589934592 windows of 1073741824 do not fit"]);
    let endless = Claims(std::iter::repeat(spans[0]), usize::MAX);
    refused(gatherer.gather_into(10, endless, &mut out), "windows", &["do not fit in memory"]);

    for (i, contig) in [(0, 2), (3, 99), (4, usize::MAX)] {
        let mut spans = spans.clone();
        spans[i].contig = contig;
        let part = format!("window {i} is on contig {contig}, of 2 counted from 0");
        refused(gatherer.gather_into(10, spans, &mut out), "windows", &[&part]);
    }
    for length in [0, 1, 149, 151, 300] {
        let mut out = vec![0f32; length];
        let parts = ["expected 600 bytes, (5, 3, 10) of float32", &format!("got {}", 4 * length)];
        refused(gatherer.gather_into(10, spans.clone(), &mut out), "out", &parts);
    }
    refused(gatherer.gather_into(10, [], &mut out), "out", &["expected 0 bytes, (0, 3, 10)", "got 600"]);
    gatherer.gather_into::<f32>(10, [], &mut []).unwrap();
    let parts = ["expected elements of float32, got uint32"];
    refused(gatherer.gather_into(10, spans.clone(), &mut [0u32; 150]), "out", &parts);
    let sequence = Gatherer::sequence(&store, DType::I8).unwrap();
    let parts = ["expected elements of int8, got uint8"];
    refused(sequence.gather_into(10, spans.clone(), &mut [0u8; 200]), "out", &parts);

    for said in [0, 1, 4, 6, 9, 100] {
        let mut out = vec![0f32; said * 30];
        let parts = [format!("its length, {said}"), if said < 5 { "gives more" } else { "gives fewer" }.to_owned()];
        let result = gatherer.gather_into(10, Claims(spans.clone().into_iter(), said), &mut out);
        refused(result, "windows", &parts.each_ref().map(String::as_str));
    }
}

#[test]
fn memory_must_be_aligned_for_the_type() {
    let directory = tempfile::tempdir().unwrap();
    let (store, spans) = small(directory.path());
    let sequence = |dtype| Gatherer::sequence(&store, dtype).unwrap();
    let signal = |dtype| Gatherer::tracks(&store, Some(&["small"]), dtype).unwrap();
    let sequences = [DType::I8, DType::U8, DType::F16, DType::BF16, DType::F32, DType::U64].map(sequence);
    for gatherer in sequences.into_iter().chain([DType::U8, DType::U16, DType::F32].map(signal)) {
        let size = gatherer.dtype().size();
        let bytes = gatherer.bytes(10, 5).unwrap();
        let mut memory = vec![0u64; bytes / 8 + 2];
        let memory: &mut [u8] = bytemuck::cast_slice_mut(&mut memory);
        for at in 0..8 {
            let result = gatherer.gather(10, spans.clone(), &mut memory[at..at + bytes]);
            if at % size == 0 {
                result.unwrap();
            } else {
                let part = format!("{} must begin at a multiple of {size} bytes", gatherer.dtype());
                refused(result, "out", &[&part]);
            }
            gatherer.gather(10, [], &mut memory[at..at]).unwrap();
        }
    }
}

#[test]
fn a_store_may_lack_what_is_asked_for() {
    let directory = tempfile::tempdir().unwrap();
    let bare = [contig("chrA", 700, 0, 3)];
    let store = write_store(&directory.path().join("bare"), &bare, 9, &[]);
    refused(Gatherer::tracks(&store, ALL, DType::F32), "store", &["no tracks"]);
    refused(Gatherer::tracks(&store, Some(&["atac"]), DType::F32), "store", &["no tracks"]);
    let controls = [contig("chrA", 700, 1, 3)];
    let store = write_store(&directory.path().join("controls"), &controls, 9, &[("input", Role::Control, vec![0])]);
    refused(Gatherer::tracks(&store, ALL, DType::F32), "groups", &["no signal", "controls"]);
    assert_eq!(Gatherer::tracks(&store, Some(&["input"]), DType::U8).unwrap().shape(5), [1, 5]);
    let tracks = inputs::contigs(&[700], 8);
    let big_wig = inputs::write(directory.path(), "track.bw", inputs::big_wig(&tracks, 0));
    let out = directory.path().join("tracks");
    PackBuilder::new().signal("atac", [big_wig]).publish(&out, &()).unwrap();
    let store = Store::open(out).unwrap();
    refused(Gatherer::sequence(&store, DType::U8), "store", &["no sequence"]);
    let spans = spans(&tracks, 9, 2);
    let gatherer = Gatherer::tracks(&store, Some(&[String::from("atac")]), DType::F32).unwrap();
    check(&gatherer, &spans, 100, 7f32, &values(&tracks, &[&[0]], &spans, 100));
}

/// The error for damage has the file and the offset, and only windows on the damaged bytes fail.
#[test]
fn damage_is_an_error_with_file_and_offset() {
    let directory = tempfile::tempdir().unwrap();
    let (store, _) = small(directory.path());
    let path = store.path().join("panel-0.atm");
    let good = fs::read(&path).unwrap();
    let (data, index) = (section(&good, 0), section(&good, 2));
    let row = u64::from_le_bytes(good[index.start + 8..][..8].try_into().unwrap()) as usize;
    // The second row, bases 512 to 999 of chrA: its offset in the index, which is also where the
    // row before ends; and the codes of its tiles.
    let offset = index.start + 8..index.start + 16;
    let codes = data.start + row..data.start + row + 20;
    let (before, inside) = (vec![492, 480], vec![512, 513, 800, 999]);
    for (bytes, fine, bad) in [
        (offset.clone(), vec![1000, 1001], vec![(before.clone(), index.start), (inside.clone(), offset.start)]),
        (codes.clone(), [before, vec![1000, 1001]].concat(), vec![([inside, vec![493, 500]].concat(), codes.start)]),
    ] {
        let mut damaged = good.clone();
        damaged[bytes].fill(255);
        // Another file: the maps of the good one stay.
        fs::remove_file(&path).unwrap();
        fs::write(&path, damaged).unwrap();
        let store = Store::open(store.path()).unwrap();
        let gatherer = Gatherer::tracks(&store, Some(&["runs", "small"]), DType::F32).unwrap();
        let mut out = vec![0f32; 4 * 20];
        let mut gather =
            |start| gatherer.gather_into(20, [Span { contig: 0, start, reverse_complement: start % 2 == 1 }], &mut out);
        fine.into_iter().for_each(|start| gather(start).unwrap());
        for (starts, place) in bad {
            for start in starts {
                let error = gather(start).unwrap_err();
                let Error::Corrupt { path: file, offset, .. } = error else { panic!("{error}") };
                assert_eq!((file, offset), (path.clone(), place as u64), "{start}");
            }
        }
    }
}
