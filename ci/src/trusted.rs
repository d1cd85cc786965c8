//! TRUSTED.md: what remains to be believed when every check is green, how many lines it has, and the test that
//! attacks it.

use crate::tree::{File, Tree};
use std::{fs, io, path::Path};

/// One thing to be believed.
struct Part {
    name: &'static str,
    /// What would go unnoticed if it were wrong.
    belief: &'static str,
    /// Files by folder (or file) and ending.
    files: &'static [(&'static str, &'static str)],
    /// Test files or folders that attack it, and how.
    attacks: &'static [(&'static str, &'static str)],
}

const PARTS: [Part; 15] = [
    Part {
        name: "Driver",
        belief: "It holds what waits for the disk, delivers own messages first, and keeps the timer table, alike in search and in service.",
        files: &[("impl/machine/src/", ".rs")],
        attacks: &[
            ("checks/tests/paxos/refinement", "crashes between any two outputs, with writes unsynced"),
            ("checks/tests/paxos/planted", "cores whose effects stand in the wrong order"),
        ],
    },
    Part {
        name: "Properties",
        belief: "They say what the paper says.",
        files: &[("model/src/", "property.rs")],
        attacks: &[(
            "checks/tests/paxos/exhaustive",
            "every property is triggered, and a planted variant of the model breaks it",
        )],
    },
    Part {
        name: "Models",
        belief: "Their actions are all that can happen.",
        files: &[("model/src/", "state.rs"), ("model/src/", "action.rs"), ("model/src/", "step.rs")],
        attacks: &[
            (
                "checks/tests/paxos/exhaustive",
                "known state counts; stateright's checker as the second opinion",
            ),
            (
                "checks/tests/paxos/refinement",
                "a model action that no event of the core ever hits fails the check",
            ),
        ],
    },
    Part {
        name: "Mappings",
        belief: "What they read off disks and messages is what the core did.",
        files: &[("checks/src/", "refine.rs"), ("checks/src/paxos/refine/", ".rs")],
        attacks: &[
            ("checks/tests/paxos/planted", "defects planted in the core must be seen through the mapping"),
            ("checks/tests/paxos/lockstep", "runs generated from the model, followed by the core"),
        ],
    },
    Part {
        name: "Bounds",
        belief: "Nothing that needs more replicas, ballots, slots or faults than the named scopes allow is wrong.",
        files: &[("checks/src/paxos/scopes", ".rs"), ("checks/src/paxos/quotient", ".rs")],
        attacks: &[
            ("checks/tests/paxos/quotient", "messages dropped as dead change nothing, and stay dead"),
            ("checks/tests/paxos/planted", "each scope kills defects that escape one bound lower"),
            ("checks/tests/paxos/simulation", "random runs beyond the bounds"),
        ],
    },
    Part {
        name: "Search engine",
        belief: "It visits every state, and no two states share a fingerprint.",
        files: &[("checks/harness/src/engine/", ".rs")],
        attacks: &[(
            "checks/tests/calibration",
            "models with known counts, against stateright, at one thread and two",
        )],
    },
    Part {
        name: "World",
        belief: "Its network and disks can do everything that real ones do.",
        files: &[("checks/harness/src/world/", ".rs")],
        attacks: &[(
            "checks/tests/paxos/planted",
            "defects that only loss, duplication, reordering or a crash can show",
        )],
    },
    Part {
        name: "Sessions and execution",
        belief: "On top of the log a command takes effect once, a snapshot holds the table of clients, and a read waits for its index.",
        files: &[
            ("impl/core/src/session.rs", ""),
            ("impl/core/src/shard.rs", ""),
            ("impl/core/src/paxos/server", ".rs"),
        ],
        attacks: &[
            ("impl/core/tests/server", "leaders, restarts and snapshots at bad moments; doors planted open"),
            (
                "checks/tests/paxos/served",
                "histories of clients over a network and disks that fail, searched for a linearization",
            ),
        ],
    },
    Part {
        name: "Linearizability",
        belief: "A history that it accepts has a linearization.",
        files: &[("checks/harness/src/linear/", ".rs")],
        attacks: &[(
            "checks/harness/tests/linear",
            "brute force over every short history; stateright's tester as the second opinion",
        )],
    },
    Part {
        name: "Foreign systems",
        belief: "A system driven by replay is where its record says that it is.",
        files: &[("checks/harness/src/foreign/", ".rs")],
        attacks: &[
            (
                "checks/harness/tests/foreign",
                "projections that leave out too much, copies that share, restless systems",
            ),
            (
                "checks/foreign/tests/replication",
                "raft unmodified, on good disks and on broken ones; omnipaxos likewise beside it",
            ),
        ],
    },
    Part {
        name: "Refinement and lockstep",
        belief: "An event whose witness does not fit is reported.",
        files: &[
            ("checks/harness/src/refine/", ".rs"),
            ("checks/harness/src/lockstep/", ".rs"),
            ("checks/harness/src/simulate/", ".rs"),
        ],
        attacks: &[("checks/tests/paxos/planted", "defects planted in the core")],
    },
    Part {
        name: "Traces",
        belief: "A trace replays to what was found.",
        files: &[("checks/harness/src/trace/", ".rs")],
        attacks: &[(
            "checks/tests/cli",
            "corrupted traces do not replay; other readers of the format read ours",
        )],
    },
    Part {
        name: "Reports",
        belief: "What is printed is what was found: no cut, vacuous or failed check reads as green.",
        files: &[
            ("checks/harness/src/registry/", ".rs"),
            ("checks/harness/src/cli/", ".rs"),
            ("checks/harness/src/test.rs", ""),
        ],
        attacks: &[("checks/tests/cli", "cut, empty, untriggered and unmet checks, each with its exit code")],
    },
    Part {
        name: "Thread-safe handle",
        belief: "What many threads do to it is what some order of single calls does.",
        files: &[("impl/core/src/paxos/shared", ".rs"), ("impl/core/src/sync.rs", "")],
        attacks: &[(
            "checks/tests/paxos/threads",
            "every interleaving that loom explores within its stated bound",
        )],
    },
    Part {
        name: "Gate",
        belief: "Its rules see what breaks them.",
        files: &[("ci/src/", ".rs")],
        attacks: &[("ci/tests/tidy", "every violation, planted in a tree of its own")],
    },
];

const HEAD: &str = "\
# What remains to be believed

Generated by `cargo run -p quorate-ci -- trusted`; do not edit.

Every protocol decision is made by code that is searched completely within printed bounds. A green result still
rests on the parts below. Lines are lines of code: without comments, blank lines and unit tests.

| part | what must be believed | lines | attacked by |
|---|---|--:|---|
";

const TAIL: &str = "
## Not built yet, so not checked

Storage recovery, the wire codecs of a server, and the doors through which other systems' clients come in do not
exist yet. Liveness under fairness is not checked yet.

## Outside this repository

The Rust compiler and standard library; `serde`, and in checks `stateright`, `loom` and `proptest`; the processor, and
a disk that keeps what it has synced. Exhaustive search by fingerprint has a chance of overlooking a state; every
result prints it, and `--audit` compares whole states instead.
";

/// Writes TRUSTED.md and says which parts nothing attacks.
///
/// # Errors
/// If the tree cannot be read, or the file not be written.
pub fn write(root: &Path) -> io::Result<()> {
    let tree = Tree::read(root)?;
    let (text, missing) = render(&tree);
    fs::write(root.join("TRUSTED.md"), text)?;
    println!("TRUSTED.md: {} parts, {} attacks missing", PARTS.len(), missing.len());
    for line in missing {
        println!("missing: {line}");
    }
    Ok(())
}

fn render(tree: &Tree) -> (String, Vec<String>) {
    let mut text = HEAD.to_string();
    let mut missing = Vec::new();
    for part in &PARTS {
        let lines: usize = tree.rust().filter(|f| belongs(part, f)).map(code_lines).sum();
        let mut attacks = Vec::new();
        for (path, how) in part.attacks {
            match place(tree, path) {
                Some(link) => attacks.push(format!("[{path}]({link}): {how}")),
                None => missing.push(format!("{}: {path}", part.name)),
            }
        }
        let attacks = if attacks.is_empty() { "**nothing yet**".to_string() } else { attacks.join("<br>") };
        text += &format!("| {} | {} | {lines} | {attacks} |\n", part.name, part.belief);
    }
    (text + TAIL, missing)
}

fn belongs(part: &Part, file: &File) -> bool {
    // A file that grew too long lies in a folder of its name: property.rs and property/*.rs.
    let split = |end: &str| file.path.contains(&format!("/{}/", end.trim_end_matches(".rs")));
    part.files.iter().any(|(start, end)| {
        file.path.starts_with(start) && (file.path.ends_with(end) || *end != ".rs" && split(end))
    })
}

/// Where a test is: a folder, or a file with or without its ending.
fn place(tree: &Tree, path: &str) -> Option<String> {
    let file = format!("{path}.rs");
    match (tree.has_folder(path), tree.get(&file)) {
        (true, _) => Some(path.to_string()),
        (false, Some(_)) => Some(file),
        (false, None) => None,
    }
}

/// Lines that hold code, up to the unit tests.
fn code_lines(file: &File) -> usize {
    let code = file.code.lines().zip(file.text.lines());
    let code = code.take_while(|(code, _)| !code.contains("#[cfg(test)]"));
    code.filter(|(code, text)| !code.trim().is_empty() || text.trim_start().starts_with('"')).count()
}

#[cfg(test)]
mod tests {
    use super::{Tree, code_lines, render};
    use std::fs;

    #[test]
    fn lines_are_counted_and_attacks_that_are_not_there_are_missed() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let write = |path: &str, text: &str| {
            let path = folder.path().join(path);
            fs::create_dir_all(path.parent().expect("lies in a folder")).expect("made");
            fs::write(path, text).expect("written");
        };
        write(
            "impl/machine/src/lib.rs",
            "//! Text.\n\nfn f() {\n    // Why.\n    g();\n}\n#[cfg(test)]\nmod tests {}\n",
        );
        write("checks/tests/paxos/refinement.rs", "");
        let tree = Tree::read(folder.path()).expect("readable");
        assert_eq!(code_lines(tree.get("impl/machine/src/lib.rs").expect("written")), 3);
        let (text, missing) = render(&tree);
        assert!(
            text.contains("| 3 | [checks/tests/paxos/refinement](checks/tests/paxos/refinement.rs)"),
            "{text}"
        );
        assert!(missing.contains(&"Driver: checks/tests/paxos/planted".to_string()), "{missing:?}");
    }
}
