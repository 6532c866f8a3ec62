//! Parameters in messages, which each interface writes in its own way.

/// The most contigs that a message recommends.
const RECOMMENDED: usize = 60;

/// Returns a parameter with the names to give it, for a message: `` `chroms=["chr1", "chr2"]` ``.
fn parameter_with<'a>(name: &str, names: impl IntoIterator<Item = &'a str>) -> String {
    let names: Vec<String> = names.into_iter().map(|name| serde_json::Value::from(name).to_string()).collect();
    format!("`{name}=[{}]`", names.join(", "))
}

/// Advises to use these contigs alone, for a message about others.
pub(crate) fn leave_them_out<'a>(contigs: impl Iterator<Item = &'a str>) -> String {
    let contigs: Vec<&str> = contigs.collect();
    match contigs.len() {
        1..=RECOMMENDED => format!("leave them out with {}", parameter_with("chroms", contigs)),
        _ => "name the contigs to use with `chroms`".to_owned(),
    }
}

/// Replaces the names of parameters in a message of this library by those of another interface,
/// which `say` returns. It gets the name, and the names that the parameter should be given, if the
/// message has them. Messages have parameters, and nothing else, in backquotes.
///
/// ```
/// let say = |name: &str, names: Option<Vec<String>>| match names {
///     Some(names) => format!("--{name} {}", names.join(",")),
///     None => format!("--{name}"),
/// };
/// let said = atemoya::with_parameters("`chroms` names the contigs to use", say);
/// assert_eq!(said, "--chroms names the contigs to use");
/// let said = atemoya::with_parameters(r#"leave it out with `chroms=["chr1", "chr2"]`"#, say);
/// assert_eq!(said, "leave it out with --chroms chr1,chr2");
/// ```
pub fn with_parameters(message: &str, say: impl Fn(&str, Option<Vec<String>>) -> String) -> String {
    let is_name = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_lowercase() || b == b'_');
    let parse = |text: &str| match text.split_once('=') {
        None => is_name(text).then(|| say(text, None)),
        Some((name, names)) => {
            let names = serde_json::from_str(names).ok().filter(|_| is_name(name));
            names.map(|names| say(name, Some(names)))
        }
    };
    let mut said = String::with_capacity(message.len());
    let mut rest = message;
    while let Some((before, after)) = rest.split_once('`') {
        said.push_str(before);
        rest = match after.split_once('`').and_then(|(text, behind)| Some((parse(text)?, behind))) {
            Some((parameter, behind)) => {
                said.push_str(&parameter);
                behind
            }
            None => {
                said.push('`');
                after
            }
        };
    }
    said + rest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parameters_alone_are_renamed() {
        let say = |message: &str| with_parameters(message, |name, _| format!("{name}="));
        assert_eq!(
            say("`a_b` or `chroms`, not `atemoya index`, `, `x`"),
            "a_b= or chroms=, not `atemoya index`, `, x="
        );
        for same in ["", "`", "``", "a `B` `1`", "`a=`", "`a=[1]`", "`=[]`"] {
            assert_eq!(say(same), same);
        }
    }

    #[test]
    fn names_are_passed_on() {
        let message = format!("pass {}", parameter_with("chroms", ["chr1", "a\"b"]));
        assert_eq!(message, r#"pass `chroms=["chr1", "a\"b"]`"#);
        assert_eq!(leave_them_out(["chr1"].into_iter()), r#"leave them out with `chroms=["chr1"]`"#);
        assert_eq!(leave_them_out(["chr1"; 61].into_iter()), "name the contigs to use with `chroms`");
        let said = with_parameters(&message, |name, names| format!("{name} {}", names.unwrap_or_default().join("+")));
        assert_eq!(said, "pass chroms chr1+a\"b");
    }
}
