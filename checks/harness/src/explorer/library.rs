//! The stored runs: a folder that may change at any time, or one file, and runs that only this sitting made.

use super::rows::{RunRow, row, unreadable};
use crate::trace::Trace;
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

/// How a file is recognised as the one that was read.
type Stamp = (Option<SystemTime>, u64);

struct Known {
    stamp: Stamp,
    row: RunRow,
}

/// The traces of a folder (and of the folders in it), read once each, and again when they change.
pub struct Library {
    place: PathBuf,
    files: BTreeMap<PathBuf, Known>,
    made: BTreeMap<String, String>,
    version: u64,
}

impl Library {
    /// The traces under `place`: a folder, which need not exist yet, or one file.
    pub fn new(place: impl Into<PathBuf>) -> Self {
        let mut library =
            Library { place: place.into(), files: BTreeMap::new(), made: BTreeMap::new(), version: 0 };
        library.refresh();
        library
    }

    /// The folder or file.
    pub fn place(&self) -> &Path {
        &self.place
    }

    /// A number that grows with every change.
    pub fn version(&self) -> u64 {
        self.version
    }

    /// Looks for new, changed and removed files.
    pub fn refresh(&mut self) {
        let now = found(&self.place);
        let before = self.files.len();
        self.files.retain(|path, _| now.iter().any(|(other, _)| other == path));
        let mut changed = self.files.len() != before || self.version == 0;
        for (path, stamp) in now {
            if self.files.get(&path).is_some_and(|known| known.stamp == stamp) {
                continue;
            }
            let row = read_row(&path);
            self.files.insert(path, Known { stamp, row });
            changed = true;
        }
        if changed {
            self.version += 1;
        }
    }

    /// The lines of the runs page, in the order of the files' names.
    pub(super) fn rows(&self) -> Vec<&RunRow> {
        self.files.values().map(|known| &known.row).collect()
    }

    /// The id of the only run, if there is only one.
    pub fn only(&self) -> Option<&str> {
        match self.rows().as_slice() {
            [one] => Some(&one.id),
            _ => None,
        }
    }

    /// The text of a run, by its id.
    pub fn text(&self, id: &str) -> Option<String> {
        if let Some(text) = self.made.get(id) {
            return Some(text.clone());
        }
        let (path, _) = self.files.iter().find(|(_, known)| known.row.id == id)?;
        fs::read_to_string(path).ok()
    }

    /// Keeps a run that no file has; its id comes back.
    pub fn keep(&mut self, trace: &Trace) -> String {
        let id = trace.id();
        self.made.insert(id.clone(), trace.to_json());
        id
    }
}

fn is_trace(path: &Path) -> bool {
    path.file_name().and_then(|name| name.to_str()).is_some_and(|name| name.ends_with(".itf.json"))
}

fn found(place: &Path) -> Vec<(PathBuf, Stamp)> {
    let stamp = |path: &Path| {
        let data = fs::metadata(path).ok()?;
        Some((data.modified().ok(), data.len()))
    };
    if place.is_file() {
        return stamp(place).map(|stamp| (place.to_owned(), stamp)).into_iter().collect();
    }
    let entries = |folder: &Path| -> Vec<PathBuf> {
        fs::read_dir(folder).into_iter().flatten().flatten().map(|entry| entry.path()).collect()
    };
    let mut all = Vec::new();
    for path in entries(place) {
        if path.is_dir() {
            all.extend(entries(&path));
        } else {
            all.push(path);
        }
    }
    all.retain(|path| is_trace(path));
    all.into_iter().filter_map(|path| stamp(&path).map(|stamp| (path, stamp))).collect()
}

fn read_row(path: &Path) -> RunRow {
    let file = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    match Trace::load(path) {
        Ok(trace) => row(trace.id(), file, &trace),
        Err(error) => {
            let id = blake3::hash(path.to_string_lossy().as_bytes()).to_hex()[..12].to_owned();
            unreadable(id, file, error.to_string())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_is_followed_as_it_changes() {
        let folder = tempfile::tempdir().unwrap();
        let place = folder.path().join("traces");
        let mut library = Library::new(&place);
        assert_eq!((library.version(), library.rows().len()), (1, 0), "a folder that is not there yet");
        fs::create_dir_all(place.join("inner")).unwrap();
        fs::write(place.join("inner/a.itf.json"), r#"{"states":[{"x":1},{"x":2}]}"#).unwrap();
        fs::write(place.join("broken.itf.json"), "{").unwrap();
        fs::write(place.join("notes.txt"), "not a trace").unwrap();
        library.refresh();
        assert_eq!((library.version(), library.rows().len()), (2, 2));
        library.refresh();
        assert_eq!(library.version(), 2, "nothing changed");
        let id = library.rows().into_iter().find(|row| row.file == "a.itf.json").unwrap().id.clone();
        assert!(library.text(&id).unwrap().contains("states"));
        fs::remove_file(place.join("inner/a.itf.json")).unwrap();
        library.refresh();
        assert_eq!((library.version(), library.text(&id)), (3, None));
    }
}
