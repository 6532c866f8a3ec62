//! The file by which pkg-config finds the library.

use super::VERSION;
use super::build::Libraries;
use super::options::Options;

/// Its text. The prefix is found from where the file lies, so that the installed tree can be moved.
pub(crate) fn text(options: &Options, libraries: &Libraries) -> String {
    // From `pkgconfig` and each component of the libraries' directory.
    let up: String = options.libdir.components().map(|_| "/..").collect();
    format!(
        "prefix=${{pcfiledir}}/..{up}
libdir=${{prefix}}/{libdir}
includedir=${{prefix}}/include

Name: atemoya
Description: Feeds genomics models from one memory-mapped store of genome, tracks and loci
Version: {VERSION}
Libs: -L${{libdir}} -latemoya
Libs.private: {private}
Cflags: -I${{includedir}}
",
        libdir = options.libdir.display(),
        private = libraries.private,
    )
}
