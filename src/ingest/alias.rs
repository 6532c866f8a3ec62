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

/// What mitochondrial DNA is called: by UCSC, and by Ensembl and NCBI, which have other names for
/// some genomes.
const MITOCHONDRION: [&str; 7] = ["chrM", "MT", "chrMT", "M", "Mito", "MtDNA", "mitochondrion_genome"];

/// Which names of contigs mean the same.
///
/// A name that the genome has itself always means the genome's own contig.
///
/// ```
/// use atemoya::format::Contigs;
/// use atemoya::ingest::alias::Aliases;
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
    /// The lines that a name is on.
    of: HashMap<String, Vec<usize>>,
}

impl Aliases {
    /// Chromosomes as UCSC and Ensembl call them: `chr1` and `1`, `chrX` and `X`, `chrIV` and `IV`,
    /// `chr2L` and `2L`; and `chrM`, `MT` and the other names of mitochondrial DNA. Scaffolds,
    /// whose names do not follow from one another, are left alone.
    #[must_use]
    pub fn chr() -> Aliases {
        Aliases(Rule::Chr)
    }

    /// Reads a file of aliases, in which the names of one line mean the same contig.
    ///
    /// A line has two columns or more, separated by tabs (a line without tabs: by spaces), in any
    /// order. Empty columns, blank lines and lines that begin with `#` are skipped. UCSC's
    /// `chromAlias.txt` is such a file, in its old form (alias, name, source) and in its new one (a
    /// column for each authority). The file may be compressed.
    ///
    /// # Errors
    /// [`Error::Io`]; [`Error::Input`] with the line for one name alone and for a name that no
    /// contig can have.
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

    /// Takes `chr` for [`Aliases::chr`], and anything else for the path of a file, as the command
    /// and Python do.
    ///
    /// # Errors
    /// As [`Aliases::read`], and [`Error::Argument`] of `alias` for a word that is no file.
    pub fn from_option(option: &Path) -> Result<Aliases> {
        if option == Path::new("chr") {
            return Ok(Aliases::chr());
        }
        let is_word = option.extension().is_none() && option.components().count() == 1;
        if is_word && !option.exists() {
            return Err(Error::argument("alias", format!("there is no file {option:?}; it is \"chr\" or a file")));
        }
        Aliases::read(option)
    }

    /// The names that mean the same, in words that are the same for the same.
    #[cfg(feature = "ingest")]
    pub(crate) fn described(&self) -> String {
        match &self.0 {
            Rule::Chr => "chr".to_owned(),
            Rule::Table(table) => format!("{:?}", table.lines),
        }
    }

    /// Finds the contig that a name means, if the genome has it.
    ///
    /// # Errors
    /// [`Error::Input`] of the file of aliases, when by it the name means two contigs of the
    /// genome.
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

/// Those of some names that the genome lacks and [`Aliases::chr`] finds a contig for, each with
/// that contig's id.
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
                Err(Error::input(&self.path, None, format!("{name:?} means two contigs of the genome, {both}")))
            }
        }
    }
}

/// The names of a line, or what is wrong with it.
fn parse(line: &[u8]) -> Result<Vec<String>, String> {
    let columns = columns(line).map(<[u8]>::trim_ascii).filter(|column| !column.is_empty());
    let names = columns.map(|column| contig_name(column).map(str::to_owned)).collect::<Result<Vec<_>, _>>()?;
    if names.len() < 2 {
        return Err(format!("expected two names or more that mean the same contig, got {}", quote(line)));
    }
    Ok(names)
}

/// The names by which UCSC and Ensembl call the same chromosome, the likeliest first; none for what
/// is no chromosome.
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

/// Whether this is a chromosome's name without `chr`: 1 to 999, maybe with a letter (2L, 2a), a
/// Roman number, or W, X, Y, Z.
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
