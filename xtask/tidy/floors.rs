//! The floors of the library's modules, as `ARCHITECTURE.md` has them.

use super::imports::Imports;

/// The top modules of each floor, from the lowest.
const FLOORS: [&[&str]; 8] = [
    &["dlpack", "dtype", "error", "parallel", "progress", "sizes", "url"],
    &["format"],
    &["ingest", "store"],
    &["loci", "sample"],
    &["gather"],
    &["feed"],
    &["cuda", "index", "pack"],
    &["cache", "ffi"],
];

/// Something that is wrong with floors: the file and line, and what.
pub(crate) type Wrong<'a> = (&'a str, usize, String);

/// Returns the imports that lead to a higher floor, and the modules that are on none.
pub(crate) fn upward<'a>(imports: &Imports<'a>) -> Vec<Wrong<'a>> {
    let mut wrong = Vec::new();
    for (&(from, to), &line) in imports {
        let (Some(here), Some(there)) = (top(from), top(to)) else { continue };
        match (floor(here), floor(there)) {
            (Some(below), Some(above)) if below < above => {
                let what = format!(
                    "{here} (floor {below}) imports {to} (floor {above}): move what both need to floor {below} or below"
                );
                wrong.push((from, line, what));
            }
            (None, _) => {
                let what = format!("the module {here} is on no floor: add it to xtask/tidy/floors.rs");
                wrong.push((from, 1, what));
            }
            _ => {}
        }
    }
    wrong.dedup_by(|a, b| a.0 == b.0 && a.2 == b.2);
    wrong
}

fn floor(module: &str) -> Option<usize> {
    FLOORS.iter().position(|floor| floor.contains(&module))
}

/// Returns the top module of a file; `None` for the crate's own.
fn top(file: &str) -> Option<&str> {
    let file = file.strip_prefix("src/")?;
    let top = file.split('/').next()?;
    let top = top.strip_suffix(".rs").unwrap_or(top);
    (top != "lib").then_some(top)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_upward_imports_are_wrong() {
        let pairs = [
            (("src/feed/ring.rs", "src/error.rs"), 3),
            (("src/loci/table.rs", "src/sample/native.rs"), 4),
            (("src/gather/read.rs", "src/feed/access.rs"), 5),
            (("src/new/part.rs", "src/error.rs"), 6),
            (("src/lib.rs", "src/cache/mod.rs"), 7),
        ];
        let wrong = upward(&pairs.into_iter().collect());
        let found: Vec<_> = wrong.iter().map(|(file, line, _)| (*file, *line)).collect();
        assert_eq!(found, [("src/gather/read.rs", 5), ("src/new/part.rs", 1)]);
    }
}
