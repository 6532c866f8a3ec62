//! When a store is read, and when the record of an earlier check is enough.

use super::*;
use crate::Error;
use crate::format::manifest::{ContigEntry, Manifest, SequenceEntry};
use crate::store::{Publication, writer};
use std::os::unix::fs::{FileExt, PermissionsExt};

/// A store and a cache, in one directory.
struct Place {
    directory: tempfile::TempDir,
}

impl Place {
    fn new() -> Place {
        let place = Place { directory: tempfile::tempdir().unwrap() };
        place.write(b"ACGTTTGA");
        place
    }

    fn path(&self, name: &str) -> PathBuf {
        self.directory.path().join(name)
    }

    fn write(&self, letters: &[u8]) {
        let publication = Publication::of_store(&self.path("store"), true).unwrap();
        let mut sequence = writer::SequenceWriter::create(&publication.path().join("sequence.atm")).unwrap();
        sequence.push(letters).unwrap();
        let mut manifest = Manifest::new();
        manifest.contigs.push(ContigEntry { name: "a".into(), length: sequence.end_contig().unwrap() });
        manifest.sequence = Some(SequenceEntry { file: "sequence.atm".into(), acgt: sequence.acgt() });
        manifest.files.push(sequence.finish().unwrap());
        writer::publish(publication, manifest).unwrap();
    }

    /// Whether the store, opened anew, is read now.
    fn reads(&self, cache: &Path) -> Result<bool> {
        Store::open(self.path("store")).unwrap().verify_once(Some(cache), &())
    }

    /// Flips a bit of the first base, and puts the file's time back.
    fn flip(&self) {
        let file = File::options().read(true).write(true).open(self.path("store/sequence.atm")).unwrap();
        let modified = file.metadata().unwrap().modified().unwrap();
        let mut byte = [0];
        file.read_exact_at(&mut byte, 4096).unwrap();
        file.write_all_at(&[byte[0] ^ 1], 4096).unwrap();
        file.set_modified(modified).unwrap();
    }
}

#[test]
fn a_store_is_read_once() {
    let place = Place::new();
    let cache = place.path("cache");
    assert!(place.reads(&cache).unwrap());
    assert!(!place.reads(&cache).unwrap());
    // By another way to the same place it is the same store.
    std::os::unix::fs::symlink(place.path("store"), place.path("link")).unwrap();
    assert!(!Store::open(place.path("link")).unwrap().verify_once(Some(&cache), &()).unwrap());
    // Another cache, or another store at the same place, is not the same.
    assert!(place.reads(&place.path("other")).unwrap());
    place.write(b"ACGTTTGC");
    assert!(place.reads(&cache).unwrap());
    assert!(!place.reads(&cache).unwrap());
}

#[test]
fn a_file_that_changed_is_read_anew_and_damage_is_never_remembered() {
    let place = Place::new();
    let cache = place.path("cache");
    assert!(place.reads(&cache).unwrap());
    place.flip();
    for _ in 0..2 {
        assert!(matches!(place.reads(&cache), Err(Error::Corrupt { .. })));
    }
    place.flip();
    assert!(place.reads(&cache).unwrap());
    assert!(!place.reads(&cache).unwrap());
}

#[test]
fn where_nothing_can_be_remembered_it_is_read_each_time() {
    let place = Place::new();
    // A file where a directory must be: nobody can write there, root included.
    fs::write(place.path("cache"), "").unwrap();
    fs::set_permissions(place.path("cache"), fs::Permissions::from_mode(0o444)).unwrap();
    for _ in 0..2 {
        assert!(place.reads(&place.path("cache")).unwrap());
    }
    // A record that was cut short is none.
    let cache = place.path("whole");
    assert!(place.reads(&cache).unwrap());
    let record = fs::read_dir(cache.join(DIRECTORY)).unwrap().next().unwrap().unwrap().path();
    let length = fs::metadata(&record).unwrap().len();
    File::options().write(true).open(&record).unwrap().set_len(length - 1).unwrap();
    assert!(place.reads(&cache).unwrap());
    assert!(!place.reads(&cache).unwrap());
}

#[test]
fn of_many_at_once_one_reads() {
    let place = Place::new();
    let cache = place.path("cache");
    let read = std::thread::scope(|scope| {
        let threads: Vec<_> = (0..8).map(|_| scope.spawn(|| place.reads(&cache).unwrap())).collect();
        threads.into_iter().map(|thread| usize::from(thread.join().unwrap())).sum::<usize>()
    });
    assert_eq!(read, 1);
}

/// Who waits for another can be interrupted.
#[test]
fn waiting_ends_when_it_is_told_to() {
    struct Impatient;
    impl Progress for Impatient {
        fn interrupted(&self) -> bool {
            true
        }
    }
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("verified/record.json");
    let held = open_locked(&path, &()).unwrap().unwrap();
    assert!(matches!(open_locked(&path, &Impatient), Err(Error::Interrupted)));
    drop(held);
    assert!(open_locked(&path, &Impatient).unwrap().is_some());
}
