//! Examples from arrays: the caller's windows, cut to their places and turned.

use super::Examples;
use super::pair::Pair;
use crate::feed::layout::Form;
use crate::sample::Draw;
use crate::{DType, Result};

/// Sequence, controls where there are any, and signal.
#[derive(Debug, Clone)]
pub(in crate::feed) struct ArrayExamples<'a> {
    pub(in crate::feed) sequence: Pair<'a>,
    pub(in crate::feed) controls: Option<Pair<'a>>,
    pub(in crate::feed) signal: Pair<'a>,
}

impl<'a> ArrayExamples<'a> {
    fn pairs(&self) -> [Option<&Pair<'a>>; 3] {
        [Some(&self.sequence), self.controls.as_ref(), Some(&self.signal)]
    }
}

impl Examples for ArrayExamples<'_> {
    fn forms(&self) -> [Form; 3] {
        let none = Form { dtype: DType::F32, channels: 0, positions: self.sequence.form().positions };
        self.pairs().map(|pair| pair.map_or(none, Pair::form))
    }

    fn again<'e>(&self) -> Box<dyn Examples + 'e>
    where
        Self: 'e,
    {
        Box::new(self.clone())
    }

    fn gather(&self, draws: &mut dyn ExactSizeIterator<Item = Draw>, mut columns: [&mut [u8]; 3]) -> Result<()> {
        let sizes = self.forms().map(|form| form.bytes());
        for (row, draw) in draws.enumerate() {
            for ((pair, column), size) in self.pairs().into_iter().zip(&mut columns).zip(sizes) {
                if let Some(pair) = pair {
                    pair.read(draw, &mut column[row * size..(row + 1) * size]);
                }
            }
        }
        Ok(())
    }
}
