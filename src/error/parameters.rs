//! Parameters in messages, which each interface writes in its own way.

/// The most contigs that a message recommends.
const RECOMMENDED: usize = 60;

/// Returns a parameter with the names to give it, for a message: `` `chroms=["chr1", "chr2"]` ``.
fn parameter_with<'a>(name: &str, names: impl IntoIterator<Item = &'a str>) -> String {
    let names: Vec<String> = names.into_iter().map(|name| serde_json::Value::from(name).to_string()).collect();
    format!("`{name}=[{}]`", names.join(", "))
}

/// Returns a parameter with the one text to give it, for a message: `` `alias="chr"` ``.
pub(crate) fn parameter_as(name: &str, text: &str) -> String {
    format!("`{name}={}`", serde_json::Value::from(text))
}

/// Advises to use these contigs alone, for a message about others.
pub(crate) fn leave_them_out<'a>(contigs: impl Iterator<Item = &'a str>) -> String {
    match chroms_to_use(contigs) {
        Some(chroms) => format!("leave them out with {chroms}"),
        None => "name the contigs to use with `chroms`".to_owned(),
    }
}

/// Returns the parameter `chroms` with these contigs, unless there are none or too many to name.
pub(crate) fn chroms_to_use<'a>(contigs: impl Iterator<Item = &'a str>) -> Option<String> {
    let contigs: Vec<&str> = contigs.collect();
    (1..=RECOMMENDED).contains(&contigs.len()).then(|| parameter_with("chroms", contigs))
}

/// What a message advises to give a parameter.
#[derive(Debug, Clone, PartialEq, Eq, serde::Deserialize)]
#[serde(untagged)]
pub enum Advised {
    /// One text.
    Text(String),
    /// A list of names.
    Names(Vec<String>),
}

/// Replaces the names of parameters in a message of this library by those of another interface,
/// which `say` returns. It gets the name, and what the parameter should be given, if the message
/// has that. Messages have parameters, and nothing else, in backquotes.
///
/// ```
/// use atemoya::Advised;
///
/// let say = |name: &str, advised: Option<Advised>| match advised {
///     Some(Advised::Text(text)) => format!("--{name} {text}"),
///     Some(Advised::Names(names)) => format!("--{name} {}", names.join(",")),
///     None => format!("--{name}"),
/// };
/// let said = atemoya::with_parameters("`chroms` names the contigs to use", say);
/// assert_eq!(said, "--chroms names the contigs to use");
/// let said = atemoya::with_parameters(r#"leave it out with `chroms=["chr1", "chr2"]`"#, say);
/// assert_eq!(said, "leave it out with --chroms chr1,chr2");
/// assert_eq!(atemoya::with_parameters(r#"use `alias="chr"`"#, say), "use --alias chr");
/// ```
pub fn with_parameters(message: &str, say: impl Fn(&str, Option<Advised>) -> String) -> String {
    let is_name = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_lowercase() || b == b'_');
    let parse = |text: &str| match text.split_once('=') {
        None => is_name(text).then(|| say(text, None)),
        Some((name, advised)) => {
            let advised = serde_json::from_str(advised).ok().filter(|_| is_name(name));
            advised.map(|advised| say(name, Some(advised)))
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
        let say = |name: &str, advised: Option<Advised>| format!("{name} {advised:?}");
        assert_eq!(with_parameters(&message, say), r#"pass chroms Some(Names(["chr1", "a\"b"]))"#);
        assert_eq!(with_parameters(&parameter_as("alias", "chr"), say), r#"alias Some(Text("chr"))"#);
    }
}
