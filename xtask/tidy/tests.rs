//! Made-up libraries: what is imported, what is public, and what of both does not count.

use super::circles::circles;
use super::imports::between_files;
use super::library::Library;
use super::surface::Surface;
use super::tree::{File, Language};

fn library(files: &[(&str, &str)]) -> Library {
    let file =
        |&(path, text): &(&str, &str)| File { path: path.to_owned(), text: text.to_owned(), language: Language::Rust };
    Library::read(&files.iter().map(file).collect::<Vec<_>>()).unwrap().unwrap()
}

fn pairs(library: &Library) -> Vec<(&str, &str, usize)> {
    between_files(library).into_iter().map(|((from, to), line)| (from, to, line)).collect()
}

#[test]
fn imports_lead_through_re_exports_to_the_file_that_declares() {
    let library = library(&[
        ("src/lib.rs", "mod feed;\nmod error;\npub use error::Error;\n"),
        ("src/error.rs", "pub enum Error { A }\n"),
        ("src/feed/mod.rs", "mod ring;\nmod worker;\npub use ring::Ring;\npub(crate) use self::worker::*;\n"),
        (
            "src/feed/ring.rs",
            "use std::fmt;\n\nuse crate::{\n  Error,\n  feed::{self, fill as f},\n};\npub struct Ring;\n",
        ),
        ("src/feed/worker.rs", "pub(crate) fn fill(_: super::Ring) -> Error { crate::Error::A }\n"),
    ]);
    assert_eq!(
        pairs(&library),
        [
            ("src/feed/ring.rs", "src/error.rs", 4),
            ("src/feed/ring.rs", "src/feed/worker.rs", 5),
            ("src/feed/worker.rs", "src/error.rs", 1),
            ("src/feed/worker.rs", "src/feed/ring.rs", 1),
        ]
    );
    let found = circles(&between_files(&library), |file| file.starts_with("src/feed"));
    assert_eq!(found[0].way, ["src/feed/ring.rs", "src/feed/worker.rs", "src/feed/ring.rs"]);
}

#[test]
fn paths_within_code_count() {
    let library = library(&[
        ("src/lib.rs", "mod a;\nmod b;\nmod c;\nmod d;\n"),
        ("src/a.rs", "use super::b;\nfn f() {\n  g(&[b::B::new()]);\n}\nfn h() { use crate::c::{C}; }\n"),
        ("src/b.rs", "pub struct B;\nimpl B {\n  fn x() { println!(\"{}\", self::super::d::D); }\n}\n"),
        ("src/c.rs", "pub struct C;\nfn b() { b::c() }\n"),
        ("src/d.rs", "pub const D: u8 = 0;\nmod within { use super::super::c::C as D; }\n"),
    ]);
    assert_eq!(
        pairs(&library),
        [
            ("src/a.rs", "src/b.rs", 3),
            ("src/a.rs", "src/c.rs", 5),
            ("src/b.rs", "src/d.rs", 3),
            ("src/d.rs", "src/c.rs", 2),
        ]
    );
}

#[test]
fn tests_and_what_is_only_passed_on_do_not_count() {
    let library = library(&[
        ("src/lib.rs", "mod a;\n#[cfg(test)]\nmod missing;\n"),
        ("src/a/mod.rs", "mod b;\nmod c;\npub use b::B;\nuse c::C;\nfn f() -> C { B2 }\n"),
        (
            "src/a/b.rs",
            "pub struct B;\nimpl B {\n  #[cfg(test)]\n  fn f() { super::f() }\n}\n\
             #[cfg(test)]\nmod tests { use super::super::f; }\n",
        ),
        ("src/a/c.rs", "pub struct C;\n#[cfg(all(test, unix))]\nuse super::f;\n#[cfg(not(test))]\nuse super::B;\n"),
    ]);
    assert_eq!(pairs(&library), [("src/a/c.rs", "src/a/b.rs", 5), ("src/a/mod.rs", "src/a/c.rs", 4)]);
}

#[test]
fn public_items_are_those_that_a_user_can_name() {
    let library = library(&[
        ("src/lib.rs", "pub mod a;\nmod b;\npub mod ffi;\npub use b::{B, m, Hidden};\n#[doc(hidden)]\npub use b::D;\n"),
        (
            "src/a.rs",
            "pub struct A;\npub(crate) struct No;\nmod own { pub enum E {} pub trait T {} }\n\
             pub use own::*;\npub use own::E as F;\n",
        ),
        (
            "src/b.rs",
            "pub type B = u8;\npub struct C;\npub struct D;\n#[doc(hidden)]\npub struct Hidden;\n\
             pub mod m { pub const X: u8 = 0; pub use super::B; }\n",
        ),
        ("src/ffi.rs", "pub struct Of;\n#[unsafe(no_mangle)]\npub extern \"C\" fn atemoya_f() {}\npub fn g() {}\n"),
    ]);
    let surface = Surface::of(&library);
    assert_eq!(surface.names.iter().map(|(_, name)| name.as_str()).collect::<Vec<_>>(), ["A", "E", "T", "B", "X"]);
    assert_eq!((surface.total(), surface.c_functions), (5, 1));
}
