//! Recognizes files that atemoya wrote by their names and first bytes, where the document that
//! lists them is damaged.

use crate::format::manifest::MANIFEST;
use crate::format::{INDEX_DOCUMENT, INDEX_EXCLUDED, INDEX_FORMAT, INDEX_TABLE, header, is_contig_name};
use std::fs;
use std::io::{BufRead, BufReader, Read};
use std::path::Path;

/// The most bytes of a line of `excluded.bed`: a contig's name of 255 bytes, two numbers of 13
/// digits, and separators.
const LONGEST_LINE: u64 = 512;

/// Returns whether a file of a store's directory, or of the directory `within` it, begins as the
/// file of this name that atemoya writes. An empty file counts too.
pub(super) fn begins_as_ours(path: &Path, name: &str, within: &str) -> bool {
    let document = |format: &str| format!("{{\n  \"format\": \"{format}\",\n").into_bytes();
    let beginning = match (within, name) {
        ("", MANIFEST) => document("atemoya"),
        ("", _) if name.ends_with(".atm") => header::MAGIC.to_vec(),
        ("" | "loci/", _) => return false,
        (_, INDEX_DOCUMENT) => document(INDEX_FORMAT),
        (_, INDEX_TABLE) => b"PAR1".to_vec(),
        (_, INDEX_EXCLUDED) => return begins_as_excluded_bed(path),
        _ => return false,
    };
    let read = || -> std::io::Result<Vec<u8>> {
        let mut bytes = Vec::new();
        fs::File::open(path)?.take(beginning.len() as u64).read_to_end(&mut bytes)?;
        Ok(bytes)
    };
    read().is_ok_and(|bytes| bytes.is_empty() || bytes == beginning)
}

/// Returns whether a file begins with a complete line of `excluded.bed`, or is empty.
fn begins_as_excluded_bed(path: &Path) -> bool {
    let first = || -> std::io::Result<Vec<u8>> {
        let mut line = Vec::new();
        BufReader::new(fs::File::open(path)?).take(LONGEST_LINE).read_until(b'\n', &mut line)?;
        Ok(line)
    };
    let is_multiple = |number: &str| number.ends_with("00") && number.bytes().all(|byte| byte.is_ascii_digit());
    first().is_ok_and(|line| {
        let columns: Vec<&str> = str::from_utf8(&line)
            .ok()
            .and_then(|line| line.strip_suffix('\n'))
            .unwrap_or_default()
            .split('\t')
            .collect();
        let is_region = matches!(columns[..], [contig, start, end]
            if is_contig_name(contig) && (start == "0" || is_multiple(start)) && is_multiple(end));
        line.is_empty() || is_region
    })
}

#[cfg(test)]
mod tests {
    use super::super::Contents;
    use super::*;

    #[test]
    fn what_is_left_of_a_damaged_store_is_known_by_its_beginnings() {
        let directory = tempfile::tempdir().unwrap();
        let index = directory.path().join("loci/default");
        fs::create_dir_all(&index).unwrap();
        fs::write(directory.path().join("manifest.json"), "{\n  \"format\": \"atemoya\",\n  cut").unwrap();
        fs::write(index.join(INDEX_DOCUMENT), "").unwrap();
        fs::write(index.join(INDEX_TABLE), "PAR1 and damage").unwrap();
        for (excluded, ours) in [
            ("", true),
            ("chr1\t0\t100\n", true),
            ("a name\t1200\t1500\nand damage", true),
            ("chr1\t0\t100", false),
            ("chr1\t120\t1500\n", false),
            ("chr1\t1200\t1500\tmine\n", false),
            ("words", false),
        ] {
            fs::write(index.join(INDEX_EXCLUDED), excluded).unwrap();
            assert_eq!(Contents::of_damaged(directory.path()).is_ok(), ours, "{excluded:?}");
        }
        // Of the store itself it is no file.
        fs::remove_file(index.join(INDEX_EXCLUDED)).unwrap();
        fs::write(directory.path().join(INDEX_EXCLUDED), "chr1\t0\t100\n").unwrap();
        let doubt = Contents::of_damaged(directory.path()).err();
        assert_eq!(doubt.as_deref(), Some(r#"it holds what is not part of an atemoya store: "excluded.bed""#));
    }
}
