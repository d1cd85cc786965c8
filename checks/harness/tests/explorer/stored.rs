//! Stored runs: the list, and the badge that only a replay earns.

use super::lock::{PORT, ask, check_all, desk, post, registry};
use serde_json::Value;
use std::fs;
use std::path::{Path, PathBuf};

fn get(desk: &quorate::explorer::Desk<'_>, url: &str) -> Value {
    let answer = desk.answer(&ask(url), PORT);
    assert_eq!(answer.status, 200, "{url}: {}", answer.body);
    serde_json::from_str(&answer.body).unwrap()
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let mut all: Vec<PathBuf> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    all.sort();
    all
}

#[test]
fn the_list_tells_planted_defects_from_witnesses_and_names_the_step() {
    let (registry, folder) = (registry(), tempfile::tempdir().unwrap());
    check_all(&registry, folder.path());
    let desk = desk(&registry, folder.path());
    let all = get(&desk, "/api/runs");
    let row = |model: &str, property: &str| {
        let own = |row: &&Value| row["model"] == model && row["property"] == property;
        all["runs"]
            .as_array()
            .unwrap()
            .iter()
            .find(own)
            .unwrap_or_else(|| panic!("no {model} {property} in {all}"))
    };
    let planted = row("careless", "L1");
    assert_eq!(
        (&planted["group"], &planted["verdict"], &planted["at"]),
        (&"planted".into(), &"violated".into(), &6.into())
    );
    assert_eq!(planted["spark"].as_array().unwrap().len(), 7);
    assert_eq!(row("careful", "L2")["group"], "witness");
    let names: Vec<&str> =
        all["models"].as_array().unwrap().iter().filter_map(|model| model["name"].as_str()).collect();
    assert_eq!(names, ["careful", "careless"]);
}

#[test]
fn a_trace_that_replays_is_verified_and_an_edited_one_never_is() {
    let (registry, folder) = (registry(), tempfile::tempdir().unwrap());
    check_all(&registry, folder.path());
    let path = files(folder.path()).into_iter().find(|path| path.to_string_lossy().contains("L1")).unwrap();
    let text = fs::read_to_string(&path).unwrap();
    let verdict = |text: &str| {
        let place = tempfile::tempdir().unwrap();
        fs::write(place.path().join("one.itf.json"), text).unwrap();
        let desk = desk(&registry, place.path());
        let id = get(&desk, "/api/runs")["runs"][0]["id"].as_str().unwrap().to_owned();
        get(&desk, &format!("/api/verify/{id}"))
    };
    let good = verdict(&text);
    assert_eq!(good["verified"], true, "{good}");

    let mut flipped: Value = serde_json::from_str(&text).unwrap();
    let values = flipped["harness"]["properties"][0]["values"].as_str().unwrap().replacen('T', "F", 1);
    flipped["harness"]["properties"][0]["values"] = values.into();
    let mut removed: Value = serde_json::from_str(&text).unwrap();
    removed["harness"]["messages"].as_array_mut().unwrap().remove(0);
    let mut edited: Value = serde_json::from_str(&text).unwrap();
    edited["states"][3]["clients"] = edited["states"][0]["clients"].clone();
    for (what, trace) in
        [("a verdict flipped", flipped), ("a message removed", removed), ("a state edited", edited)]
    {
        let bad = verdict(&trace.to_string());
        assert_eq!(bad["verified"], false, "{what}: {bad}");
        assert_eq!(bad.get("unknown"), None, "{what}: it was judged, not shrugged at");
        assert!(!bad["sentence"].as_str().unwrap().is_empty());
    }
    let foreign = verdict(r#"{"states":[{"x":1}]}"#);
    assert_eq!((&foreign["verified"], &foreign["unknown"]), (&false.into(), &true.into()));
}

#[test]
fn a_run_is_marked_shortened_compared_and_written_as_a_page() {
    let (registry, folder) = (registry(), tempfile::tempdir().unwrap());
    check_all(&registry, folder.path());
    let desk = desk(&registry, folder.path());
    let runs = get(&desk, "/api/runs");
    let bad = |row: &&Value| row["property"] == "L1";
    let id = runs["runs"].as_array().unwrap().iter().find(bad).unwrap()["id"].as_str().unwrap().to_owned();
    let made = |what: &str| -> Value {
        let answer = desk.answer(&post(&format!("/api/t/{id}/{what}"), "{}"), PORT);
        assert_eq!(answer.status, 200, "{what}: {}", answer.body);
        let new: Value = serde_json::from_str(&answer.body).unwrap();
        get(&desk, &format!("/api/t/{}", new["id"].as_str().unwrap()))
    };
    let marked = made("necessary");
    let steps = marked["harness"]["steps"].as_array().unwrap();
    assert!(steps.iter().skip(1).all(|step| step["necessary"] == true), "each of the six is needed");
    let risky = made("risk")["harness"].clone();
    let risk: Vec<u64> = risky["risk"].as_array().unwrap().iter().filter_map(Value::as_u64).collect();
    assert_eq!((risk.len(), risk[6]), (7, 100), "{risk:?}");
    assert!(risk[0] < risk[5] && risk.iter().all(|percent| *percent <= 100), "{risk:?}");
    assert!(risky["risk_method"].as_str().unwrap().starts_with("200 random continuations"));
    assert_eq!(made("minimise")["states"].as_array().unwrap().len(), 7);

    let near = made("nearest");
    let rows = near["harness"]["properties"].as_array().unwrap();
    assert!(
        rows.iter().all(|row| row["kind"] == "sometimes" || !row["values"].as_str().unwrap().contains('F'))
    );
    let token = |trace: &Value, step: usize| trace["harness"]["steps"][step]["token"].clone();
    let failing = get(&desk, &format!("/api/t/{id}"));
    let shared = (0..7).take_while(|step| token(&near, *step) == token(&failing, *step)).count();
    assert_eq!(shared, 6, "the passing run leaves at the last step");

    let page = desk.answer(&ask(&format!("/api/t/{id}/page")), PORT);
    assert!(page.kind.starts_with("text/html") && page.body.contains("at most one client holds the lock"));
}
