//! The files by which pkg-config finds the library: `atemoya`, which is asked for, and
//! `atemoya-shared`, which it requires.
//!
//! There are two since `pkg-config --static` adds flags and takes none away. The static library is
//! named by the first, so that it comes first, and the shared one by the second, for a program that
//! still needs it then: one that is linked without `--static`.

use super::VERSION;
use super::build::Libraries;
use super::options::Options;

/// Returns the text of `atemoya.pc`.
pub(crate) fn text(options: &Options, libraries: &Libraries) -> String {
    format!(
        "{variables}
Name: atemoya
Description: Feeds genomics models from one memory-mapped store of genome, tracks and loci
Version: {VERSION}
Requires: atemoya-shared = {VERSION}
Libs.private: -L${{libdir}} -l:libatemoya.a {private}
Cflags: -I${{includedir}}
",
        variables = variables(options),
        private = libraries.private,
    )
}

/// Returns the text of `atemoya-shared.pc`.
pub(crate) fn shared(options: &Options) -> String {
    format!(
        "{variables}
Name: atemoya-shared
Description: The shared library of atemoya, for its pkg-config file: ask for atemoya
Version: {VERSION}
Libs: -L${{libdir}} -Wl,--push-state,--as-needed -latemoya -Wl,--pop-state
",
        variables = variables(options),
    )
}

/// Returns the directories. The prefix is found from where the file lies, so that the installed
/// tree can be moved.
fn variables(options: &Options) -> String {
    // From `pkgconfig` and each component of the libraries' directory.
    let up: String = options.libdir.components().map(|_| "/..").collect();
    let libdir = options.libdir.display();
    format!("prefix=${{pcfiledir}}/..{up}\nlibdir=${{prefix}}/{libdir}\nincludedir=${{prefix}}/include\n")
}
