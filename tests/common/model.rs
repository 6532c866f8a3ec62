//! A slow and obvious model of selected loci and of examples: whole contigs in memory, one locus at
//! a time.

use super::numpy::{numpy_sum, outlier_threshold, torch_sum};
use super::stores::Contig;
use atemoya::loci::{Ledger, RoleLedger};
use atemoya::sample::Order;
use std::fmt;

/// A row of a BED or narrowPeak file.
#[derive(Debug, Clone)]
pub struct Row {
    pub contig: String,
    pub start: i64,
    pub end: i64,
    pub summit: Option<i64>,
}

/// A group's name and the tracks that are its channels.
pub type Group = (String, Vec<usize>);

/// The data of a user.
#[derive(Clone, Default)]
pub struct Data {
    /// Sequences and tracks as they are in the files.
    pub contigs: Vec<Contig>,
    /// Tracks whose files do not have the last contig.
    pub short: Vec<usize>,
    pub signals: Vec<Group>,
    pub controls: Vec<Group>,
    pub peaks: Vec<Vec<Row>>,
    pub negatives: Vec<Vec<Row>>,
    pub exclusion: Vec<Vec<Row>>,
    /// Whether the index centres peaks on their summits.
    pub summits: bool,
    /// The contigs of the index.
    pub chroms: Option<Vec<String>>,
}

/// The options of a generator that decide which loci are selected.
#[derive(Debug, Clone)]
pub struct Options {
    pub order: Order,
    pub signals: Vec<Group>,
    pub in_window: i64,
    pub out_window: i64,
    pub max_jitter: i64,
    pub min_counts: Option<f64>,
    pub max_counts: Option<f64>,
    /// Groups or single channels, as they are named.
    pub counts_tracks: Option<Vec<Group>>,
    pub summits: Option<bool>,
    /// Which of the lists of regions.
    pub exclusion: Vec<usize>,
    pub chroms: Option<Vec<String>>,
    pub outlier_filter: Option<bool>,
}

/// Where a kept locus is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Place {
    pub contig: usize,
    pub centre: i64,
}

/// The kept loci.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Kept {
    pub peaks: Vec<Place>,
    pub negatives: Vec<Place>,
    pub ledger: Ledger,
}

fn is_in(chroms: Option<&Vec<String>>, row: &Row) -> bool {
    chroms.is_none_or(|chroms| chroms.contains(&row.contig))
}

/// Without the values, which fill pages.
impl fmt::Debug for Data {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let lengths: Vec<usize> = self.contigs.iter().map(|contig| contig.letters.len()).collect();
        let groups = (&self.signals, &self.controls, &self.short);
        let files = (&self.peaks, &self.negatives, &self.exclusion);
        write!(f, "{lengths:?} {groups:?} {files:?} {:?} {:?}", self.summits, self.chroms)
    }
}

impl Data {
    pub fn contig(&self, name: &str) -> Option<usize> {
        self.contigs.iter().position(|contig| contig.name == name)
    }

    /// The contigs of indexed rows that the genome lacks, sorted.
    pub fn missing(&self) -> Vec<&str> {
        let rows = self.peaks.iter().chain(&self.negatives).flatten();
        let rows = rows.filter(|row| is_in(self.chroms.as_ref(), row) && self.contig(&row.contig).is_none());
        let mut names: Vec<&str> = rows.map(|row| row.contig.as_str()).collect();
        names.sort_unstable();
        names.dedup();
        names
    }

    /// A track over `start .. end` of a contig, as it is fed.
    pub fn values(&self, track: usize, contig: usize, start: i64, end: i64) -> Vec<f32> {
        if self.short.contains(&track) && contig + 1 == self.contigs.len() {
            return vec![0.0; (end - start) as usize];
        }
        let clean = |&value: &f32| if value.is_nan() { 0.0 } else { value.clamp(f32::MIN, f32::MAX) };
        self.contigs[contig].tracks[track][start as usize..end as usize].iter().map(clean).collect()
    }

    /// Returns the kept peaks and negatives or, where none are left, their name and ledger.
    pub fn select(&self, o: &Options) -> Result<Kept, (&'static str, RoleLedger)> {
        let mut ledger = Ledger::default();
        let mut peaks = self.within_counts(o, self.room(o, true, &mut ledger.peaks), true, &mut ledger.peaks);
        if o.outlier_filter.unwrap_or(o.order == Order::Cherimoya) {
            let before = peaks.len();
            peaks = self.without_outliers(o, &peaks);
            ledger.peaks.outlier = before - peaks.len();
        }
        ledger.peaks.kept = peaks.len();
        let negatives = self.room(o, false, &mut ledger.negatives);
        let negatives = self.within_counts(o, negatives, false, &mut ledger.negatives);
        ledger.negatives.kept = negatives.len();
        if peaks.is_empty() {
            return Err(("peaks", ledger.peaks));
        }
        if negatives.is_empty() && ledger.negatives.total > 0 {
            return Err(("negatives", ledger.negatives));
        }
        Ok(Kept { peaks, negatives, ledger })
    }

    /// The loci on the contigs, interleaved, whose windows fit and touch no excluded chunk.
    fn room(&self, o: &Options, peaks: bool, ledger: &mut RoleLedger) -> Vec<Place> {
        let files = if peaks { &self.peaks } else { &self.negatives };
        let mut rows: Vec<(usize, &Row)> = Vec::new();
        for (i, file) in files.iter().enumerate() {
            let indexed: Vec<&Row> = file.iter().filter(|row| is_in(self.chroms.as_ref(), row)).collect();
            let selected: Vec<&Row> = indexed.iter().copied().filter(|row| is_in(o.chroms.as_ref(), row)).collect();
            ledger.total += file.len();
            ledger.contig += file.len() - selected.len();
            rows.extend(selected.iter().enumerate().map(|(k, row)| (k * files.len() + i, *row)));
        }
        rows.sort_by_key(|(key, _)| *key);
        let chunks: Vec<Vec<bool>> = (0..self.contigs.len()).map(|contig| self.excluded_chunks(o, contig)).collect();
        let out = if o.signals.is_empty() { 0 } else { o.out_window };
        let jitter = if peaks { o.max_jitter } else { 0 };
        let left = (o.in_window / 2).max(out / 2) + jitter;
        let right = (o.in_window / 2 + o.in_window % 2).max(out / 2 + out % 2) + jitter;
        let mut kept = Vec::new();
        for (_, row) in rows {
            let contig = self.contig(&row.contig).unwrap();
            let centre = match row.summit {
                Some(summit) if peaks && o.summits.unwrap_or(self.summits) => row.start + summit,
                _ => row.start + (row.end - row.start) / 2,
            };
            let (start, end) = (centre - left, centre + right);
            if start < 0 || end > self.contigs[contig].letters.len() as i64 {
                ledger.edge += 1;
            } else if (start / 100..=(end - 1) / 100).any(|chunk| chunks[contig][chunk as usize]) {
                ledger.excluded += 1;
            } else {
                kept.push(Place { contig, centre });
            }
        }
        kept
    }

    fn excluded_chunks(&self, o: &Options, contig: usize) -> Vec<bool> {
        let mut chunks = vec![false; self.contigs[contig].letters.len() / 100 + 1];
        for region in o.exclusion.iter().flat_map(|&list| &self.exclusion[list]) {
            if self.contig(&region.contig) == Some(contig) && region.start < region.end {
                let chunks = chunks.iter_mut().enumerate();
                let touched = |chunk| region.start / 100 <= chunk && chunk <= (region.end - 1) / 100;
                chunks.filter(|(chunk, _)| touched(*chunk as i64)).for_each(|(_, excluded)| *excluded = true);
            }
        }
        chunks
    }

    /// The loci with neither too few nor too many counts.
    fn within_counts(&self, o: &Options, loci: Vec<Place>, peaks: bool, ledger: &mut RoleLedger) -> Vec<Place> {
        let compatible = o.order == Order::Cherimoya && o.counts_tracks.is_none();
        // Cherimoya compares 32-bit sums with thresholds that are rounded to 32 bits.
        let bound = |counts: f64| if compatible { f64::from(counts as f32) } else { counts };
        let mut kept = Vec::new();
        for place in loci {
            let (under, over) = match (o.min_counts, o.max_counts) {
                (None, None) => (false, false),
                (min, max) => {
                    let counts = self.counts(o, place, peaks);
                    (min.is_some_and(|min| counts < bound(min)), max.is_some_and(|max| counts > bound(max)))
                }
            };
            match (under, over) {
                (true, _) => ledger.under_counts += 1,
                (false, true) => ledger.over_counts += 1,
                (false, false) => kept.push(place),
            }
        }
        kept
    }

    /// The counts of a locus, that its thresholds are compared with.
    fn counts(&self, o: &Options, place: Place, peak: bool) -> f64 {
        let jitter = if peak && o.order == Order::Cherimoya { o.max_jitter } else { 0 };
        if o.order == Order::Cherimoya && o.counts_tracks.is_none() {
            return f64::from(numpy_sum(&self.window(o, o.signals[0].1[0], place, jitter)));
        }
        let tracks = o.counts_tracks.as_ref().unwrap_or(&o.signals).iter().flat_map(|(_, tracks)| tracks);
        tracks.flat_map(|&track| self.window(o, track, place, jitter)).map(f64::from).sum()
    }

    /// A track over the signal window of a locus, wider by `jitter` on both sides.
    fn window(&self, o: &Options, track: usize, place: Place, jitter: i64) -> Vec<f32> {
        let start = place.centre - o.out_window / 2 - jitter;
        self.values(track, place.contig, start, start + o.out_window + 2 * jitter)
    }

    fn without_outliers(&self, o: &Options, peaks: &[Place]) -> Vec<Place> {
        let mut outlying = vec![false; peaks.len()];
        for (_, tracks) in o.signals.iter().filter(|_| !peaks.is_empty()) {
            let count = |place: &Place| {
                let channel = |&track: &usize| self.window(o, track, *place, o.max_jitter);
                torch_sum(&tracks.iter().flat_map(channel).collect::<Vec<f32>>())
            };
            let counts: Vec<f32> = peaks.iter().map(count).collect();
            let threshold = outlier_threshold(&counts);
            for (outlying, count) in outlying.iter_mut().zip(counts) {
                *outlying |= count > threshold;
            }
        }
        peaks.iter().zip(outlying).filter(|(_, outlying)| !outlying).map(|(place, _)| *place).collect()
    }

    /// All sums that a threshold could be equal to, sorted.
    pub fn sums(&self, o: &Options) -> Vec<f64> {
        let any = Options { min_counts: None, max_counts: None, ..o.clone() };
        let of = |peaks: bool| {
            let places = self.room(&any, peaks, &mut RoleLedger::default());
            places.into_iter().map(|place| self.counts(&any, place, peaks)).collect::<Vec<f64>>()
        };
        let mut sums = [of(true), of(false)].concat();
        sums.sort_by(f64::total_cmp);
        sums
    }

    /// The four rows of the bases `start .. start + width` of a contig.
    pub fn one_hot(&self, contig: usize, start: i64, width: i64, turned: bool) -> Vec<i8> {
        let letters = &self.contigs[contig].letters[start as usize..(start + width) as usize];
        let row = |base: &u8| letters.iter().map(|letter| i8::from(letter.eq_ignore_ascii_case(base))).collect();
        turn(b"ACGT".iter().map(row).collect(), turned).concat()
    }

    /// The channels of some groups over `start .. start + width` of a contig.
    pub fn channels(&self, groups: &[Group], contig: usize, start: i64, width: i64, turned: bool) -> Vec<f32> {
        let channel = |&track: &usize| self.values(track, contig, start, start + width);
        groups.iter().flat_map(|(_, tracks)| turn(tracks.iter().map(channel).collect(), turned).concat()).collect()
    }
}

/// Reverses both axes for an example that is reverse complemented: that complements bases, and
/// swaps the strands of a group.
fn turn<T>(mut rows: Vec<Vec<T>>, turned: bool) -> Vec<Vec<T>> {
    if turned {
        rows.reverse();
        rows.iter_mut().for_each(|row| row.reverse());
    }
    rows
}
