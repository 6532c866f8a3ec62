//! The windows of a loader's loci, cut out of a store as arrays.

use atemoya::dtype::Element;
use atemoya::feed::{Array, Loader};
use atemoya::format::manifest::Role;
use atemoya::gather::{read_sequence, read_track};
use atemoya::loci::Locus;
use atemoya::{ArrayGenerator, Store};

/// Channels of whole contigs.
type Channels<T> = Vec<Vec<Vec<T>>>;

/// Cuts out windows with room on either side; beyond the ends of a contig there is nothing.
fn cut<T: Element>(contigs: &Channels<T>, loci: &[Locus], width: usize, room: usize) -> Array<'static> {
    let mut values = Vec::new();
    for locus in loci {
        let start = locus.centre - (width / 2) as i64 - room as i64;
        for channel in contigs {
            let contig = &channel[locus.contig as usize];
            let value = |at| usize::try_from(at).ok().and_then(|at| contig.get(at)).copied().unwrap_or(T::zeroed());
            values.extend((start..start + (width + 2 * room) as i64).map(value));
        }
    }
    Array::from_vec(values, [loci.len(), contigs.len(), width + 2 * room]).unwrap()
}

/// The one-hot rows of all contigs.
fn bases(store: &Store) -> Channels<i8> {
    let row = |base: usize| {
        let contig = |(name, length): (&str, u64)| {
            let rows = read_sequence(store, name, 0..length).unwrap();
            rows[base * length as usize..][..length as usize].iter().map(|&bit| bit as i8).collect()
        };
        store.contigs().iter().map(contig).collect()
    };
    (0..4).map(row).collect()
}

/// The channels of a role on all contigs, and the sizes of its groups.
fn tracks(store: &Store, role: Role) -> (Channels<f32>, Vec<usize>) {
    let (mut channels, mut sizes) = (Vec::new(), Vec::new());
    for group in store.manifest().groups.iter().filter(|group| group.role == role) {
        sizes.push(group.tracks.len());
        for i in 0..group.tracks.len() {
            let track = format!("{}.{i}", group.name);
            let contig = |(name, length): (&str, u64)| read_track(store, &track, name, 0..length).unwrap();
            channels.push(store.contigs().iter().map(contig).collect());
        }
    }
    (channels, sizes)
}

/// The arrays of a loader's loci: peaks with room for the jitter, negatives with `room`. The sizes
/// are `in_window`, `out_window` and `max_jitter`.
pub fn generator(store: &Store, loader: &Loader, sizes: [usize; 3], room: usize) -> ArrayGenerator<'static> {
    let [in_window, out_window, max_jitter] = sizes;
    let (peaks, negatives) = (loader.peaks(), loader.negatives());
    let bases = bases(store);
    let ((signals, signal_groups), (controls, control_groups)) =
        (tracks(store, Role::Signal), tracks(store, Role::Control));
    let (x, y) = (cut(&bases, peaks, in_window, max_jitter), cut(&signals, peaks, out_window, max_jitter));
    let generator = ArrayGenerator::new(x, y)
        .negative_sequences(Some(cut(&bases, negatives, in_window, room)))
        .negative_signals(Some(cut(&signals, negatives, out_window, room)))
        .signal_groups(Some(signal_groups))
        .in_window(in_window)
        .out_window(out_window)
        .max_jitter(max_jitter);
    if controls.is_empty() {
        return generator;
    }
    generator
        .peak_controls(Some(cut(&controls, peaks, in_window, max_jitter)))
        .negative_controls(Some(cut(&controls, negatives, in_window, room)))
        .control_groups(Some(control_groups))
}
