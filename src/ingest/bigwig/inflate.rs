//! Inflates data blocks into buffers that are used again, up to a fixed size.

use flate2::{Decompress, FlushDecompress, Status};

/// Largest data block accepted, in bytes, inflated or not. Writers' blocks take tens of kilobytes.
pub(super) const MAX_BLOCK: usize = 1 << 24;

/// Where the buffer for an inflated block begins to grow.
const FIRST: usize = 1 << 15;

/// The buffers and state of one thread.
pub(super) struct Inflater {
    input: Vec<u8>,
    output: Vec<u8>,
    state: Decompress,
}

impl Default for Inflater {
    fn default() -> Inflater {
        Inflater { input: Vec::new(), output: Vec::new(), state: Decompress::new(true) }
    }
}

impl Inflater {
    /// Where the compressed block goes.
    pub(super) fn input(&mut self) -> &mut Vec<u8> {
        &mut self.input
    }

    /// Where the block is, inflated.
    pub(super) fn output(&mut self) -> &mut Vec<u8> {
        &mut self.output
    }

    /// Inflates the zlib stream in [`input`](Self::input) and returns the block, or why it is none.
    pub(super) fn inflate(&mut self) -> Result<&mut Vec<u8>, String> {
        self.state.reset(true);
        self.output.clear();
        loop {
            if self.output.len() == self.output.capacity() {
                let size = self.output.len().max(FIRST / 2) * 2;
                if size > MAX_BLOCK {
                    return Err(format!("it inflates to more than {MAX_BLOCK} bytes"));
                }
                self.output.reserve_exact(size - self.output.len());
            }
            let taken = self.state.total_in() as usize;
            let rest = self.input.get(taken..).unwrap_or_default();
            match self.state.decompress_vec(rest, &mut self.output, FlushDecompress::None) {
                Ok(Status::StreamEnd) => return Ok(&mut self.output),
                Ok(_) if self.output.len() < self.output.capacity() => return Err("its zlib stream ends early".into()),
                Ok(_) => {}
                Err(error) => return Err(format!("its zlib stream is damaged ({error})")),
            }
        }
    }
}
