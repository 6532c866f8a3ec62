//! Damaged and truncated files: an error from either access, and the batches before it unchanged.

use super::*;

/// When a file is truncated while it is mapped, reading through the map ends the process by SIGBUS,
/// and reading by pread gives an error.
#[test]
fn a_file_that_is_cut_is_an_error() {
    for (file, length) in [("panel-0.atm", 4096), ("panel-0.atm", 0), ("sequence.atm", 4096), ("sequence.atm", 0)] {
        for workers in WORKERS {
            let (_directory, store) = store();
            let path = store.path().join(file);
            within(SECONDS, move || {
                let reading = generator(&store).access(Access::Read).num_workers(workers);
                let loader = reading.build().unwrap();
                let mut batches = loader.epochs(0, 100);
                batches.by_ref().take(3).for_each(|batch| drop(batch.unwrap()));
                OpenOptions::new().write(true).open(&path).unwrap().set_len(length).unwrap();
                let error = batches.find_map(Result::err).unwrap();
                assert!(matches!(&error, Error::Corrupt { path: named, .. } if *named == path), "{error}");
                assert!(error.to_string().contains(&format!("got {length}")), "{error}");
                drop(batches);
                assert!(loader.fetch(0, &[0, 1, 2]).is_err());
            });
        }
    }
}

/// Replaces a file by a changed one, since the old one may be mapped.
fn change(path: &Path, change: impl FnOnce(&mut Vec<u8>)) -> Store {
    let mut bytes = fs::read(path).unwrap();
    change(&mut bytes);
    fs::remove_file(path).unwrap();
    fs::write(path, bytes).unwrap();
    Store::open(path.parent().unwrap()).unwrap()
}

/// The first error over two epochs, with all loci.
fn error_of(generator: &PeakGenerator, access: Access) -> Error {
    stream(&generator.clone().access(access)).1.unwrap_or_else(|| panic!("{access}: nothing is wrong"))
}

#[test]
fn a_damaged_index_is_an_error_of_the_same_words() {
    let values: [fn(u64, u64) -> u64; 6] =
        [|_, _| u64::MAX, |_, _| 1 << 40, |old, _| old + 4, |_, end| end + 8, |_, _| 0, |old, _| old + 8];
    for (case, value) in values.into_iter().enumerate() {
        let (_directory, store) = store();
        let path = store.path().join("panel-0.atm");
        let good = stream(&generator(&store)).0;
        let broken = change(&path, |bytes| {
            let (index, data) = (inputs::section(bytes, 2), inputs::section(bytes, 0));
            // A row in the middle of the first contig.
            let at = index.start + 8 * 12;
            let old = u64::from_le_bytes(bytes[at..at + 8].try_into().unwrap());
            bytes[at..at + 8].copy_from_slice(&value(old, data.len() as u64).to_le_bytes());
        });
        for workers in WORKERS {
            let generator = generator(&broken).num_workers(workers);
            let errors = Access::ALL.map(|access| error_of(&generator, access));
            for error in &errors {
                let named =
                    matches!(error, Error::Corrupt { path: named, offset, .. } if *named == path && *offset > 0);
                assert!(named, "case {case}: {error}");
            }
            // These cases damage the offset of a row, not the bytes of tiles.
            if case < 4 {
                assert_eq!(errors[0].to_string(), errors[1].to_string(), "case {case}");
            }
            let found = stream(&generator.access(Access::Read)).0;
            assert!(found == good[..found.len()], "what comes before the damage is good");
        }
    }
}

/// The end of a tile is the offset in the entry of the next track, which may not be wanted. When
/// that entry is wrong, the bytes that are read belong to another tile.
#[test]
fn a_tile_is_not_decoded_from_the_bytes_of_another() {
    let (_directory, store) = wide_store();
    let path = store.path().join("panel-0.atm");
    let broken = change(&path, |bytes| {
        let row = inputs::section(bytes, 0).start;
        let entry = |track: usize| u32::from_le_bytes(bytes[row + 4 * track..][..4].try_into().unwrap());
        // Track 3 begins 8 bytes after track 2.
        let wrong = (entry(2) >> 5 << 5) + 32 + entry(3) % 32;
        assert!(entry(3) > wrong && entry(2) % 32 != 0 && entry(3) % 32 != 0);
        bytes[row + 12..row + 16].copy_from_slice(&wrong.to_le_bytes());
    });
    let generator = generator(&broken).signals(named(&["noise", "late"])).controls(named(&[])).num_workers(1);
    let [mapped, read] = Access::ALL.map(|access| stream(&generator.clone().access(access)));
    assert!(mapped.1.is_none(), "the maps have no use for that entry");
    assert!(matches!(&read.1, Some(Error::Corrupt { path: named, .. }) if *named == path), "{:?}", read.1);
    assert!(read.0 == mapped.0[..read.0.len()]);
}

/// Any damage of a panel gives batches or an error, and the same batches as the maps.
#[test]
fn random_damage_never_crashes() {
    let mut rng = Rng::new(17);
    let wide: fn() -> _ = wide_store;
    let cases = [
        (store as fn() -> _, &["runs", "stranded"][..], 60),
        (wide, &["runs"], 40),
        (wide, &["noise"], 40),
        (wide, &["noise", "runs"], 40),
    ];
    for (make, signals, rounds) in cases {
        let (_directory, store) = make();
        let path = store.path().join("panel-0.atm");
        let whole = fs::read(&path).unwrap();
        let (mut errors, mut read) = (0, 0);
        for round in 0..rounds {
            let broken = change(&path, |bytes| {
                bytes.clone_from(&whole);
                let place = inputs::section(bytes, if round % 2 == 0 { 2 } else { 0 });
                for _ in 0..1 + rng.below(20) {
                    let at = if round % 4 == 1 {
                        // The head of the first row, where its directory is.
                        place.start + rng.below(24) as usize
                    } else {
                        place.start + rng.below(place.len() as u64) as usize
                    };
                    bytes[at] = rng.next() as u8;
                }
            });
            let generator = generator(&broken).signals(named(signals)).controls(named(&[])).num_workers(1);
            let [mapped, found] = Access::ALL.map(|access| stream(&generator.clone().access(access)));
            errors += usize::from(found.1.is_some());
            read += found.0.len();
            let corrupt = |error: &Error| matches!(error, Error::Corrupt { path: named, .. } if *named == path);
            assert!(found.1.as_ref().is_none_or(corrupt), "{:?}", found.1);
            assert!(found.0.len() <= mapped.0.len() && found.0 == mapped.0[..found.0.len()], "round {round}");
        }
        assert!(errors > rounds / 8 && read > 0, "{errors} errors, {read} batches");
    }
}
