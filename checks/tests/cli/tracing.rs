//! `replay` and `trace`: true traces replay, edited ones never pass, and every failure says what and where.

use super::quorate::{Desk, text};
use serde_json::Value;

#[test]
fn every_trace_of_a_check_verifies_and_is_read_by_the_itf_crate() {
    let desk = Desk::with_traces();
    let files = std::fs::read_dir(desk.path("target/quorate/traces")).unwrap();
    let files: Vec<_> = files.map(|file| file.unwrap().path()).collect();
    assert!(files.len() >= 6, "{files:?}");
    let mut arguments = vec!["trace", "verify"];
    arguments.extend(files.iter().map(|file| text(file)));
    let ran = desk.run(&arguments).exits(0);
    assert_eq!(ran.stdout.matches("verified ").count(), files.len(), "{}", ran.stdout);
    for file in files {
        let json = std::fs::read_to_string(&file).unwrap();
        let read: itf::Trace<itf::Value> = serde_json::from_str(&json).unwrap();
        assert!(!read.states.is_empty());
    }
}

#[test]
fn a_replay_tells_the_run_and_what_each_step_changed() {
    let desk = Desk::with_traces();
    let ran = desk.run(&["replay", text(&desk.planted())]).exits(0);
    assert!(ran.stdout.contains("✗ 2PC-1"), "{}", ran.stdout);
    assert!(ran.stdout.contains("  15  resource manager 6 aborts of its own accord"), "{}", ran.stdout);
    assert!(ran.stdout.contains("Working → Aborted"), "{}", ran.stdout);
    assert!(ran.stdout.contains("Replays: every state, message and property value"), "{}", ran.stdout);
}

#[test]
fn a_trace_is_found_by_its_id() {
    let desk = Desk::with_traces();
    let trace = quorate::trace::Trace::load(&desk.planted()).unwrap();
    desk.run(&["replay", &trace.id()[..8]]).exits(0);
    let ran = desk.run(&["replay", "0123456789ab"]).exits(2);
    assert!(ran.stderr.contains("neither a file nor the id of a trace"), "{}", ran.stderr);
}

/// Replays and verifies the planted trace, edited; both must exit with `code` and say `message`.
fn edited(edit: impl FnOnce(String) -> String, code: i32, message: &str) {
    let desk = Desk::with_traces();
    let whole = std::fs::read_to_string(desk.planted()).unwrap();
    let broken = edit(whole.clone());
    assert_ne!(broken, whole, "the edit does something");
    std::fs::write(desk.path("edited.itf.json"), broken).unwrap();
    let ran = desk.run(&["trace", "verify", "edited.itf.json"]).exits(code);
    assert!(ran.stdout.contains(message), "{}", ran.stdout);
    let ran = desk.run(&["replay", "edited.itf.json"]).exits(code);
    assert!(ran.stdout.contains(message) || ran.stderr.contains(message), "{}{}", ran.stdout, ran.stderr);
}

#[test]
fn a_corrupted_trace_does_not_pass() {
    let at = |whole: String| whole.len() / 2;
    edited(|whole| whole.replacen("TTTF", "TTTT", 1), 1, "2PC-1 fails here, the trace says it holds");
    edited(|whole| whole.replacen("Prepared", "Committed", 1), 1, "the state differs");
    edited(
        |whole| whole.replacen("\"verdict\":\"violated\"", "\"verdict\":\"open\"", 1),
        1,
        "verdict is violated",
    );
    edited(|whole| whole[..at(whole.clone())].to_owned(), 2, "cut short");
    edited(|whole| whole.replacen("\"steps\": [", "\"steps\": [7,", 1), 2, "harness.steps[0]: invalid type");
    edited(
        |whole| whole.replacen("two-phase-commit", "three-phase-commit", 1),
        2,
        "no model three-phase-commit",
    );
}

#[test]
fn verify_exits_with_the_worst_of_its_files() {
    let desk = Desk::with_traces();
    let ran = desk.run(&["trace", "verify", text(&desk.planted()), "none.itf.json"]).exits(2);
    assert!(
        ran.stdout.contains("verified ") && ran.stdout.contains("cannot be read none.itf.json"),
        "{}",
        ran.stdout
    );
    desk.run(&["trace", "verify"]).exits(2);
}

#[test]
fn a_plain_trace_of_another_tool_is_named_as_such() {
    let desk = Desk::new();
    let plain = r##"{"vars": ["x"], "states": [{"#meta": {"index": 0}, "x": {"#bigint": "1"}}]}"##;
    std::fs::write(desk.path("plain.itf.json"), plain).unwrap();
    let ran = desk.run(&["replay", "plain.itf.json"]).exits(2);
    assert!(ran.stderr.contains("a plain trace of another tool"), "{}", ran.stderr);
}

#[test]
fn a_trace_is_exported_by_the_ending_of_the_file() {
    let desk = Desk::with_traces();
    let planted = desk.planted();
    let export = |output: &str| desk.run(&["trace", "export", text(&planted), "-o", output]);
    export("run.md").exits(0);
    let markdown = std::fs::read_to_string(desk.path("run.md")).unwrap();
    assert!(markdown.contains("**2PC-1 fails**"), "{markdown}");
    export("run.html").exits(0);
    let page = std::fs::read_to_string(desk.path("run.html")).unwrap();
    assert!(page.contains("<html") && page.contains("2PC-1"));
    export("copy.json").exits(0);
    desk.run(&["trace", "verify", "copy.json"]).exits(0);
    let ran = export("run.pdf").exits(2);
    assert!(ran.stderr.contains(".html, .rs, .md or .json"), "{}", ran.stderr);
}

#[test]
fn a_run_is_made_shorter() {
    let desk = Desk::with_traces();
    let ran =
        desk.run(&["trace", "minimise", text(&desk.planted()), "-o", "short.itf.json", "--states", "1000"]);
    let ran = ran.exits(0);
    assert!(ran.stdout.starts_with("15 of 15 steps"), "the search found a shortest one: {}", ran.stdout);
    desk.run(&["trace", "verify", "short.itf.json"]).exits(0);
    let short = std::fs::read_to_string(desk.path("short.itf.json")).unwrap();
    let short: Value = serde_json::from_str(&short).unwrap();
    assert_eq!(short["harness"]["check"]["minimised"]["from"], 15);
}
