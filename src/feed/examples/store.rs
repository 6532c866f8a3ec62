//! Examples from a store: windows of its contigs around the selected loci.

use super::Examples;
use super::mapped::Mapped;
use super::places::Places;
use super::read::{Idle, Read};
use super::source::{Source, Tracks};
use crate::feed::access::Access;
use crate::feed::genome::{ContigMap, StorePart};
use crate::feed::layout::Form;
use crate::format::manifest::GroupEntry;
use crate::gather::{self, Channels, Isa, Step, Window, typed};
use crate::loci::Locus;
use crate::sample::Draw;
use crate::store::Store;
use crate::{DType, Result};
use std::sync::Arc;

/// What is read of a store around selected loci.
#[derive(Debug, Clone)]
pub(in crate::feed) struct StoreExamples {
    pub(super) store: Store,
    /// From the contigs of the loci to the store's.
    contigs: ContigMap,
    isa: Isa,
    access: Access,
    /// Whether the system is asked for what is needed next.
    asks: bool,
    /// What is read into without maps, and where what is to be asked for is looked up.
    pub(super) idle: Idle,
    pub(super) places: Arc<Places>,
    pub(super) signal: Vec<Tracks>,
    pub(super) controls: Vec<Tracks>,
    /// A column without a channel is not read.
    forms: [Form; 3],
}

impl StoreExamples {
    /// The groups are those of the signal and of the controls; the types those of sequence,
    /// controls and signal, which hold all values of the groups; the reading how the files are
    /// read, and whether the system is asked for what is needed next.
    pub(in crate::feed) fn new(
        StorePart { store, contigs, sequence }: StorePart,
        groups: (&[&GroupEntry], &[&GroupEntry]),
        places: Arc<Places>,
        [sequence_type, controls_type, signal_type]: [DType; 3],
        (access, asks): (Access, bool),
    ) -> StoreExamples {
        let (signal, signal_channels) = Channels::of_groups(groups.0.iter().copied());
        let (controls, control_channels) = Channels::of_groups(groups.1.iter().copied());
        let bases = if sequence { 4 } else { 0 };
        let form = |dtype, channels, positions| Form { dtype, channels, positions };
        let (in_window, out_window) = (places.in_window, places.out_window);
        // Packed, 64 positions to a word.
        let positions = if sequence_type == DType::U64 { in_window.div_ceil(64) } else { in_window };
        let forms = [
            form(sequence_type, bases, positions),
            form(controls_type, control_channels, in_window),
            form(signal_type, signal_channels, out_window),
        ];
        let tracks = |(panel, channels): (usize, Channels)| Tracks { panel, tracks: channels.tracks(), channels };
        let [signal, controls] = [signal, controls].map(|panels| panels.into_iter().map(tracks).collect());
        let (isa, idle) = (Isa::best(), Idle::default());
        let examples = StoreExamples { store, contigs, isa, access, asks, idle, places, signal, controls, forms };
        if asks {
            examples.ask_for_indices();
        }
        examples
    }

    /// Whether the sequence is read.
    pub(super) fn reads_sequence(&self) -> bool {
        self.forms[0].channels > 0
    }

    /// The input window and the output window of an example. On a contig that the store lacks, all
    /// is outside.
    #[inline]
    pub(super) fn windows(&self, draw: Draw) -> [Window; 2] {
        let contig = |id| self.contigs.id(id).map_or((0, 0), |id| (id, self.store.contigs().length(id)));
        self.places.windows(draw, contig)
    }

    /// Fetches into the processor's cache what an example soon to be gathered will read.
    fn ahead(&self, source: &impl Source, [input, output]: &[Window; 2], step: Step) {
        if step == Step::Tiles && self.reads_sequence() {
            source.sequence_ahead(input);
        }
        for (panels, window) in [(&self.controls, input), (&self.signal, output)] {
            panels.iter().for_each(|tracks| source.tracks_ahead(step, tracks, window));
        }
    }

    /// Gathers from a source.
    fn gather_from(
        &self,
        source: &mut impl Source,
        draws: &mut dyn ExactSizeIterator<Item = Draw>,
        [sequence, controls, signal]: [&mut [u8]; 3],
    ) -> Result<()> {
        let [sequence_type, controls_type, signal_type] = self.forms.map(|form| form.dtype);
        let sizes = self.forms.map(|form| form.channels * form.positions * form.dtype.size());
        // This example and the three after it: each is drawn once, and fetched in three steps
        // before it is gathered.
        let rows = draws.len();
        let mut draws = draws.inspect(|draw| gather::prefetch(&self.loci(draw.is_peak)[draw.source as usize..][..1]));
        let mut windows = || draws.next().map(|draw| self.windows(draw));
        let (mut now, mut next, mut later) = (windows(), windows(), windows());
        let mut last = draws.next();
        for row in 0..rows {
            let Some([input, output]) = now else { break };
            if let Some(later) = &later {
                self.ahead(source, later, Step::Directory);
            }
            if let Some(next) = &next {
                self.ahead(source, next, Step::Tiles);
            }
            (now, next, later) = (next, later, last.map(|draw| self.windows(draw)));
            last = draws.next();
            let [of_sequence, of_controls, of_signal] = sizes.map(|size| row * size..(row + 1) * size);
            if self.reads_sequence() {
                let (blocks, window) = source.sequence(&input)?;
                typed::sequence(self.isa, sequence_type, blocks, &window, &mut sequence[of_sequence]);
            }
            self.tracks(source, &self.controls, &input, controls_type, &mut controls[of_controls])?;
            self.tracks(source, &self.signal, &output, signal_type, &mut signal[of_signal])?;
        }
        Ok(())
    }

    /// Writes tracks in a type that the builder has checked.
    fn tracks(
        &self,
        source: &mut impl Source,
        panels: &[Tracks],
        window: &Window,
        dtype: DType,
        out: &mut [u8],
    ) -> Result<()> {
        for tracks in panels {
            let (view, window) = source.tracks(tracks, window)?;
            typed::signal(self.isa, dtype, &view, &tracks.channels, &window, out)
                .map_err(|error| source.error(tracks, error))?;
        }
        Ok(())
    }
}

impl Examples for StoreExamples {
    fn forms(&self) -> [Form; 3] {
        self.forms
    }

    fn again<'e>(&self) -> Box<dyn Examples + 'e>
    where
        Self: 'e,
    {
        Box::new(self.clone())
    }

    fn gather(&self, draws: &mut dyn ExactSizeIterator<Item = Draw>, columns: [&mut [u8]; 3]) -> Result<()> {
        match self.access {
            Access::Map => self.gather_from(&mut Mapped::new(&self.store), draws, columns),
            Access::Read => {
                self.idle.with(|scratch| self.gather_from(&mut Read { store: &self.store, scratch }, draws, columns))
            }
        }
    }

    fn asks(&self) -> bool {
        self.asks
    }

    fn ask(&self, draws: &[Draw]) -> bool {
        self.ask_for(draws)
    }

    fn loci(&self, is_peak: bool) -> &[Locus] {
        self.places.loci(is_peak)
    }
}
