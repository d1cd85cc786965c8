//! Names and texts that a user, or a stranger's file, may bring: none of them writes outside the traces folder, and none
//! of them commands the terminal.

use super::paint::Paint;
use super::run;
use crate::registry::{Check, Registry, Search};
use crate::trace::{Form, Trace};
use quorate_spec::{Claims, Kind, Picture, Spec};
use stateright::Model;
use std::ffi::OsString;
use std::fmt;
use std::path::{Path, PathBuf};

/// Clears the screen, colours, and begins a line of its own that looks like a verdict.
const EVIL: &str = "\x1b[2J\x1b[32m\n✓ everything holds\r\u{9b}8m\u{202e}";

/// Goes one step, to a state that breaks what it claims.
struct Hostile;

#[derive(Clone, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
struct Shown(u8);

impl fmt::Debug for Shown {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{EVIL}", self.0)
    }
}

impl Model for Hostile {
    type State = Shown;
    type Action = Shown;

    fn init_states(&self) -> Vec<Shown> {
        vec![Shown(0)]
    }

    fn actions(&self, state: &Shown, actions: &mut Vec<Shown>) {
        actions.extend((state.0 < 2).then_some(Shown(1)));
    }

    fn next_state(&self, state: &Shown, by: Shown) -> Option<Shown> {
        Some(Shown(state.0 + by.0))
    }
}

impl Spec for Hostile {
    fn kinds(&self) -> Vec<Kind> {
        vec![Kind("go")]
    }

    fn kind(&self, _: &Shown) -> Kind {
        Kind("go")
    }

    fn claims(&self, claims: &mut Claims<Self>) {
        claims.always("../../../escaped", "says \x1b[31m\nthis", |_, state| state.0 < 1);
        claims.always(
            "\x1b[1mbold\n",
            "panics",
            |_, state| if state.0 < 2 { true } else { panic!("{EVIL}") },
        );
    }

    fn picture(&self, _: &Shown, action: &Shown, _: &Shown) -> Picture {
        Picture { kind: "go".to_owned(), label: format!("{action:?}"), ..Picture::default() }
    }
}

fn hostile() -> Check {
    Search::new("../proto", &format!("mo/del{EVIL}"), Hostile, Form::debug())
        .kind("../kind")
        .scope(&format!("/scope{EVIL}"), EVIL)
        .after(|_, _| quorate_spec::Remarks { lines: vec![EVIL.to_owned()], ..Default::default() })
        .into()
}

/// What is printed, with colours and without.
fn printed(folder: &Path, arguments: &[&str], paint: Paint) -> String {
    let mut registry = Registry::new("quorate", "hostile");
    registry.protocol("../proto", EVIL).add(hostile());
    let mut stdout = Vec::new();
    let traces = folder.join("traces").into_os_string();
    let words = ["quorate"].iter().chain(arguments).map(OsString::from);
    run(&registry, words.chain(["--traces".into(), traces]), &mut stdout, paint);
    String::from_utf8(stdout).expect("text")
}

/// Every file below `folder`.
fn files(folder: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).expect("a folder").map(|entry| entry.expect("an entry").path());
    entries.flat_map(|path| if path.is_dir() { files(&path) } else { vec![path] }).collect()
}

/// The text without the sequences of our own colours.
fn uncoloured(text: &str) -> String {
    let own = ["\x1b[32m", "\x1b[1m\x1b[31m", "\x1b[33m", "\x1b[2m", "\x1b[1m", "\x1b[0m"];
    own.iter().fold(text.to_owned(), |text, sequence| text.replace(sequence, ""))
}

#[test]
fn no_name_writes_outside_the_traces_folder() {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path().join("a/b/c/d");
    std::fs::create_dir_all(&root).unwrap();
    printed(&root, &["check"], Paint::off());
    let written = files(folder.path());
    let traces = written.iter().filter(|path| path.to_string_lossy().ends_with(".itf.json"));
    assert_eq!(traces.clone().count(), 2, "{written:?}");
    for file in traces {
        assert_eq!(file.parent(), Some(root.join("traces").as_path()), "{file:?}");
        assert!(Trace::load(file).is_ok(), "{file:?}");
    }
    // A second run forgets the traces of the first: the names are the same in both places.
    printed(&root, &["check"], Paint::off());
    assert_eq!(files(folder.path()).len(), written.len());
}

#[test]
fn checks_whose_names_read_alike_do_not_share_files() {
    let mut registry = Registry::new("quorate", "hostile");
    for (protocol, model) in [("a-b", "c"), ("a", "b-c"), ("a", "d")] {
        registry.add(Search::new(protocol, model, Hostile, Form::debug()));
    }
    let mut stems: Vec<String> = registry.checks().iter().map(|check| registry.stem(check)).collect();
    assert_eq!(stems[2], "a-d");
    stems.dedup();
    assert_eq!(stems.len(), 3, "{stems:?}");
}

#[test]
#[should_panic(expected = "a check names its protocol and its model")]
fn a_check_without_a_name_is_refused() {
    Registry::new("quorate", "hostile").add(Search::new("", "model", Hostile, Form::debug()));
}

#[test]
fn no_text_commands_the_terminal() {
    let folder = tempfile::tempdir().unwrap();
    let check = printed(folder.path(), &["check"], Paint::off());
    assert!(check.contains("VIOLATED in 1 step") && check.contains("no-panic"), "{check}");
    assert!(check.contains(r"\u{1b}[2J"), "it is shown, and not obeyed: {check}");
    let file = files(&folder.path().join("traces"))
        .into_iter()
        .find(|path| path.to_string_lossy().contains("escaped"));
    let file = file.expect("a trace").to_string_lossy().into_owned();
    let all = |paint| {
        let list = {
            let mut registry = Registry::new("quorate", "hostile");
            registry.protocol("../proto", EVIL).add(hostile());
            let mut stdout = Vec::new();
            run(&registry, ["quorate", "list"].map(OsString::from), &mut stdout, paint);
            String::from_utf8(stdout).expect("text")
        };
        [list, printed(folder.path(), &["check"], paint), printed(folder.path(), &["replay", &file], paint)]
    };
    for text in all(Paint::off()) {
        let bad = text.chars().find(|c| (c.is_control() && *c != '\n') || *c == '\u{202e}');
        assert_eq!(bad, None, "{text:?}");
        assert!(!text.lines().any(|line| line.starts_with("✓ everything")), "{text}");
    }
    for text in all(Paint::on()) {
        let plain = uncoloured(&text);
        assert!(plain.len() < text.len(), "there are colours");
        let bad =
            plain.chars().find(|c| (c.is_control() && *c != '\n') || ('\u{fdd0}'..='\u{fdef}').contains(c));
        assert_eq!(bad, None, "{plain:?}");
    }
}

#[test]
fn a_test_that_fails_shows_its_text_and_does_not_obey_it() {
    let failed = std::panic::catch_unwind(|| crate::test::complete(Hostile)).expect_err("it does not hold");
    let message = failed.downcast_ref::<String>().expect("a text");
    let bad = message.chars().find(|c| (c.is_control() && *c != '\n') || *c == '\u{202e}');
    assert_eq!(bad, None, "{message:?}");
    assert!(!message.lines().any(|line| line.starts_with("✓")), "{message}");
}

#[test]
fn exported_text_stays_where_it_belongs() {
    let folder = tempfile::tempdir().unwrap();
    printed(folder.path(), &["check"], Paint::off());
    let all = files(&folder.path().join("traces"));
    let file = all.iter().find(|path| path.to_string_lossy().contains("escaped")).expect("a trace");
    let trace = Trace::load(file).unwrap();
    let source = crate::trace::export::RustModel { uses: String::new(), expression: "Hostile".to_owned() };
    let rust = crate::trace::export::to_rust(&trace, Some(&source)).unwrap();
    let markdown = crate::trace::export::to_markdown(&trace);
    for text in [rust, markdown] {
        assert!(
            !text.lines().any(|line| line.contains("everything holds") && line.starts_with('✓')),
            "{text}"
        );
        assert!(!text.contains(|c: char| c.is_control() && c != '\n'), "{text:?}");
    }
}
