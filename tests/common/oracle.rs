//! The expected contents of batches, in plain code over whole contigs.

use atemoya::Store;
use atemoya::feed::{Batch, Loader};
use atemoya::format::manifest::Role;
use atemoya::gather::{read_sequence, read_track};
use sha2::{Digest, Sha256};

/// A group of tracks: for each channel the values of each contig.
type Group = Vec<Vec<Vec<f32>>>;

/// A whole store in memory.
pub struct Oracle {
    /// For each contig its four rows.
    sequences: Vec<Vec<u8>>,
    signal: Vec<Group>,
    controls: Vec<Group>,
}

/// The sizes that a loader was built with.
#[derive(Debug, Clone, Copy)]
pub struct Sizes {
    pub in_window: usize,
    pub out_window: usize,
    pub max_jitter: i64,
}

impl Oracle {
    pub fn new(store: &Store) -> Oracle {
        let contigs: Vec<(String, u64)> = store.contigs().iter().map(|(name, l)| (name.to_owned(), l)).collect();
        let groups = |role: Role| {
            let groups = store.manifest().groups.iter().filter(|group| group.role == role);
            let channel = |track: String| {
                contigs.iter().map(|(name, length)| read_track(store, &track, name, 0..*length).unwrap()).collect()
            };
            groups.map(|g| (0..g.tracks.len()).map(|i| channel(format!("{}.{i}", g.name))).collect()).collect()
        };
        let sequences = contigs.iter().map(|(name, length)| read_sequence(store, name, 0..*length).unwrap()).collect();
        Oracle { sequences, signal: groups(Role::Signal), controls: groups(Role::Control) }
    }

    /// Compares every example of a batch.
    pub fn check(&self, batch: &Batch, loader: &Loaded, sizes: Sizes) {
        let (sequence, controls, signal) =
            (batch.sequence().unwrap(), batch.controls().unwrap(), batch.signal().unwrap());
        for row in 0..batch.len() {
            let (peak, source) = (batch.labels()[row] == 1, batch.sources()[row] as usize);
            let (contig, centre) = if peak { loader.peaks[source] } else { loader.negatives[source] };
            let offset = batch.offsets()[row];
            assert!(if peak { (0..=2 * sizes.max_jitter).contains(&offset) } else { offset == 0 });
            let shift = if peak { offset - sizes.max_jitter } else { 0 };
            let turned = batch.reverse_complemented()[row] == 1;
            let input = (centre + shift - sizes.in_window as i64 / 2) as usize;
            let output = (centre + shift - sizes.out_window as i64 / 2) as usize;
            let place = format!("epoch {} batch {} row {row}", batch.epoch(), batch.index());

            let length = self.sequences[contig].len() / 4;
            let mut bases: Vec<Vec<i8>> = (0..4)
                .map(|base| &self.sequences[contig][base * length + input..][..sizes.in_window])
                .map(|bases| bases.iter().map(|&bit| bit as i8).collect())
                .collect();
            if turned {
                bases.reverse();
                bases.iter_mut().for_each(|row| row.reverse());
            }
            assert!(sequence.row(row) == bases.concat(), "sequence of {place}");
            let tracks = |groups: &[Group], start: usize, width: usize| -> Vec<f32> {
                let mut out = Vec::new();
                for group in groups {
                    let mut rows: Vec<Vec<f32>> =
                        group.iter().map(|channel| channel[contig][start..start + width].to_vec()).collect();
                    if turned {
                        rows.reverse();
                        rows.iter_mut().for_each(|row| row.reverse());
                    }
                    out.extend(rows.concat());
                }
                out
            };
            assert!(controls.row(row) == tracks(&self.controls, input, sizes.in_window), "controls of {place}");
            assert!(signal.row(row) == tracks(&self.signal, output, sizes.out_window), "signal of {place}");
        }
    }
}

/// The loci of a loader: contig and centre.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Loaded {
    pub peaks: Vec<(usize, i64)>,
    pub negatives: Vec<(usize, i64)>,
}

impl Loaded {
    pub fn of(loader: &Loader) -> Loaded {
        let places = |loci: &[atemoya::loci::Locus]| loci.iter().map(|l| (l.contig as usize, l.centre)).collect();
        Loaded { peaks: places(loader.peaks()), negatives: places(loader.negatives()) }
    }
}

/// Returns a hash of a batch.
pub fn digest(batch: &Batch) -> [u8; 32] {
    let mut hash = Sha256::new();
    let tracks = [batch.controls(), batch.signal()];
    let shapes = (batch.sequence().map(|t| t.shape()), tracks.map(|t| t.map(|t| t.shape())));
    hash.update(format!("{} {} {} {shapes:?}", batch.epoch(), batch.index(), batch.len()));
    if let Some(sequence) = batch.sequence() {
        hash.update(bytemuck::cast_slice::<i8, u8>(&sequence));
    }
    for tracks in tracks.into_iter().flatten() {
        hash.update(bytemuck::cast_slice::<f32, u8>(&tracks));
    }
    for numbers in [batch.labels(), batch.sources(), batch.offsets()] {
        hash.update(bytemuck::cast_slice::<i64, u8>(numbers));
    }
    hash.update(batch.reverse_complemented());
    hash.finalize().into()
}

/// The hashes of some consecutive epochs.
pub fn digests(loader: &Loader, first: u64, count: u64) -> Vec<[u8; 32]> {
    loader.epochs(first, count).map(|batch| digest(&batch.unwrap())).collect()
}
