//! Random data sets and options for the model, and the files, stores and generators of them.

use super::inputs::{self, Rng, write};
use super::model::{Data, Group, Options, Row};
use super::stores::Contig;
use atemoya::feed::LocusFilter;
use atemoya::index::IndexBuilder;
use atemoya::pack::PackBuilder;
use atemoya::sample::Order;
use atemoya::{PeakGenerator, Result, Store};
use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use proptest::sample::{Index, select, subsequence};
use std::path::{Path, PathBuf};

/// The names of contigs, and last a name that no contig has.
const NAMES: [&str; 5] = ["chr1", "chr2", "chr3", "chr4", "chrQ"];

/// A track of one of five kinds: sparse counts with spikes, dense counts, runs of fractions,
/// fractions of either sign with NaN, no values.
fn track(kind: usize, length: usize, rng: &mut Rng) -> Vec<f32> {
    let mut run = 0.0;
    let value = |_| match kind % 5 {
        0 if rng.below(20) == 0 => (1 + rng.below(3) + if rng.below(40) == 0 { rng.below(300) } else { 0 }) as f32,
        1 => rng.below(700) as f32,
        2 => {
            run = if rng.below(40) == 0 { rng.below(5) as f32 * 0.3 } else { run };
            run
        }
        3 if rng.below(200) == 0 => f32::NAN,
        3 => (rng.below(2000) as f32 - 500.0) / 7.0,
        _ => 0.0,
    };
    (0..length).map(value).collect()
}

/// Contigs with a sequence, this number of tracks of kinds from `first` on, and one more track of
/// values out of range.
fn contigs(lengths: &[usize], tracks: usize, first: usize, seed: u64) -> Vec<Contig> {
    let mut rng = Rng::new(seed);
    let contig = |(&length, name): (&usize, &str)| {
        let letters = (0..length).map(|_| b"ACGTacgtACGTNnRy"[rng.below(16) as usize]).collect();
        let mut tracks: Vec<_> = (first..first + tracks).map(|kind| track(kind, length, &mut rng)).collect();
        let extremes = [f32::INFINITY, f32::NEG_INFINITY, f32::NAN, 0.7];
        tracks.push((0..length).map(|_| extremes[rng.below(4) as usize]).collect());
        Contig { name: name.to_owned(), letters, tracks }
    };
    lengths.iter().zip(NAMES).map(contig).collect()
}

/// A row before the contigs are known: whether it is on a contig that does not exist, else on
/// which; whether its distance is from the right end; the distance; its width; its summit.
type RawRow = ((bool, Index), bool, i64, i64, Index);

fn rows(most: usize) -> impl Strategy<Value = Vec<RawRow>> {
    let contig = (proptest::bool::weighted(0.05), any::<Index>());
    let distance = prop_oneof![3 => 0i64..3000, 2 => 0i64..200];
    let width = prop_oneof![1 => Just(0), 9 => 0i64..150];
    vec((contig, any::<bool>(), distance, width, any::<Index>()), 0..most)
}

/// Rows from one end of their contigs to past the other. With `strays`, some are on a contig that
/// does not exist.
fn placed(raw: &[RawRow], contigs: &[Contig], summits: bool, strays: bool) -> Vec<Row> {
    let row = |&((stray, contig), from_right, distance, width, summit): &RawRow| {
        let contig = contig.get(contigs);
        let length = contig.letters.len() as i64;
        let distance = distance % (length + 50);
        let start = if from_right { (length + 20 - distance).max(0) } else { distance };
        Row {
            contig: if stray && strays { NAMES[4].to_owned() } else { contig.name.clone() },
            start,
            end: start + width,
            summit: summits.then(|| summit.index(width as usize + 1) as i64),
        }
    };
    raw.iter().map(row).collect()
}

/// A choice of contigs, or none. It may name contigs that do not exist.
fn chroms() -> impl Strategy<Value = Option<Vec<String>>> {
    let names = subsequence(NAMES.to_vec(), 2..=5).prop_shuffle();
    option::weighted(0.4, names.prop_map(|names| names.into_iter().map(str::to_owned).collect()))
}

/// Random data sets.
pub fn data() -> impl Strategy<Value = Data> {
    let sizes = (vec(300usize..2500, 2..=4), vec(1usize..=3, 1..=3), vec(vec(any::<Index>(), 1..=2), 0..=2));
    let values = (0usize..5, any::<u64>(), subsequence((0..9).collect::<Vec<_>>(), 0..3));
    let files = (vec(rows(70), 1..=3), vec(rows(40), 0..=2), vec(rows(4), 0..=2), proptest::bool::weighted(0.3));
    let index = (any::<bool>(), any::<bool>(), chroms());
    (sizes, values, files, index).prop_map(|(sizes, (first, seed, short), files, (have_summits, summits, chroms))| {
        let (lengths, channels, controls) = sizes;
        let (peaks, negatives, exclusion, strays) = files;
        let tracks: usize = channels.iter().sum();
        let contigs = contigs(&lengths, tracks, first, seed);
        let files = |files: &[Vec<RawRow>], summits, strays| -> Vec<Vec<Row>> {
            files.iter().map(|rows| placed(rows, &contigs, summits, strays)).collect()
        };
        let mut next = 0..tracks;
        let groups = channels.iter().map(|&channels| next.by_ref().take(channels).collect::<Vec<_>>());
        let named = |role: &str, (i, tracks)| (format!("{role}{i}"), tracks);
        let signals = groups.enumerate().map(|group| named("signal", group)).collect();
        // A control may share a track with a signal, and may be the one of values out of range.
        let groups = controls.iter().map(|group| group.iter().map(|i| i.index(tracks + 1)).collect::<Vec<_>>());
        let controls = groups.enumerate().map(|group| named("control", group)).collect();
        Data {
            short,
            signals,
            controls,
            peaks: files(&peaks, have_summits, strays),
            negatives: files(&negatives, false, strays),
            exclusion: files(&exclusion, false, true),
            summits: have_summits && summits,
            chroms,
            contigs,
        }
    })
}

/// Options before their data set is known.
#[derive(Debug, Clone)]
pub struct RawOptions {
    order: Order,
    /// Groups in their order.
    signals: Option<Vec<usize>>,
    /// `in_window`, `out_window` and `max_jitter`.
    sizes: (i64, i64, i64),
    /// Each a sum that occurs, or one that differs from it by less than the precision of 32 bits.
    thresholds: [Option<(Index, f64)>; 2],
    /// Groups, or single channels of them.
    counts_tracks: Option<Vec<(usize, Option<usize>)>>,
    summits: Option<bool>,
    exclusion: Vec<usize>,
    chroms: Option<Vec<String>>,
    outlier_filter: Option<bool>,
}

/// Random options.
pub fn options() -> impl Strategy<Value = RawOptions> {
    let width = || prop_oneof![4 => 1i64..120, 1 => 120i64..500];
    let sizes = (width(), width(), prop_oneof![1 => Just(0), 3 => 0i64..40]);
    let nudges = vec![1.0, 1.0, 1.0 + 1e-9, 1.0 - 1e-9];
    let threshold = option::weighted(0.3, (any::<Index>(), select(nudges)));
    let groups: Vec<_> = (0..3).map(|group| (group, None)).collect();
    let channels: Vec<_> = (0..9).map(|i| (i / 3, Some(i % 3))).collect();
    let counts = prop_oneof![subsequence(groups, 1..=2), subsequence(channels, 1..=4)].prop_shuffle();
    let chosen = (
        option::of(subsequence(vec![0, 1, 2], 1..=3).prop_shuffle()),
        option::weighted(0.3, counts),
        subsequence(vec![0, 1], 0..=2),
        chroms(),
    );
    let switches = (select(Order::ALL.to_vec()), option::of(any::<bool>()), option::of(any::<bool>()));
    (sizes, [threshold.clone(), threshold], chosen, switches).prop_map(|(sizes, thresholds, chosen, switches)| {
        let (signals, counts_tracks, exclusion, chroms) = chosen;
        let (order, summits, outlier_filter) = switches;
        RawOptions { order, signals, sizes, thresholds, counts_tracks, summits, exclusion, chroms, outlier_filter }
    })
}

impl RawOptions {
    /// The options, for this data set: names that it has, and thresholds that occur in it.
    pub fn of(&self, data: &Data) -> Options {
        let groups =
            |chosen: &Vec<usize>| chosen.iter().filter_map(|&group| data.signals.get(group).cloned()).collect();
        let signals: Vec<Group> = self.signals.as_ref().map_or(data.signals.clone(), groups);
        let named = |&(group, channel): &(usize, Option<usize>)| -> Option<Group> {
            let (name, tracks) = data.signals.get(group)?;
            match channel {
                None => Some((name.clone(), tracks.clone())),
                Some(channel) => Some((format!("{name}.{channel}"), vec![*tracks.get(channel)?])),
            }
        };
        let counts_tracks: Option<Vec<Group>> =
            self.counts_tracks.as_ref().map(|chosen| chosen.iter().filter_map(named).collect());
        let have_summits = data.peaks.iter().flatten().any(|row| row.summit.is_some());
        let mut options = Options {
            order: self.order,
            signals,
            in_window: self.sizes.0,
            out_window: self.sizes.1,
            max_jitter: self.sizes.2,
            min_counts: None,
            max_counts: None,
            counts_tracks: counts_tracks.filter(|tracks| !tracks.is_empty()),
            summits: self.summits.filter(|&summits| have_summits || !summits),
            exclusion: self.exclusion.iter().copied().filter(|&list| list < data.exclusion.len()).collect(),
            chroms: self.chroms.clone(),
            outlier_filter: self.outlier_filter,
        };
        let sums = if options.signals.is_empty() { vec![] } else { data.sums(&options) };
        let mut bounds = self.thresholds.each_ref().map(|threshold| match threshold {
            Some((index, nudge)) if !sums.is_empty() => Some(index.get(&sums) * nudge),
            _ => None,
        });
        if let [Some(min), Some(max)] = bounds {
            bounds = [Some(min.min(max)), Some(min.max(max))];
        }
        [options.min_counts, options.max_counts] = bounds;
        options
    }
}

/// A data set as files on disk.
pub struct Files {
    pub store: Store,
    pub peaks: Vec<PathBuf>,
    pub negatives: Vec<PathBuf>,
    pub exclusion: Vec<PathBuf>,
}

impl Files {
    /// Writes all files, and packs the store.
    pub fn of(data: &Data, directory: &Path) -> Files {
        let mut builder = PackBuilder::new().fasta(write(directory, "genome.fa", inputs::fasta(&data.contigs)));
        let tracks = 0..data.contigs[0].tracks.len();
        let tracks: Vec<PathBuf> = tracks
            .map(|track| {
                let contigs = data.contigs.len() - usize::from(data.short.contains(&track));
                write(directory, &format!("{track}.bw"), inputs::big_wig(&data.contigs[..contigs], track))
            })
            .collect();
        let paths = |channels: &[usize]| channels.iter().map(|&track| tracks[track].clone()).collect::<Vec<_>>();
        for (name, channels) in &data.signals {
            builder = builder.signal(name, paths(channels));
        }
        for (name, channels) in &data.controls {
            builder = builder.control(name, paths(channels));
        }
        let out = directory.join("store");
        builder.tile_log2(9).publish(&out, &()).unwrap();
        let bed = |name: &str, files: &[Vec<Row>]| {
            let paths = (0..files.len()).map(|i| write(directory, &format!("{name}{i}.bed"), text(&files[i])));
            paths.collect()
        };
        Files {
            store: Store::open(out).unwrap(),
            peaks: bed("peaks", &data.peaks),
            negatives: bed("negatives", &data.negatives),
            exclusion: bed("exclusion", &data.exclusion),
        }
    }

    /// Makes the store's only index.
    pub fn index(&self, data: &Data) -> Result<()> {
        let builder = IndexBuilder::new("default").peaks(&self.peaks).negatives(&self.negatives);
        // The chosen contigs may leave no peak.
        let filter = LocusFilter { allow_empty: true, ..LocusFilter::default() };
        let builder = builder.summits(data.summits).chroms(data.chroms.clone()).filter(filter);
        builder.publish(&self.store, &()).map(drop)
    }

    /// The generator with these options.
    pub fn generator(&self, data: &Data, o: &Options) -> PeakGenerator {
        self.generator_over(PeakGenerator::new(&self.store), data, o)
    }

    /// A generator over this store, or over arrays of it, with these options.
    pub fn generator_over(&self, generator: PeakGenerator, data: &Data, o: &Options) -> PeakGenerator {
        let names = |groups: &[Group]| groups.iter().map(|(name, _)| name.clone()).collect::<Vec<_>>();
        generator
            .order(o.order)
            .signals((o.signals != data.signals).then(|| names(&o.signals)))
            .in_window(o.in_window as usize)
            .out_window(o.out_window as usize)
            .max_jitter(o.max_jitter as usize)
            .min_counts(o.min_counts)
            .max_counts(o.max_counts)
            .counts_tracks(o.counts_tracks.as_deref().map(names))
            .summits(o.summits)
            .exclusion_lists(o.exclusion.iter().map(|&list| self.exclusion[list].clone()).collect::<Vec<_>>())
            .chroms(o.chroms.clone())
            .allow_empty(true)
            .outlier_filter(o.outlier_filter)
            .num_workers(0)
    }
}

/// BED of three columns, or narrowPeak.
fn text(rows: &[Row]) -> String {
    let row = |row: &Row| {
        let summit = row.summit.map(|summit| format!("\t.\t0\t.\t1.5\t1\t1\t{summit}")).unwrap_or_default();
        format!("{}\t{}\t{}{summit}\n", row.contig, row.start, row.end)
    };
    rows.iter().map(row).collect()
}
