//! Which file of the library imports which: by `use`, and by paths that are written out.

use super::library::{Library, Target, imports, without_tests};
use proc_macro2::{TokenStream, TokenTree};
use std::collections::{BTreeMap, HashSet};

/// An import, from one file to another: the line of the first one.
pub(crate) type Imports<'a> = BTreeMap<(&'a str, &'a str), usize>;

/// Returns the imports between the files of the library.
///
/// An import leads to the file that declares the item. A module that is imported leads nowhere: the
/// paths that begin with its name do. What is only passed on by `pub use` is no import.
pub(crate) fn between_files(library: &Library) -> Imports<'_> {
    let mut found = Imports::new();
    for (index, module) in library.modules.iter().enumerate() {
        let mut words = HashSet::new();
        let mut paths = Vec::new();
        scan(&module.code, &mut words, &mut paths);
        for import in &module.imports {
            let is_used = !import.is_reexport || import.name.as_ref().is_some_and(|name| words.contains(name));
            if is_used {
                paths.push((import.path.clone(), import.line));
            }
        }
        for (path, line) in paths {
            for target in library.resolve(index, &path) {
                let Target::Item(declares, _) = target else { continue };
                let Some(to) = library.modules.get(declares) else { continue };
                if to.file != module.file {
                    let first = found.entry((&module.file, &to.file)).or_insert(line);
                    *first = line.min(*first);
                }
            }
        }
    }
    found
}

/// Gathers the words of code, and the paths of several words with their lines.
fn scan(code: &TokenStream, words: &mut HashSet<String>, paths: &mut Vec<(Vec<String>, usize)>) {
    let tokens = without_tests(code.clone());
    let mut at = 0;
    while let Some(token) = tokens.get(at) {
        at += 1;
        match token {
            TokenTree::Group(group) => scan(&group.stream(), words, paths),
            TokenTree::Ident(ident) if ident == "use" => {
                let length = tokens[at..].iter().take_while(|token| !is(token, ';')).count();
                // Another `use` is that of `impl Trait + use<'a>`.
                let item = tokens[at - 1..].iter().take(length + 2).cloned().collect();
                if let Ok(item) = syn::parse2::<syn::ItemUse>(item) {
                    paths.extend(imports(&item).into_iter().map(|import| (import.path, import.line)));
                    at += length;
                }
            }
            TokenTree::Ident(ident) => {
                let line = ident.span().start().line;
                let mut path = vec![ident.to_string()];
                while let [first, second, TokenTree::Ident(next), ..] = &tokens[at..]
                    && is(first, ':')
                    && is(second, ':')
                {
                    path.push(next.to_string());
                    at += 3;
                }
                words.extend(path.first().cloned());
                if path.len() > 1 {
                    paths.push((path, line));
                }
            }
            _ => {}
        }
    }
}

fn is(token: &TokenTree, character: char) -> bool {
    matches!(token, TokenTree::Punct(punct) if punct.as_char() == character)
}
