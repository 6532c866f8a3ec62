//! Compares the contig names that users give with those of the genome. It is an error when none is
//! a contig of the genome, and a warning when some are not.

use crate::error::{chroms_to_use, parameter_as};
use crate::format::{Contigs, Renamed};
use crate::ingest::alias::{Aliases, ContigNames, helped_by_chr};
use crate::ingest::bed::BedFile;
use crate::loci::LocusTable;
use crate::{Error, Result, listed};
use std::path::Path;

/// Checks the contigs to use, and returns warnings.
///
/// # Errors
/// [`Error::Argument`] when the genome has none of them, unless `allow_empty`.
pub(crate) fn chroms(names: &[String], contigs: &Contigs, allow_empty: bool) -> Result<Vec<String>> {
    let unknown: Vec<&String> = names.iter().filter(|name| contigs.id(name).is_none()).collect();
    if unknown.is_empty() {
        return Ok(Vec::new());
    }
    let known = listed(contigs.iter().map(|(name, _)| name));
    if unknown.len() < names.len() || allow_empty {
        return Ok(vec![format!("`chroms`: the genome has no {}; it has {known}", listed(unknown))]);
    }
    let remedy = match names.iter().find(|name| is_path(name)) {
        Some(file) => format!("{file:?} looks like a file, and lists of contigs are not read from files: name them"),
        None => format!("use its names{}", likely(names, contigs)),
    };
    Err(Error::argument(
        "chroms",
        format!("none of {} is a contig of the genome, which has {known}; {remedy}", listed(names)),
    ))
}

/// Advises, for a message, to use the contigs that are likely meant by names that differ by `chr`.
fn likely(names: &[String], contigs: &Contigs) -> String {
    let mut ids: Vec<usize> = helped_by_chr(names.iter().map(String::as_str), contigs).map(|(_, id)| id).collect();
    ids.sort_unstable();
    ids.dedup();
    let chroms = chroms_to_use(ids.into_iter().map(|id| contigs.name(id)));
    chroms.map_or_else(String::new, |chroms| format!(", likely {chroms}"))
}

/// Returns whether a name looks like that of a file.
fn is_path(name: &str) -> bool {
    let extension = Path::new(name).extension().and_then(|extension| extension.to_str());
    let known = ["json", "txt", "bed", "csv", "tsv", "yaml", "yml", "sizes", "fai"];
    name.contains('/') || extension.is_some_and(|extension| known.contains(&extension.to_ascii_lowercase().as_str()))
}

/// Checks an exclusion list, and returns warnings.
///
/// # Errors
/// [`Error::Input`] when it has regions and none is on a contig of the genome, unless
/// `allow_empty`.
pub(crate) fn exclusion_list(path: &Path, bed: &BedFile, contigs: &Contigs, allow_empty: bool) -> Result<Vec<String>> {
    if bed.contigs.is_empty() {
        return Ok(vec![format!("`exclusion_lists`: {} has no region", path.display())]);
    }
    if bed.contigs.iter().any(|name| contigs.id(name).is_some()) {
        let missed = helped_by_chr(bed.contigs.iter().map(String::as_str), contigs).map(|(name, _)| name);
        let missed: Vec<&str> = missed.collect();
        let warning = || {
            let path = path.display();
            let remedy = renames(&bed.contigs, contigs);
            format!("`exclusion_lists`: the regions of {path} on {} exclude nothing; {remedy}", listed(missed.iter()))
        };
        return Ok((!missed.is_empty()).then(warning).into_iter().collect());
    }
    let message = format!(
        "this exclusion list excludes nothing: it is on {}, and the genome has {}",
        listed(&bed.contigs),
        listed(contigs.iter().map(|(name, _)| name))
    );
    if allow_empty {
        return Ok(vec![format!("{}: {message}", path.display())]);
    }
    let remedy = renames(&bed.contigs, contigs);
    Err(Error::input(path, None, format!("{message}; {remedy}; `allow_empty` takes the list as it is")))
}

/// Returns a warning about loci of a table that are left out because their contigs have other names
/// in the genome.
pub(crate) fn left_out(table: &LocusTable, chroms: Option<&[String]>, contigs: &Contigs) -> Option<String> {
    let wanted = |id: usize| {
        let mut lists = table.chroms().into_iter().chain(chroms);
        lists.all(|names| names.iter().any(|name| name == contigs.name(id)))
    };
    let names = helped_by_chr(table.foreign().iter().map(String::as_str), contigs);
    let names: Vec<&str> = names.filter(|(_, id)| wanted(*id)).map(|(name, _)| name).collect();
    (!names.is_empty())
        .then(|| format!("the loci on {} are left out: the genome has no such contig; {RENAMES}", listed(names)))
}

/// Checks one file of loci. If the others may do without it, the error says how.
///
/// # Errors
/// [`Error::Input`] when it has loci and none is on a contig of the genome.
pub(crate) fn loci(path: &Path, bed: &BedFile, contigs: &Contigs, optional: bool) -> Result<()> {
    let Some(first) = bed.records.first() else { return Ok(()) };
    if bed.contigs.iter().any(|name| contigs.id(name).is_some()) {
        return Ok(());
    }
    let (theirs, ours) = (listed(&bed.contigs), listed(contigs.iter().map(|(name, _)| name)));
    let message = format!("no locus is on a contig of the genome: the loci are on {theirs}, the genome has {ours}");
    let past = if optional { "; `allow_empty` with `chroms` leaves them out" } else { "" };
    Err(Error::input(path, first.line, format!("{message}; {}{past}", renames(&bed.contigs, contigs))))
}

/// Returns the remedy for contigs with other names: `chr` as alias where it helps.
fn renames(names: &[String], contigs: &Contigs) -> String {
    match helped_by_chr(names.iter().map(String::as_str), contigs).next() {
        Some((name, id)) => {
            let (alias, ours) = (parameter_as("alias", "chr"), contigs.name(id));
            format!("use the genome's names, or {alias}, which reads {name:?} as {ours:?}")
        }
        None => "use the genome's names, or give `alias` a file of names that mean the same".to_owned(),
    }
}

/// The remedy for contigs of a table, which may be an index's, with other names.
const RENAMES: &str = "use the genome's names, or `alias` for names that mean the same";

/// Renames the contigs of a file to those of the genome by the aliases, and returns the renamed
/// ones.
///
/// # Errors
/// [`Error::Input`] when two names mean one contig, or one name two.
pub(crate) fn rename(
    path: &Path,
    bed: &mut BedFile,
    contigs: &Contigs,
    aliases: Option<&Aliases>,
) -> Result<Vec<Renamed>> {
    let mut names = ContigNames::new(path, contigs, aliases);
    for name in &mut bed.contigs {
        if let Some(id) = names.id(name)? {
            contigs.name(id).clone_into(name);
        }
    }
    Ok(names.renamed())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn contigs() -> Contigs {
        Contigs::new((1..=3000).map(|i| (format!("chr{i}"), 10))).unwrap()
    }

    fn names(names: &[&str]) -> Vec<String> {
        names.iter().map(|&name| name.to_owned()).collect()
    }

    #[test]
    fn contigs_of_which_the_genome_has_none_are_an_error() {
        let check = |given: &[&str], allow_empty| chroms(&names(given), &contigs(), allow_empty);
        assert_eq!(check(&["chr1", "chr7"], false).unwrap(), [""; 0]);
        assert_eq!(check(&[], false).unwrap(), [""; 0]);
        let warned = check(&["chr1", "chrX"], false).unwrap();
        assert!(warned[0].starts_with("`chroms`: the genome has no \"chrX\"; it has \"chr1\","), "{warned:?}");
        let error = check(&["1", "2"], false).unwrap_err().to_string();
        for part in
            [r#"none of "1", "2" is"#, r#""chr10" and 2990 more; use its names, likely `chroms=["chr1", "chr2"]`"#]
        {
            assert!(error.contains(part), "{error}");
        }
        assert!(!error.contains("allow_empty"), "{error}");
        let error = check(&["X"], false).unwrap_err().to_string();
        assert!(error.ends_with("more; use its names"), "{error}");
        assert!(check(&["1", "2"], true).unwrap()[0].contains("no \"1\", \"2\""));
        for file in ["fold_0.json", "folds/a", "x.TXT"] {
            let error = check(&[file], false).unwrap_err().to_string();
            assert!(error.contains("looks like a file"), "{error}");
        }
        assert!(!check(&["chr1_KI270706v1_random.1"], false).unwrap_err().to_string().contains("looks like"));
    }

    #[test]
    fn an_exclusion_list_that_excludes_nothing_is_an_error() {
        let check = |given: &[&str], allow_empty| {
            let bed = BedFile { contigs: names(given), ..BedFile::default() };
            exclusion_list(Path::new("x.bed"), &bed, &contigs(), allow_empty)
        };
        assert_eq!(check(&["chrUn", "chr2"], false).unwrap(), [""; 0]);
        let warned = check(&["1", "chr2", "4", "X"], false).unwrap();
        assert!(
            warned[0]
                .contains(r#"regions of x.bed on "1", "4" exclude nothing; use the genome's names, or `alias="chr"`"#),
            "{warned:?}"
        );
        assert_eq!(check(&[], false).unwrap(), ["`exclusion_lists`: x.bed has no region"]);
        let error = check(&["1", "2"], false).unwrap_err().to_string();
        let alias = r#"or `alias="chr"`, which reads "1" as "chr1""#;
        for part in ["x.bed: ", r#"on "1", "2", and the genome has "chr1", "#, alias, "`allow_empty`"] {
            assert!(error.contains(part), "{error}");
        }
        assert!(check(&["X"], false).unwrap_err().to_string().contains("give `alias` a file of names"));
        assert!(check(&["1"], true).unwrap()[0].starts_with("x.bed: this exclusion list excludes nothing"));
    }
}
