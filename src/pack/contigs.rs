//! Determines the contigs of a store without a genome, and checks the contigs that were chosen.

use super::track::alias_hint;
use crate::format::Contigs;
use crate::ingest::alias::{Aliases, ContigNames};
use crate::ingest::bigwig::BigWig;
use crate::ingest::chrom_sizes::read_chrom_sizes;
use crate::{Error, Result, listed};
use std::collections::HashSet;
use std::path::Path;

/// Returns names and lengths from the file of sizes, or else from the tracks: every contig of any
/// track, in the order in which they first appear, with the name and length in the first track that
/// has it.
///
/// # Errors
/// [`Error::Input`] for a track that has no contig of those before it, unless `allow_empty`.
pub(super) fn without_genome(
    sizes: Option<&Path>,
    tracks: &[BigWig],
    wanted: Option<&[String]>,
    aliases: Option<&Aliases>,
    allow_empty: bool,
) -> Result<Vec<(String, u64)>> {
    let mut contigs = match sizes {
        Some(path) => read_chrom_sizes(path)?,
        None => union(tracks, aliases, allow_empty)?,
    };
    if let Some(wanted) = wanted {
        let known: HashSet<&str> = contigs.iter().map(|(name, _)| name.as_str()).collect();
        refuse_unknown(wanted, &known, sizes.unwrap_or(tracks[0].path()))?;
        let wanted: HashSet<&str> = wanted.iter().map(String::as_str).collect();
        contigs.retain(|(name, _)| wanted.contains(name.as_str()));
    }
    Ok(contigs)
}

fn union(tracks: &[BigWig], aliases: Option<&Aliases>, allow_empty: bool) -> Result<Vec<(String, u64)>> {
    let mut contigs: Vec<(String, u64)> = Vec::new();
    for track in tracks {
        let known = Contigs::new(contigs.iter().map(|(name, length)| (name.as_str(), *length)));
        let known = known.map_err(|error| Error::input(track.path(), None, error.to_string()))?;
        let mut names = ContigNames::new(track.path(), &known, aliases);
        let before = contigs.len();
        for (name, length) in track.contigs() {
            if names.id(name)?.is_none() {
                contigs.push((name.clone(), *length));
            }
        }
        if before > 0 && contigs.len() == before + track.contigs().len() && !allow_empty {
            let names = || track.contigs().iter().map(|(name, _)| name.as_str());
            let message = format!(
                "it has no contig of the tracks before it: it has {}, and they have {}; {}`allow_empty` packs the \
                 contigs of both, with \
                 zeros where a track has none",
                listed(names()),
                listed(known.iter().map(|(name, _)| name)),
                alias_hint(aliases.is_some(), names(), &known),
            );
            return Err(Error::input(track.path(), None, message));
        }
    }
    Ok(contigs)
}

/// Refuses chosen contigs that the genome lacks.
pub(super) fn refuse_unknown(wanted: &[String], known: &HashSet<&str>, path: &Path) -> Result<()> {
    let missing: Vec<&String> = wanted.iter().filter(|name| !known.contains(name.as_str())).collect();
    if missing.is_empty() {
        return Ok(());
    }
    let mut known: Vec<&str> = known.iter().copied().collect();
    known.sort_unstable();
    let message = format!("{} does not have {}; it has {}", path.display(), listed(missing), listed(known));
    Err(Error::argument("contigs", message))
}
