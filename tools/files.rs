//! Input files on the command line: one or several for an option, which may be repeated.
//!
//! `--peaks a.bed b.bed` (and so a pattern of the shell), `--peaks a.bed --peaks b.bed` and
//! `--peaks a.bed,b.bed` mean the same. A comma separates files, unless it is part of the name
//! of an existing file. Names need not be UTF-8.

use clap::builder::{OsStringValueParser, TypedValueParser};
use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

/// The files that one value names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Files(Vec<PathBuf>);

impl Files {
    /// Returns the parser of an option's value.
    pub(crate) fn parser() -> impl TypedValueParser<Value = Files> {
        OsStringValueParser::new().try_map(|value| split(&value).map(Files))
    }

    /// Returns the files of all values.
    pub(crate) fn all(values: &[Files]) -> Vec<PathBuf> {
        values.iter().flat_map(|files| files.0.iter().cloned()).collect()
    }
}

/// Returns the files that a value names: each time the longest name of an existing file, or else
/// the name up to the next comma.
///
/// # Errors
/// If a name is empty, or both a name with commas and all of its parts are existing files.
pub(crate) fn split(value: &OsStr) -> Result<Vec<PathBuf>, String> {
    let bytes = value.as_bytes();
    let path = |from: usize, to: usize| Path::new(OsStr::from_bytes(&bytes[from..to]));
    let ends: Vec<usize> = (0..=bytes.len()).filter(|&at| at == bytes.len() || bytes[at] == b',').collect();
    let (mut files, mut from, mut next) = (Vec::new(), 0, 0);
    while next < ends.len() {
        let last = (next + 1..ends.len()).rev().find(|&end| path(from, ends[end]).is_file()).unwrap_or(next);
        let name = path(from, ends[last]);
        if name.as_os_str().is_empty() {
            return Err("the name of a file is missing".into());
        }
        let mut part = from;
        let parts = ends[next..=last].iter().map(|&end| path(std::mem::replace(&mut part, end + 1), end));
        if last > next && parts.into_iter().all(Path::is_file) {
            return Err(format!("{name:?} is a file, and so is each part between commas: rename one of them"));
        }
        files.push(name.to_path_buf());
        (from, next) = (ends[last] + 1, last + 1);
    }
    Ok(files)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_comma_separates_files_unless_a_file_is_named_with_it() {
        let directory = tempfile::tempdir().unwrap();
        let at = |name: &str| directory.path().join(name);
        let cut = |value: &Path| {
            let prefix = directory.path().as_os_str().len() + 1;
            let names = |paths: Vec<PathBuf>| -> Vec<String> {
                let bytes = |path: &PathBuf| path.as_os_str().as_bytes().to_vec();
                let text = |path: &PathBuf| String::from_utf8_lossy(&bytes(path)).into_owned();
                paths
                    .iter()
                    .map(|path| if path.is_absolute() { text(path)[prefix..].into() } else { text(path) })
                    .collect()
            };
            split(value.as_os_str()).map(names)
        };
        assert_eq!(cut(&at("a.bw")).unwrap(), ["a.bw"]);
        assert_eq!(cut(&at("a.bw,b.bw,c.bw")).unwrap(), ["a.bw", "b.bw", "c.bw"]);
        std::fs::write(at("x,y.bw"), "").unwrap();
        assert_eq!(cut(&at("x,y.bw")).unwrap(), ["x,y.bw"]);
        assert_eq!(cut(&at("x,y.bw,z.bw")).unwrap(), ["x,y.bw", "z.bw"]);
        assert_eq!(cut(&at("w.bw").with_file_name("w.bw,x,y.bw")).unwrap(), ["w.bw", "x", "y.bw"]);
        for bad in ["", ",", "a,", ",a", "a,,b"] {
            assert!(split(OsStr::new(bad)).unwrap_err().contains("missing"), "{bad}");
        }
        // Both readings are there: a file whose name has a comma, and two files.
        let value = format!("{},{}", at("p").display(), at("p").display());
        std::fs::write(at("p"), "").unwrap();
        assert_eq!(cut(Path::new(&value)).unwrap(), ["p", "p"]);
        let file = Path::new(&value);
        std::fs::create_dir_all(file.parent().unwrap()).unwrap();
        std::fs::write(file, "").unwrap();
        assert!(cut(file).unwrap_err().contains("rename one of them"));
    }

    #[test]
    fn names_need_not_be_utf_8() {
        let files = split(OsStr::from_bytes(b"a\xff.bed,b\xfe.bed")).unwrap();
        assert_eq!(files, [Path::new(OsStr::from_bytes(b"a\xff.bed")), Path::new(OsStr::from_bytes(b"b\xfe.bed"))]);
    }
}
