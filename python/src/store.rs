//! Open stores: their contents, and windows of them.

use crate::array::type_string;
use crate::error::OrRaise;
use crate::memory;
use crate::watch;
use atemoya::DType;
use atemoya::format::manifest::Role;
use atemoya::gather::{self, Span};
use atemoya::loci::published;
use pyo3::exceptions::{PyTypeError, PyValueError};
use pyo3::prelude::*;
use std::path::PathBuf;

/// An open store. Opening checks everything whose cost does not grow with the genome; data is read
/// as it is used.
#[pyclass(frozen, module = "atemoya._native")]
pub(crate) struct Store(pub(crate) atemoya::Store);

/// A group: its name, whether it is of controls, and the names of its tracks.
type Group = (String, bool, Vec<String>);

#[pymethods]
impl Store {
    /// Opens the store in a directory.
    #[new]
    fn new(py: Python<'_>, path: PathBuf) -> PyResult<Store> {
        Ok(Store(py.detach(|| atemoya::Store::open(path)).or_raise()?))
    }

    /// Returns the path of the store.
    #[getter]
    fn path(&self) -> PathBuf {
        self.0.path().to_path_buf()
    }

    /// Returns the checksum of the manifest, which identifies the contents of the store.
    #[getter]
    fn checksum(&self) -> &str {
        self.0.checksum()
    }

    /// Returns names and lengths of the contigs, in the order of their numbers.
    fn contigs(&self) -> Vec<(String, u64)> {
        self.0.contigs().iter().map(|(name, length)| (name.to_owned(), length)).collect()
    }

    /// Returns the groups of tracks.
    fn groups(&self) -> Vec<Group> {
        let manifest = self.0.manifest();
        let tracks = |panel: usize, tracks: &[usize]| {
            tracks.iter().map(|&track| manifest.panels[panel].tracks[track].name.clone()).collect()
        };
        let group = |group: &atemoya::format::manifest::GroupEntry| {
            (group.name.clone(), group.role == Role::Control, tracks(group.panel, &group.tracks))
        };
        manifest.groups.iter().map(group).collect()
    }

    /// Returns whether the store has a genome. Otherwise it has tracks only.
    #[getter]
    fn has_sequence(&self) -> bool {
        self.0.sequence().is_some()
    }

    /// Returns warnings of what the files of the tracks lacked, of these groups and on these
    /// contigs; None for all.
    #[pyo3(signature = (groups=None, contigs=None))]
    fn warnings(&self, groups: Option<Vec<String>>, contigs: Option<Vec<String>>) -> PyResult<Vec<String>> {
        let [groups, contigs] = [&groups, &contigs].map(|names| names.as_ref().map(|names| texts(names)));
        self.0.warnings(groups.as_deref(), contigs.as_deref()).or_raise()
    }

    /// Returns the names of the locus indices.
    fn indices(&self) -> PyResult<Vec<String>> {
        published::names(&self.0).or_raise()
    }

    /// Checks every byte: checksums, tiles, loci.
    fn verify(&self, py: Python<'_>, show: Option<Py<PyAny>>) -> PyResult<()> {
        watch::run(py, show, |progress| {
            self.0.verify(progress)?;
            atemoya::index::verify(&self.0, progress).map(|_| ())
        })
    }

    /// Checks every byte of the data files, unless this machine has done so before. Returns whether
    /// they were checked now.
    fn verify_once(&self, py: Python<'_>, cache: Option<PathBuf>, show: Option<Py<PyAny>>) -> PyResult<bool> {
        watch::run(py, show, |progress| self.0.verify_once(cache.as_deref(), progress))
    }

    /// Makes a gatherer: of one-hot sequence where `sequence` is true, otherwise of the tracks of
    /// groups, where None stands for all signal groups.
    fn gatherer(&self, sequence: bool, groups: Option<Vec<String>>, dtype: &str) -> PyResult<Gatherer> {
        let dtype = numpy_type(dtype)?;
        let gatherer = match sequence {
            true => gather::Gatherer::sequence(&self.0, dtype),
            false => gather::Gatherer::tracks(&self.0, groups.as_deref(), dtype),
        };
        Ok(Gatherer(gatherer.or_raise()?))
    }

    fn __repr__(&self) -> String {
        format!("Store({:?})", self.0.path())
    }
}

fn texts(names: &[String]) -> Vec<&str> {
    names.iter().map(String::as_str).collect()
}

/// Gathers windows of a store in one type.
#[pyclass(frozen, module = "atemoya._native")]
pub(crate) struct Gatherer(gather::Gatherer);

#[pymethods]
impl Gatherer {
    /// Returns the channels and positions of a window of `width` bases.
    fn shape(&self, width: usize) -> [usize; 2] {
        self.0.shape(width)
    }

    /// Gathers windows of `width` bases into `out`, an array of the shape (windows, channels,
    /// positions). `contigs` are numbers of contigs, `starts` 0-based, and `turned` flags of
    /// windows that are reverse-complemented.
    fn gather(
        &self,
        py: Python<'_>,
        width: usize,
        contigs: &Bound<'_, PyAny>,
        starts: &Bound<'_, PyAny>,
        turned: Option<&Bound<'_, PyAny>>,
        out: &Bound<'_, PyAny>,
    ) -> PyResult<()> {
        let contigs = memory::integers("contigs", contigs)?;
        let starts = memory::integers("starts", starts)?;
        let turned = turned.map(|flags| memory::flags("reverse_complement", flags)).transpose()?;
        if contigs.len() != starts.len() || turned.as_ref().is_some_and(|turned| turned.len() != starts.len()) {
            return Err(PyValueError::new_err("contigs, starts and reverse_complement must be of one length"));
        }
        let spans = (0..starts.len()).map(|i| Span {
            // No contig has a number below 0.
            contig: usize::try_from(contigs[i]).unwrap_or(usize::MAX),
            start: starts[i],
            reverse_complement: turned.as_ref().is_some_and(|turned| turned[i] != 0),
        });
        let dtype = self.0.dtype();
        let name = type_string(dtype).ok_or_else(|| PyTypeError::new_err(format!("numpy has no {dtype}")))?;
        let write = |bytes: &mut [u8]| py.detach(|| self.0.gather(width, spans, bytes));
        memory::write("out", out, (name, dtype.size()), write)?.or_raise()
    }
}

/// Returns the type with this name, which is numpy's.
pub(crate) fn numpy_type(name: &str) -> PyResult<DType> {
    let known = DType::ALL.into_iter().find(|dtype| dtype.name() == name);
    known.ok_or_else(|| PyTypeError::new_err(format!("there is no type {name:?}")))
}
