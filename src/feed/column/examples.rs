//! The examples of a batch while it is gathered: what was drawn, and the windows to read.

use crate::feed::locus_windows::LocusWindows;
use crate::gather::Window;
use crate::sample::Draw;

/// The examples of a batch, in its order.
#[derive(Debug, Clone, Copy)]
pub(in crate::feed) struct Examples<'e> {
    /// What was drawn for each.
    pub(in crate::feed) draws: &'e [Draw],
    /// The window of each that sequence and controls are read over. There is none where examples
    /// are arrays of windows.
    pub(super) input: &'e [Window],
    /// The window of each that signals are read over.
    pub(super) output: &'e [Window],
}

/// Which windows of the examples a column is read over.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::feed) enum Side {
    /// Those of sequence and controls.
    Input,
    /// Those of the signal.
    Output,
}

impl<'e> Examples<'e> {
    /// Returns the windows that a column is read over.
    pub(in crate::feed) fn windows(&self, side: Side) -> &'e [Window] {
        match side {
            Side::Input => self.input,
            Side::Output => self.output,
        }
    }
}

/// Memory for the examples of a batch, which is used again.
#[derive(Debug, Default)]
pub(in crate::feed) struct ExampleBuffer {
    draws: Vec<Draw>,
    input: Vec<Window>,
    output: Vec<Window>,
}

impl ExampleBuffer {
    /// Takes the draws of a batch, and computes their windows where examples are of a genome.
    pub(in crate::feed) fn fill(
        &mut self,
        drawn: impl Iterator<Item = Draw>,
        around: Option<&LocusWindows>,
    ) -> Examples<'_> {
        let ExampleBuffer { draws, input, output } = self;
        draws.clear();
        draws.extend(drawn);
        input.clear();
        output.clear();
        if let Some(around) = around {
            for draw in draws.iter() {
                let [of_input, of_output] = around.of(draw);
                input.push(of_input);
                output.push(of_output);
            }
        }
        Examples { draws, input, output }
    }
}
