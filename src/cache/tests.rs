use super::*;

#[test]
fn sizes() {
    for (text, bytes) in
        [("0", 0), ("17", 17), ("2k", 2000), ("1.5T", 1_500_000_000_000), (" 200 GB ", 200_000_000_000)]
    {
        assert_eq!(parse_size(text), Ok(bytes), "{text}");
    }
    for text in ["", "G", "-1", "1X", "much", "nan", "1e30", "inf", "0x10"] {
        assert!(parse_size(text).unwrap_err().contains("200G"), "{text}");
    }
}

#[test]
fn names_of_the_cache_end_in_keys() {
    let key = "0123456789abcdef01234567";
    assert!(is_ours(&format!("genome-{key}.atemoya"), STORE) && is_ours(&format!("-{key}.json"), RECORD));
    for name in ["thesis", "thesis.atemoya", "a-0123.atemoya", &format!("{key}.atemoya"), &format!("a-{key}.json")] {
        assert!(!is_ours(name, STORE), "{name}");
    }
}
