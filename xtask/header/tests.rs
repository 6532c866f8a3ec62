//! The header of the made-up interface in `sample/`: what it says of each convention, to compilers
//! of C and C++ too.

use super::{compare, of};
use crate::Failure;
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::Command;

/// The interface is Rust, too.
#[allow(dead_code, unreachable_pub, improper_ctypes_definitions, private_interfaces, reason = "it is only read")]
mod sample;

fn directory() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("header/tests/sample")
}

fn header() -> String {
    of(&directory()).unwrap()
}

/// Each convention in C. What a compiler would take in another form as well is compared here.
#[test]
fn conventions() {
    let header = header();
    for expected in [
        "#ifndef ATEMOYA_H\n#define ATEMOYA_H\n",
        "#include <stdbool.h>\n#include <stddef.h>\n#include <stdint.h>\n",
        "/// The version of the binary interface.\n#define ATEMOYA_ABI_VERSION 1\n",
        "    /// An argument makes no sense.\n    ATEMOYA_INVALID_ARGUMENT = 1,\n",
        "typedef int32_t atemoya_status;\n",
        "/// Is told how far it is; returns false to stop.\n\
         typedef bool (*atemoya_progress)(void *data, uint64_t done, uint64_t total);\n",
        "/// The library's version, never freed.\n///\n/// A second paragraph with `code` and */ in it.\n\
         const char *atemoya_version(void);\n",
        "/// What went wrong.\ntypedef struct atemoya_error atemoya_error;\n",
        "/// A batch.\ntypedef struct atemoya_batch atemoya_batch;\n",
        "atemoya_status atemoya_error_status(const atemoya_error *error);\n",
        "void atemoya_error_free(atemoya_error *error);\n",
        "typedef struct atemoya_shape {\n    /// How many windows.\n    size_t windows;\n",
        "    void (*release)(void *data);\n",
        "(const atemoya_batch *batch, atemoya_view *view, atemoya_error **error);\n",
        "struct DLManagedTensorVersioned **tensor,\n",
        "void atemoya_batch_count(size_t *count, atemoya_progress progress, void *data);\n",
    ] {
        assert!(header.contains(expected), "{expected}\nis not in\n{header}");
    }
    assert_eq!(header.matches("DLManagedTensorVersioned;").count(), 1, "{header}");
    assert_eq!(header.matches("extern \"C\" {").count(), 1, "{header}");
    assert!(!header.contains("not_of_c") && !header.contains("of_tests"), "{header}");
}

/// Files come as `mod.rs` declares them, and functions as they stand in a file.
#[test]
fn order() {
    let header = header();
    let parts = [
        "---- general ----",
        "atemoya_abi_version(",
        "atemoya_version(",
        "---- error ----",
        "atemoya_error_status(",
        "atemoya_error_message(",
        "atemoya_error_free(",
        "---- batch ----",
        "atemoya_batch_view(",
        "atemoya_batch_tensor(",
        "atemoya_batch_count(",
    ];
    let places = parts.map(|part| header.find(part).unwrap_or_else(|| panic!("{part} is not in\n{header}")));
    assert!(places.is_sorted(), "{places:?}\n{header}");
}

const PROGRAM: &str = r#"
#include "atemoya.h"
#include "atemoya.h"

/* What dlpack.h has, after the header. */
typedef struct DLManagedTensorVersioned { int version; } DLManagedTensorVersioned;

static bool tell(void *data, uint64_t done, uint64_t total) { return data != NULL && done < total; }
static void release(void *data) { (void)data; }

int main(void) {
    atemoya_view view = {NULL, {2, 3}, {0, 0}, true, release};
    struct atemoya_shape shape = view.shape;
    atemoya_error *error = NULL;
    DLManagedTensorVersioned *tensor = NULL;
    size_t count = shape.windows;
    atemoya_status status = atemoya_batch_view(NULL, &view, &error);
    if (status == ATEMOYA_CORRUPT || sizeof(status) != 4) return 1;
    status = atemoya_batch_tensor(NULL, &tensor, &error);
    atemoya_batch_count(&count, tell, NULL);
    atemoya_error_free(error);
    return status == ATEMOYA_OK && atemoya_abi_version() == ATEMOYA_ABI_VERSION && tensor->version == 1 ? 0 : 2;
}
"#;

#[test]
fn compilers_of_c_and_cpp_take_it() {
    let directory = tempfile::tempdir().unwrap();
    fs::write(directory.path().join("atemoya.h"), header()).unwrap();
    fs::write(directory.path().join("program.c"), PROGRAM).unwrap();
    for (compiler, language, standards) in [("cc", "c", ["c11", "c17"]), ("c++", "c++", ["c++17", "c++20"])] {
        for define in ["-UATEMOYA_CUDA", "-DATEMOYA_CUDA"] {
            for standard in standards {
                let output = Command::new(compiler)
                    .args(["-x", language, &format!("-std={standard}"), define, "program.c"])
                    .args(["-fsyntax-only", "-Wall", "-Wextra", "-Wundef", "-Werror", "-pedantic"])
                    .current_dir(directory.path())
                    .output();
                let Ok(output) = output else {
                    let _ = writeln!(std::io::stderr(), "skipped: there is no {compiler} on this machine");
                    continue;
                };
                assert!(output.status.success(), "{standard}: {}", String::from_utf8_lossy(&output.stderr));
            }
        }
    }
}

/// A file that is not what the sources say is refused, with the first difference.
#[test]
fn stale() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("atemoya.h");
    let header = header();
    let said = |text: &str| {
        fs::write(&path, text).unwrap();
        match compare(&path, &header) {
            Err(Failure::Failed(message)) => message,
            other => panic!("{other:?}"),
        }
    };

    let message = said(&header.replace("/// A batch.", "/// A bath."));
    assert!(message.contains("atemoya.h") && message.contains("cargo xtask header"), "{message}");
    assert!(message.contains("is         /// A bath.") && message.contains("should be  /// A batch."), "{message}");
    assert!(said(&format!("{header}more\n")).contains("should be  (the end of the file)"));
    assert!(said(header.trim_end()).contains("the ends of lines"));

    fs::write(&path, &header).unwrap();
    compare(&path, &header).unwrap();
    fs::remove_file(&path).unwrap();
    assert!(matches!(compare(&path, &header), Err(Failure::Failed(message)) if message.contains("atemoya.h")));
}

/// cbindgen would leave it out silently.
#[test]
fn what_c_cannot_say_is_refused() {
    let directory = tempfile::tempdir().unwrap();
    let source = "#[unsafe(no_mangle)]\npub extern \"C\" fn atemoya_odd(pair: (u8, u8)) {}\n";
    fs::write(directory.path().join("mod.rs"), source).unwrap();
    let Err(Failure::Failed(message)) = of(directory.path()) else { panic!("it is taken") };
    assert!(message.contains("mod.rs") && message.contains("atemoya_odd"), "{message}");
}

#[test]
fn a_module_without_a_file_is_refused() {
    let directory = tempfile::tempdir().unwrap();
    fs::write(directory.path().join("mod.rs"), "mod lost;\n").unwrap();
    let Err(Failure::Failed(message)) = of(directory.path()) else { panic!("it is taken") };
    assert!(message.contains("mod.rs") && message.contains("lost"), "{message}");
}
