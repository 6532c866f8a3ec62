//! Simulates a whole data set into a directory: what `atemoya demo` packs, indexes and feeds.

use super::files;
use super::genome::Genome;
use super::peaks;
use super::signal::Track;
use anyhow::{Result, anyhow, ensure};
use std::path::{Path, PathBuf};
use std::thread;

/// The fewest and the most bases a simulated genome may have. A bigWig holds lengths in 32 bits.
const BASES: std::ops::RangeInclusive<u64> = 500_000..=4_000_000_000;

/// Where each file of the data set is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Paths {
    /// The genome: FASTA with runs of N and lower case.
    pub(crate) genome: PathBuf,
    /// Counts of the plus strand: bigWig.
    pub(crate) plus: PathBuf,
    /// Counts of the minus strand: bigWig.
    pub(crate) minus: PathBuf,
    /// Depth of the control: bigWig.
    pub(crate) control: PathBuf,
    /// Peaks with summits: narrowPeak.
    pub(crate) peaks: PathBuf,
    /// Negatives: BED3.
    pub(crate) negatives: PathBuf,
    /// Regions to exclude: BED3.
    pub(crate) exclusion: PathBuf,
}

impl Paths {
    /// Returns the paths of the files in a directory.
    pub(crate) fn of(directory: &Path) -> Paths {
        Paths {
            genome: directory.join("genome.fa"),
            plus: directory.join("signal.plus.bw"),
            minus: directory.join("signal.minus.bw"),
            control: directory.join("control.bw"),
            peaks: directory.join("peaks.narrowPeak"),
            negatives: directory.join("negatives.bed"),
            exclusion: directory.join("exclusion.bed"),
        }
    }

    /// Returns all files.
    pub(crate) fn all(&self) -> [&PathBuf; 7] {
        [&self.genome, &self.plus, &self.minus, &self.control, &self.peaks, &self.negatives, &self.exclusion]
    }
}

/// A data set that was simulated.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Simulated {
    /// Its files.
    pub(crate) paths: Paths,
    /// Bases of the genome.
    pub(crate) bases: u64,
    /// Rows of the narrowPeak file.
    pub(crate) peaks: usize,
    /// Rows of the negatives' BED file.
    pub(crate) negatives: usize,
}

/// Simulates a genome of `bases` (500 thousand to 4 billion), two strands of counts, a control and
/// loci, and writes them into `directory`, which exists. The same seed and length give the same
/// files, byte for byte.
///
/// `progress` is told, in a few words, what comes next. Memory stays at some tens of megabytes for
/// any length.
///
/// # Errors
/// A length out of range, or a file that cannot be written.
pub(crate) fn simulate(directory: &Path, seed: u64, bases: u64, progress: &dyn Fn(&str)) -> Result<Simulated> {
    ensure!(
        BASES.contains(&bases),
        "--bases: a simulated genome has {} to {}, not {bases}",
        BASES.start(),
        BASES.end()
    );
    let paths = Paths::of(directory);

    progress("laying out the genome and its loci");
    let genome = Genome::new(seed, bases);
    let loci = peaks::lay(&genome);
    files::write_peaks(&paths.peaks, &genome, &loci)?;
    files::write_bed(&paths.negatives, &genome, &loci, |l| &l.negatives)?;
    files::write_bed(&paths.exclusion, &genome, &loci, |l| &l.excluded)?;

    progress("writing the genome and the tracks");
    let tracks = [(&paths.plus, Track::Plus), (&paths.minus, Track::Minus), (&paths.control, Track::Control)];
    thread::scope(|scope| -> Result<()> {
        let writers = tracks.map(|(path, track)| {
            let (genome, loci) = (&genome, &loci);
            (path, scope.spawn(move || files::write_bigwig(path, genome, loci, track)))
        });
        files::write_fasta(&paths.genome, &genome)?;
        for (path, writer) in writers {
            // The bigWig writer panics where it cannot write on, as on a full disk.
            writer.join().map_err(|_| anyhow!("{}: cannot write the bigWig", path.display()))??;
        }
        Ok(())
    })?;

    let peaks = loci.iter().map(|l| l.peaks.len()).sum();
    let negatives = loci.iter().map(|l| l.negatives.len()).sum();
    Ok(Simulated { paths, bases, peaks, negatives })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::demo::signal;
    use bigtools::BigWigRead;
    use std::fs;

    #[test]
    fn a_seed_gives_the_same_bytes_and_another_seed_others() {
        let directories = [(); 3].map(|()| tempfile::tempdir().unwrap());
        let make = |k: usize, seed| simulate(directories[k].path(), seed, 1_200_000, &|_| {}).unwrap();
        let (first, again, other) = (make(0, 1), make(1, 1), make(2, 2));
        for ((a, b), c) in first.paths.all().into_iter().zip(again.paths.all()).zip(other.paths.all()) {
            let bytes = fs::read(a).unwrap();
            assert!(bytes == fs::read(b).unwrap(), "{}", a.display());
            assert!(bytes != fs::read(c).unwrap(), "{}", a.display());
        }
    }

    #[test]
    fn files_hold_what_was_simulated() {
        let directory = tempfile::tempdir().unwrap();
        let simulated = simulate(directory.path(), 4, 3_000_000, &|_| {}).unwrap();
        let genome = Genome::new(4, 3_000_000);
        let loci = peaks::lay(&genome);

        // FASTA, read by another parser.
        let fasta = fs::read_to_string(&simulated.paths.genome).unwrap();
        let records: Vec<(&str, &str)> =
            fasta.split_terminator('>').skip(1).filter_map(|r| r.split_once('\n')).collect();
        assert_eq!(records.len(), genome.contigs.len());
        for (index, (name, body)) in records.into_iter().enumerate() {
            assert_eq!(name, genome.contigs[index].name);
            let lines: Vec<&str> = body.lines().collect();
            assert!(lines[..lines.len() - 1].iter().all(|line| line.len() == 60));
            let letters: Vec<u8> = (0..genome.blocks(index)).flat_map(|block| genome.letters(index, block)).collect();
            assert!(lines.concat().as_bytes() == letters);
        }

        // bigWig, read by bigtools.
        let tracks = [&simulated.paths.plus, &simulated.paths.minus, &simulated.paths.control];
        for (path, track) in tracks.into_iter().zip([Track::Plus, Track::Minus, Track::Control]) {
            let mut reader = BigWigRead::open_file(path).unwrap();
            for (index, contig) in genome.contigs.iter().enumerate() {
                let length = reader.chroms().iter().find(|c| c.name == contig.name).unwrap().length;
                assert_eq!(u64::from(length), contig.length);
                let read = reader.values(contig.name, 0, length).unwrap();
                let made = (0..genome.blocks(index)).flat_map(|b| signal::counts(&genome, &loci, track, index, b));
                let equal = read.iter().zip(made).all(|(r, m)| if m == 0 { r.is_nan() } else { *r == m as f32 });
                assert!(equal, "{track:?} {}", contig.name);
            }
        }

        // Loci, by their columns.
        let peaks = fs::read_to_string(&simulated.paths.peaks).unwrap();
        assert_eq!(peaks.lines().count(), simulated.peaks);
        for line in peaks.lines() {
            let columns: Vec<&str> = line.split('\t').collect();
            assert_eq!(columns.len(), 10);
            let number = |k: usize| columns[k].parse::<u64>().unwrap();
            assert!(number(1) + number(9) < number(2), "{line}");
        }
        let excluded = loci.iter().map(|l| l.excluded.len()).sum();
        assert!(excluded >= 14, "two ends for each contig and a few artefacts: {excluded}");
        for (path, count) in [(&simulated.paths.negatives, simulated.negatives), (&simulated.paths.exclusion, excluded)]
        {
            let text = fs::read_to_string(path).unwrap();
            assert!(text.lines().all(|line| line.split('\t').count() == 3));
            assert_eq!(text.lines().count(), count, "{}", path.display());
        }
    }

    #[test]
    fn refuses_a_length_out_of_range_and_a_missing_directory() {
        let directory = tempfile::tempdir().unwrap();
        let message = |path: &Path, bases| simulate(path, 0, bases, &|_| {}).unwrap_err().to_string();
        assert!(message(directory.path(), 499_999).contains("not 499999"));
        assert!(message(directory.path(), 4_000_000_001).contains("not 4000000001"));
        assert!(message(&directory.path().join("absent"), 600_000).contains("peaks.narrowPeak: cannot write"));
    }
}
