//! Streams for tests, of batches of one example each that a script gathers.

use crate::feed::column::{ColumnReader, Columns, Examples};
use crate::feed::dataset::{Dataset, SelectionReport};
use crate::feed::layout::ColumnSpec;
use crate::feed::loader_options::Shard;
use crate::feed::stream::Cursor;
use crate::feed::stream::Stream;
use crate::loci::Ledger;
use crate::sample::{EpochPlanner, Order, PlanOptions};
use crate::{DType, Result};
use std::sync::Arc;

/// Bytes of an example.
const BYTES: usize = 5000;

/// Called with the number of a batch, in the order in which batches are gathered.
type Script = dyn Fn(u64) -> Result<()> + Send + Sync;

/// A column whose bytes are all the number of the batch.
struct Scripted(Arc<Script>);

impl ColumnReader for Scripted {
    fn spec(&self) -> ColumnSpec {
        ColumnSpec { dtype: DType::U8, channels: 1, positions: BYTES }
    }

    fn gather(&self, examples: &Examples<'_>, out: &mut [u8]) -> Result<()> {
        for (draw, row) in examples.draws.iter().zip(out.chunks_mut(BYTES)) {
            (self.0)(draw.source.into())?;
            row.fill(draw.source as u8);
        }
        Ok(())
    }

    fn unshared<'c>(&self) -> Box<dyn ColumnReader + 'c>
    where
        Self: 'c,
    {
        Box::new(Scripted(Arc::clone(&self.0)))
    }
}

impl std::fmt::Debug for Scripted {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Scripted")
    }
}

/// Makes a stream of this many batches.
pub(super) fn stream(batches: u64, script: impl Fn(u64) -> Result<()> + Send + Sync + 'static) -> Arc<Stream> {
    let shard = Shard::new(0, 1, 1).unwrap();
    let dataset = Arc::new(dataset(batches, script));
    Arc::new(Stream::of_epochs(&dataset, (shard, false), (Cursor::default(), 1), 1))
}

/// Makes a data set whose epochs have this many examples, in the order of their numbers.
pub(in crate::feed) fn dataset(
    examples: u64,
    script: impl Fn(u64) -> Result<()> + Send + Sync + 'static,
) -> Dataset<'static> {
    let plan = PlanOptions {
        n_peaks: examples as usize,
        n_negatives: 0,
        negative_ratio: 0.0,
        max_jitter: 0,
        reverse_complement: false,
        shuffle: false,
        seed: 0,
    };
    let planner = EpochPlanner::with_order(plan, Order::Native).unwrap();
    let report = SelectionReport { ledger: Ledger::of_all(examples as usize, 0), warnings: Vec::new() };
    let column = Scripted(Arc::new(script));
    let columns = Columns::new([column.spec(); 3], [Some(Box::new(column)), None, None]);
    Dataset::new(columns, None, planner, report, 1).unwrap()
}
