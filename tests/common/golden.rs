//! The golden cases of cherimoya: the store, the index and the generator of a case's arguments.

use atemoya::feed::Batch;
use atemoya::index::IndexBuilder;
use atemoya::pack::PackBuilder;
use atemoya::sample::Order;
use atemoya::{PeakGenerator, Store};
use serde_json::Value;
use sha2::{Digest, Sha256};
use std::path::{Path, PathBuf};

/// All cases.
pub const CASES: [&str; 5] = ["controls_groups", "interleaved_counts", "peaks_only", "plain_odd_windows", "stranded"];

/// One case: the arguments of cherimoya and its output.
pub struct Case {
    pub golden: Value,
    yeast: PathBuf,
}

impl Case {
    /// Reads a case from the shared data.
    pub fn read(shared: &Path, name: &str) -> Case {
        let text = std::fs::read(shared.join("golden/batches").join(name).with_extension("json")).unwrap();
        Case { golden: serde_json::from_slice(&text).unwrap(), yeast: shared.join("data/yeast") }
    }

    /// The golden examples, epoch after epoch.
    pub fn epochs(&self) -> Vec<Vec<Example>> {
        self.golden["epochs"].as_array().unwrap().iter().map(golden).collect()
    }

    pub fn args(&self) -> &Value {
        &self.golden["args"]
    }

    pub fn size(&self, name: &str) -> usize {
        self.args()[name].as_u64().unwrap() as usize
    }

    /// One file or a list of them.
    pub fn paths(&self, value: &Value) -> Vec<PathBuf> {
        let one = |v: &Value| self.yeast.join(v.as_str().unwrap());
        match value {
            Value::Null => Vec::new(),
            Value::Array(files) => files.iter().map(one).collect(),
            file => vec![one(file)],
        }
    }

    /// Packs and indexes the case's files.
    pub fn store(&self, out: &Path) -> Store {
        let args = self.args();
        let mut builder = PackBuilder::new().fasta(self.yeast.join(args["sequences"].as_str().unwrap()));
        for (i, spec) in args["signals"].as_array().unwrap().iter().enumerate() {
            builder = builder.signal(format!("signal{i}"), self.paths(spec));
        }
        for (i, spec) in args["controls"].as_array().into_iter().flatten().enumerate() {
            builder = builder.control(format!("control{i}"), self.paths(spec));
        }
        builder.publish(out, &()).unwrap();
        let store = Store::open(out).unwrap();
        let chroms = args["chroms"].as_array().unwrap().iter().map(|v| v.as_str().unwrap().to_owned()).collect();
        let index = IndexBuilder::new("default")
            .peaks(self.paths(&args["peaks"]))
            .negatives(self.paths(&args["negatives"]))
            .summits(args["summits"] == true)
            .chroms(Some(chroms));
        index.publish(&store, &()).unwrap();
        store
    }

    /// The generator with the case's arguments, in cherimoya's order.
    pub fn generator(&self, store: &Store) -> PeakGenerator {
        let args = self.args();
        PeakGenerator::new(store)
            .order(Order::Cherimoya)
            .in_window(self.size("in_window"))
            .out_window(self.size("out_window"))
            .max_jitter(self.size("max_jitter"))
            .negative_ratio(args["negative_ratio"].as_f64().unwrap())
            .reverse_complement(args["reverse_complement"] != false)
            .shuffle(args["shuffle"] != false)
            .min_counts(args["min_counts"].as_f64())
            .max_counts(args["max_counts"].as_f64())
            .exclusion_lists(self.paths(&args["exclusion_lists"]))
            .random_state(self.size("random_state") as u64)
            .batch_size(48)
    }
}

/// An example as the goldens have it: label, source, offset, rc and the hash of its bytes.
pub type Example = (i64, i64, i64, u8, String);

/// The examples of a batch.
pub fn examples(batch: &Batch) -> Vec<Example> {
    let example = |row: usize| {
        let mut hash = Sha256::new();
        let bytes = |values: &[f32]| values.iter().flat_map(|v| v.to_le_bytes()).collect::<Vec<u8>>();
        hash.update(batch.sequence().unwrap().row(row).iter().map(|&v| v as u8).collect::<Vec<u8>>());
        if let Some(controls) = batch.controls() {
            hash.update(bytes(controls.row(row)));
        }
        hash.update(bytes(batch.signal().unwrap().row(row)));
        let hash = hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect();
        (batch.labels()[row], batch.sources()[row], batch.offsets()[row], batch.reverse_complemented()[row], hash)
    };
    (0..batch.len()).map(example).collect()
}

/// The golden examples of an epoch.
fn golden(epoch: &Value) -> Vec<Example> {
    let number = |name: &str, i: usize| epoch[name][i].as_i64().unwrap();
    let example = |(i, hash): (usize, &Value)| {
        let hash = hash.as_str().unwrap().to_owned();
        (number("label", i), number("source", i), number("offset", i), number("rc", i) as u8, hash)
    };
    epoch["sha256"].as_array().unwrap().iter().enumerate().map(example).collect()
}
