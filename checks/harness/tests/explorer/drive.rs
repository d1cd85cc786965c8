//! A model driven by hand.

use super::lock::{PORT, ask, desk, post, registry};
use serde_json::{Value, json};

fn walk(desk: &quorate::explorer::Desk<'_>, model: &str, tokens: &[String]) -> Value {
    let answer =
        desk.answer(&post(&format!("/api/m/{model}/path"), &json!({ "tokens": tokens }).to_string()), PORT);
    assert_eq!(answer.status, 200, "{}", answer.body);
    serde_json::from_str(&answer.body).unwrap()
}

fn offers(trace: &Value) -> Vec<Value> {
    trace["harness"]["alternatives"].as_array().unwrap().last().unwrap().as_array().unwrap().clone()
}

#[test]
fn a_path_grows_by_the_offers_and_warns_of_what_breaks() {
    let (registry, folder) = (registry(), tempfile::tempdir().unwrap());
    let desk = desk(&registry, folder.path());
    let mut tokens = vec!["init".to_owned()];
    for wanted in ["client 1 asks", "client 2 asks", "client 1", "client 2", "client 1 takes the lock"] {
        let trace = walk(&desk, "careless", &tokens);
        let offer = offers(&trace)
            .into_iter()
            .find(|offer| offer["label"].as_str().unwrap().contains(wanted))
            .unwrap();
        tokens.push(offer["token"].as_str().unwrap().to_owned());
    }
    let trace = walk(&desk, "lock%2Fplanted%2Fcareless%2Ftwo", &tokens);
    let last: Vec<Value> = offers(&trace).into_iter().filter(|offer| offer["breaks"][0] == "L1").collect();
    assert_eq!(last.len(), 1, "one offer would break the claim, and says so before it is taken");
    assert_eq!(trace["states"].as_array().unwrap().len(), 6);
}

#[test]
fn a_link_that_no_longer_fits_says_how_far_it_goes() {
    let (registry, folder) = (registry(), tempfile::tempdir().unwrap());
    let desk = desk(&registry, folder.path());
    let first = offers(&walk(&desk, "careful", &[]))[0]["token"].as_str().unwrap().to_owned();
    let trace = walk(&desk, "careful", &["init".to_owned(), first, "ffff".to_owned(), "eeee".to_owned()]);
    assert_eq!(trace["states"].as_array().unwrap().len(), 2);
    let notice = trace["harness"]["notices"][0].as_str().unwrap();
    assert!(notice.starts_with("1 of the 3 steps of this link still exist"), "{notice}");
}

#[test]
fn a_search_from_a_state_finds_the_shortest_way_or_says_there_is_none() {
    let (registry, folder) = (registry(), tempfile::tempdir().unwrap());
    let desk = desk(&registry, folder.path());
    let search = |model: &str, depth: usize| -> Value {
        let body = json!({ "tokens": ["init"], "depth": depth }).to_string();
        serde_json::from_str(&desk.answer(&post(&format!("/api/m/{model}/search"), &body), PORT).body)
            .unwrap()
    };
    let found = search("careless", 12);
    assert_eq!((found["found"].clone(), found["tokens"].as_array().unwrap().len()), (true.into(), 7));
    let none = search("careful", 12);
    assert!(
        none["sentence"].as_str().unwrap().starts_with("Nothing breaks within 12 steps from here"),
        "{none}"
    );
    assert_eq!(search("careless", 5)["found"], false);

    let asked = |property: &str| {
        let body = json!({ "tokens": ["init"], "depth": 12, "property": property }).to_string();
        desk.answer(&post("/api/m/careful/search", &body), PORT)
    };
    let reached: Value = serde_json::from_str(&asked("L2").body).unwrap();
    assert!(reached["sentence"].as_str().unwrap().contains("it reaches “"), "{reached}");
    assert_eq!(asked("L9").status, 400, "nothing is said of a property that does not exist");
}

#[test]
fn the_space_is_given_level_by_level() {
    let (registry, folder) = (registry(), tempfile::tempdir().unwrap());
    let desk = desk(&registry, folder.path());
    let graph = |url: &str| -> Value { serde_json::from_str(&desk.answer(&ask(url), PORT).body).unwrap() };
    let all = graph("/api/m/careless/graph?cap=1000");
    assert_eq!((all["nodes"].as_array().unwrap().len(), all["cut"].clone()), (16, false.into()));
    assert_eq!(all["nodes"].as_array().unwrap().iter().filter(|node| node["breaks"][0] == "L1").count(), 1);
    let levels: u64 = all["levels"].as_array().unwrap().iter().filter_map(Value::as_u64).sum();
    assert_eq!(levels, 16);
    assert_eq!(graph("/api/m/careless/graph?cap=5")["cut"], true);
}
