//! stand-in
use crate::{Error, Result};
use std::path::Path;
pub fn seal(value: &impl serde::Serialize) -> Result<Vec<u8>> {
    let v = serde_json::to_string_pretty(value).map_err(|e| Error::argument("manifest", e.to_string()))?;
    let body = v.strip_suffix("\n}").unwrap_or("{").to_string() + ",\n  ";
    let h = super::checks::sha256_hex(body.as_bytes());
    Ok((body + &format!("\"checksum\": \"sha256:{h}\"\n}}\n")).into_bytes())
}
pub fn open(bytes: &[u8], path: &Path) -> Result<serde_json::Value> {
    serde_json::from_slice(bytes).map_err(|e| Error::corrupt(path, 0, "JSON", "JSON", e))
}
