//! Names of contigs that mean the same, `chr1` and `1` say, and the contigs of a file among those
//! of a genome by such names.

use std::collections::{BTreeMap, HashMap};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::columns::columns;
use super::field::{contig_name, quote};
use super::kind::Expected;
use super::lines::Lines;
use crate::format::{Contigs, Renamed};
use crate::{Error, Result, listed};

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

/// The contigs of one file among those of a genome, by their names and by aliases: it remembers
/// which names it has seen.
///
/// Two names of a file never mean one contig: one of them would be a mistake, and which one nobody
/// knows.
#[derive(Debug)]
pub struct ContigNames<'a> {
    path: PathBuf,
    contigs: &'a Contigs,
    aliases: Option<&'a Aliases>,
    known: HashMap<String, Option<usize>>,
    /// The name in the file of each contig that was found.
    taken: BTreeMap<usize, String>,
}

impl<'a> ContigNames<'a> {
    /// Starts for a file. Without aliases only the genome's own names are found.
    #[must_use]
    pub fn new(path: &Path, contigs: &'a Contigs, aliases: Option<&'a Aliases>) -> ContigNames<'a> {
        ContigNames { path: path.to_path_buf(), contigs, aliases, known: HashMap::new(), taken: BTreeMap::new() }
    }

    /// Finds the contig that a name of the file means, if the genome has it.
    ///
    /// # Errors
    /// [`Error::Input`] of the file, when another name of it means the same contig; as
    /// [`Aliases::resolve`].
    pub fn id(&mut self, name: &str) -> Result<Option<usize>> {
        if let Some(known) = self.known.get(name) {
            return Ok(*known);
        }
        let id = match self.aliases {
            None => self.contigs.id(name),
            Some(aliases) => aliases.resolve(name, self.contigs)?,
        };
        if let Some(id) = id
            && let Some(other) = self.taken.insert(id, name.to_owned())
        {
            let (to, both) = (self.contigs.name(id), listed([other.as_str(), name]));
            let message = format!(
                "by the aliases its contigs {both} both mean {to:?} of the genome: rename or remove one of them, or give a file of aliases \
                 without it"
            );
            return Err(Error::input(&self.path, None, message));
        }
        self.known.insert(name.to_owned(), id);
        Ok(id)
    }

    /// The contigs that have another name in the file, in the genome's order.
    #[must_use]
    pub fn renamed(&self) -> Vec<Renamed> {
        let names = self.taken.iter().map(|(&id, from)| (from, self.contigs.name(id)));
        names.filter(|(from, to)| from != to).map(|(from, to)| Renamed { from: from.clone(), to: to.into() }).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn contigs(names: &[&str]) -> Contigs {
        Contigs::new(names.iter().map(|name| (*name, 10))).unwrap()
    }

    fn read(text: &str) -> Result<Aliases> {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("aliases");
        std::fs::write(&path, text).unwrap();
        Aliases::read(&path)
    }

    /// What a name becomes.
    fn to<'a>(aliases: &Aliases, name: &str, contigs: &'a Contigs) -> Option<&'a str> {
        aliases.resolve(name, contigs).unwrap().map(|id| contigs.name(id))
    }

    #[test]
    fn a_table_from_a_spreadsheet_is_read() {
        let ucsc = contigs(&["chr1", "chrM"]);
        for text in ["\u{feff}chr1\t1\r\nchrM\tMT\r\n", "\"chr1\" \"1\"\r\"chrM\" \"MT\"\r"] {
            let aliases = read(text).unwrap();
            assert_eq!((to(&aliases, "1", &ucsc), to(&aliases, "MT", &ucsc)), (Some("chr1"), Some("chrM")), "{text:?}");
        }
        assert!(read("PK\u{3}\u{4}").unwrap_err().to_string().contains("zip archive"));
    }

    #[test]
    fn ucsc_and_ensembl_both_ways() {
        let names = ["chr1", "chr22", "chrX", "chrY", "chrIV", "chr2L", "chr2a", "chrW"];
        let (ucsc, bare) = (contigs(&names), names.map(|name| &name[3..]));
        let ensembl = contigs(&bare);
        for (name, short) in names.iter().zip(bare) {
            assert_eq!(to(&Aliases::chr(), short, &ucsc), Some(*name));
            assert_eq!(to(&Aliases::chr(), name, &ensembl), Some(short));
            assert_eq!(to(&Aliases::chr(), name, &ucsc), Some(*name));
        }
        for other in [
            "",
            "chr",
            "01",
            "chr01",
            "1_random",
            "chr1_random",
            "GL000192.1",
            "chrUn",
            "4",
            "Chr1",
            "CHR1",
            "2Q",
            "é1",
            "1é",
        ] {
            assert_eq!(to(&Aliases::chr(), other, &ucsc), None, "{other}");
            assert_eq!(to(&Aliases::chr(), other, &ensembl), None, "{other}");
        }
        let strange = contigs(&["chrGL000192.1", "chr", "chr01"]);
        for name in ["GL000192.1", "", "01"] {
            assert_eq!(to(&Aliases::chr(), name, &strange), None);
        }
    }

    #[test]
    fn mitochondria() {
        for genome in MITOCHONDRION {
            for name in MITOCHONDRION {
                assert_eq!(to(&Aliases::chr(), name, &contigs(&["chr1", genome])), Some(genome));
            }
        }
        // hg19 with both: chrMT is Ensembl's sequence, chrM another.
        let both = contigs(&["chrM", "chrMT"]);
        assert_eq!(to(&Aliases::chr(), "MT", &both), Some("chrMT"));
        assert_eq!(to(&Aliases::chr(), "M", &both), Some("chrM"));
    }

    #[test]
    fn files_of_aliases() {
        let two = "chr1\t1\nchr2\t2\n";
        let spaces = "1 chr1\n\n# a comment\n2   chr2\r\n";
        let old = "#alias\tchrom\tsource\nCM000663.2\tchr1\tgenbank\n1\tchr1\tensembl\n2\tchr2\tensembl\n";
        let new =
            "# ucsc\tassembly\tensembl\trefseq\nchr1\t1\t1\tNC_000001.11\nchr2\t\t2\tNC_000002.12\nchrM\tMT\t\t\n";
        let (ucsc, ensembl) = (contigs(&["chr1", "chr2"]), contigs(&["1", "2"]));
        for text in [two, spaces, old, new] {
            let aliases = read(text).unwrap();
            for (a, b) in [("chr1", "1"), ("chr2", "2")] {
                assert_eq!(to(&aliases, b, &ucsc), Some(a), "{text}");
                assert_eq!(to(&aliases, a, &ensembl), Some(b), "{text}");
            }
            assert_eq!(to(&aliases, "3", &ucsc), None);
            assert_eq!(to(&aliases, "MT", &ucsc), None);
        }
        assert_eq!(to(&read(new).unwrap(), "NC_000002.12", &ensembl), Some("2"));
        assert_eq!(to(&read(old).unwrap(), "CM000663.2", &ucsc), Some("chr1"));
    }

    #[test]
    fn bad_files_of_aliases() {
        for bad in ["chr1", "chr1\t", "\tchr1", "chr1\t\u{1}", "chr1 \t "] {
            let error = read(&format!("a\tb\n\n{bad}\n")).unwrap_err();
            assert!(matches!(error, Error::Input { line: Some(3), .. }), "{bad:?}: {error}");
        }
        let aliases = read("x\tchr1\nx\tchr2\n").unwrap();
        let error = aliases.resolve("x", &contigs(&["chr1", "chr2"])).unwrap_err().to_string();
        assert!(error.contains(r#""x" means two contigs of the genome, "chr1", "chr2""#), "{error}");
        assert_eq!(aliases.resolve("x", &contigs(&["chr2", "chr3"])).unwrap(), Some(0));
    }

    #[test]
    fn names_of_a_file() {
        let genome = contigs(&["chr1", "chr2", "3"]);
        let aliases = Aliases::chr();
        let mut names = ContigNames::new(Path::new("a.bw"), &genome, Some(&aliases));
        for (name, id) in [("chr3", Some(2)), ("1", Some(0)), ("chr2", Some(1)), ("1", Some(0)), ("4", None)] {
            assert_eq!(names.id(name).unwrap(), id, "{name}");
        }
        let renamed = |from: &str, to: &str| Renamed { from: from.into(), to: to.into() };
        assert_eq!(names.renamed(), [renamed("1", "chr1"), renamed("chr3", "3")]);
        let error = names.id("chr1").unwrap_err().to_string();
        assert!(error.starts_with("a.bw: ") && error.contains(r#""1", "chr1" both mean "chr1""#), "{error}");

        let mut plain = ContigNames::new(Path::new("a.bw"), &genome, None);
        assert_eq!((plain.id("1").unwrap(), plain.id("chr1").unwrap()), (None, Some(0)));
        assert!(plain.renamed().is_empty());
    }

    #[test]
    fn which_names_the_rule_would_help() {
        let genome = contigs(&["chr1", "chr2"]);
        let names = ["scaffold_7", "2", "chr1", "NC_000001.11", "Chr1"];
        assert_eq!(helped_by_chr(names.into_iter(), &genome).collect::<Vec<_>>(), [("2", 1)]);
    }
}
