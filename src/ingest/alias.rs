//! Contig names that mean the same contig, for example `chr1` and `1`.

mod contig_names;

pub use self::contig_names::ContigNames;

use super::columns::columns;
use super::field::{contig_name, quote};
use super::lines::Lines;
use super::other_formats::Expected;
use crate::format::Contigs;
use crate::{Error, Result, listed};
use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// The names of mitochondrial DNA at UCSC, Ensembl and NCBI.
const MITOCHONDRION: [&str; 7] = ["chrM", "MT", "chrMT", "M", "Mito", "MtDNA", "mitochondrion_genome"];

/// Which names of contigs mean the same, for files whose contigs have other names than the
/// genome's: [`IndexBuilder::alias`](crate::IndexBuilder::alias),
/// [`PeakGenerator::alias`](crate::PeakGenerator::alias) and `PackBuilder::alias` take it.
///
/// A name that the genome has itself always means the genome's own contig.
///
/// ```
/// use atemoya::Aliases;
/// use atemoya::store::Contigs;
///
/// let contigs = Contigs::new([("chr1", 248_956_422), ("chrX", 156_040_895), ("chrM", 16_569)])?;
/// let aliases = Aliases::chr();
/// assert_eq!(aliases.resolve("X", &contigs)?, Some(1));
/// assert_eq!(aliases.resolve("MT", &contigs)?, Some(2));
/// assert_eq!(aliases.resolve("GL000192.1", &contigs)?, None);
/// # Ok::<(), atemoya::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Aliases(Rule);

#[derive(Debug, Clone, PartialEq)]
enum Rule {
    Chr,
    Table(Arc<Table>),
}

/// A file of aliases.
#[derive(Debug, PartialEq)]
struct Table {
    path: PathBuf,
    /// The names of each line, which mean the same.
    lines: Vec<Vec<String>>,
    /// The indices of the lines that contain a name.
    of: HashMap<String, Vec<usize>>,
}

impl Aliases {
    /// Returns the aliases between names of UCSC and Ensembl: `chr1` and `1`, `chrX` and `X`,
    /// `chrIV` and `IV`, `chr2L` and `2L`, and the names of mitochondrial DNA such as `chrM` and
    /// `MT`. Scaffolds have no aliases, since their names do not follow a rule.
    #[must_use]
    pub fn chr() -> Aliases {
        Aliases(Rule::Chr)
    }

    /// Reads a file of aliases, in which all names of a line mean the same contig.
    ///
    /// A line has two or more columns, separated by tabs, or by spaces in a line without tabs.
    /// Empty columns, blank lines and lines that begin with `#` are skipped. UCSC's
    /// `chromAlias.txt` is such a file, in its old form (alias, name, source) and in its new form
    /// (a column for each authority). The file may be compressed.
    ///
    /// # Errors
    /// [`Error::Io`]; [`Error::Input`] with the line for a line of one name and for a name that is
    /// not a valid contig name.
    pub fn read(path: &Path) -> Result<Aliases> {
        let mut file = Lines::open(path, Expected::Table("a table of the names of contigs"))?;
        let (mut lines, mut of) = (Vec::new(), HashMap::<String, Vec<usize>>::new());
        while let Some((_, line)) = file.next_line()? {
            if line.trim_ascii().is_empty() || line.starts_with(b"#") {
                continue;
            }
            let names = match parse(line) {
                Ok(names) => names,
                Err(message) => return Err(file.error(message)),
            };
            for name in &names {
                of.entry(name.clone()).or_default().push(lines.len());
            }
            lines.push(names);
        }
        Ok(Aliases(Rule::Table(Arc::new(Table { path: path.to_path_buf(), lines, of }))))
    }

    /// Returns [`Aliases::chr`] for `chr`, and reads a file for anything else, as the command and
    /// Python do.
    ///
    /// # Errors
    /// As [`Aliases::read`], and [`Error::Argument`] of `alias` for a word that is no file.
    pub fn from_option(option: &Path) -> Result<Aliases> {
        if option == Path::new("chr") {
            return Ok(Aliases::chr());
        }
        let is_word = option.extension().is_none() && option.components().count() == 1;
        if is_word && !option.exists() {
            return Err(Error::argument(
                "alias",
                format!("there is no file {option:?}: give \"chr\" or a file of aliases"),
            ));
        }
        Aliases::read(option)
    }

    /// Returns a text that is equal for equal aliases.
    #[cfg(feature = "ingest")]
    pub(crate) fn described(&self) -> String {
        match &self.0 {
            Rule::Chr => "chr".to_owned(),
            Rule::Table(table) => format!("{:?}", table.lines),
        }
    }

    /// Returns the id of the contig that a name means, if the genome has it.
    ///
    /// # Errors
    /// [`Error::Input`] of the file of aliases, when the name means two contigs of the genome.
    pub fn resolve(&self, name: &str, contigs: &Contigs) -> Result<Option<usize>> {
        if let Some(id) = contigs.id(name) {
            return Ok(Some(id));
        }
        match &self.0 {
            Rule::Chr => Ok(other_names(name).iter().find_map(|name| contigs.id(name))),
            Rule::Table(table) => table.resolve(name, contigs),
        }
    }
}

/// Returns those of `names` that the genome lacks, but for which [`Aliases::chr`] finds a contig,
/// each with that contig's id.
pub(crate) fn helped_by_chr<'a>(
    names: impl Iterator<Item = &'a str>,
    contigs: &Contigs,
) -> impl Iterator<Item = (&'a str, usize)> {
    let found = |name| Aliases::chr().resolve(name, contigs).ok().flatten();
    names.filter(|name| contigs.id(name).is_none()).filter_map(move |name| Some((name, found(name)?)))
}

impl Table {
    fn resolve(&self, name: &str, contigs: &Contigs) -> Result<Option<usize>> {
        let lines = self.of.get(name).into_iter().flatten().flat_map(|&line| &self.lines[line]);
        let mut found = lines.filter_map(|name| contigs.id(name));
        let Some(first) = found.next() else { return Ok(None) };
        match found.find(|&id| id != first) {
            None => Ok(Some(first)),
            Some(second) => {
                let both = listed([contigs.name(first), contigs.name(second)]);
                Err(Error::input(
                    &self.path,
                    None,
                    format!("{name:?} means two contigs of the genome, {both}: remove one of them from the file"),
                ))
            }
        }
    }
}

/// Parses the names of a line. The error says what is wrong with it.
fn parse(line: &[u8]) -> Result<Vec<String>, String> {
    let columns = columns(line).map(<[u8]>::trim_ascii).filter(|column| !column.is_empty());
    let names = columns.map(|column| contig_name(column).map(str::to_owned)).collect::<Result<Vec<_>, _>>()?;
    if names.len() < 2 {
        return Err(format!("expected two names or more that mean the same contig, got {}", quote(line)));
    }
    Ok(names)
}

/// Returns the other names of a chromosome at UCSC and Ensembl, the likeliest first. Returns none
/// for a name that is not that of a chromosome.
fn other_names(name: &str) -> Vec<String> {
    let bare = name.strip_prefix("chr");
    let mut names = Vec::new();
    if MITOCHONDRION.contains(&name) {
        names.push(bare.map_or_else(|| format!("chr{name}"), str::to_owned));
        names.extend(MITOCHONDRION.map(str::to_owned));
    } else if is_chromosome(bare.unwrap_or(name)) {
        names.push(bare.map_or_else(|| format!("chr{name}"), str::to_owned));
    }
    names
}

/// Returns whether this is the name of a chromosome without `chr`: 1 to 999, perhaps with a letter
/// (2L, 2a), a Roman number, or W, X, Y, Z.
fn is_chromosome(name: &str) -> bool {
    let digits = name.bytes().take_while(u8::is_ascii_digit).count();
    let arm = &name[digits..];
    let number = (1..=3).contains(&digits) && !name.starts_with('0');
    let roman = digits == 0 && (1..=8).contains(&name.len()) && name.bytes().all(|byte| b"IVX".contains(&byte));
    roman
        || matches!(name, "W" | "Y" | "Z")
        || number && matches!(arm.as_bytes(), [] | [b'A' | b'B' | b'L' | b'R' | b'a' | b'b'])
}

#[cfg(test)]
mod tests;
