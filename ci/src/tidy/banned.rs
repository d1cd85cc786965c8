//! Things that are not wanted, each with its reason.

use super::Finding;
use crate::{
    scan::{Token, tokens},
    tree::{File, Tree},
};

const RULE: &str = "banned";

/// Words that must not stand in code under a folder.
struct Ban {
    folders: &'static [&'static str],
    words: &'static [&'static str],
    why: &'static str,
}

const BANS: [Ban; 3] = [
    Ban {
        folders: &["impl/core/src/", "impl/machine/src/", "model/src/"],
        words: &["HashMap", "HashSet", "HashableHashMap", "HashableHashSet"],
        why: "what is compared iterates in a fixed order: use BTreeMap and BTreeSet",
    },
    Ban {
        folders: &["impl/core/src/", "impl/machine/src/"],
        words: &[
            "Instant",
            "SystemTime",
            "tokio",
            "rand",
            "thread_rng",
            "spawn",
            "TcpStream",
            "UdpSocket",
            "fs",
            "net",
        ],
        why: "a core has no clock, randomness, threads, sockets or files: it is told, and answers with data",
    },
    Ban {
        folders: &["model/src/"],
        words: &["ActorModel", "ActorModelState", "Instant", "SystemTime", "rand", "thread_rng"],
        why: "stateright's ActorModel hashes several timers as one, and a model is a function of its state",
    },
];

/// Macros that mark work left over.
const UNFINISHED: [&str; 3] = ["todo", "unimplemented", "dbg"];

/// Names that say nothing about what is inside.
const EMPTY_NAMES: [&str; 6] = ["utils", "util", "common", "helpers", "helper", "manager"];

pub(super) fn check(tree: &Tree) -> Vec<Finding> {
    let mut findings = Vec::new();
    for file in tree.files() {
        names(file, &mut findings);
        if file.is_rust() {
            words(file, &mut findings);
            switched_off(file, &mut findings);
            unsafe_code(file, &mut findings);
        }
        machine_text(file, &mut findings);
    }
    findings
}

fn names(file: &File, findings: &mut Vec<Finding>) {
    let parts = file.path.split('/').map(|part| part.split('.').next().unwrap_or(part));
    for part in parts.filter(|part| EMPTY_NAMES.contains(part)) {
        let why = "a name says what is inside";
        findings.push(finding(file, 1, format!("is named {part}"), why));
    }
}

fn words(file: &File, findings: &mut Vec<Finding>) {
    let bans: Vec<&Ban> =
        BANS.iter().filter(|ban| ban.folders.iter().any(|folder| file.path.starts_with(folder))).collect();
    if bans.is_empty() {
        return;
    }
    for token in tokens(&file.code) {
        if let Some(ban) = bans.iter().find(|ban| ban.words.contains(&token.text)) {
            findings.push(finding(file, token.line, format!("names {}", token.text), ban.why));
        }
    }
}

/// Work left over, tests switched off, and tests that sleep.
fn switched_off(file: &File, findings: &mut Vec<Finding>) {
    let all = tokens(&file.code);
    let tests_from = if file.is_test() { 0 } else { unit_tests_from(&all) };
    for (at, token) in all.iter().enumerate() {
        let next = all.get(at + 1).map_or("", |t| t.text);
        if UNFINISHED.contains(&token.text) && next == "!" {
            findings.push(finding(
                file,
                token.line,
                format!("{}!", token.text),
                "work left over does not land",
            ));
        }
        if token.text == "ignore" && at >= 2 && all[at - 1].text == "[" && all[at - 2].text == "#" {
            findings.push(finding(
                file,
                token.line,
                "#[ignore]".into(),
                "a test that is switched off proves nothing",
            ));
        }
        if token.text == "sleep" && next == "(" && token.line >= tests_from {
            let why = "time in tests is virtual, or waited for by condition";
            findings.push(finding(file, token.line, "sleeps in a test".into(), why));
        }
    }
}

/// The line from which a source file holds unit tests: that of its `#[cfg(test)]`.
fn unit_tests_from(all: &[Token<'_>]) -> usize {
    let marks = all.windows(4).find(|w| w[0].text == "cfg" && w[1].text == "(" && w[2].text == "test");
    marks.map_or(usize::MAX, |w| w[0].line)
}

/// `unsafe` only where `#[allow(unsafe_code, reason = "..")]` says why.
fn unsafe_code(file: &File, findings: &mut Vec<Finding>) {
    let allowed =
        file.code.contains("allow(unsafe_code, reason") || file.code.contains("expect(unsafe_code, reason");
    for token in tokens(&file.code).iter().filter(|t| t.text == "unsafe" && !allowed) {
        let why = "only a file that says why, in allow(unsafe_code, reason = ..), may be unsafe";
        findings.push(finding(file, token.line, "unsafe".into(), why));
    }
}

/// Texts that belong to one machine. Written in two halves, so that this file does not name them itself.
const MACHINE_PATHS: [&str; 4] =
    [concat!("/wo", "rk/"), concat!("/ho", "me/"), concat!("/ro", "ot/"), concat!("/tm", "p/")];
const HOSTS: [&str; 6] = [
    concat!("crates", ".io"),
    concat!("pypi", ".org"),
    concat!("pythonhosted", ".org"),
    concat!("registry.npmjs", ".org"),
    concat!("debian", ".org"),
    concat!("proxy.golang", ".org"),
];

fn machine_text(file: &File, findings: &mut Vec<Finding>) {
    // Cargo writes the index it used into its own file; generated pages are one line of foreign text.
    let generated = file.path.ends_with("Cargo.lock") || file.path.ends_with(".html");
    if generated {
        return;
    }
    for (index, line) in file.text.lines().enumerate() {
        for path in MACHINE_PATHS.iter().filter(|path| has_path(line, path)) {
            let why = "the repository stands anywhere";
            findings.push(finding(file, index + 1, format!("names a path under {path}"), why));
        }
        for host in HOSTS.iter().filter(|host| line.contains(*host)) {
            let why = "packages are named, where they come from is the machine's business";
            findings.push(finding(file, index + 1, format!("names the host {host}"), why));
        }
    }
}

/// True if `line` names something below `path`, from the root of a file system.
fn has_path(line: &str, path: &str) -> bool {
    line.match_indices(path).any(|(at, _)| {
        let before = line[..at].chars().next_back();
        let after = line[at + path.len()..].chars().next();
        let from_root =
            !before.is_some_and(|c| c.is_alphanumeric() || matches!(c, '.' | '-' | '_' | '/' | '>' | '}'));
        from_root && after.is_some_and(|c| c.is_ascii_alphanumeric())
    })
}

fn finding(file: &File, line: usize, what: String, why: &'static str) -> Finding {
    Finding { file: file.path.clone(), line, rule: RULE, what, why }
}
