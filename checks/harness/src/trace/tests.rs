//! The format, end to end: what is written is read back, other readers read it, and no edit goes unnoticed.

use super::states::{States, WHOLE};
use super::toy::{Action, Toy, broken, run};
use super::*;
use serde_json::{Value, json};
use std::collections::BTreeMap;

mod any;

const TOY: Toy = Toy { durable: false };

fn trace_of(actions: &[Action], property: &str) -> Trace {
    let run = run(&TOY, actions);
    let about = CheckInfo {
        protocol: "toy".to_owned(),
        model: "toy".to_owned(),
        kind: "exhaustive".to_owned(),
        property: property.to_owned(),
        expect: "violated".to_owned(),
        ..CheckInfo::default()
    };
    Recorder::new(&TOY, Form::serde()).trace(&run.init, &run.steps, about)
}

fn violation() -> Trace {
    trace_of(&broken(), "T-S1")
}

/// The file of `violation`, edited.
fn edited(edit: impl FnOnce(&mut Value)) -> Result<Trace, TraceError> {
    let mut file: Value = serde_json::from_str(&violation().to_json()).unwrap();
    edit(&mut file);
    Trace::from_json(&file.to_string())
}

#[test]
fn a_trace_says_what_happened() {
    let trace = violation();
    let harness = trace.harness.as_ref().unwrap();
    assert_eq!((harness.check.verdict.as_str(), harness.check.at), ("violated", Some(7)));
    assert_eq!(
        trace.description,
        "T-S1 (at most one client holds the lock) is broken at step 7, client 1 receives Grant"
    );
    let rows: Vec<_> = harness.properties.iter().map(|row| row.values.as_str()).collect();
    assert_eq!(rows, ["TTTTTTTF", "?TTTTTTT", ".......T", "....TTTT"]);
    let fates: Vec<_> = harness.messages.iter().map(|m| (m.sent, m.recv, m.fate)).collect();
    assert_eq!(fates, [(3, Some(4), Fate::Delivered), (6, Some(7), Fate::Delivered)]);
    assert_eq!(harness.annotations[0].text, "crash");
    assert_eq!(harness.steps[7].causes, [2, 6]);
    let offered = &harness.alternatives[6];
    assert!(offered.iter().any(|a| a.taken && a.effect && a.breaks == ["T-S1"]), "{offered:?}");
    assert_eq!(harness.alternatives[7].len(), 0, "nothing can happen at the end");
}

#[test]
fn a_trace_reads_back_as_it_was_written_and_is_true() {
    for trace in [violation(), trace_of(&broken()[..4], "T-R1"), trace_of(&[], "")] {
        let read = Trace::from_json(&trace.to_json()).unwrap();
        assert_eq!(read, trace);
        assert_eq!(read.id(), trace.id());
        verify(&TOY, &Form::serde(), &read).unwrap();
    }
}

#[test]
fn equal_runs_give_equal_bytes() {
    assert_eq!(violation().to_json(), violation().to_json());
    assert_ne!(violation().id(), trace_of(&broken()[..4], "T-R1").id());
}

#[test]
fn a_model_that_only_derives_debug_has_traces_that_replay() {
    let run = run(&TOY, &broken());
    let about = CheckInfo { property: "T-S1".to_owned(), ..CheckInfo::default() };
    let trace = Recorder::new(&TOY, Form::debug()).trace(&run.init, &run.steps, about);
    let trace = Trace::from_json(&trace.to_json()).unwrap();
    assert_eq!(trace.harness.as_ref().unwrap().check.fidelity, "debug");
    assert_eq!(trace.states.get(1).unwrap()["asked"], json!({ "#set": [{ "#bigint": "0" }] }));
    verify(&TOY, &Form::debug(), &trace).unwrap();
}

#[test]
fn the_itf_crate_reads_every_trace() {
    use itf::de::{As, Integer};
    #[derive(serde::Deserialize)]
    struct Vars {
        #[serde(with = "As::<std::collections::BTreeSet<Integer>>")]
        asked: std::collections::BTreeSet<u8>,
        #[serde(with = "As::<BTreeMap<Integer, Integer>>")]
        grants: BTreeMap<u8, u32>,
        holds: Vec<bool>,
        #[serde(rename = "mbt::actionTaken")]
        action: String,
    }
    for trace in [violation(), trace_of(&broken()[..3], ""), trace_of(&broken()[..5], "T-R1")] {
        let text = trace.to_json();
        let plain: itf::Trace<itf::Value> = serde_json::from_str(&text).unwrap();
        assert_eq!((plain.states.len(), &plain.vars), (trace.states.len(), &trace.vars));
        let typed: itf::Trace<Vars> = itf::trace_from_str(&text).unwrap();
        let last = &typed.states[3].value;
        assert_eq!((&last.asked, last.action.as_str()), (&[0, 1].into(), "grant"));
        assert_eq!((&last.grants, &last.holds), (&[(0, 2)].into(), &vec![false, false]));
    }
}

#[test]
fn no_edit_of_a_trace_goes_unnoticed() {
    type Edit = fn(&mut Value);
    let edits: [(&str, Edit, &str); 12] = [
        (
            "a verdict letter",
            |f| f["harness"]["properties"][0]["values"] = json!("TTTTTTTT"),
            "step 7: T-S1 fails here, the trace says it holds",
        ),
        (
            "the verdict",
            |f| f["harness"]["check"]["verdict"] = json!("open"),
            "harness.check: verdict is violated, the trace says open",
        ),
        ("the step of the verdict", |f| f["harness"]["check"]["at"] = json!(3), "at is 7, the trace says 3"),
        (
            "a state",
            |f| f["states"][3]["holds"][1] = json!(true),
            "step 3: the state differs: holds.1 is false, the trace says true",
        ),
        (
            "the first state",
            |f| f["states"][0]["crashes"] = json!({"#bigint": "9"}),
            "step 0: the state differs: crashes",
        ),
        (
            "an event",
            |f| f["harness"]["steps"][3]["event"]["Grant"]["client"] = json!(1),
            "step 3: the state differs",
        ),
        (
            "an impossible event",
            |f| f["harness"]["steps"][1]["event"] = json!({"Deliver": {"client": 1}}),
            "step 1: the model does not offer",
        ),
        (
            "a property",
            |f| drop(f["harness"]["properties"].as_array_mut().unwrap().pop()),
            "3 properties, the model has 4",
        ),
        (
            "a label",
            |f| f["harness"]["steps"][4]["label"] = json!("all is well"),
            "harness.steps[4]: label is client 0 receives Grant",
        ),
        (
            "a fate",
            |f| f["harness"]["messages"][1]["fate"] = json!("dropped"),
            "harness.messages[1]: fate is delivered",
        ),
        (
            "an alternative",
            |f| drop(f["harness"]["alternatives"][2].as_array_mut().unwrap().pop()),
            "harness.alternatives[2]",
        ),
        ("the sentence", |f| f["#meta"]["description"] = json!("fine"), "#meta.description"),
    ];
    for (what, edit, message) in edits {
        let trace = edited(edit).unwrap_or_else(|error| panic!("{what}: {error}"));
        let error = verify(&TOY, &Form::serde(), &trace).expect_err(what).to_string();
        assert!(error.contains(message), "{what}: {error}");
    }
}

#[test]
fn a_file_of_the_wrong_form_names_the_place() {
    type Edit = fn(&mut Value);
    let edits: [(Edit, &str); 11] = [
        (
            |f| drop(f["harness"]["messages"].as_array_mut().unwrap().remove(0)),
            "harness.steps[3]: message m0 does not exist",
        ),
        (|f| f["harness"]["steps"][2] = json!(7), "harness.steps[2]: invalid type: integer `7`"),
        (
            |f| drop(f["harness"]["messages"][0].as_object_mut().unwrap().remove("fate")),
            "harness.messages[0]: missing field `fate`",
        ),
        (
            |f| f["harness"]["messages"][0]["sent"] = json!(4000),
            "harness.messages[0].sent: step 4000 does not exist: there are 8 states",
        ),
        (
            |f| f["harness"]["messages"][0]["sent"] = json!(-1),
            "harness.messages[0]: invalid value: integer `-1`",
        ),
        (
            |f| f["harness"]["check"]["at"] = json!(18_446_744_073_709_551_615u64),
            "harness.check.at: step 18446744073709551615 does not exist",
        ),
        (
            |f| f["harness"]["properties"][0]["values"] = json!("TTTT"),
            "harness.properties.T-S1.values: 4 entries for 8 states",
        ),
        (|f| f["harness"]["properties"][0]["values"] = json!("TTTTxTTF"), "'x' is none of T, F, ? and ."),
        (|f| f["states"] = json!([]), "states: a trace has at least one state"),
        (|f| f["states"][1] = json!("x"), "states[1]: a state is a JSON object"),
        (|f| drop(f.as_object_mut().unwrap().remove("states")), "states: a trace has states"),
    ];
    for (edit, message) in edits {
        let error = edited(edit).expect_err(message).to_string();
        assert!(error.contains(message), "{error}");
    }
    for (text, message) in
        [("[]", "a trace is a JSON object"), ("{\"a\": 1e9999}", "not JSON"), ("", "cut short")]
    {
        let error = Trace::from_json(text).unwrap_err().to_string();
        assert!(error.contains(message), "{error}");
    }
}

#[test]
fn a_file_cut_anywhere_is_an_error_and_never_a_panic() {
    let text = violation().to_json();
    for end in (0..text.len() - 3).step_by(7).filter(|end| text.is_char_boundary(*end)) {
        assert!(Trace::from_json(&text[..end]).is_err(), "cut at {end}");
    }
    let error = Trace::from_json(&text[..text.len() / 2]).unwrap_err().to_string();
    assert!(error.contains("cut short"), "{error}");
}

/// What other tools write, byte for byte.
#[test]
fn a_trace_with_nulls_marks_or_wide_text_is_read() {
    let text = r##"{"#meta": null, "vars": ["x"], "loop": null, "params": null,
        "states": [{"#meta": {"index": 0}, "x": null}, {"x": 99999999999999999999}]}"##;
    let plain = Trace::from_json(text).expect("nulls are nothing");
    assert_eq!((plain.states.len(), plain.loop_start), (2, None));
    assert_eq!(plain.states.get(1), Some(json!({ "x": { "#bigint": "99999999999999999999" } })));
    let folder = tempfile::tempdir().unwrap();
    let load = |bytes: Vec<u8>| {
        let file = folder.path().join("other.itf.json");
        std::fs::write(&file, bytes).unwrap();
        Trace::load(&file)
    };
    let wide = |mark: [u8; 2], bytes: fn(u16) -> [u8; 2]| {
        mark.into_iter().chain(text.encode_utf16().flat_map(bytes)).collect::<Vec<u8>>()
    };
    assert_eq!(load(text.into()).unwrap(), plain);
    assert_eq!(load(format!("\u{feff}{text}").into()).unwrap(), plain);
    assert_eq!(load(wide([0xff, 0xfe], u16::to_le_bytes)).unwrap(), plain);
    assert_eq!(load(wide([0xfe, 0xff], u16::to_be_bytes)).unwrap(), plain);
    for broken in [vec![0xff, 0xfe, 0x7b], vec![0xff, 0xfe, 0x00, 0xd8], vec![0xc3, 0x28]] {
        let error = load(broken).expect_err("no text").to_string();
        assert!(error.contains("not text"), "{error}");
    }
    let error = Trace::load(folder.path()).expect_err("a folder").to_string();
    assert!(error.contains("this is no file"), "{error}");
}

/// A list of cells, each inside the one before: our own writer makes them, so they must be read.
#[test]
fn deep_values_are_read_as_they_were_written_and_deeper_ones_are_cut() {
    #[derive(serde::Serialize)]
    struct Cell(u8, Option<Box<Cell>>);
    let list = |cells: u32| (0..cells).fold(Cell(0, None), |next, _| Cell(1, Some(Box::new(next))));
    for cells in [60, 140, 1_000, 5_000] {
        let state = json!({ "list": to_itf(&list(cells)).expect("plain data") });
        let trace = Trace { states: [state.clone()].into_iter().collect(), ..Trace::default() };
        let read =
            Trace::from_json(&trace.to_json()).unwrap_or_else(|error| panic!("{cells} cells: {error}"));
        assert_eq!(read.states.get(0), Some(state), "{cells} cells");
        let is_cut = trace.to_json().contains("nested deeper than 300 levels");
        assert_eq!(is_cut, cells > 140, "{cells} cells");
    }
    for levels in [5_000, 20_000] {
        let deep = format!("{{\"states\": [{{\"x\": {}1{}}}]}}", "[".repeat(levels), "]".repeat(levels));
        let error = Trace::from_json(&deep).expect_err("too deep").to_string();
        assert!(error.contains("nested deeper than 1000 levels"), "{error}");
    }
}

/// Whoever looks at the folder meanwhile sees whole traces only, and no other files are left.
#[test]
fn a_trace_is_written_beside_its_place_and_renamed() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("inner/run.itf.json");
    violation().save(&file).unwrap();
    violation().save(&file).unwrap();
    let names: Vec<_> =
        std::fs::read_dir(file.parent().unwrap()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert_eq!(names, ["run.itf.json"]);
    std::fs::create_dir(folder.path().join("taken.itf.json")).unwrap();
    assert!(violation().save(&folder.path().join("taken.itf.json")).is_err());
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 2, "no draft is left");
}

#[test]
fn an_unknown_schema_is_shown_as_a_plain_trace() {
    let trace = edited(|file| file["harness"]["schema"] = json!("protocol-trace/9")).unwrap();
    assert!(trace.harness.is_none() && trace.notices[0].contains("protocol-trace/9"), "{:?}", trace.notices);
    assert_eq!(trace.states.len(), 8);
    let error = verify(&TOY, &Form::serde(), &trace).unwrap_err().to_string();
    assert!(error.contains("no steps to replay"), "{error}");
}

#[test]
fn an_old_trace_says_that_the_model_changed() {
    let changed = Toy { durable: true };
    let error = verify(&changed, &Form::serde(), &violation()).unwrap_err();
    assert_eq!(error.replayed, 4, "the restart keeps the owner, so step 5 leads elsewhere: {error}");
    let other = edited(|file| file["harness"]["check"]["model_hash"] = json!("b3:0")).unwrap();
    let verified = verify(&TOY, &Form::serde(), &other).unwrap();
    assert_eq!(verified.notices, ["the model has changed since; the run is still the same"]);
}

#[test]
fn a_long_run_is_kept_as_keyframes_and_edits() {
    let state =
        |n: usize| json!({ "seen": { "#set": (0..n).collect::<Vec<_>>() }, "fixed": "x".repeat(100) });
    let states: States = (0..WHOLE + 321).map(state).collect();
    assert!(states.is_compact());
    assert!((0..states.len()).all(|index| states.get(index) == Some(state(index))));
    assert!(states.iter().enumerate().all(|(index, it)| it == state(index)));
    let trace = Trace { states, ..violation() };
    let trace = Trace { harness: Some(long_harness(&trace)), ..trace };
    let text = trace.to_json();
    assert_eq!(Trace::from_json(&text).unwrap(), trace);
    let plain: itf::Trace<itf::Value> = serde_json::from_str(&text).unwrap();
    assert_eq!(plain.states.len(), trace.states.len().div_ceil(100), "only keyframes are ITF states");
    let broken = text.replacen("\"splice\":[101,0]", "\"splice\":[999,0]", 1);
    assert!(Trace::from_json(&broken).unwrap_err().to_string().contains("harness.deltas["));
}

/// The harness part that a trace of as many states would have.
fn long_harness(trace: &Trace) -> Harness {
    let mut harness = trace.harness.clone().unwrap();
    (harness.messages, harness.alternatives) = (Vec::new(), Vec::new());
    harness.steps = vec![Step::default(); trace.states.len()];
    harness.properties.clear();
    harness
}

#[test]
fn a_trace_exports_as_a_rust_test_and_as_markdown() {
    let model = export::RustModel { uses: "use toy::Toy;".to_owned(), expression: format!("{TOY:?}") };
    let source = export::to_rust(&violation(), Some(&model)).unwrap();
    assert!(source.contains("fn toy_does_not_break_t_s1()"), "{source}");
    assert!(source.contains(r##"r#"{"Grant":{"client":0}}"#"##), "{source}");
    assert!(source.contains(r#"quorate::test::replay(&model, "T-S1", 0, &events);"#), "{source}");
    assert_eq!(
        export::to_rust(&violation(), None).unwrap_err(),
        export::ExportError::NoSource("toy".to_owned())
    );
    let open = trace_of(&broken()[..2], "");
    assert_eq!(export::to_rust(&open, Some(&model)).unwrap_err(), export::ExportError::NothingBroken);
    let text = export::to_markdown(&violation());
    assert!(text.contains("sequenceDiagram\n  participant s as server 1"), "{text}");
    assert!(text.contains("s->>c1: 7. Grant 1"), "{text}");
    assert!(text.contains("7. client 1 receives Grant **T-S1 fails**"), "{text}");
    assert!(text.contains("`holds.1: false → true`"), "{text}");
}
