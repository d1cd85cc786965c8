//! A defect in the source of the core, as a patch with a header that says what is wrong and which scope must kill it.
//!
//! ```text
//! what: an acceptor votes for a ballot below its promise
//! scope: agreement duel-of-2
//! property: refines
//! steps: 6
//! --- a/impl/core/src/paxos/acceptor.rs
//! +++ b/impl/core/src/paxos/acceptor.rs
//! @@ …
//! ```

use std::{collections::BTreeMap, fmt, fs, io, path::Path};

/// Where the patches lie, below the root.
pub(super) const FOLDER: &str = "checks/kills/patches";

/// A defect.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Defect {
    /// The name of its file, without `.patch`.
    pub id: String,
    /// What is wrong, in one sentence.
    pub what: String,
    /// The program that searches the scope: `agreement` for `kill-agreement`.
    pub program: String,
    /// The scope that kills it.
    pub scope: String,
    /// The property that falls there.
    pub property: String,
    /// Steps of the shortest run that shows it.
    pub steps: usize,
    /// By file, below the root, what is changed in it.
    pub changes: BTreeMap<String, String>,
}

/// What is wrong with a patch.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum PatchError {
    /// The header lacks this line, or it cannot be read.
    Header(&'static str),
    /// There is nothing to change.
    Empty,
    /// This is no unified diff of a file of the core.
    Diff(String),
    /// The file is not there.
    Missing(String),
    /// The file no longer has the lines that the patch changes.
    Stale(String),
}

impl fmt::Display for PatchError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            PatchError::Header(line) => write!(f, "its header has no line `{line}: …` that can be read"),
            PatchError::Empty => f.write_str("it changes nothing"),
            PatchError::Diff(why) => write!(f, "its diff cannot be read: {why}"),
            PatchError::Missing(file) => write!(f, "{file} is not there"),
            PatchError::Stale(file) => write!(
                f,
                "it no longer applies: {file} has changed where the defect is planted; plant it anew"
            ),
        }
    }
}

impl Defect {
    /// Reads the text of a patch.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn parse(id: &str, text: &str) -> Result<Defect, PatchError> {
        let start =
            if text.starts_with("--- ") { 0 } else { text.find("\n--- ").map_or(text.len(), |at| at + 1) };
        let (header, diffs) = text.split_at(start);
        let field = |name: &'static str| {
            let line = header.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(": "));
            line.map(|value| value.trim().to_owned()).filter(|value| !value.is_empty())
        };
        let wanted = |name: &'static str| field(name).ok_or(PatchError::Header(name));
        let place = wanted("scope")?;
        let (program, scope) = place.split_once(' ').ok_or(PatchError::Header("scope"))?;
        let steps = wanted("steps")?.parse().map_err(|_| PatchError::Header("steps"))?;
        Ok(Defect {
            id: id.to_owned(),
            what: wanted("what")?,
            program: program.to_owned(),
            scope: scope.to_owned(),
            property: wanted("property")?,
            steps,
            changes: changes(diffs)?,
        })
    }

    /// The changed files, by name, as the defect leaves them. `read` gives a file as it is.
    ///
    /// # Errors
    /// If a file is not there, or no longer has the lines that the patch changes.
    pub fn apply(
        &self,
        read: impl Fn(&str) -> Option<String>,
    ) -> Result<BTreeMap<String, String>, PatchError> {
        let mut changed = BTreeMap::new();
        for (file, diff) in &self.changes {
            let patch = diffy::Patch::from_str(diff).map_err(|error| PatchError::Diff(error.to_string()))?;
            let before = read(file).ok_or_else(|| PatchError::Missing(file.clone()))?;
            let after = diffy::apply(&before, &patch).map_err(|_| PatchError::Stale(file.clone()))?;
            changed.insert(file.clone(), after);
        }
        Ok(changed)
    }
}

/// The diff of each file.
fn changes(diffs: &str) -> Result<BTreeMap<String, String>, PatchError> {
    let mut starts: Vec<usize> = diffs.match_indices("\n--- ").map(|(at, _)| at + 1).collect();
    if diffs.starts_with("--- ") {
        starts.insert(0, 0);
    }
    let ends = starts.iter().skip(1).copied().chain([diffs.len()]);
    let mut changes = BTreeMap::new();
    for (start, end) in starts.iter().zip(ends) {
        let diff = &diffs[*start..end];
        let patch = diffy::Patch::from_str(diff).map_err(|error| PatchError::Diff(error.to_string()))?;
        let name = patch.modified().and_then(|name| name.strip_prefix("b/")).unwrap_or_default();
        if !name.starts_with("impl/core/") {
            return Err(PatchError::Diff(format!("`{name}` is no file of impl/core")));
        }
        if patch.hunks().is_empty() {
            return Err(PatchError::Empty);
        }
        changes.insert(name.to_owned(), diff.to_owned());
    }
    if changes.is_empty() { Err(PatchError::Empty) } else { Ok(changes) }
}

/// Every patch in the folder, by name; for one that cannot be read, why not.
///
/// # Errors
/// If the folder cannot be read.
pub fn read_all(root: &Path) -> io::Result<Vec<(String, Result<Defect, PatchError>)>> {
    let mut found = Vec::new();
    for entry in fs::read_dir(root.join(FOLDER))? {
        let path = entry?.path();
        if path.extension().is_some_and(|extension| extension == "patch") {
            let id = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
            let defect = Defect::parse(&id, &fs::read_to_string(&path)?);
            found.push((id, defect));
        }
    }
    found.sort_by(|(one, _), (other, _)| one.cmp(other));
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    const PATCH: &str = "\
what: the second line is gone
scope: agreement duel-of-2
property: refines
steps: 6
--- a/impl/core/src/a.rs
+++ b/impl/core/src/a.rs
@@ -1,3 +1,2 @@
 one
-two
 three
";

    #[test]
    fn a_patch_says_what_is_wrong_and_which_scope_kills_it() {
        let defect = Defect::parse("gone", PATCH).expect("it is in order");
        assert_eq!((defect.program.as_str(), defect.scope.as_str()), ("agreement", "duel-of-2"));
        assert_eq!((defect.property.as_str(), defect.steps), ("refines", 6));
        let changed = defect.apply(|_| Some("zero\none\ntwo\nthree\n".into())).expect("it applies");
        assert_eq!(changed["impl/core/src/a.rs"], "zero\none\nthree\n");
    }

    #[test]
    fn a_patch_that_no_longer_applies_says_so_and_where() {
        let defect = Defect::parse("gone", PATCH).expect("it is in order");
        let error = defect.apply(|_| Some("one\n2\nthree\n".into())).expect_err("the line has changed");
        assert_eq!(error, PatchError::Stale("impl/core/src/a.rs".into()));
        assert!(error.to_string().contains("no longer applies: impl/core/src/a.rs"), "{error}");
        let error = defect.apply(|_| None).expect_err("there is no such file");
        assert_eq!(error, PatchError::Missing("impl/core/src/a.rs".into()));
    }

    #[test]
    fn a_patch_without_a_header_or_outside_the_core_is_refused() {
        let no_steps = PATCH.replace("steps: 6\n", "");
        assert_eq!(Defect::parse("gone", &no_steps), Err(PatchError::Header("steps")));
        let no_diff = PATCH.split("---").next().unwrap_or_default();
        assert_eq!(Defect::parse("gone", no_diff), Err(PatchError::Empty));
        let elsewhere = PATCH.replace("impl/core", "checks");
        assert!(matches!(Defect::parse("gone", &elsewhere), Err(PatchError::Diff(_))));
    }

    #[test]
    fn a_patch_may_change_several_files() {
        let both =
            format!("{PATCH}{}", PATCH.split_at(PATCH.find("---").unwrap_or(0)).1.replace("a.rs", "b.rs"));
        let defect = Defect::parse("gone", &both).expect("it is in order");
        assert_eq!(defect.changes.keys().collect::<Vec<_>>(), ["impl/core/src/a.rs", "impl/core/src/b.rs"]);
    }
}
