//! The rules of a manifest that need no other file (`format-spec/FORMAT.md`, sections 7 and 8).

use super::{Manifest, is_file_name, is_lower_hex};
use crate::format::contigs::MAX_CONTIG_LENGTH;
use crate::format::{Contigs, Damage, OtherLength, is_contig_name};
use std::collections::HashSet;

const MAX_PANELS: usize = 1024;
const MAX_GROUPS: usize = 65_536;

impl Manifest {
    /// Checks the rules of sections 7 and 8 of the format that concern only the manifest, and
    /// returns the contigs.
    ///
    /// # Errors
    /// The first violation. Its offset is 0, since members of JSON have no fixed offsets.
    pub fn validate(&self) -> Result<Contigs, Damage> {
        let bad = |what, expected: &str, got: &dyn ToString| Err(Damage::new(0, what, expected, got.to_string()));
        let contigs = Contigs::new(self.contigs.iter().map(|c| (c.name.clone(), c.length)))
            .map_err(|e| Damage::new(0, "contigs", "unique names and lengths within the limits", e))?;
        if self.panels.len() > MAX_PANELS {
            return bad("panels", "at most 1024", &self.panels.len());
        }
        if self.groups.len() > MAX_GROUPS {
            return bad("groups", "at most 65536", &self.groups.len());
        }
        self.validate_files()?;
        for panel in &self.panels {
            if !(512..=32_768).contains(&panel.tile) || !panel.tile.is_power_of_two() {
                return bad("tile", "a power of two from 512 to 32768", &panel.tile);
            }
            if !(1..=4096).contains(&panel.tracks.len()) {
                return bad("tracks of a panel", "1 to 4096", &panel.tracks.len());
            }
            let mut names = HashSet::new();
            if let Some(track) = panel.tracks.iter().find(|t| !is_valid_name(&t.name) || !names.insert(&t.name)) {
                return bad("name of a track", "unique in its panel, 1 to 255 bytes", &track.name);
            }
        }
        self.validate_groups()?;
        if let Some(input) = self.inputs.iter().find(|input| !is_lower_hex(&input.sha256, 64)) {
            return bad("sha256 of an input", "64 lower-case hexadecimal digits", &input.path);
        }
        for input in &self.inputs {
            if input.contigs_renamed.iter().any(|name| name.from.is_empty() || name.to.is_empty()) {
                return bad("contigs_renamed of an input", "names", &input.path);
            }
            let wrong = |other: &OtherLength| !is_contig_name(&other.name) || other.length >= MAX_CONTIG_LENGTH;
            if input.contigs_other_length.iter().any(wrong) {
                return bad("contigs_other_length of an input", "names, and lengths below 2^40", &input.path);
            }
        }
        Ok(contigs)
    }

    fn validate_files(&self) -> Result<(), Damage> {
        let named = self.sequence.iter().map(|s| &s.file).chain(self.panels.iter().map(|p| &p.file));
        let mut named: Vec<&String> = named.collect();
        named.sort_unstable();
        let listed: Vec<&String> = self.files.iter().map(|f| &f.name).collect();
        if named != listed || listed.windows(2).any(|w| w[0] == w[1]) {
            let got = format!("{listed:?}");
            return Err(Damage::new(0, "files", format!("{named:?}, each once, sorted"), got));
        }
        for file in &self.files {
            if !is_file_name(&file.name) {
                return Err(Damage::new(0, "name of a data file", "1 to 64 of A-Z a-z 0-9 . _ -", &file.name));
            }
            if !is_lower_hex(&file.sha256, 64) || !is_lower_hex(&file.header_crc32c, 8) {
                return Err(Damage::new(0, "checksum of a file", "lower-case hexadecimal digits", &file.name));
            }
        }
        Ok(())
    }

    fn validate_groups(&self) -> Result<(), Damage> {
        let mut names = HashSet::new();
        let mut used = HashSet::new();
        for group in &self.groups {
            if !is_valid_name(&group.name) || !names.insert(&group.name) {
                return Err(Damage::new(0, "name of a group", "unique, 1 to 255 bytes", &group.name));
            }
            let tracks = self.panels.get(group.panel).map_or(0, |p| p.tracks.len());
            if group.tracks.is_empty() {
                return Err(Damage::new(0, "tracks of a group", "at least one", &group.name));
            }
            for &track in &group.tracks {
                if track >= tracks || !used.insert((group.panel, track)) {
                    let got = format!("track {track} of panel {} in group {}", group.panel, group.name);
                    return Err(Damage::new(0, "tracks of a group", "tracks of its panel, in one group each", got));
                }
            }
        }
        Ok(())
    }
}

/// Returns whether a contig, group or track may have this name (section 7).
fn is_valid_name(name: &str) -> bool {
    (1..=255).contains(&name.len()) && !name.chars().any(char::is_control)
}
