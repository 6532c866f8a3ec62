//! The files that are called with: stores, good and damaged, and lists of regions. They are made
//! once in a process.

use super::inputs::{self, write};
use atemoya::Store;
use atemoya::index::IndexBuilder;
use atemoya::pack::PackBuilder;
use std::ffi::CString;
use std::fs;
use std::os::unix::ffi::OsStrExt;
use std::path::Path;
use tempfile::TempDir;

/// The files, in a directory that goes with this.
pub struct Files {
    _directory: TempDir,
    /// Where it is remembered that stores are whole.
    pub cache: CString,
    /// Stores: with one index, with two, damaged, without a genome; and what is none.
    pub stores: Vec<CString>,
    /// Lists of regions, good and bad, and what is none.
    pub lists: Vec<CString>,
}

impl Files {
    pub fn new() -> Files {
        let directory = tempfile::tempdir().unwrap();
        let root = directory.path();
        let contigs = inputs::contigs(&[3000, 1200], 8);
        for name in ["one", "two", "damaged"] {
            fs::create_dir(root.join(name)).unwrap();
            let store = inputs::pack(&root.join(name), &contigs, 9);
            inputs::index(&store, &root.join(name), &contigs, 60);
            if name == "two" {
                let peaks = write(root, "other.narrowPeak", inputs::peaks(&contigs, 9, 3));
                IndexBuilder::new("other").peaks([peaks]).counts_window(80).publish(&store, &()).unwrap();
            }
        }
        damage(&root.join("damaged/store"));
        let sizes = write(root, "chrom.sizes", "chrA\t3000\nchrB\t1200\n");
        let tracks = root.join("tracks");
        let packed = PackBuilder::new().chrom_sizes(sizes).control("runs", [root.join("one/2.bw")]);
        packed.tile_log2(9).publish(&tracks, &()).unwrap();
        Store::open(&tracks).unwrap();
        let lists = [
            write(root, "good.bed", "chrA\t100\t400\nchrZ\t1\t2\n"),
            write(root, "bad.bed", "chrA\t100\t400\nchrA\tx\t9\n"),
            root.join("missing.bed"),
            root.to_path_buf(),
        ];
        let mut stores =
            ["one/store", "two/store", "damaged/store", "tracks", "one", "missing"].map(|s| root.join(s)).to_vec();
        stores.push(lists[0].clone());
        let text = |path: &Path| CString::new(path.as_os_str().as_bytes()).unwrap();
        let mut files = Files {
            cache: text(&root.join("cache")),
            stores: stores.iter().map(|path| text(path)).collect(),
            lists: lists.iter().map(|path| text(path)).collect(),
            _directory: directory,
        };
        for odd in [c"", c"\xff\xfe/\x80", c"/dev/null", c"."] {
            files.stores.push(odd.to_owned());
            files.lists.push(odd.to_owned());
        }
        files
    }
}

/// Changes some bytes of the tracks, where only reading them can find it.
fn damage(store: &Path) {
    let panel = store.join("panel-0.atm");
    let mut bytes = fs::read(&panel).unwrap();
    let data = inputs::section(&bytes, 0);
    for at in data.step_by(97) {
        bytes[at] ^= 0x55;
    }
    fs::remove_file(&panel).unwrap();
    fs::write(&panel, bytes).unwrap();
}
