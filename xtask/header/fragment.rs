//! One source file's part of the header, by cbindgen.
//!
//! cbindgen puts all types before all functions. A header of all files at once would tear apart
//! what belongs together, and so cbindgen reads all of them for each, with everything left out that
//! stands in the others.

use super::sources::Source;
use crate::{Failure, Result, failed};
use cbindgen::{Builder, Config, DocumentationStyle, ExportConfig, Language, Style};
use std::collections::HashMap;

/// Returns the part of one of the files: its constants and types, then its functions, as they stand
/// there.
pub(crate) fn of(source: &Source, all: &[Source]) -> Result<String> {
    let Some(root) = all.first() else { return Ok(String::new()) };
    let place = source.path.display();
    let bindings =
        Builder::new().with_config(config(source, all)).with_src(&root.path).generate().map_err(failed(&place))?;
    let mut bytes = Vec::new();
    bindings.write(&mut bytes);
    let fragment = String::from_utf8(bytes).map_err(failed(&place))?;
    // cbindgen only logs what it leaves out.
    for function in source.functions() {
        if !fragment.contains(&format!("{function}(")) {
            return Err(Failure::Failed(format!("{place}: cbindgen cannot say {function} in C")));
        }
    }
    Ok(tidy(&fragment))
}

fn config(source: &Source, all: &[Source]) -> Config {
    const DLPACK: &str = "DLManagedTensorVersioned";
    let others = all.iter().filter(|other| other.path != source.path).flat_map(Source::names);
    let export = ExportConfig {
        // Types that only other files use, too.
        include: source.types().filter(|name| name.starts_with("atemoya_")).map(str::to_owned).collect(),
        exclude: others.chain([DLPACK]).map(str::to_owned).collect(),
        rename: HashMap::from([(DLPACK.to_owned(), format!("struct {DLPACK}"))]),
        ..ExportConfig::default()
    };
    Config {
        language: Language::C,
        cpp_compat: true,
        no_includes: true,
        // Names without `struct`: cbindgen does not know of those left out what they are.
        style: Style::Type,
        usize_is_size_t: true,
        // The line that editors show, and in which `*/` does no harm.
        documentation_style: DocumentationStyle::Cxx,
        line_length: 120,
        tab_width: 4,
        export,
        ..Config::default()
    }
}

/// Returns the part as one would write it: `extern "C"` stands once around all parts, structures
/// have tags, and no two lines in a row are empty.
fn tidy(fragment: &str) -> String {
    const OPEN: &str = "#ifdef __cplusplus\nextern \"C\" {\n#endif // __cplusplus\n";
    const CLOSE: &str = "#ifdef __cplusplus\n}  // extern \"C\"\n#endif  // __cplusplus\n";
    let text = fragment.replace(OPEN, "").replace(CLOSE, "");
    let mut tidy = String::new();
    let mut lines = text.lines();
    while let Some(line) = lines.next() {
        if line.is_empty() && (tidy.is_empty() || tidy.ends_with("\n\n")) {
            continue;
        }
        tidy.push_str(line);
        if line == "typedef struct {" || line == "typedef union {" {
            let name = lines.clone().find_map(|line| line.strip_prefix("} ")?.strip_suffix(';')).unwrap_or_default();
            tidy.truncate(tidy.len() - 1);
            tidy.push_str(name);
            tidy.push_str(" {");
        }
        tidy.push('\n');
    }
    tidy.truncate(tidy.trim_end().len());
    tidy
}
