//! Batches through the C interface, bit for bit: those of the Rust loader, and cherimoya's golden
//! ones, also when several threads consume several loaders at once; and the golden windows by
//! random access.
#![cfg(all(feature = "ffi", feature = "ingest"))]
#![allow(unsafe_code, reason = "functions of C's are called")]
#![allow(clippy::unwrap_used, clippy::panic, reason = "tests")]

mod common;

use atemoya::feed::{Batch, Column};
use atemoya::ffi::atemoya_status::{ATEMOYA_END, ATEMOYA_OK};
use atemoya::ffi::*;
use common::golden::{CASES, Case, Example};
use sha2::{Digest, Sha256};
use std::ffi::{CStr, CString, c_char};
use std::io::Write;
use std::mem::MaybeUninit;
use std::os::unix::ffi::OsStrExt;
use std::path::Path;
use std::ptr::{null, null_mut};
use std::sync::Barrier;

/// Where a function of C's writes.
type Out<'a, T> = Option<&'a mut MaybeUninit<T>>;

/// Calls a function that must not fail, and returns its status.
fn call(call: impl FnOnce(Out<*mut atemoya_error>) -> atemoya_status) -> atemoya_status {
    let mut error = MaybeUninit::new(null_mut());
    let status = call(Some(&mut error));
    // SAFETY: it was a pointer from the beginning.
    let error = unsafe { error.assume_init() };
    let message = atemoya_error_message(error);
    // SAFETY: the error is not freed yet, and its message ends with a zero.
    let message = unsafe { CStr::from_ptr(message) };
    assert!(status as i32 >= 0 && error.is_null(), "{status:?}: {message:?}");
    status
}

/// Calls a function that must succeed.
fn done(run: impl FnOnce(Out<*mut atemoya_error>) -> atemoya_status) {
    assert_eq!(call(run), ATEMOYA_OK);
}

/// What a function writes that must succeed: numbers and pointers alone.
fn written<T>(run: impl FnOnce(Out<T>, Out<*mut atemoya_error>) -> atemoya_status) -> T {
    let mut value = MaybeUninit::zeroed();
    done(|error| run(Some(&mut value), error));
    // SAFETY: it holds numbers and pointers, which may be 0, and may be whatever was written.
    unsafe { value.assume_init() }
}

fn c_path(path: &Path) -> CString {
    CString::new(path.as_os_str().as_bytes()).unwrap()
}

fn open(path: &Path) -> *mut atemoya_store {
    let path = c_path(path);
    // SAFETY: the path is a text.
    written(|out, error| unsafe { atemoya_store_open(path.as_ptr(), out, error) })
}

/// Options with the case's arguments, in cherimoya's order: those of `Case::generator`.
fn options(case: &Case, store: *const atemoya_store) -> *mut atemoya_options {
    let options = written(|out, error| atemoya_options_new(store, out, error));
    let args = case.args();
    done(|error| atemoya_options_set_order(options, atemoya_order::ATEMOYA_ORDER_CHERIMOYA as i32, error));
    done(|error| atemoya_options_set_in_window(options, case.size("in_window"), error));
    done(|error| atemoya_options_set_out_window(options, case.size("out_window"), error));
    done(|error| atemoya_options_set_max_jitter(options, case.size("max_jitter"), error));
    done(|error| atemoya_options_set_negative_ratio(options, args["negative_ratio"].as_f64().unwrap(), error));
    done(|error| atemoya_options_set_reverse_complement(options, args["reverse_complement"] != false, error));
    done(|error| atemoya_options_set_shuffle(options, args["shuffle"] != false, error));
    done(|error| atemoya_options_set_min_counts(options, args["min_counts"].as_f64().unwrap_or(f64::NAN), error));
    done(|error| atemoya_options_set_max_counts(options, args["max_counts"].as_f64().unwrap_or(f64::NAN), error));
    done(|error| atemoya_options_set_random_state(options, case.size("random_state") as u64, error));
    done(|error| atemoya_options_set_batch_size(options, 48, error));
    let lists: Vec<CString> = case.paths(&args["exclusion_lists"]).iter().map(|path| c_path(path)).collect();
    let lists: Vec<*const c_char> = lists.iter().map(|path| path.as_ptr()).collect();
    // SAFETY: they are texts, as many as is said.
    done(|error| unsafe { atemoya_options_set_exclusion_lists(options, lists.as_ptr(), lists.len(), error) });
    options
}

/// The bytes of a column, copied by the library, which are those that lie where it says; `None`
/// where the batch lacks it.
fn bytes(batch: *const atemoya_batch, loader: *const atemoya_loader, column: Column) -> Option<Vec<u8>> {
    let column = column as i32;
    let channels: usize = written(|out, error| atemoya_loader_column(loader, column, out, None, None, error));
    if channels == 0 {
        return None;
    }
    let tensor: atemoya_tensor = written(|out, error| atemoya_batch_column(batch, column, out, error));
    let mut bytes = vec![0u8; tensor.bytes];
    // SAFETY: there is room for that many bytes.
    done(|error| unsafe { atemoya_batch_read(batch, column, bytes.as_mut_ptr().cast(), bytes.len(), error) });
    // SAFETY: the batch is not freed yet, and its memory does not change.
    let lying = unsafe { std::slice::from_raw_parts(tensor.data.cast::<u8>(), tensor.bytes) };
    assert!(lying == bytes);
    Some(bytes)
}

/// The examples of columns, as the goldens have them.
fn examples(columns: &[Option<Vec<u8>>; 7]) -> Vec<Example> {
    let [sequence, controls, signal, labels, sources, offsets, turned] = columns;
    let turned = turned.as_deref().unwrap();
    let number = |column: &Option<Vec<u8>>, row: usize| {
        i64::from_le_bytes(column.as_deref().unwrap()[8 * row..8 * row + 8].try_into().unwrap())
    };
    let example = |row: usize| {
        let mut hash = Sha256::new();
        for column in [sequence, controls, signal].into_iter().flatten() {
            let size = column.len() / turned.len();
            hash.update(&column[row * size..(row + 1) * size]);
        }
        (number(labels, row), number(sources, row), number(offsets, row), turned[row], hex(hash))
    };
    (0..turned.len()).map(example).collect()
}

fn hex(hash: Sha256) -> String {
    hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The next batch's columns, the same as those of a batch of Rust's; empty at the end.
fn next(loader: *mut atemoya_loader, of_rust: Option<Batch>, place: &str) -> Vec<Example> {
    let mut batch = MaybeUninit::new(null_mut());
    let status = call(|error| atemoya_loader_next(loader, Some(&mut batch), error));
    // SAFETY: it was a pointer from the beginning.
    let batch = unsafe { batch.assume_init() };
    let Some(of_rust) = of_rust else {
        assert!(status == ATEMOYA_END && batch.is_null(), "{place}");
        return Vec::new();
    };
    assert_eq!(status, ATEMOYA_OK, "{place}");
    let columns = Column::ALL.map(|column| bytes(batch, loader, column));
    for (column, got) in Column::ALL.into_iter().zip(&columns) {
        assert!(got.as_deref() == of_rust.column(column).map(|tensor| tensor.bytes()), "{place}: {column:?}");
    }
    let length: usize = written(|out, error| atemoya_batch_length(batch, out, error));
    let epoch: u64 = written(|out, error| atemoya_batch_epoch(batch, out, error));
    let index: u64 = written(|out, error| atemoya_batch_index(batch, out, error));
    assert_eq!((length, epoch, index), (of_rust.len(), of_rust.epoch(), of_rust.index()), "{place}");
    assert_eq!(atemoya_batch_free(batch), ATEMOYA_OK);
    examples(&columns)
}

/// Golden examples gathered one by one, by their windows.
fn gathered(case: &Case, store: *const atemoya_store, loader: *const atemoya_loader, golden: &[Example]) {
    let kept = |is_peak: bool, source: i64| {
        let mut locus = MaybeUninit::<atemoya_kept_locus>::zeroed();
        // SAFETY: there is room for one.
        done(|error| unsafe { atemoya_loader_kept(loader, is_peak, source as usize, 1, locus.as_mut_ptr(), error) });
        // SAFETY: it holds numbers.
        unsafe { locus.assume_init() }
    };
    let controls = case.args()["controls"].as_array().map_or(0, Vec::len);
    let names: Vec<CString> = (0..controls).map(|i| CString::new(format!("control{i}")).unwrap()).collect();
    let names: Vec<*const c_char> = names.iter().map(|name| name.as_ptr()).collect();
    let (int8, float) = (atemoya_dtype::ATEMOYA_DTYPE_I8 as i32, atemoya_dtype::ATEMOYA_DTYPE_F32 as i32);
    let of_sequence = written(|out, error| atemoya_gatherer_of_sequence(store, int8, out, error));
    let mut columns = vec![(of_sequence, case.size("in_window"))];
    for (names, width) in [(Some(&names), case.size("in_window")), (None, case.size("out_window"))] {
        if names.is_some_and(Vec::is_empty) {
            continue;
        }
        let (names, count) = names.map_or((null(), ATEMOYA_ALL), |names| (names.as_ptr(), names.len()));
        let of_tracks = written(|out, error| {
            // SAFETY: they are texts, as many as is said.
            unsafe { atemoya_gatherer_of_tracks(store, names, count, float, out, error) }
        });
        columns.push((of_tracks, width));
    }
    let mut hashes = vec![Sha256::new(); golden.len()];
    for &(gatherer, width) in &columns {
        let window = |(label, source, offset, turned, _): &Example| {
            let locus = kept(*label == 1, *source);
            let shift = if *label == 1 { offset - case.size("max_jitter") as i64 } else { 0 };
            let start = locus.centre - width as i64 / 2 + shift;
            atemoya_window { start, contig: locus.contig, reverse_complement: u32::from(*turned) }
        };
        let windows: Vec<atemoya_window> = golden.iter().map(window).collect();
        let count = windows.len();
        let all: usize = written(|out, error| atemoya_gatherer_shape(gatherer, width, count, None, None, out, error));
        // Aligned as any values are.
        let mut values = vec![0u64; all.div_ceil(8)];
        let out = values.as_mut_ptr().cast();
        // SAFETY: there are that many windows, and room for that many bytes.
        done(|error| unsafe { atemoya_gather(gatherer, windows.as_ptr(), count, width, out, all, error) });
        let bytes = values.iter().flat_map(|value| value.to_ne_bytes()).take(all).collect::<Vec<u8>>();
        for (hash, bytes) in hashes.iter_mut().zip(bytes.chunks(all / count)) {
            hash.update(bytes);
        }
        assert_eq!(atemoya_gatherer_free(gatherer), ATEMOYA_OK);
    }
    for (hash, (.., golden)) in hashes.into_iter().zip(golden) {
        assert_eq!(hex(hash), *golden);
    }
}

#[test]
fn batches_through_c_are_rusts_and_cherimoyas() {
    let Some(shared) = common::shared() else { return };
    // Each case on its own thread with its own loaders, all at once.
    let ready = Barrier::new(CASES.len());
    std::thread::scope(|threads| {
        for name in CASES {
            let (shared, ready) = (&shared, &ready);
            threads.spawn(move || {
                let case = Case::read(shared, name);
                let directory = tempfile::tempdir().unwrap();
                let path = directory.path().join("s.atemoya");
                let generator = case.generator(&case.store(&path));
                let store = open(&path);
                let options = options(&case, store);
                ready.wait();
                let epochs = case.epochs();
                let golden = epochs.concat();
                for workers in [0, 1, 2] {
                    done(|error| atemoya_options_set_num_workers(options, workers, error));
                    let loader = written(|out, error| atemoya_loader_new(options, out, error));
                    done(|error| atemoya_loader_stream_epochs(loader, 0, epochs.len() as u64, error));
                    let of_rust = generator.clone().num_workers(workers).build().unwrap();
                    let mut of_rust = of_rust.epochs(0, epochs.len() as u64);
                    let mut got = Vec::new();
                    loop {
                        let place = format!("{name}, {workers} workers, after {} examples", got.len());
                        let batch = next(loader, of_rust.next().map(Result::unwrap), &place);
                        if batch.is_empty() {
                            break;
                        }
                        got.extend(batch);
                    }
                    assert!(got == golden, "{name}, {workers} workers");
                    if workers == 0 {
                        gathered(&case, store, loader, &golden[..golden.len().min(500)]);
                    }
                    assert_eq!(atemoya_loader_free(loader), ATEMOYA_OK);
                }
                assert_eq!((atemoya_options_free(options), atemoya_store_free(store)), (ATEMOYA_OK, ATEMOYA_OK));
                let _ = writeln!(std::io::stderr(), "{name}: {} examples compared", golden.len());
            });
        }
    });
    assert_eq!(atemoya_live_handles(), 0);
}
