//! Writes the simulated data set in the formats that real data comes in: FASTA, bigWig, narrowPeak
//! and BED.

use super::genome::Genome;
use super::peaks::Loci;
use super::signal::{self, Track};
use anyhow::{Context, Result};
use bigtools::beddata::BedParserStreamingIterator;
use bigtools::{BigWigWrite, Value};
use std::collections::HashMap;
use std::fs::File;
use std::io::{BufWriter, Write};
use std::ops::Range;
use std::path::Path;

/// Bases on a line of FASTA.
const LINE: usize = 60;

/// Writes the genome as FASTA, 60 bases to the line.
pub(crate) fn write_fasta(path: &Path, genome: &Genome) -> Result<()> {
    write(path, |file| {
        for (index, contig) in genome.contigs.iter().enumerate() {
            writeln!(file, ">{}", contig.name)?;
            for block in 0..genome.blocks(index) {
                for line in genome.letters(index, block).chunks(LINE) {
                    file.write_all(line)?;
                    file.write_all(b"\n")?;
                }
            }
        }
        Ok(())
    })
}

/// Writes a track as bigWig, with the zoom levels that genome browsers want.
pub(crate) fn write_bigwig(path: &Path, genome: &Genome, loci: &[Loci], track: Track) -> Result<()> {
    let context = || format!("{}: cannot write the bigWig", path.display());
    let lengths: HashMap<String, u32> = genome
        .contigs
        .iter()
        .map(|contig| Ok((contig.name.to_owned(), u32::try_from(contig.length)?)))
        .collect::<Result<_, std::num::TryFromIntError>>()
        .with_context(context)?;
    let values = signal::intervals(genome, loci, track).map(|(contig, range, count)| {
        let value = Value { start: range.start as u32, end: range.end as u32, value: count as f32 };
        (genome.contigs[contig].name, value)
    });
    // The contigs come in the genome's order, which need not be alphabetical.
    let source = BedParserStreamingIterator::wrap_infallible_iter(values, true);
    let runtime = tokio::runtime::Builder::new_current_thread().build().with_context(context)?;
    BigWigWrite::create_file(path, lengths).with_context(context)?.write(source, runtime).with_context(context)
}

/// Writes the peaks as narrowPeak: 10 columns, the last one the summit counted from the start.
pub(crate) fn write_peaks(path: &Path, genome: &Genome, loci: &[Loci]) -> Result<()> {
    write(path, |file| {
        let peaks = genome.contigs.iter().zip(loci).flat_map(|(c, l)| l.peaks.iter().map(move |peak| (c.name, peak)));
        for (number, (name, peak)) in (1..).zip(peaks) {
            let score = (peak.reads / 2).min(1_000);
            let enrichment = peak.reads as f64 / 10.0;
            let summit = peak.summit - peak.start;
            // No statistics were made up: -1 says that there is none.
            writeln!(
                file,
                "{name}\t{}\t{}\tpeak_{number}\t{score}\t.\t{enrichment:.1}\t-1\t-1\t{summit}",
                peak.start, peak.end
            )?;
        }
        Ok(())
    })
}

/// Writes one list of ranges for each contig as BED3.
pub(crate) fn write_bed(path: &Path, genome: &Genome, loci: &[Loci], which: fn(&Loci) -> &[Range<u64>]) -> Result<()> {
    write(path, |file| {
        for (contig, loci) in genome.contigs.iter().zip(loci) {
            for range in which(loci) {
                writeln!(file, "{}\t{}\t{}", contig.name, range.start, range.end)?;
            }
        }
        Ok(())
    })
}

/// Creates a file, has it filled and makes sure that everything reached it.
fn write(path: &Path, fill: impl FnOnce(&mut BufWriter<File>) -> std::io::Result<()>) -> Result<()> {
    let mut file = BufWriter::with_capacity(1 << 18, File::create(path).with_context(|| cannot_write(path))?);
    fill(&mut file).and_then(|()| file.flush()).with_context(|| cannot_write(path))
}

fn cannot_write(path: &Path) -> String {
    format!("{}: cannot write", path.display())
}
