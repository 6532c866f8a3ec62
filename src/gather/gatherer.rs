//! Random access: windows that the caller chooses, gathered into the caller's memory.

use super::access::Access;
use super::names::find_groups;
use super::reader::StoreReader;
use super::simd::Isa;
use super::types;
use super::window::Window;
use crate::dtype::Element;
use crate::format::manifest::Role;
use crate::store::Store;
use crate::{DType, Error, Result, sizes};
use std::collections::BTreeMap;

/// Says where a window begins, and which way it is read. All windows of a call have one width.
///
/// ```
#[doc = include_str!("../example_store.txt")]
/// use atemoya::{Span, Store};
///
/// let contig = Store::open("yeast.atemoya")?.contigs().find("chrI")?;
/// let forward = Span { contig, start: -1, reverse_complement: false };
/// let reverse = Span { reverse_complement: true, ..forward }; // the same bases
/// assert_eq!(reverse.start, -1);
/// # Ok::<(), atemoya::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Span {
    /// The contig's id, as [`Store::contigs`] has it.
    pub contig: usize,
    /// The first base, 0-based. The window may reach past either end of its contig, or lie outside
    /// it. Positions outside are 0.
    pub start: i64,
    /// Whether to read it reverse-complemented.
    pub reverse_complement: bool,
}

/// Gathers windows of a store's sequence, or of some of its tracks, in one type.
///
/// Any number of threads may gather from one at the same time. One call for many windows is faster
/// than many calls, since the bytes of the next windows are prefetched while one is decoded.
///
/// ```
#[doc = include_str!("../example_store.txt")]
/// use atemoya::{DType, Gatherer, Span, Store};
///
/// let store = Store::open("yeast.atemoya")?; // its first contig begins with ACGTTTGACA
/// let gatherer = Gatherer::sequence(&store, DType::U8)?;
/// assert_eq!(gatherer.shape(3), [4, 3]);
///
/// let forward = Span { contig: 0, start: -1, reverse_complement: false };
/// let mut x = [0u8; 2 * 4 * 3];
/// gatherer.gather_into(3, [forward, Span { reverse_complement: true, ..forward }], &mut x)?;
/// // Nothing, A, C; and the reverse complement: G, T, nothing.
/// assert_eq!(x[..12], [0, 1, 0, /* C */ 0, 0, 1, /* G */ 0, 0, 0, /* T */ 0, 0, 0]);
/// assert_eq!(x[12..], [0, 0, 0, /* C */ 0, 0, 0, /* G */ 1, 0, 0, /* T */ 0, 1, 0]);
/// # Ok::<(), atemoya::Error>(())
/// ```
#[derive(Debug, Clone)]
pub struct Gatherer {
    reader: StoreReader,
    /// The contigs that cannot be read, and why.
    unreadable: BTreeMap<usize, String>,
}

impl Gatherer {
    /// Gathers one-hot sequence, channels A, C, G, T, as `I8`, `U8`, `F16`, `BF16` or `F32`. `U64`
    /// packs it, 64 positions to a word: bit i of word w is position `64 w + i`, and bits at and
    /// past the width are 0. Reverse-complemented, both axes are reversed.
    ///
    /// # Errors
    /// [`Error::Argument`] when the store has no sequence, or for another type.
    pub fn sequence(store: &Store, dtype: DType) -> Result<Gatherer> {
        if store.sequence().is_none() {
            return Err(Error::argument("store", "it has no sequence"));
        }
        types::check_sequence("dtype", dtype)?;
        Ok(Gatherer { reader: StoreReader::sequence(store, dtype), unreadable: BTreeMap::new() })
    }

    /// Gathers the tracks of some groups, of either role, in the order of the names. `None` takes
    /// all signal groups. The type is `F32`, or `U16` or `U8` where that holds all their values.
    /// Reverse-complemented, positions are reversed, and so are the channels within each group.
    ///
    /// ```
    #[doc = include_str!("../example_store.txt")]
    /// use atemoya::{DType, Gatherer, Span, Store};
    ///
    /// let store = Store::open("yeast.atemoya")?;
    /// let all = Gatherer::tracks(&store, None::<&[&str]>, DType::F32)?; // a stranded pair
    /// assert_eq!(all.shape(4), [2, 4]);
    /// let forward = Span { contig: 0, start: 0, reverse_complement: false };
    /// let mut y = [0.0f32; 2 * 2 * 4]; // windows, channels, positions
    /// all.gather_into(4, [forward, Span { reverse_complement: true, ..forward }], &mut y)?;
    /// assert_eq!(y[..8], [0., 1., 0., 1., /* minus */ 0., 1., 2., 0.]);
    /// assert_eq!(y[8..], [0., 2., 1., 0., /* plus */ 1., 0., 1., 0.]);
    ///
    /// let control = Gatherer::tracks(&store, Some(&["input"]), DType::U8)?; // it holds all values
    /// let mut bytes = vec![0; control.bytes(4, 1)?];
    /// control.gather(4, [forward], &mut bytes)?;
    /// assert_eq!(bytes, [0, 1, 2, 3]);
    /// # Ok::<(), atemoya::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`Error::Argument`] when there is no group, for a name that the store lacks or that is given
    /// twice, and for another type or one that does not hold all values.
    pub fn tracks(store: &Store, groups: Option<&[impl AsRef<str>]>, dtype: DType) -> Result<Gatherer> {
        if store.manifest().groups.is_empty() {
            return Err(Error::argument("store", "it has no tracks"));
        }
        let role = if groups.is_none() { Some(Role::Signal) } else { None };
        let found = find_groups(store, "groups", role, groups)?;
        if found.is_empty() {
            let message =
                if groups.is_some() { "no group is named" } else { "the store has no signal: name its controls" };
            return Err(Error::argument("groups", message));
        }
        types::check_tracks("dtype", dtype, store, &found)?;
        let names: Vec<&str> = found.iter().map(|group| group.name.as_str()).collect();
        let unreadable = store.unreadable(&names, None);
        Ok(Gatherer { reader: StoreReader::tracks(store, dtype, found), unreadable })
    }

    /// Sets how the store's files are read: through memory maps, the default, or by `pread`
    /// ([`Access`]). The values are the same.
    #[must_use]
    pub fn access(mut self, access: Access) -> Gatherer {
        self.reader = self.reader.access(access);
        self
    }

    /// Gathers tracks by their numbers, each group as a panel's number and its tracks there: for
    /// benchmarks and tests of the format. Types are not checked.
    #[doc(hidden)]
    #[must_use]
    pub fn panels(store: &Store, groups: &[(usize, &[usize])], dtype: DType) -> Gatherer {
        Gatherer { reader: StoreReader::panels(store, dtype, groups), unreadable: BTreeMap::new() }
    }

    /// Sets the kernels' instruction set, and whether the next windows are prefetched: for
    /// benchmarks.
    #[doc(hidden)]
    #[must_use]
    pub fn kernel(mut self, isa: Isa, prefetches: bool) -> Gatherer {
        self.reader = self.reader.kernel(isa, prefetches);
        self
    }

    /// Returns the type of the elements.
    #[must_use]
    pub fn dtype(&self) -> DType {
        self.reader.dtype()
    }

    /// Returns the shape of a window of `width` bases, `(channels, positions)`. Packed sequence has
    /// 64 positions to an element: `(4, ceil(width / 64))`.
    #[must_use]
    pub fn shape(&self, width: usize) -> [usize; 2] {
        [self.reader.channels(), self.reader.positions(width)]
    }

    /// Returns the bytes of a number of windows of `width` bases, as [`Gatherer::gather`] writes
    /// them.
    ///
    /// # Errors
    /// [`Error::Argument`] when `width` is not 1 to 2^30, or the bytes are more than memory can
    /// have.
    pub fn bytes(&self, width: usize, windows: usize) -> Result<usize> {
        sizes::check("width", width, 1)?;
        let [channels, positions] = self.shape(width);
        let bytes = [channels, positions, self.dtype().size()].into_iter().try_fold(windows, usize::checked_mul);
        let too_many = || Error::argument("windows", format!("{windows} windows of {width} do not fit in memory"));
        bytes.ok_or_else(too_many)
    }

    /// Gathers windows of `width` bases, 1 to 2^30, into bytes. They are an array
    /// `(windows, channels, positions)` of [`Gatherer::dtype`], little-endian and without gaps.
    /// `out` must begin at a multiple of an element's size, and have the length that
    /// [`Gatherer::bytes`] returns. A window is `start .. start + width` of its contig.
    ///
    /// # Errors
    /// [`Error::Argument`] for a width out of its range, for a contig that the store lacks or that
    /// has another length in the file of a track ([`Store::check_lengths`]), for an `out` of
    /// another length or not aligned, and for an iterator with more or fewer windows than its
    /// length; [`Error::Corrupt`] for damaged tiles. After an error `out` holds unspecified values.
    pub fn gather(
        &self,
        width: usize,
        windows: impl IntoIterator<Item = Span, IntoIter: ExactSizeIterator>,
        out: &mut [u8],
    ) -> Result<()> {
        let windows = windows.into_iter();
        let (count, got) = (windows.len(), out.len());
        let expected = self.bytes(width, count)?;
        if got != expected {
            let ([channels, positions], dtype) = (self.shape(width), self.dtype());
            let message =
                format!("expected {expected} bytes, ({count}, {channels}, {positions}) of {dtype}, got {got}");
            return Err(Error::argument("out", message));
        }
        if !out.is_empty() && !out.as_ptr().addr().is_multiple_of(self.dtype().size()) {
            let (dtype, size) = (self.dtype(), self.dtype().size());
            return Err(Error::argument("out", format!("{dtype} must begin at a multiple of {size} bytes")));
        }
        let mut gathered = Vec::with_capacity(count);
        // One more than their number, to find out whether there are more.
        for (i, span) in windows.take(count.saturating_add(1)).enumerate() {
            gathered.push(self.window(i, span, width)?);
        }
        if gathered.len() != count {
            let than = if gathered.len() < count { "fewer" } else { "more" };
            let message = format!("the iterator gives {than} windows than its length, {count}");
            return Err(Error::argument("windows", message));
        }
        self.reader.gather(&gathered, out)
    }

    /// Gathers windows into elements, `(windows, channels, positions)`, as [`Gatherer::gather`]
    /// does into bytes.
    ///
    /// # Errors
    /// As [`Gatherer::gather`], and [`Error::Argument`] when `T` is not the type that is gathered.
    pub fn gather_into<T: Element>(
        &self,
        width: usize,
        windows: impl IntoIterator<Item = Span, IntoIter: ExactSizeIterator>,
        out: &mut [T],
    ) -> Result<()> {
        if T::DTYPE != self.dtype() {
            return Err(Error::argument("out", format!("expected elements of {}, got {}", self.dtype(), T::DTYPE)));
        }
        self.gather(width, windows, bytemuck::cast_slice_mut(out))
    }

    /// Returns a span as a window, the `i`-th.
    #[inline]
    fn window(&self, i: usize, span: Span, width: usize) -> Result<Window> {
        let Span { contig, start, reverse_complement: reverse } = span;
        let contigs = self.reader.store().contigs();
        if contig >= contigs.len() {
            let message = format!("window {i} is on contig {contig}, of {} counted from 0", contigs.len());
            return Err(Error::argument("windows", message));
        }
        if let Some(why) = self.unreadable.get(&contig) {
            return Err(Error::argument("windows", why.as_str()));
        }
        Ok(Window { contig, length: contigs.length(contig), start, width, reverse })
    }
}
