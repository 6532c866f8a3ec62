//! Stores built from plain vectors through the public writers.

use atemoya::Store;
use atemoya::format::Contigs;
use atemoya::format::manifest::{ContigEntry, GroupEntry, Manifest, PanelEntry, Role, SequenceEntry};
use atemoya::format::tile::Encoder;
use atemoya::store::Publication;
use atemoya::store::writer::{self, PanelWriter, SequenceWriter, TrackTotals};
use std::path::Path;

/// A contig as plain vectors.
#[derive(Debug, Clone)]
pub struct Contig {
    pub name: String,
    pub letters: Vec<u8>,
    /// One vector of values for each track.
    pub tracks: Vec<Vec<f32>>,
}

/// A group of a panel: its name, role and tracks.
pub type Group = (&'static str, Role, Vec<usize>);

/// Writes a store with one panel through the public writers.
pub fn write_store(path: &Path, contigs: &[Contig], tile_log2: u32, groups: &[Group]) -> Store {
    let publication = Publication::of_store(path, false).unwrap();
    let mut manifest = Manifest::new();
    let mut sequence = SequenceWriter::create(&publication.path().join("sequence.atm")).unwrap();
    for contig in contigs {
        // Pieces of odd lengths, as a reader of FASTA lines gives them.
        contig.letters.chunks(61).for_each(|piece| sequence.push(piece).unwrap());
        let length = sequence.end_contig().unwrap();
        manifest.contigs.push(ContigEntry { name: contig.name.clone(), length });
    }
    manifest.sequence = Some(SequenceEntry { file: "sequence.atm".into(), acgt: sequence.acgt() });
    manifest.files.push(sequence.finish().unwrap());
    let table = Contigs::new(contigs.iter().map(|c| (c.name.clone(), c.letters.len() as u64))).unwrap();
    let tracks = contigs.first().map_or(0, |c| c.tracks.len());
    if tracks > 0 {
        let file = publication.path().join("panel-0.atm");
        let mut panel = PanelWriter::create(&file, &table, tile_log2, tracks).unwrap();
        let mut totals = vec![TrackTotals::default(); tracks];
        let tile = 1 << tile_log2;
        for contig in contigs {
            for start in (0..contig.letters.len()).step_by(tile) {
                let mut row = Vec::new();
                for (values, totals) in contig.tracks.iter().zip(&mut totals) {
                    let valid = &values[start..values.len().min(start + tile)];
                    let mut padded = valid.to_vec();
                    padded.resize(tile, 0.0);
                    let mut bytes = Vec::new();
                    let (code, summary) = Encoder::default().encode(&padded, valid.len(), &mut bytes);
                    totals.add(&summary);
                    row.push((code, bytes));
                }
                panel.push_row(row.iter().map(|(code, bytes)| (*code, bytes.as_slice()))).unwrap();
            }
        }
        manifest.files.push(panel.finish().unwrap());
        let entries = totals.iter().enumerate().map(|(i, t)| t.entry(format!("track{i}"))).collect();
        manifest.panels.push(PanelEntry { file: "panel-0.atm".into(), tile: tile as u64, tracks: entries });
        for (name, role, tracks) in groups {
            manifest.groups.push(GroupEntry { name: (*name).into(), role: *role, panel: 0, tracks: tracks.clone() });
        }
    }
    writer::publish(publication, manifest).unwrap();
    Store::open(path).unwrap()
}
