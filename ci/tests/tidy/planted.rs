//! A small tree on disk that keeps every rule, in which a test plants one violation.

use quorate_ci::{
    tidy::{self, Finding},
    tree::Tree,
};
use std::fs;

/// Rooms of a protocol, each an empty file unless it says otherwise.
const ROOMS: [&str; 23] = [
    "model/src/paxos/mod.rs",
    "model/src/paxos/state.rs",
    "model/src/paxos/action.rs",
    "model/src/paxos/step.rs",
    "model/src/paxos/property.rs",
    "model/src/paxos/planted.rs",
    "impl/core/src/paxos/mod.rs",
    "impl/core/src/paxos/message.rs",
    "impl/core/src/paxos/step.rs",
    "impl/core/src/paxos/leader.rs",
    "impl/core/src/paxos/error.rs",
    "impl/core/src/paxos/shared.rs",
    "checks/src/paxos/mod.rs",
    "checks/src/paxos/refine.rs",
    "checks/tests/paxos/main.rs",
    "checks/tests/paxos/exhaustive.rs",
    "checks/tests/paxos/refinement.rs",
    "checks/tests/paxos/lockstep.rs",
    "checks/tests/paxos/simulation.rs",
    "checks/tests/paxos/planted.rs",
    "checks/tests/paxos/threads.rs",
    "benches/benches/paxos.rs",
    "checks/harness/src/world.rs",
];

/// The tree. It is deleted when dropped.
pub(crate) struct Planted {
    folder: tempfile::TempDir,
}

impl Planted {
    /// A tree that keeps the rules, with the protocols `paxos` and `lock`.
    pub(crate) fn new() -> Planted {
        let planted = Planted { folder: tempfile::tempdir().expect("a temporary folder") };
        for room in ROOMS {
            planted.write(room, "");
            planted.write(&room.replace("paxos", "lock"), "");
        }
        for protocol in ["paxos", "lock"] {
            planted.write(&format!("impl/core/src/{protocol}/state.rs"), "fn check_invariants() {}\n");
            let paper = "const OBLIGATIONS: [(&str, &str); 1] =\n  [(\"It says so.\", \"it_does_so\")];\n#[test]\nfn it_does_so() {}\n";
            planted.write(&format!("checks/tests/{protocol}/paper.rs"), paper);
        }
        planted
    }

    /// Writes one file of the tree.
    pub(crate) fn write(&self, path: &str, text: &str) -> &Planted {
        let path = self.folder.path().join(path);
        fs::create_dir_all(path.parent().expect("a file lies in a folder")).expect("the folder can be made");
        fs::write(path, text).expect("the file can be written");
        self
    }

    /// Deletes one file of the tree.
    pub(crate) fn delete(&self, path: &str) -> &Planted {
        fs::remove_file(self.folder.path().join(path)).expect("the file is there");
        self
    }

    /// What tidy finds.
    pub(crate) fn findings(&self) -> Vec<Finding> {
        tidy::check(&Tree::read(self.folder.path()).expect("the tree can be read"))
    }

    /// Nothing is found.
    pub(crate) fn expect_clean(&self) {
        let lines: Vec<String> = self.findings().iter().map(ToString::to_string).collect();
        assert!(lines.is_empty(), "not clean:\n{}", lines.join("\n"));
    }

    /// Exactly one violation is found, it is this one, and it says why.
    pub(crate) fn expect_only(&self, rule: &str, place: &str, what: &str) {
        self.expect(rule, place, what);
        let lines: Vec<String> = self.findings().iter().map(ToString::to_string).collect();
        assert_eq!(lines.len(), 1, "more than the planted one:\n{}", lines.join("\n"));
    }

    /// This violation is found, perhaps among others.
    pub(crate) fn expect(&self, rule: &str, place: &str, what: &str) {
        let lines: Vec<String> = self.findings().iter().map(ToString::to_string).collect();
        let named = |line: &&String| {
            line.starts_with(&format!("{place}: "))
                && line.contains(what)
                && line.contains(&format!("({rule}: "))
        };
        assert!(
            lines.iter().find(named).is_some(),
            "{place} {what} ({rule}) is not among:\n{}",
            lines.join("\n")
        );
    }
}

/// Plants one file in a clean tree and expects exactly this finding.
pub(crate) fn plant(path: &str, text: &str, rule: &str, place: &str, what: &str) {
    Planted::new().write(path, text).expect_only(rule, place, what);
}
