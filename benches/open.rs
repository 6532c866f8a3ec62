//! How long does it take to open a store, beside reading its manifest?

use atemoya::format::manifest::{MANIFEST, Role};
use atemoya::{Error, Store};
use atemoya_benches::{Fixture, Panel, Request, Result, Table, Values, side_by_side};
use atemoya_measure::{Contestant, Pace};
use criterion::Criterion;
use std::hint::black_box;
use std::time::Duration;

fn main() -> Result<()> {
    let request = Request::from_args();
    let mut criterion = Criterion::default().sample_size(50).configure_from_args();
    let mut table = Table::default();
    let panel = Panel { name: "counts", role: Role::Signal, tracks: 6, values: Values::Counts(0.03) };
    for megabases in if request.measure { [16, 160] } else { [1, 2] } {
        let fixture = Fixture::build(megabases << 20, &[panel])?;
        let path = fixture.store.path();
        let open = Contestant::new("open", |(): &mut ()| Store::open(path).map(|store| drop(black_box(store))));
        let manifest = path.join(MANIFEST);
        let read = Contestant::new("read the manifest", |(): &mut ()| {
            let bytes = std::fs::read(&manifest);
            let failed = |source| Error::Io { path: manifest.clone(), operation: "read", source };
            bytes.map(|bytes| drop(black_box(bytes))).map_err(failed)
        });
        let group = format!("open/{megabases} Mb");
        let asked = (&request, &mut criterion, &mut table);
        side_by_side(asked, &group, &mut (), &mut [open, read], Pace::new(2, Duration::from_secs(2)))?;
    }
    criterion.final_summary();
    table.print("Opening a store beside reading its manifest, in turns; medians", "stores", "x reading");
    Ok(())
}
