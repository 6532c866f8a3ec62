//! Elements of any type as values of tracks: finite f32.

use super::Array;
use crate::DType;
use half::{bf16, f16};

impl Array<'_> {
    /// Writes elements as f32, from position `start` of a channel of an example on, as many as
    /// `out` has room for. With `backwards`, writes the same elements from the last to the first.
    /// Elements are rounded to f32; then NaN becomes 0, and an infinity the largest f32 of its
    /// sign.
    ///
    /// # Panics
    /// When the array ends before, as indexing a slice does.
    pub(in crate::feed) fn read_finite(&self, from: [usize; 3], backwards: bool, out: &mut [f32]) {
        match self.view.dtype {
            DType::I8 => self.each(from, backwards, out, |bytes| f32::from(i8::from_le_bytes(bytes))),
            DType::U8 => self.each(from, backwards, out, |[byte]| f32::from(byte)),
            DType::I16 => self.each(from, backwards, out, |bytes| f32::from(i16::from_le_bytes(bytes))),
            DType::U16 => self.each(from, backwards, out, |bytes| f32::from(u16::from_le_bytes(bytes))),
            DType::I32 => self.each(from, backwards, out, |bytes| i32::from_le_bytes(bytes) as f32),
            DType::U32 => self.each(from, backwards, out, |bytes| u32::from_le_bytes(bytes) as f32),
            DType::I64 => self.each(from, backwards, out, |bytes| i64::from_le_bytes(bytes) as f32),
            DType::U64 => self.each(from, backwards, out, |bytes| u64::from_le_bytes(bytes) as f32),
            DType::F16 => self.each(from, backwards, out, |bytes| finite(f16::from_le_bytes(bytes).to_f32())),
            DType::BF16 => self.each(from, backwards, out, |bytes| finite(bf16::from_le_bytes(bytes).to_f32())),
            DType::F32 => self.each(from, backwards, out, |bytes| finite(f32::from_le_bytes(bytes))),
            DType::F64 => self.each(from, backwards, out, |bytes| finite(f64::from_le_bytes(bytes) as f32)),
        }
    }
}

fn finite(value: f32) -> f32 {
    if value.is_nan() { 0.0 } else { value.clamp(f32::MIN, f32::MAX) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dtype::Element;

    fn read<T: Element>(values: Vec<T>) -> Vec<f32> {
        let shape = [1, 1, values.len()];
        let mut out = vec![7.0; values.len()];
        Array::from_vec(values, shape).unwrap().read_finite([0; 3], false, &mut out);
        out
    }

    /// Numbers between two f32 become the nearer one, or the even one, as in numpy's `astype`.
    #[test]
    fn elements_are_rounded_before_they_are_made_finite() {
        assert_eq!(read(vec![-128i8, 127]), [-128.0, 127.0]);
        assert_eq!(read(vec![255u8]), [255.0]);
        assert_eq!(read(vec![i16::MIN]), [-32768.0]);
        assert_eq!(read(vec![u16::MAX]), [65535.0]);
        assert_eq!(read(vec![16_777_217i32, 16_777_219]), [16_777_216.0, 16_777_220.0]);
        assert_eq!(read(vec![u32::MAX]), [4_294_967_296.0]);
        assert_eq!(read(vec![i64::MIN, (1 << 53) + 1]), [-9_223_372_036_854_775_808.0, 9_007_199_254_740_992.0]);
        assert_eq!(read(vec![u64::MAX]), [18_446_744_073_709_551_616.0]);
        let halves = [f16::NAN, f16::INFINITY, f16::NEG_INFINITY, f16::MAX, f16::from_f32(0.1)];
        assert_eq!(read(halves.to_vec()), [0.0, f32::MAX, f32::MIN, 65504.0, 0.099_975_586]);
        assert_eq!(read(vec![bf16::NAN, bf16::INFINITY, bf16::from_f32(3.0)]), [0.0, f32::MAX, 3.0]);
        assert_eq!(read(vec![f32::NAN, f32::NEG_INFINITY, f32::MIN_POSITIVE]), [0.0, f32::MIN, f32::MIN_POSITIVE]);
        let wide = [f64::NAN, f64::MAX, f64::NEG_INFINITY, 3.4028235e38, -1e39, 0.1, 1e-60];
        assert_eq!(read(wide.to_vec()), [0.0, f32::MAX, f32::MIN, f32::MAX, f32::MIN, 0.1, 0.0]);
    }
}
