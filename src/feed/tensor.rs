//! Borrowed columns of a batch: values in C order and their shape, of a known type or of any.

use crate::DType;
use crate::dtype::Element;
use std::ops::Deref;

/// A borrowed column of a batch: its values in C order, and its shape. It is a slice, too.
///
/// ```
#[doc = include_str!("../example_store.txt")]
/// use atemoya::{PeakGenerator, Store, Tensor};
///
/// fn total_of_each_channel(signal: &Tensor<'_, f32>, example: usize) -> Vec<f32> {
///     let [_, _, positions] = signal.shape();
///     signal.row(example).chunks(positions).map(|channel| channel.iter().sum()).collect()
/// }
///
/// let dataset = PeakGenerator::new(&Store::open("yeast.atemoya")?).dataset()?;
/// let batch = dataset.fetch(0, &[0, 1, 5])?;
/// let signal = batch.signal().unwrap();
/// assert_eq!(signal.shape(), [3, 2, 1000]); // examples, channels, positions
/// assert_eq!(signal.len(), 3 * 2 * 1000); // of the slice
/// assert_eq!(total_of_each_channel(&signal, 2).len(), 2);
/// # Ok::<(), atemoya::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Tensor<'a, T> {
    data: &'a [T],
    shape: [usize; 3],
}

impl<T> Tensor<'_, T> {
    /// Returns the numbers of examples, channels and positions.
    #[must_use]
    pub fn shape(&self) -> [usize; 3] {
        self.shape
    }

    /// Returns the values of one example, `(channels, positions)` in C order.
    ///
    /// # Panics
    /// When the batch has no such row, as indexing a slice does.
    #[must_use]
    pub fn row(&self, row: usize) -> &[T] {
        let size = self.shape[1] * self.shape[2];
        &self.data[row * size..(row + 1) * size]
    }
}

impl<T> Deref for Tensor<'_, T> {
    type Target = [T];

    fn deref(&self) -> &[T] {
        self.data
    }
}

/// A borrowed column of any type: its bytes in C order, little-endian, and its shape.
///
/// ```
#[doc = include_str!("../example_store.txt")]
/// use atemoya::feed::Column;
/// use atemoya::{DType, PeakGenerator, Store};
///
/// let generator = PeakGenerator::new(&Store::open("yeast.atemoya")?).signal_type(DType::U8);
/// let batch = generator.dataset()?.fetch(0, &[0, 1, 5])?;
/// let signal = batch.column(Column::Signal).unwrap();
/// assert_eq!((signal.dtype(), signal.shape()), (DType::U8, [3, 2, 1000]));
/// assert_eq!(signal.bytes().len(), 3 * 2 * 1000);
/// assert!(signal.typed::<u8>().is_some());
/// assert!(signal.typed::<f32>().is_none()); // it is of another type
/// # Ok::<(), atemoya::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AnyTensor<'a> {
    dtype: DType,
    bytes: &'a [u8],
    shape: [usize; 3],
}

impl<'a> AnyTensor<'a> {
    /// Takes the bytes of values of this type and shape.
    pub(super) fn new(dtype: DType, bytes: &'a [u8], shape: [usize; 3]) -> AnyTensor<'a> {
        AnyTensor { dtype, bytes, shape }
    }

    /// Returns the type of the values.
    #[must_use]
    pub fn dtype(&self) -> DType {
        self.dtype
    }

    /// Returns the numbers of examples, channels and positions.
    #[must_use]
    pub fn shape(&self) -> [usize; 3] {
        self.shape
    }

    /// Returns the bytes of the values.
    #[must_use]
    pub fn bytes(&self) -> &'a [u8] {
        self.bytes
    }

    /// Returns the values as `T`, or `None` when they are of another type.
    #[must_use]
    pub fn typed<T: Element>(&self) -> Option<Tensor<'a, T>> {
        let data = (T::DTYPE == self.dtype).then(|| bytemuck::try_cast_slice(self.bytes).ok())??;
        Some(Tensor { data, shape: self.shape })
    }
}
