//! Examples from arrays of whole contigs, and from a store what the arrays lack.

use super::{Examples, Places, StoreExamples};
use crate::Result;
use crate::feed::genome::{SequenceArrays, TrackArrays};
use crate::feed::layout::Form;
use crate::gather::Window;
use crate::loci::Locus;
use crate::sample::Draw;
use bytemuck::cast_slice_mut;
use std::mem::take;
use std::sync::Arc;

/// Selected loci, and what is read around them: each column of the store or of arrays, or of
/// neither.
#[derive(Debug, Clone)]
pub(in crate::feed) struct GenomeExamples {
    pub(in crate::feed) places: Arc<Places>,
    /// The columns that are the store's.
    pub(in crate::feed) store: Option<StoreExamples>,
    pub(in crate::feed) sequence: Option<Arc<SequenceArrays>>,
    pub(in crate::feed) controls: Option<Arc<TrackArrays>>,
    pub(in crate::feed) signal: Option<Arc<TrackArrays>>,
}

impl GenomeExamples {
    /// The columns that are of arrays.
    fn forms_of_arrays(&self) -> [Option<Form>; 3] {
        let Places { in_window, out_window, .. } = *self.places;
        [
            self.sequence.as_ref().map(|arrays| arrays.form(in_window)),
            self.controls.as_ref().map(|arrays| arrays.form(in_window)),
            self.signal.as_ref().map(|arrays| arrays.form(out_window)),
        ]
    }

    /// Reads an example from the arrays.
    fn read(&self, [input, output]: [Window; 2], [sequence, controls, signal]: [&mut [u8]; 3]) {
        if let Some(arrays) = &self.sequence {
            arrays.read(&input, sequence);
        }
        if let Some(arrays) = &self.controls {
            arrays.read(&input, cast_slice_mut(controls));
        }
        if let Some(arrays) = &self.signal {
            arrays.read(&output, cast_slice_mut(signal));
        }
    }
}

impl Examples for GenomeExamples {
    fn forms(&self) -> [Form; 3] {
        let Places { in_window, out_window, .. } = *self.places;
        let none = |positions| Form { dtype: crate::DType::F32, channels: 0, positions };
        let mut forms = self.store.as_ref().map_or([in_window, in_window, out_window].map(none), StoreExamples::forms);
        for (form, of_arrays) in forms.iter_mut().zip(self.forms_of_arrays()) {
            *form = of_arrays.unwrap_or(*form);
        }
        forms
    }

    fn again<'e>(&self) -> Box<dyn Examples + 'e>
    where
        Self: 'e,
    {
        Box::new(self.clone())
    }

    fn gather(&self, draws: &mut dyn ExactSizeIterator<Item = Draw>, mut columns: [&mut [u8]; 3]) -> Result<()> {
        // What is of arrays is read as the examples are drawn, each once; for the store these
        // columns have no bytes.
        let forms = self.forms_of_arrays();
        let [sequence, controls, signal] =
            [0, 1, 2].map(|i| if forms[i].is_some() { take(&mut columns[i]) } else { &mut [] });
        let sizes = forms.map(|form| form.map_or(0, |form| form.bytes()));
        let mut row = 0;
        let mut draws = draws.inspect(|draw| {
            let [of_sequence, of_controls, of_signal] = sizes.map(|size| row * size..(row + 1) * size);
            let columns = [&mut sequence[of_sequence], &mut controls[of_controls], &mut signal[of_signal]];
            self.read(self.places.windows(*draw, |contig| (contig, 0)), columns);
            row += 1;
        });
        match &self.store {
            Some(store) => store.gather(&mut draws, columns),
            None => {
                draws.for_each(drop);
                Ok(())
            }
        }
    }

    fn asks(&self) -> bool {
        self.store.as_ref().is_some_and(StoreExamples::asks)
    }

    fn ask(&self, draws: &[Draw]) -> bool {
        self.store.as_ref().is_some_and(|store| store.ask(draws))
    }

    fn loci(&self, is_peak: bool) -> &[Locus] {
        self.places.loci(is_peak)
    }
}
