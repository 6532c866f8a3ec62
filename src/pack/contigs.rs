//! Which contigs a store has when there is no genome, and how the inputs' contigs agree with the store's.

use crate::format::{Contigs, Provenance};
use crate::ingest::bigwig::BigWig;
use crate::ingest::chrom_sizes::read_chrom_sizes;
use crate::{Error, Result};
use std::collections::{HashMap, HashSet};
use std::path::Path;

/// Names and lengths from the sizes file, or else from the tracks: every contig of any of them, in the order in which they
/// first appear. Two tracks must agree on the length of a contig that both have.
pub(super) fn without_genome(
    sizes: Option<&Path>,
    tracks: &[BigWig],
    wanted: Option<&[String]>,
) -> Result<Vec<(String, u64)>> {
    let mut contigs = match sizes {
        Some(path) => read_chrom_sizes(path)?,
        None => union(tracks)?,
    };
    if let Some(wanted) = wanted {
        let known: HashSet<&str> = contigs.iter().map(|(name, _)| name.as_str()).collect();
        refuse_unknown(wanted, &known, sizes.unwrap_or(tracks[0].path()))?;
        let wanted: HashSet<&str> = wanted.iter().map(String::as_str).collect();
        contigs.retain(|(name, _)| wanted.contains(name.as_str()));
    }
    Ok(contigs)
}

fn union(tracks: &[BigWig]) -> Result<Vec<(String, u64)>> {
    let mut contigs: Vec<(String, u64)> = Vec::new();
    let mut seen: HashMap<&str, (u64, &BigWig)> = HashMap::new();
    for track in tracks {
        for (name, length) in track.contigs() {
            match seen.get(name.as_str()) {
                Some((other, _)) if other == length => {}
                Some((other, file)) => return Err(different(track, name, *length, file.path(), *other)),
                None => {
                    seen.insert(name, (*length, track));
                    contigs.push((name.clone(), *length));
                }
            }
        }
    }
    Ok(contigs)
}

/// The contigs that were asked for must exist.
pub(super) fn refuse_unknown(wanted: &[String], known: &HashSet<&str>, path: &Path) -> Result<()> {
    let missing: Vec<&str> = wanted.iter().map(String::as_str).filter(|name| !known.contains(name)).collect();
    if missing.is_empty() {
        return Ok(());
    }
    Err(Error::argument("contigs", format!("{} does not have {}", path.display(), missing.join(", "))))
}

/// A contig of a track that the store has must be as long there.
pub(super) fn check_lengths(track: &BigWig, contigs: &Contigs, genome: &Path) -> Result<()> {
    for (name, length) in track.contigs() {
        if let Some(id) = contigs.id(name)
            && contigs.length(id) != *length
        {
            return Err(different(track, name, *length, genome, contigs.length(id)));
        }
    }
    Ok(())
}

fn different(track: &BigWig, name: &str, length: u64, other: &Path, expected: u64) -> Error {
    let other = other.display();
    let message =
        format!("contig {name} has {length} bases here and {expected} in {other}: are they of one genome build?");
    Error::input(track.path(), None, message)
}

/// Notes which contigs are in the store or in the track alone.
pub(super) fn compare(track: &BigWig, contigs: &Contigs, input: &mut Provenance) {
    let names: HashSet<&str> = track.contigs().iter().map(|(name, _)| name.as_str()).collect();
    let absent = contigs.iter().map(|(name, _)| name).filter(|name| !names.contains(name));
    input.contigs_absent = absent.map(str::to_owned).collect();
    let ignored = track.contigs().iter().map(|(name, _)| name).filter(|name| contigs.id(name).is_none());
    input.contigs_ignored = ignored.cloned().collect();
}

/// What the user should know about the contigs. When only some were asked for, that the others are ignored is no news.
pub(super) fn warnings(inputs: &[Provenance], contigs: usize, chosen: bool) -> Vec<String> {
    let mut warnings = Vec::new();
    for input in inputs {
        if contigs > 0 && input.contigs_absent.len() == contigs {
            let theirs = if input.contigs_ignored.is_empty() {
                String::new()
            } else {
                format!(" (it has {})", list(&input.contigs_ignored))
            };
            warnings.push(format!(
                "{}: has no contig of the store{theirs}: its signal reads as zero everywhere; are the contigs named differently?",
                input.path
            ));
            continue;
        }
        if !input.contigs_absent.is_empty() {
            warnings.push(format!("{}: lacks {}, whose signal reads as zero", input.path, list(&input.contigs_absent)));
        }
        if !input.contigs_ignored.is_empty() && !chosen {
            warnings.push(format!("{}: {} not in the store, ignored", input.path, list(&input.contigs_ignored)));
        }
    }
    warnings
}

/// The first few names, and how many more there are.
fn list(names: &[String]) -> String {
    const SHOWN: usize = 5;
    let shown = names.iter().take(SHOWN).map(String::as_str).collect::<Vec<_>>().join(", ");
    match names.len().saturating_sub(SHOWN) {
        0 => shown,
        more => format!("{shown} and {more} more"),
    }
}
