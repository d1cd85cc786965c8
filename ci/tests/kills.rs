//! The defects in the source of the core: each can be planted in the tree as it is, none that must be among them is
//! missing, and one that can no longer be planted fails the run by its name.

use quorate_ci::kills::{Choice, check, read_all};
use std::{collections::BTreeSet, fs, path::Path};

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("ci/ stands in the repository")
}

/// What must be planted and killed, whatever else is. Whoever deletes one of these patches, with its row of the table,
/// gives up a check.
const WANTED: [&str; 22] = [
    "accept-below-promise",
    "accept-without-promise",
    "stale-promise-counted",
    "late-promise-revalues",
    "strict-comparison",
    "lowest-ballot-adopted",
    "promise-before-its-barrier",
    "ballot-reused-after-restart",
    "slots-merged-off",
    "capture-without-clients",
    "restore-without-clients",
    "old-snapshot-rewinds",
    "install-drops-votes",
    "read-floor-dropped",
    "read-acks-of-an-old-round",
    "read-joins-a-running-round",
    "hand-over-too-early",
    "hand-over-with-a-queue",
    "commit-does-not-rearm",
    "probe-does-not-rearm",
    "reads-unanswered-at-step-down",
    "transfer-never-given-up",
];

#[test]
fn every_defect_can_be_planted_in_the_tree_as_it_is() {
    let patches = read_all(root()).expect("the folder is readable");
    assert!(patches.len() >= WANTED.len());
    let read = |file: &str| fs::read_to_string(root().join(file)).ok();
    for (id, defect) in patches {
        let defect = defect.unwrap_or_else(|error| panic!("{id}: {error}"));
        let planted = defect.apply(read).unwrap_or_else(|error| panic!("{id}: {error}"));
        for (file, text) in planted {
            assert_ne!(read(&file), Some(text), "{id} changes nothing in {file}");
        }
    }
}

#[test]
fn no_defect_that_must_be_killed_is_missing() {
    let patches = read_all(root()).expect("the folder is readable");
    let patches: BTreeSet<String> = patches.into_iter().map(|(id, _)| id).collect();
    let table = fs::read_to_string(root().join("checks/kills/kills.json")).expect("the table is committed");
    let table: Vec<serde_json::Value> = serde_json::from_str(&table).expect("it is a list");
    let rows: BTreeSet<&str> = table.iter().filter_map(|row| row["id"].as_str()).collect();
    for id in WANTED {
        assert!(patches.contains(id), "the patch of {id} is missing");
        assert!(rows.contains(id), "the row of {id} is missing");
    }
}

const PATCH: &str = "\
what: the second line is gone
scope: agreement duel-of-2
property: refines
steps: 6
--- a/impl/core/src/lib.rs
+++ b/impl/core/src/lib.rs
@@ -1,3 +1,2 @@
 // one
-// two
 // three
";

#[test]
fn a_defect_that_can_no_longer_be_planted_fails_the_run_by_its_name() {
    let tree = tempfile::tempdir().expect("a temporary folder");
    let write = |file: &str, text: &str| {
        let path = tree.path().join(file);
        fs::create_dir_all(path.parent().expect("it lies in a folder")).expect("the folder is made");
        fs::write(path, text).expect("the file is written");
    };
    write("Cargo.toml", "[workspace]\nmembers = [\n    \"impl/core\",\n]\n\n[workspace.dependencies]\n");
    write("Cargo.lock", "version = 4\n");
    write("impl/core/Cargo.toml", "[package]\nname = \"core\"\n");
    write("impl/core/src/lib.rs", "// one\n// zwei\n// three\n");
    write("checks/kills/Cargo.toml", "[package]\nname = \"kills\"\n");
    write("checks/kills/patches/second-line.patch", PATCH);
    let stale = "second-line: it no longer applies: impl/core/src/lib.rs has changed";
    // Whether or not somebody asked for it.
    for choice in [Choice::All, Choice::Named(Vec::new()), Choice::Named(vec!["second-line".to_owned()])] {
        let outcome = check(tree.path(), &choice, false).expect("the folders can be read and written");
        assert!(outcome.kills.is_empty());
        let is_named = outcome.complaints.iter().any(|complaint| complaint.starts_with(stale));
        assert!(is_named, "{choice:?}: {:?}", outcome.complaints);
    }
}
