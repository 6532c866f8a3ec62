//! The modules of the library, with what each declares and imports, read from `src/lib.rs` on.
//!
//! What is compiled for tests or documentation alone is left out, and so are items that macros
//! make. All features are on.

mod attributes;
mod resolve;

use super::tree::File;
use crate::{Failure, Result, failed};
use attributes::{is_hidden, is_public, is_test};
use proc_macro2::{Span, TokenStream};
use quote::ToTokens;
use std::collections::HashMap;
use syn::{Item, UseTree};

pub(crate) use attributes::without_tests;
pub(crate) use resolve::Target;

/// Where the crate's modules begin.
const ROOT: &str = "src/lib.rs";

/// All modules; the first one is the crate itself.
#[derive(Debug)]
pub(crate) struct Library {
    pub(crate) modules: Vec<Module>,
}

/// A module, in a file of its own or within another's.
#[derive(Debug)]
pub(crate) struct Module {
    /// The path of its file.
    pub(crate) file: String,
    pub(crate) parent: Option<usize>,
    pub(crate) items: Vec<Named>,
    pub(crate) imports: Vec<Import>,
    /// Its code, without imports and without the modules in it.
    pub(crate) code: TokenStream,
}

/// An item with a name.
#[derive(Debug)]
pub(crate) struct Named {
    pub(crate) name: String,
    pub(crate) kind: Kind,
    pub(crate) is_public: bool,
    pub(crate) is_hidden: bool,
    /// Whether it is a function that C finds by its name.
    pub(crate) is_of_c: bool,
}

/// What an item is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Kind {
    Struct,
    Enum,
    Union,
    Trait,
    Function,
    Constant,
    Static,
    Alias,
    Macro,
    Module(usize),
}

/// One path of a `use`.
#[derive(Debug)]
pub(crate) struct Import {
    pub(crate) path: Vec<String>,
    /// The name that it has here; `None` for all names of the path, `*`.
    pub(crate) name: Option<String>,
    pub(crate) is_public: bool,
    pub(crate) is_hidden: bool,
    /// Whether it has any visibility: others may import it from here.
    pub(crate) is_reexport: bool,
    pub(crate) line: usize,
}

impl Library {
    /// Reads the modules among the files of a tree; `None` where there is no library.
    pub(crate) fn read(files: &[File]) -> Result<Option<Library>> {
        let texts: HashMap<&str, &str> = files.iter().map(|file| (file.path.as_str(), file.text.as_str())).collect();
        if !texts.contains_key(ROOT) {
            return Ok(None);
        }
        let mut library = Library { modules: Vec::new() };
        library.add_file(ROOT, "src", None, &texts)?;
        Ok(Some(library))
    }

    /// Adds the module of a file, whose own modules' files lie in a directory.
    fn add_file(
        &mut self,
        path: &str,
        directory: &str,
        parent: Option<usize>,
        texts: &HashMap<&str, &str>,
    ) -> Result<usize> {
        let text = texts.get(path).copied().unwrap_or_default();
        let parsed = syn::parse_file(text).map_err(failed(path))?;
        self.add(path, directory, parent, parsed.items, texts)
    }

    fn add(
        &mut self,
        path: &str,
        directory: &str,
        parent: Option<usize>,
        items: Vec<Item>,
        texts: &HashMap<&str, &str>,
    ) -> Result<usize> {
        let index = self.modules.len();
        let code = TokenStream::new();
        self.modules.push(Module { file: path.to_owned(), parent, items: Vec::new(), imports: Vec::new(), code });
        for item in items.into_iter().filter(|item| !is_test(attributes::of(item))) {
            let Some(module) = self.modules.get_mut(index) else { break };
            match item {
                Item::Use(item) => module.imports.extend(imports(&item)),
                Item::Mod(item) => {
                    let name = item.ident.to_string();
                    let below = format!("{directory}/{name}");
                    let added = match item.content {
                        Some((_, items)) => self.add(path, &below, Some(index), items, texts)?,
                        None => {
                            let candidates = [format!("{below}.rs"), format!("{below}/mod.rs")];
                            let Some(file) = candidates.iter().find(|file| texts.contains_key(file.as_str())) else {
                                let message = format!("{path}: there is no file of its module {name}");
                                return Err(Failure::Failed(message));
                            };
                            self.add_file(file, &below, Some(index), texts)?
                        }
                    };
                    let is_hidden = is_hidden(&item.attrs);
                    let (kind, is_public) = (Kind::Module(added), is_public(&item.vis));
                    if let Some(module) = self.modules.get_mut(index) {
                        module.items.push(Named { name, kind, is_public, is_hidden, is_of_c: false });
                    }
                }
                item => {
                    module.items.extend(attributes::named(&item));
                    module.code.extend(item.to_token_stream());
                }
            }
        }
        Ok(index)
    }
}

/// Returns the paths of a `use`, its groups taken apart.
pub(crate) fn imports(item: &syn::ItemUse) -> Vec<Import> {
    let mut found = Vec::new();
    paths(&item.tree, &mut Vec::new(), &mut |path, name, span| {
        found.push(Import {
            path,
            name,
            is_public: is_public(&item.vis),
            is_hidden: is_hidden(&item.attrs),
            is_reexport: !matches!(item.vis, syn::Visibility::Inherited),
            line: span.start().line,
        });
    });
    found
}

fn paths(tree: &UseTree, before: &mut Vec<String>, found: &mut impl FnMut(Vec<String>, Option<String>, Span)) {
    let with = |before: &[String], last: &syn::Ident| {
        // `a::{self}` is `a`.
        let last = (last != "self" || before.is_empty()).then(|| last.to_string());
        before.iter().cloned().chain(last).collect::<Vec<_>>()
    };
    match tree {
        UseTree::Path(path) => {
            before.push(path.ident.to_string());
            paths(&path.tree, before, found);
            before.pop();
        }
        UseTree::Name(name) => {
            let path = with(before, &name.ident);
            let last = path.last().cloned();
            found(path, last, name.ident.span());
        }
        UseTree::Rename(rename) => {
            let path = with(before, &rename.ident);
            found(path, Some(rename.rename.to_string()), rename.ident.span());
        }
        UseTree::Glob(glob) => found(before.clone(), None, glob.star_token.span),
        UseTree::Group(group) => group.items.iter().for_each(|tree| paths(tree, before, found)),
    }
}
