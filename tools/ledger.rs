//! What became of the loci of an index, as a table for people and as JSON: by reason, by file and
//! by contig.

use anyhow::Result;
use atemoya::Store;
use atemoya::format::Provenance;
use atemoya::loci::{Breakdown, Ledger, LocusTable, Reason, RoleLedger, Verdicts};
use serde_json::{Map, Value, json};
use std::fmt::Write;

/// Contigs that the text lists, those with the most loci first; JSON has all.
const LISTED: usize = 25;

/// Letters of a name that are aligned with the others.
const WIDTH: usize = 80;

/// Loci and their verdicts.
pub(crate) struct Explained<'a> {
    pub(crate) store: &'a Store,
    pub(crate) table: &'a LocusTable,
    pub(crate) verdicts: &'a Verdicts,
    pub(crate) inputs: &'a [Provenance],
}

impl Explained<'_> {
    fn contig(&self, id: u32) -> &str {
        self.table.contig_name(id, self.store.contigs())
    }

    fn file(&self, file: u32) -> &str {
        self.inputs.get(file as usize).map_or("?", |input| &input.path)
    }

    /// Returns the table, one line a role, file and contig.
    pub(crate) fn text(&self) -> Result<String> {
        let Breakdown { files, contigs } = Breakdown::of(self.table, self.verdicts);
        let mut contigs: Vec<_> = contigs.into_iter().collect();
        contigs.sort_by_key(|(_, ledger)| std::cmp::Reverse(sum(ledger).total));
        let more = contigs.len().saturating_sub(LISTED);
        contigs.truncate(LISTED);

        let roles = roles(files.values());
        let mut lines = vec![("peaks", roles.peaks), ("negatives", roles.negatives)];
        let first_file = lines.len();
        lines.extend(files.iter().map(|(file, ledger)| (self.file(*file), sum(ledger))));
        let first_contig = lines.len();
        lines.extend(contigs.iter().map(|(contig, ledger)| (self.contig(*contig), sum(ledger))));
        let width = lines.iter().map(|(name, _)| name.chars().count()).max().unwrap_or(0).min(WIDTH);
        let all = sum(&roles);
        let reasons: Vec<Reason> = Reason::ALL.into_iter().filter(|&r| r == Reason::Kept || all.of(r) > 0).collect();

        let mut out = String::new();
        write!(out, "  {:<width$} {:>10}", "", "loci")?;
        reasons.iter().try_for_each(|reason| write!(out, " {:>12}", reason.name()))?;
        for (i, (name, ledger)) in lines.iter().enumerate().filter(|(_, (_, ledger))| ledger.total > 0) {
            let heading = [(0, "by role"), (first_file, "by file"), (first_contig, "by contig, peaks and negatives")];
            if let Some((_, heading)) = heading.iter().find(|(first, _)| *first == i) {
                write!(out, "\n{heading}")?;
            }
            write!(out, "\n  {name:<width$} {:>10}", ledger.total)?;
            reasons.iter().try_for_each(|&reason| write!(out, " {:>12}", ledger.of(reason)))?;
        }
        out.push('\n');
        if more > 0 {
            writeln!(out, "  ... and {more} contigs with fewer loci (`inspect --loci --json` lists all)")?;
        }
        Ok(out)
    }

    /// Returns the same as JSON: `roles`, with `{peaks, negatives}`; `files`, a list of
    /// `{file, path, counts}`; and `contigs`, with `{peaks, negatives}` under each name.
    pub(crate) fn json(&self) -> Value {
        let Breakdown { files, contigs } = Breakdown::of(self.table, self.verdicts);
        let file = |(file, ledger): (&u32, &Ledger)| {
            let path = self.file(*file);
            json!({"file": file, "path": path, "counts": counts(&sum(ledger))})
        };
        let by_file: Vec<Value> = files.iter().map(file).collect();
        let by_contig: Map<String, Value> =
            contigs.iter().map(|(contig, ledger)| (self.contig(*contig).to_owned(), both(ledger))).collect();
        json!({"roles": both(&roles(files.values())), "files": by_file, "contigs": by_contig})
    }
}

/// Returns a ledger as JSON: counts by reason, and `total`, for peaks and for negatives.
pub(crate) fn both(ledger: &Ledger) -> Value {
    json!({"peaks": counts(&ledger.peaks), "negatives": counts(&ledger.negatives)})
}

/// Adds up the ledgers of all files.
fn roles<'a>(files: impl Iterator<Item = &'a Ledger>) -> Ledger {
    files.fold(Ledger::default(), |mut all, ledger| {
        all.peaks += ledger.peaks;
        all.negatives += ledger.negatives;
        all
    })
}

fn sum(ledger: &Ledger) -> RoleLedger {
    let mut sum = ledger.peaks;
    sum += ledger.negatives;
    sum
}

fn counts(ledger: &RoleLedger) -> Value {
    let mut counts: Map<String, Value> =
        Reason::ALL.iter().map(|reason| (reason.name().to_owned(), json!(ledger.of(*reason)))).collect();
    counts.insert("total".into(), json!(ledger.total));
    Value::Object(counts)
}
