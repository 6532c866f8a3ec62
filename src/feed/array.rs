//! Arrays of the caller, read where they lie: of any numeric type, with any strides, borrowed or
//! shared.

mod finite;

use crate::dtype::Element;
use crate::{DType, Error, Result};
use std::fmt;
use std::sync::Arc;

/// A three-dimensional array of numbers in memory that it does not copy. The memory is a slice, a
/// mapped file, or a view of either whose axes are sliced, reversed or exchanged.
///
/// ```
/// use atemoya::feed::Strided;
/// use atemoya::{Array, DType};
/// use std::sync::Arc;
///
/// // Borrowed, in C order: 2 examples of 3 channels and 4 positions.
/// let values: Vec<f32> = (0..24u8).map(f32::from).collect();
/// let array = Array::from_slice(&values, [2, 3, 4])?;
/// assert_eq!((array.shape(), array.dtype()), ([2, 3, 4], DType::F32));
///
/// // Shared, after a header of 128 bytes, and stored as (examples, positions, channels).
/// let file: Arc<Vec<u8>> = Arc::new(vec![0; 128 + 4 * 24]);
/// let view = Strided { dtype: DType::F32, shape: [2, 3, 4], offset: 128, strides: [12, 1, 3] };
/// let array = Array::shared(file, view)?;
/// assert_eq!(array.shape(), [2, 3, 4]);
/// # Ok::<(), atemoya::Error>(())
/// ```
#[derive(Clone)]
pub struct Array<'a> {
    memory: Memory<'a>,
    view: Strided,
}

/// Says how an array lies in memory: element (i, j, k) is at byte
/// `offset + (i * strides[0] + j * strides[1] + k * strides[2]) * dtype.size()`. That may be any
/// address.
///
/// ```
/// use atemoya::feed::Strided;
/// use atemoya::{Array, DType};
///
/// // Channels last: (examples, positions, channels).
/// let bytes = vec![0u8; 2 * 4 * 3];
/// let view = Strided { dtype: DType::U8, shape: [2, 3, 4], offset: 0, strides: [12, 1, 3] };
/// assert_eq!(Array::borrowed(&bytes, view)?.shape(), [2, 3, 4]);
/// # Ok::<(), atemoya::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Strided {
    /// The type of the elements, little-endian.
    pub dtype: DType,
    /// Returns the numbers of examples, channels and positions.
    pub shape: [usize; 3],
    /// Where element (0, 0, 0) is, in bytes from the start of the memory.
    pub offset: usize,
    /// The distance between neighbours along each axis, in elements. It may be 0 or negative.
    pub strides: [isize; 3],
}

#[derive(Clone)]
enum Memory<'a> {
    Borrowed(&'a [u8]),
    Shared(Arc<dyn AsRef<[u8]> + Send + Sync>),
}

/// A vector as bytes.
struct Bytes<T>(Vec<T>);

impl<T: Element> AsRef<[u8]> for Bytes<T> {
    fn as_ref(&self) -> &[u8] {
        bytemuck::must_cast_slice(&self.0)
    }
}

/// Checks that there are as many values as a shape has.
fn check_length(values: usize, shape: [usize; 3]) -> Result<()> {
    let expected = shape.iter().try_fold(1usize, |product, &size| product.checked_mul(size));
    if expected != Some(values) {
        let [n, channels, positions] = shape;
        let expected = expected.map_or("more than fit in memory".to_owned(), |expected| expected.to_string());
        let message = format!("expected {expected} values for ({n}, {channels}, {positions}), got {values}");
        return Err(Error::argument("shape", message));
    }
    Ok(())
}

impl<'a> Array<'a> {
    /// Borrows values in C order, `(examples, channels, positions)`.
    ///
    /// # Errors
    /// [`Error::Argument`] when there are not as many values as the shape has.
    pub fn from_slice<T: Element>(values: &'a [T], shape: [usize; 3]) -> Result<Array<'a>> {
        check_length(values.len(), shape)?;
        Array::borrowed(bytemuck::must_cast_slice(values), Strided::c_order(T::DTYPE, shape))
    }

    /// Borrows memory that holds an array in any layout.
    ///
    /// # Errors
    /// [`Error::Argument`] when an element lies outside the memory.
    pub fn borrowed(memory: &'a [u8], view: Strided) -> Result<Array<'a>> {
        let view = view.checked(memory.len())?;
        Ok(Array { memory: Memory::Borrowed(memory), view })
    }

    /// Takes values in C order, `(examples, channels, positions)`. Clones of the array share them.
    ///
    /// # Errors
    /// [`Error::Argument`] when there are not as many values as the shape has.
    pub fn from_vec<T: Element>(values: Vec<T>, shape: [usize; 3]) -> Result<Array<'static>> {
        check_length(values.len(), shape)?;
        Array::shared(Arc::new(Bytes(values)), Strided::c_order(T::DTYPE, shape))
    }

    /// Shares the ownership of memory that holds an array in any layout, a mapped file for example.
    /// The memory must always have the same length: if it becomes shorter, reading the array
    /// panics.
    ///
    /// # Errors
    /// [`Error::Argument`] when an element lies outside the memory.
    pub fn shared(memory: Arc<dyn AsRef<[u8]> + Send + Sync>, view: Strided) -> Result<Array<'static>> {
        let view = view.checked((*memory).as_ref().len())?;
        Ok(Array { memory: Memory::Shared(memory), view })
    }

    /// Returns the type of the elements.
    #[must_use]
    pub fn dtype(&self) -> DType {
        self.view.dtype
    }

    /// Returns the numbers of examples, channels and positions.
    #[must_use]
    pub fn shape(&self) -> [usize; 3] {
        self.view.shape
    }

    /// Copies `out.len()` bytes of elements, from position `start` of a channel of an example on.
    /// With `backwards`, copies the same elements from the last to the first.
    ///
    /// # Panics
    /// When the array ends before, as indexing a slice does.
    #[inline]
    pub(super) fn read(&self, [example, channel, start]: [usize; 3], backwards: bool, out: &mut [u8]) {
        match self.view.dtype.size() {
            1 => self.copy::<1>([example, channel, start], backwards, out),
            2 => self.copy::<2>([example, channel, start], backwards, out),
            4 => self.copy::<4>([example, channel, start], backwards, out),
            _ => self.copy::<8>([example, channel, start], backwards, out),
        }
    }

    fn copy<const SIZE: usize>(&self, from: [usize; 3], backwards: bool, out: &mut [u8]) {
        if self.view.strides[2] == 1 && !backwards {
            let first = self.place(from) as usize;
            out.copy_from_slice(&self.memory.bytes()[first..][..out.len()]);
            return;
        }
        let (out, _) = out.as_chunks_mut::<SIZE>();
        self.each(from, backwards, out, |element| element);
    }

    /// Writes what `of` makes of the elements from a place on, as many as `out` has room for. With
    /// `backwards`, from the last of them to the first.
    #[inline]
    fn each<const SIZE: usize, T>(
        &self,
        from: [usize; 3],
        backwards: bool,
        out: &mut [T],
        of: impl Fn([u8; SIZE]) -> T,
    ) {
        let memory = self.memory.bytes();
        let first = self.place(from);
        if self.view.strides[2] == 1 {
            let (values, _) = memory[first as usize..][..out.len() * SIZE].as_chunks::<SIZE>();
            if backwards {
                out.iter_mut().zip(values.iter().rev()).for_each(|(out, value)| *out = of(*value));
            } else {
                out.iter_mut().zip(values).for_each(|(out, value)| *out = of(*value));
            }
            return;
        }
        let step = self.view.strides[2] * SIZE as isize;
        let last = out.len().saturating_sub(1) as isize;
        let (mut at, step) = if backwards { (first + last * step, -step) } else { (first, step) };
        for out in out {
            let mut value = [0; SIZE];
            value.copy_from_slice(&memory[at as usize..][..SIZE]);
            *out = of(value);
            at += step;
        }
    }

    /// Returns the byte at which an element begins.
    fn place(&self, element: [usize; 3]) -> isize {
        let steps = element.iter().zip(self.view.strides).map(|(&index, stride)| index as isize * stride);
        // It is inside the memory, like every element's place, so nothing overflows.
        self.view.offset as isize + steps.sum::<isize>() * self.view.dtype.size() as isize
    }
}

impl Memory<'_> {
    fn bytes(&self) -> &[u8] {
        match self {
            Memory::Borrowed(bytes) => bytes,
            Memory::Shared(owner) => (**owner).as_ref(),
        }
    }
}

impl fmt::Debug for Array<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Array").field(&self.view).finish()
    }
}

impl Strided {
    /// Lays out an array from the first byte on: positions are neighbours, then channels, then
    /// examples.
    #[must_use]
    pub fn c_order(dtype: DType, shape: [usize; 3]) -> Strided {
        // A stride that overflows is longer than any memory, and unused where there is one example.
        let step = |elements: usize| isize::try_from(elements).unwrap_or(isize::MAX);
        let strides = [step(shape[1].saturating_mul(shape[2])), step(shape[2]), 1];
        Strided { dtype, shape, offset: 0, strides }
    }

    /// Checks that every element lies in a memory of a number of bytes, so that computing its place
    /// does not overflow.
    fn checked(mut self, memory: usize) -> Result<Strided> {
        if self.shape.contains(&0) {
            return Ok(self);
        }
        // An axis of one element may have any stride, since it is never followed.
        for (stride, _) in self.strides.iter_mut().zip(self.shape).filter(|(_, length)| *length == 1) {
            *stride = 0;
        }
        // The lowest and the highest element; nothing if they overflow.
        let reach = |sign: i128| {
            self.shape.iter().zip(self.strides).try_fold(0i128, |sum, (&length, stride)| {
                let stride = (sign * stride as i128).max(0);
                sum.checked_add((length as i128 - 1).checked_mul(stride)?)
            })
        };
        let size = self.dtype.size() as i128;
        let place = |elements: i128| elements.checked_mul(size)?.checked_add(self.offset as i128);
        let lowest = reach(-1).and_then(|elements| place(-elements));
        let end = reach(1).and_then(place).and_then(|place| place.checked_add(size));
        match (lowest, end) {
            (Some(lowest), Some(end)) if lowest >= 0 && end <= memory as i128 => Ok(self),
            _ => {
                let ([n, channels, positions], strides) = (self.shape, self.strides);
                let message = format!(
                    "({n}, {channels}, {positions}) of {} with strides {strides:?} from byte {} does not lie within \
                     the {memory} bytes of memory",
                    self.dtype, self.offset
                );
                Err(Error::argument("shape", message))
            }
        }
    }
}
