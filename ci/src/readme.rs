//! The generated tables of README.md, each between a pair of markers: what was checked within which bounds, from
//! the JSON lines of `quorate check`, and what was measured, from the JSON that the benches leave.

mod checked;
mod measured;

use crate::gate;
use std::{fs, io, path::Path};

/// Where the benches leave their results, one JSON file each, below the root.
pub const BENCHES: &str = "target/quorate/benches";

/// Runs `quorate check` and the benches, so that their results are there: some minutes on a machine that does nothing
/// else. True if all of them passed.
pub fn measure(root: &Path) -> bool {
    gate::measure(root, &root.join(BENCHES))
}

/// Writes the tables for which results are there, and says what it wrote.
///
/// # Errors
/// If README.md cannot be read or written, lacks a marker, or a result is not readable; or if there is no result.
pub fn write(root: &Path) -> io::Result<()> {
    let path = root.join("README.md");
    let mut text = fs::read_to_string(&path)?;
    let mut written = Vec::new();
    if let Ok(lines) = fs::read_to_string(root.join(gate::CHECK_JSON)) {
        text = replace(&text, "checked", &checked::table(&lines)?)?;
        written.push("checked");
    }
    let results = results(&root.join(BENCHES))?;
    if !results.is_empty() {
        text = replace(&text, "summary", &measured::tables(&results)?)?;
        written.push("summary");
    }
    if written.is_empty() {
        let what = format!(
            "no results in {} or {BENCHES}: run `quorate check --json` or a bench first",
            gate::CHECK_JSON
        );
        return Err(io::Error::other(what));
    }
    fs::write(&path, text)?;
    println!("README.md: wrote {}", written.join(" and "));
    Ok(())
}

/// Name and text of every JSON file in the folder, by name.
fn results(folder: &Path) -> io::Result<Vec<(String, String)>> {
    let mut found = Vec::new();
    if folder.exists() {
        for entry in fs::read_dir(folder)? {
            let path = entry?.path();
            if path.extension().is_some_and(|ending| ending == "json") {
                let name =
                    path.file_stem().map_or_else(String::new, |name| name.to_string_lossy().into_owned());
                found.push((name, fs::read_to_string(&path)?));
            }
        }
    }
    found.sort();
    Ok(found)
}

/// `text` with what stands between the markers of `name` replaced.
fn replace(text: &str, name: &str, table: &str) -> io::Result<String> {
    let (begin, end) = (format!("<!-- {name}:begin -->"), format!("<!-- {name}:end -->"));
    let missing = || io::Error::other(format!("README.md has no pair of markers {begin} and {end}"));
    let (before, rest) = text.split_once(&begin).ok_or_else(missing)?;
    let (_, after) = rest.split_once(&end).ok_or_else(missing)?;
    Ok(format!("{before}{begin}\n{}\n{end}{after}", table.trim_end()))
}

/// 1234567 as "1,234,567".
fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut out = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::{grouped, replace};

    #[test]
    fn thousands_are_grouped() {
        assert_eq!([grouped(7), grouped(1000), grouped(10_340_352)], ["7", "1,000", "10,340,352"]);
    }

    #[test]
    fn only_what_stands_between_the_markers_changes() {
        let text = "a\n<!-- x:begin -->\nold\n<!-- x:end -->\nb\n";
        let once = replace(text, "x", "new").expect("markers are there");
        assert_eq!(once, "a\n<!-- x:begin -->\nnew\n<!-- x:end -->\nb\n");
        assert_eq!(replace(&once, "x", "new").expect("markers are there"), once);
        assert!(replace(text, "y", "new").is_err());
    }
}
