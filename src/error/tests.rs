//! Lists of names in messages.

use super::*;

#[test]
fn ten_names_are_listed_of_many() {
    let names = |count: usize| (1..=count).map(|i| format!("chr{i}"));
    assert_eq!(listed(names(0)), "none");
    assert_eq!(listed(["a b", "c "]), r#""a b", "c ""#);
    assert!(listed(names(10)).ends_with(r#""chr9", "chr10""#));
    assert!(listed(names(3000)).ends_with(r#""chr9", "chr10" and 2990 more"#));
}
