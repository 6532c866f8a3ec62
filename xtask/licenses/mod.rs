//! The licences of what is linked into a binary that is handed on, as one text.
//!
//! Wheel and C archive have crates and C libraries of others in them, whose licences want to go
//! with each copy. The text lists them, and then has each licence once, with those that it is for.

mod linked;
mod supplied;
#[cfg(test)]
mod tests;
mod texts;

use crate::{Result, at};
use linked::Crate;
use std::collections::BTreeSet;
use std::fmt::Write;
use std::fs;
use std::path::PathBuf;
use texts::{Text, words};

/// The name of the file that has the text.
pub(crate) const FILE: &str = "THIRD-PARTY-LICENSES";

const HEAD: &str = "\
Third-party licences

The binaries beside this file contain atemoya, whose own licences are in LICENSE-MIT and
LICENSE-APACHE. They also contain the works of others that are listed here, each under its own
licence. The licences follow the list. The source of a crate is at
https://crates.io/crates/NAME/VERSION.

";

/// What is linked and is no crate: its name, its licence in SPDX's words, and the file that has it.
pub(crate) type Beside = (String, &'static str, PathBuf);

/// Returns the text for what cargo links into a package of the workspace, and what else is linked.
pub(crate) fn of(package: &str, beside: &[Beside]) -> Result<String> {
    of_crates(&linked::into(package)?, beside)
}

fn of_crates(crates: &[Crate], beside: &[Beside]) -> Result<String> {
    let mut works = vec![(supplied::STANDARD_LIBRARY.to_owned(), supplied::STANDARD_LIBRARY_LICENSE.to_owned())];
    let mut found = supplied::of_the_standard_library();
    for linked in crates {
        works.push((linked.title(), linked.license.clone()));
        found.extend(texts::of(linked)?);
    }
    for (work, license, file) in beside {
        works.push((work.clone(), (*license).to_owned()));
        found.push(Text { work: work.clone(), text: fs::read_to_string(file).map_err(at(file))? });
    }
    Ok(render(&works, found))
}

/// Returns the list of works, and each text once. Texts that only differ in white space are one.
fn render(works: &[(String, String)], found: Vec<Text>) -> String {
    let mut sections: Vec<(String, BTreeSet<String>, String)> = Vec::new();
    for Text { work, text } in found {
        let words = words(&text);
        match sections.iter_mut().find(|(has, ..)| *has == words) {
            Some((_, works, _)) => drop(works.insert(work)),
            None => sections.push((words, BTreeSet::from([work]), text)),
        }
    }
    let mut out = HEAD.to_owned();
    for (work, license) in works {
        let _ = writeln!(out, "    {work}: {license}");
    }
    for (_, works, text) in sections {
        let _ = write!(out, "\n{}\n", "=".repeat(80));
        for work in works {
            let _ = writeln!(out, "{work}");
        }
        let _ = write!(out, "{}\n\n{}\n", "-".repeat(80), text.trim_matches(['\n', '\r']).replace("\r\n", "\n"));
    }
    out
}
