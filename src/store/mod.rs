//! The store on disk: opening and checking it, typed views of its files, and the writers that
//! publish it in one step. Loci, sampling and batches are on floors above.

mod census;
mod contents;
mod file;
mod file_stamp;
mod hash;
mod lock;
mod map;
mod missing_values;
mod open;
mod panel;
mod publish;
mod row_buffer;
mod sequence;
mod unfinished;
mod user_cache;
mod verify;
mod verify_once;
#[doc(hidden)]
pub mod writer;

pub use crate::format::Contigs;
/// The manifest of a store, or a part of it: groups name tracks, which lie in panels.
/// [`Store::manifest`] returns it.
///
/// ```
/// use atemoya::store::{GroupEntry, Manifest, Role};
/// # use atemoya::format::manifest::TrackType;
/// # use atemoya::store::{PanelEntry, TrackEntry};
/// # let track = |name: &str| TrackEntry {
/// #     name: name.into(), values: TrackType::U8, nonzero: 0, sum: 0.0, min: 0.0, max: 0.0,
/// # };
/// # let tracks = vec![track("atac.0"), track("atac.1")];
/// # let mut manifest = Manifest::new();
/// # manifest.panels.push(PanelEntry { file: "panel-0.atm".into(), tile: 4096, tracks });
/// # let (name, role) = ("atac".into(), Role::Signal);
/// # manifest.groups.push(GroupEntry { name, role, panel: 0, tracks: vec![0, 1] });
///
/// fn names(manifest: &Manifest, group: &GroupEntry) -> Vec<String> {
///     let panel = &manifest.panels[group.panel];
///     group.tracks.iter().map(|&track| panel.tracks[track].name.clone()).collect()
/// }
/// let signal = manifest.groups.iter().find(|group| group.role == Role::Signal).unwrap();
/// assert_eq!(names(&manifest, signal), ["atac.0", "atac.1"]);
/// ```
pub use crate::format::manifest::{GroupEntry, Manifest, PanelEntry, Role, TrackEntry};
pub(crate) use contents::TargetKind;
pub(crate) use file::DataFile;
#[cfg(feature = "ingest")]
pub(crate) use file_stamp::FileStamp;
pub(crate) use hash::sha256;
#[cfg(feature = "ingest")]
pub(crate) use lock::lock;
#[cfg(feature = "ingest")]
pub(crate) use missing_values::warnings as input_warnings;
pub use open::Store;
pub(crate) use open::read_document;
pub(crate) use publish::check_target;
#[cfg(feature = "ingest")]
pub(crate) use publish::remove_store;
pub(crate) use row_buffer::{RowBuffer, RowPart};
#[cfg(feature = "ingest")]
pub(crate) use unfinished::remove_abandoned_stores;
#[cfg(feature = "ingest")]
pub(crate) use user_cache::user_cache;
/// How much [`Store::verify`] has read.
///
/// ```
/// use atemoya::Store;
/// # use atemoya::format::manifest::{ContigEntry, Manifest, SequenceEntry};
/// # use atemoya::store::{Publication, writer};
/// # let directory = tempfile::tempdir().unwrap();
/// # let path = directory.path().join("tiny.atemoya");
/// # let publication = Publication::of_store(&path, false)?;
/// # let mut sequence = writer::SequenceWriter::create(&publication.path().join("bases.atm"))?;
/// # sequence.push(b"ACGTTTGA")?;
/// # let mut manifest = Manifest::new();
/// # manifest.contigs.push(ContigEntry { name: "chrI".into(), length: sequence.end_contig()? });
/// # manifest.sequence = Some(SequenceEntry { file: "bases.atm".into(), acgt: sequence.acgt() });
/// # manifest.files.push(sequence.finish()?);
/// # writer::publish(publication, manifest)?;
///
/// let verified = Store::open(&path)?.verify(&())?; // an error if anything is damaged
/// assert_eq!((verified.files, verified.tiles), (1, 0)); // a sequence, and no track
/// # Ok::<(), atemoya::Error>(())
/// ```
pub use verify::Verified;

// What only the other crates of the workspace need.
#[doc(hidden)]
pub use census::Tally;
#[doc(hidden)]
pub use panel::{PanelFile, PanelView, RowTiles};
#[doc(hidden)]
pub use publish::{Publication, remove_damaged};
#[doc(hidden)]
pub use sequence::{SequenceFile, SequenceView};
