//! Inflates data blocks, up to a fixed size, into buffers that are reused.

use flate2::{Decompress, FlushDecompress, Status};

/// The largest data block that is accepted, in bytes, inflated or not. Blocks usually have some
/// tens of kilobytes.
pub(super) const MAX_BLOCK: usize = 1 << 24;

/// The initial size of the buffer for an inflated block.
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
    /// Returns the buffer for the compressed block.
    pub(super) fn input(&mut self) -> &mut Vec<u8> {
        &mut self.input
    }

    /// Returns the buffer of the inflated block.
    pub(super) fn output(&mut self) -> &mut Vec<u8> {
        &mut self.output
    }

    /// Inflates the zlib stream in [`input`](Self::input) and returns the block. The error says
    /// what is wrong with the stream.
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
