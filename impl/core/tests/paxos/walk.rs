//! What documents name is there: the files and functions on the way of a command, in the documentation of `paxos`, and
//! the tests of each behaviour, in that of these tests.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

/// Where the walk leads, relative to this package: each folder alone.
const FOLDERS: [&str; 7] = [
    "src",
    "src/paxos",
    "src/paxos/message",
    "src/paxos/server",
    "src/paxos/shared",
    "src/paxos/state",
    "../machine/src",
];

/// A file's name, and its text.
fn files() -> BTreeMap<String, String> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut files = BTreeMap::new();
    for folder in FOLDERS {
        let entries = fs::read_dir(root.join(folder)).expect("the folder is there");
        let paths: Vec<PathBuf> = entries.map(|entry| entry.expect("it can be read").path()).collect();
        for path in paths.into_iter().filter(|path| path.extension().is_some_and(|end| end == "rs")) {
            let name = path.file_name().and_then(|name| name.to_str()).expect("a plain name").to_string();
            let text = fs::read_to_string(&path).expect("it can be read");
            files.entry(name).or_insert_with(String::new).push_str(&text);
        }
    }
    files
}

/// What stands in backquotes in the walk, in order.
fn names(documentation: &str) -> Vec<String> {
    let walk: Vec<&str> = documentation
        .lines()
        .skip_while(|line| *line != "//! # The way of a command")
        .take_while(|line| line.starts_with("//!"))
        .map(|line| line.trim_start_matches("//!"))
        .collect();
    walk.join("\n").split('`').skip(1).step_by(2).map(String::from).collect()
}

/// What the walk says that is not so. A name that ends in `.rs` is a file; what follows it is in that file: `Type::name`
/// a function of that type, a lone name a function, and what is written large a type or a variant, of any file.
fn errors(documentation: &str, files: &BTreeMap<String, String>) -> Vec<String> {
    let all: String = files.values().map(String::as_str).collect();
    let (mut errors, mut here) = (Vec::new(), "no file");
    let names = names(documentation);
    for name in &names {
        let (owner, last) = name.rsplit_once("::").map_or(("", &**name), |(owner, last)| (owner, last));
        let text = files.get(here).map_or("", String::as_str);
        let is_there = if name.ends_with(".rs") {
            here = name;
            files.contains_key(name)
        } else if last.starts_with(char::is_uppercase) {
            has_word(&all, last) && (owner.is_empty() || has_word(&all, owner))
        } else {
            has_word(text, &format!("fn {last}")) && (owner.is_empty() || has_owner(text, owner))
        };
        if !is_there {
            errors.push(format!("{here} has no {name}"));
        }
    }
    errors
}

/// Whether the file has methods of this type or trait.
fn has_owner(text: &str, owner: &str) -> bool {
    let heads = text.lines().filter(|line| line.starts_with("impl") || line.starts_with("pub trait"));
    heads.into_iter().any(|head| has_word(head, owner))
}

/// Whether the words occur, and not as part of longer ones.
fn has_word(text: &str, word: &str) -> bool {
    let is_part = |c: char| c == '_' || c.is_alphanumeric();
    text.match_indices(word)
        .any(|(at, _)| !text[..at].ends_with(is_part) && !text[at + word.len()..].starts_with(is_part))
}

#[test]
fn every_file_and_function_on_the_way_of_a_command_is_there() {
    let files = files();
    let documentation = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("src/paxos/mod.rs"));
    let documentation = documentation.expect("it can be read");
    assert_eq!(errors(&documentation, &files), Vec::<String>::new());
    assert!(names(&documentation).len() > 80, "it was found at all");
}

#[test]
fn what_is_not_there_is_named() {
    let files = files();
    let walk = |way: &str| errors(&format!("//! # The way of a command\n//! {way}\n"), &files);
    assert_eq!(walk("`gone.rs`"), ["gone.rs has no gone.rs"]);
    assert_eq!(walk("`leader.rs`, `Replica::submit`, `Response::Full`"), Vec::<String>::new());
    assert_eq!(walk("`leader.rs`, `Replica::submi`"), ["leader.rs has no Replica::submi"]);
    assert_eq!(walk("`leader.rs`, `Server::submit`"), ["leader.rs has no Server::submit"]);
    assert_eq!(walk("`learner.rs`, `Replica::submit`"), ["learner.rs has no Replica::submit"]);
    assert_eq!(walk("`leader.rs`, `Response::Fuller`"), ["leader.rs has no Response::Fuller"]);
}

#[test]
fn every_behaviour_that_is_listed_has_its_tests() {
    let tests = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests");
    let list = fs::read_to_string(tests.join("paxos/main.rs")).expect("it can be read");
    for (column, folder) in [(2, "paxos"), (3, "server")] {
        let entries = fs::read_dir(tests.join(folder)).expect("the folder is there");
        let paths = entries.map(|entry| entry.expect("it can be read").path());
        let text: String = paths.map(|path| fs::read_to_string(path).expect("it can be read")).collect();
        let rows: Vec<&str> = list
            .lines()
            .filter(|line| line.starts_with("//! | a") || line.starts_with("//! | the"))
            .collect();
        assert_eq!(rows.len(), 6, "{rows:#?}");
        for row in rows {
            let cell = row.split('|').nth(column).expect("three columns");
            let named: Vec<&str> = cell.split('`').skip(1).step_by(2).collect();
            assert!(!named.is_empty(), "no test in {folder} for {row}");
            for name in named {
                assert!(text.contains(&format!("#[test]\nfn {name}()")), "{folder} has no test {name}");
            }
        }
    }
}
