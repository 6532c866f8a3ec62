//! Lists of names as the setters of builders take them.

/// Names of contigs, groups or tracks, or `None` for the default of the setter that takes them.
///
/// Setters take whatever converts into it: `["chr1", "chr2"]`, a slice, a vector, or an
/// `Option<Vec<String>>`.
///
/// ```
#[doc = include_str!("../example_store.txt")]
/// use atemoya::{PeakGenerator, Store};
///
/// let generator = PeakGenerator::new(&Store::open("yeast.atemoya")?);
/// let some = generator.clone().chroms(["chrI"]).signals(&["atac"]).build()?;
/// let all = generator.chroms(None).build()?;
/// assert_eq!(some.len(), all.len());
/// # Ok::<(), atemoya::Error>(())
/// ```
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Names(pub(crate) Option<Vec<String>>);

impl From<Option<Vec<String>>> for Names {
    fn from(names: Option<Vec<String>>) -> Names {
        Names(names)
    }
}

impl<S: Into<String>> From<Vec<S>> for Names {
    fn from(names: Vec<S>) -> Names {
        Names(Some(names.into_iter().map(Into::into).collect()))
    }
}

impl<S: Into<String>, const N: usize> From<[S; N]> for Names {
    fn from(names: [S; N]) -> Names {
        Names(Some(names.into_iter().map(Into::into).collect()))
    }
}

impl<S: AsRef<str>> From<&[S]> for Names {
    fn from(names: &[S]) -> Names {
        Names(Some(names.iter().map(|name| name.as_ref().to_owned()).collect()))
    }
}

impl<S: AsRef<str>, const N: usize> From<&[S; N]> for Names {
    fn from(names: &[S; N]) -> Names {
        names.as_slice().into()
    }
}
