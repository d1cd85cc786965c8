//! `check` and `list`.

use super::quorate::Desk;
use serde_json::Value;
use std::collections::BTreeSet;

#[test]
fn a_check_that_finds_what_it_expects_exits_0_and_says_so() {
    let desk = Desk::new();
    let ran = desk.run(&["check", "calibration", "--json", "rows.jsonl"]).exits(0);
    assert!(ran.stdout.contains("refuted as expected in 15 steps"), "{}", ran.stdout);
    assert!(ran.stdout.contains("296,448 states  depth 23"), "{}", ran.stdout);
    assert!(ran.stdout.contains("Everything came out as expected."), "{}", ran.stdout);
    assert_eq!(ran.stderr, "", "progress is for terminals");

    let rows = std::fs::read_to_string(desk.path("rows.jsonl")).unwrap();
    let rows: Vec<Value> = rows.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let fields = [
        "protocol",
        "check",
        "model",
        "scope",
        "property",
        "expect",
        "verdict",
        "triggers",
        "unique_states",
        "transitions",
        "depth",
        "trace_steps",
        "trace",
        "bounds",
        "cpu_seconds",
    ];
    let words = ["complete", "bounded", "sampled", "violated", "reached", "unreached"];
    for row in &rows {
        assert!(fields.iter().all(|field| row.get(field).is_some()), "{row}");
        assert!(words.contains(&row["verdict"].as_str().unwrap()), "{row}");
        assert!(["holds", "violated", "reachable"].contains(&row["expect"].as_str().unwrap()), "{row}");
        assert!(row["triggers"].as_u64().unwrap() > 0 && row["cpu_seconds"].as_f64().is_some(), "{row}");
        assert_eq!(row["met"], true, "{row}");
        if let Some(trace) = row["trace"].as_str() {
            assert!(desk.path(trace).exists(), "{row}");
        }
    }
    let planted = rows.iter().find(|row| row["check"] == "planted").unwrap();
    assert_eq!((&planted["verdict"], &planted["trace_steps"]), (&"violated".into(), &15.into()));
    let timers = rows.iter().find(|row| row["model"] == "eight-timers").unwrap();
    assert_eq!(timers["unique_states"], 256);
    let broken = rows.iter().find(|row| row["model"] == "eight-timers-actor-model").unwrap();
    assert_eq!((&broken["property"], &broken["verdict"]), (&"hash".into(), &"violated".into()));
}

#[test]
fn one_thread_and_two_find_the_same() {
    let found = |threads| {
        let desk = Desk::new();
        let ran = desk.run(&["check", "calibration", "--threads", threads, "--json", "-"]).exits(0);
        let rows = ran.stdout.lines().map(|line| {
            let mut row: Value = serde_json::from_str(line).unwrap();
            row.as_object_mut().unwrap().remove("cpu_seconds");
            row.to_string()
        });
        let rows: Vec<String> = rows.collect();
        let planted = std::fs::read_to_string(desk.planted()).unwrap();
        (rows, planted)
    };
    assert!(found("1") == found("2"), "rows and traces are the same at any thread count");
}

#[test]
fn one_property_can_be_asked_for() {
    let desk = Desk::new();
    let ran = desk.run(&["check", "--property", "2pc-1", "--json", "-"]).exits(0);
    let properties: BTreeSet<String> = ran
        .stdout
        .lines()
        .map(|line| serde_json::from_str::<Value>(line).unwrap()["property"].as_str().unwrap().to_owned())
        .collect();
    assert_eq!(properties, BTreeSet::from(["2PC-1".to_owned()]));
}

#[test]
fn an_audit_finds_the_hashes_of_our_own_models_sound() {
    let desk = Desk::new();
    let ran = desk.run(&["check", "calibration", "--audit", "--property", "8T-1"]).exits(0);
    assert!(ran.stdout.contains("reached in 7 steps"), "{}", ran.stdout);
    let ran = desk.run(&["check", "calibration", "--audit", "--property", "hash"]).exits(0);
    assert!(ran.stdout.contains("eight-timers-actor-model audit"), "{}", ran.stdout);
    assert!(ran.stdout.contains("247 states differ and hash like another state"), "{}", ran.stdout);
}

#[test]
fn an_unknown_name_is_an_error_that_names_the_known_ones() {
    let desk = Desk::new();
    let ran = desk.run(&["check", "raft"]).exits(2);
    assert!(ran.stderr.contains("there is no protocol raft; known are paxos, calibration"), "{}", ran.stderr);
    let ran = desk.run(&["list", "raft"]).exits(2);
    assert!(ran.stderr.contains("there is no protocol raft"), "{}", ran.stderr);
    let ran = desk.run(&["check", "calibration", "--property", "PX-S1"]).exits(2);
    assert!(ran.stderr.contains("there is no property PX-S1; known are 2PC-1, 2PC-2"), "{}", ran.stderr);
    desk.run(&["chekc"]).exits(2);
    desk.run(&["check", "--threads", "0"]).exits(2);
    desk.run(&[]).exits(2);
}

#[test]
fn a_place_that_cannot_be_written_is_an_error_before_anything_runs() {
    let desk = Desk::new();
    std::fs::write(desk.path("file"), "").unwrap();
    let ran = desk.run(&["check", "calibration", "--traces", "file/traces"]).exits(2);
    assert!(ran.stderr.contains("the traces folder file/traces"), "{}", ran.stderr);
    let ran = desk.run(&["check", "calibration", "--json", "none/rows.jsonl"]).exits(2);
    assert!(ran.stderr.contains("--json none/rows.jsonl"), "{}", ran.stderr);
    assert_eq!(ran.stdout, "");
}

#[test]
fn pipes_and_no_color_get_plain_text() {
    let desk = Desk::new();
    for command in [&["list"][..], &["check", "calibration", "--property", "2PC-1"]] {
        let plain = desk.run(command).exits(0);
        assert!(!plain.stdout.contains('\u{1b}'), "a pipe gets no colour");
        let refused = desk.command(command).env("NO_COLOR", "1").output().unwrap();
        assert!(!refused.stdout.contains(&0x1b));
    }
}

#[test]
fn a_reader_that_leaves_is_no_error() {
    use std::io::Read;
    let desk = Desk::new();
    let mut child = desk
        .command(&["check", "calibration"])
        .stdout(std::process::Stdio::piped())
        .stderr(std::process::Stdio::piped())
        .spawn()
        .unwrap();
    drop(child.stdout.take());
    let mut stderr = String::new();
    child.stderr.take().unwrap().read_to_string(&mut stderr).unwrap();
    assert_eq!((child.wait().unwrap().code(), stderr.as_str()), (Some(0), ""));
}

#[test]
fn an_interrupted_run_exits_3_and_says_so() {
    use std::io::{BufRead, BufReader, Read};
    let desk = Desk::new();
    let mut child = desk.command(&["check", "paxos"]).stdout(std::process::Stdio::piped()).spawn().unwrap();
    let mut stdout = BufReader::new(child.stdout.take().unwrap());
    let mut line = String::new();
    while !line.contains("naive-n1") {
        line.clear();
        stdout.read_line(&mut line).unwrap();
    }
    let interrupted = std::process::Command::new("kill").args(["-INT", &child.id().to_string()]).status();
    assert!(interrupted.unwrap().success());
    let mut rest = String::new();
    stdout.read_to_string(&mut rest).unwrap();
    assert_eq!(child.wait().unwrap().code(), Some(3), "{rest}");
    assert!(rest.contains("Interrupted: ") && rest.contains("checks did not run"), "{rest}");
}

#[test]
fn the_list_names_protocols_models_scopes_and_expectations() {
    let desk = Desk::new();
    let ran = desk.run(&["list"]).exits(0);
    for name in ["naive-n1", "naive-n7", "two-phase-commit", "eight-timers", "(to be refuted in 15 steps)"] {
        assert!(ran.stdout.contains(name), "{name} is missing in\n{}", ran.stdout);
    }
    let one = desk.run(&["list", "calibration"]).exits(0);
    assert!(!one.stdout.contains("naive-n1"));
}

#[test]
fn help_documents_the_exit_codes() {
    let ran = Desk::new().run(&["--help"]).exits(0);
    assert!(ran.stdout.contains("3  interrupted, or cut where complete was meant"), "{}", ran.stdout);
}
