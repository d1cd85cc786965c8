//! A model driven by hand: paths, searches from a state, the space around the start.

use super::desk::{Answer, Desk};
use crate::registry::{Found, Goal, Identity, LiveModel};
use serde::Deserialize;
use serde_json::{Value, json};
use std::sync::Arc;

/// States that one search from a state may look at.
const SEARCH_STATES: u64 = 200_000;

/// The largest graph that is sent, in states.
const MOST_STATES: usize = 20_000;

#[derive(Deserialize)]
struct PathAsk {
    #[serde(default)]
    tokens: Vec<String>,
    #[serde(default)]
    depth: Option<usize>,
    #[serde(default)]
    property: Option<String>,
}

/// A model's full name, which tells it from all others: `paxos/exhaustive/naive-n1/agreement`.
pub(super) fn full_name(identity: &Identity) -> String {
    let Identity { protocol, kind, model, scope, .. } = identity;
    [protocol, kind, model, scope].map(String::as_str).join("/")
}

/// The models, each under the shortest name that finds it.
pub(super) fn list(desk: &Desk<'_>) -> Vec<Value> {
    let row = |live: &Arc<dyn LiveModel>| {
        let own = live.identity();
        let names = [own.model.clone(), format!("{}/{}", own.protocol, own.model)];
        let finds =
            |name: &&String| desk.registry.model_named(name).is_some_and(|other| other.identity() == own);
        let name = names.iter().find(finds).cloned().unwrap_or_else(|| full_name(own));
        json!({
            "name": name, "protocol": own.protocol, "kind": own.kind, "model": own.model,
            "scope": own.scope, "says": own.says,
        })
    };
    desk.registry.models().map(row).collect()
}

/// The model of that name, full or short.
pub(super) fn named<'r>(desk: &Desk<'r>, name: &str) -> Option<&'r Arc<dyn LiveModel>> {
    let full = desk.registry.models().find(|live| full_name(live.identity()) == name);
    full.or_else(|| desk.registry.model_named(name))
}

/// The whole path along some tokens, with what can happen in every state of it.
pub(super) fn path(live: &dyn LiveModel, body: &str) -> Answer {
    let Ok(ask) = serde_json::from_str::<PathAsk>(body) else {
        return Answer::wrong("a path is {\"tokens\": [...]}");
    };
    let walk = live.walk(&ask.tokens);
    let mut trace = walk.trace;
    if walk.followed < ask.tokens.len()
        && let Some(harness) = &mut trace.harness
    {
        let notice = format!(
            "{} of the {} steps of this link still exist; the next one is not on offer here any more.",
            harness.steps.len() - 1,
            ask.tokens.iter().filter(|token| !token.starts_with("init")).count(),
        );
        harness.extra.insert("notices".to_owned(), json!([notice]));
    }
    Answer::json(trace.to_json())
}

/// The nearest state that breaks a property (any, or the one asked for) or reaches it, from the end of a path.
pub(super) fn search(live: &dyn LiveModel, body: &str) -> Answer {
    let Ok(ask) = serde_json::from_str::<PathAsk>(body) else {
        return Answer::wrong("a search is {\"tokens\": [...], \"depth\": n}");
    };
    let depth = ask.depth.unwrap_or(12).min(200);
    let claims = live.claims();
    let wanted = claims.iter().filter(|claim| match &ask.property {
        Some(property) => claim.id == *property,
        None => claim.kind != "sometimes",
    });
    let reach =
        claims.iter().any(|claim| Some(&claim.id) == ask.property.as_ref() && claim.kind == "sometimes");
    if let Some(unknown) = ask.property.as_ref().filter(|id| claims.iter().all(|claim| claim.id != **id)) {
        return Answer::wrong(format!("this model has no property {unknown}"));
    }
    let mut best: Option<(String, Found)> = None;
    let (mut states, mut exhausted) = (0, true);
    for claim in wanted {
        let found = live.find(&ask.tokens, &Goal { property: claim.id.clone(), depth }, SEARCH_STATES);
        states = states.max(found.states);
        exhausted &= found.exhausted || found.trace.is_some();
        let length = |found: &Found| found.trace.as_ref().map_or(usize::MAX, |trace| trace.states.len());
        if found.trace.is_some() && best.as_ref().is_none_or(|(_, known)| length(&found) < length(known)) {
            best = Some((claim.text.clone(), found));
        }
    }
    let Some((text, Found { trace: Some(trace), .. })) = best else {
        let sentence = match exhausted {
            true => {
                let what = if reach { "It is not reached" } else { "Nothing breaks" };
                format!("{what} within {depth} steps from here ({states} states, all of them).")
            }
            false => format!("Nothing found among {states} states; there are more within {depth} steps."),
        };
        return Answer::value(&json!({ "found": false, "sentence": sentence, "tokens": [] }));
    };
    let steps = trace.harness.map(|harness| harness.steps).unwrap_or_default();
    let tokens: Vec<String> = steps.into_iter().map(|step| step.token).collect();
    let does = if reach { "reaches" } else { "breaks" };
    let sentence = format!("Found, {} steps from the start: it {does} “{text}”.", tokens.len() - 1);
    Answer::value(&json!({ "found": true, "sentence": sentence, "tokens": tokens }))
}

/// The first states, level by level.
pub(super) fn graph(live: &dyn LiveModel, cap: usize) -> Answer {
    let graph = live.graph(cap.clamp(1, MOST_STATES));
    let claims: Vec<Value> = live
        .claims()
        .into_iter()
        .map(|claim| json!({ "id": claim.id, "text": claim.text, "kind": claim.kind }))
        .collect();
    let Ok(Value::Object(mut all)) = serde_json::to_value(&graph) else {
        return Answer::broken("the graph cannot be written");
    };
    all.insert("model".to_owned(), json!(live.identity().model));
    all.insert("says".to_owned(), json!(live.identity().says));
    all.insert("kinds".to_owned(), json!(live.kinds()));
    all.insert("claims".to_owned(), Value::Array(claims));
    Answer::value(&Value::Object(all))
}
