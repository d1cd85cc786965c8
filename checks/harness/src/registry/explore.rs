//! Walks, small searches and small graphs on one model, for whoever looks at it: from any state, with a cap.
//!
//! The engine answers what is asked of a whole model. This answers what is asked while looking at one state of it.

use crate::engine::fingerprint;
use crate::steps::{self, Attempt};
use crate::trace::{Form, Recorder, Trace, init_index, named, tokens};
use crate::verdict::Run;
use quorate_spec::Spec;
use serde::Serialize;
use stateright::Model;
use std::collections::{HashMap, HashSet};
use std::fmt::Debug;
use std::hash::Hash;

/// What to look for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Goal {
    /// The property that is to fall (or, for `sometimes`, to be reached).
    pub property: String,
    /// At most so many steps from where the search starts.
    pub depth: usize,
}

/// What a small search found.
#[derive(Clone, Debug, PartialEq)]
pub struct Found {
    /// The shortest run to the goal, from the initial state on.
    pub trace: Option<Trace>,
    /// States examined.
    pub states: u64,
    /// Was everything within the depth examined? Only then does "not found" mean "not there".
    pub exhausted: bool,
}

/// The first states of a model.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Graph {
    /// The states, level by level.
    pub nodes: Vec<Node>,
    /// The steps between them.
    pub edges: Vec<Edge>,
    /// How many states each level has, as far as they were seen.
    pub levels: Vec<u64>,
    /// Is there more than is shown?
    pub cut: bool,
}

/// One state of a graph.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Node {
    /// Steps from the nearest initial state.
    pub level: u32,
    /// The state before it on a shortest path; `None` for an initial one.
    pub parent: Option<u32>,
    /// The token of the step from there, or of the initial state.
    pub token: String,
    /// The properties that fail here.
    pub breaks: Vec<String>,
    /// Can nothing happen here?
    pub end: bool,
}

/// One step of a graph.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Edge {
    /// The state before, by place.
    pub from: u32,
    /// The state after, by place.
    pub to: u32,
    /// The kind of action.
    pub kind: &'static str,
}

/// The actions on offer in `state`, with their texts.
fn offers<M: Spec>(model: &M, state: &M::State) -> (Vec<M::Action>, Vec<String>)
where
    M::Action: Debug,
{
    let actions = steps::offers(model, state);
    let texts: Vec<String> = actions.iter().map(|action| model.format_action(action)).collect();
    (actions, texts)
}

/// The run along `tokens`, and how many of them it could follow.
///
/// # Panics
/// If the model has no initial state within its boundary.
pub(crate) fn follow<M>(model: &M, tokens: &[String]) -> (Run<M>, usize)
where
    M: Spec,
    M::State: Clone,
    M::Action: Clone + Debug,
{
    let mut inits = steps::initial(model);
    assert!(!inits.is_empty(), "the model has no initial state within its boundary");
    let chosen = tokens.first().and_then(|token| init_index(token));
    let known = chosen.and_then(|place| inits.iter().position(|(own, _)| *own == place));
    let mut run = Run { init: inits.swap_remove(known.unwrap_or(0)).1, steps: Vec::new() };
    let skip = usize::from(chosen.is_some());
    if chosen.is_some() && known.is_none() {
        return (run, 0);
    }
    let mut followed = skip;
    for token in &tokens[skip..] {
        let (mut actions, texts) = offers(model, run.last());
        let Some(place) = named(&texts, token) else { break };
        let action = actions.swap_remove(place);
        let Some(next) = steps::take(model, run.last(), action.clone()) else { break };
        run.steps.push((action, next));
        followed += 1;
    }
    (run, followed)
}

/// A state that a small search has seen: how it was come by (the place of the state before, and the action), and it.
type Seen<M> = (Option<(usize, <M as Model>::Action)>, <M as Model>::State);

/// Searches for the shortest run to the goal: from the end of `start`, or from every initial state.
pub(crate) fn find<M>(
    model: &M,
    form: &Form<M>,
    start: Option<Run<M>>,
    goal: &Goal,
    states: u64,
) -> (Option<Run<M>>, Found)
where
    M: Spec,
    M::State: Clone + Hash,
    M::Action: Clone + Debug,
{
    let recorder = Recorder::new(model, *form);
    let mut seen: Vec<Seen<M>> = Vec::new();
    let mut known: HashSet<u128> = HashSet::new();
    let initial = || steps::initial(model).into_iter().map(|(_, state)| state).collect();
    let starts = start.as_ref().map_or_else(initial, |run| vec![run.last().clone()]);
    for state in starts {
        known.insert(fingerprint(&state));
        seen.push((None, state));
    }
    let mut summary = Found { trace: None, states: 0, exhausted: true };
    let hit_at_start = seen.iter().position(|(_, state)| recorder.shows(&goal.property, None, state));
    if let Some(at) = hit_at_start {
        return (Some(path(&seen, at, start)), summary);
    }
    let (mut at, mut level_end, mut depth) = (0, seen.len(), 0);
    while at < seen.len() && depth < goal.depth {
        let state = seen[at].1.clone();
        for action in steps::offers(model, &state) {
            let Some(next) = steps::take(model, &state, action.clone()) else { continue };
            let shows = recorder.shows(&goal.property, Some((&state, &action)), &next);
            if shows || known.insert(fingerprint(&next)) {
                seen.push((Some((at, action)), next));
            }
            if shows {
                summary.states = known.len() as u64;
                return (Some(path(&seen, seen.len() - 1, start)), summary);
            }
        }
        at += 1;
        if at == level_end {
            (level_end, depth) = (seen.len(), depth + 1);
        }
        if known.len() as u64 >= states {
            summary.exhausted = false;
            break;
        }
    }
    summary.states = known.len() as u64;
    (None, summary)
}

/// The run to `seen[at]`, behind `start` if there is one.
fn path<M>(seen: &[Seen<M>], at: usize, start: Option<Run<M>>) -> Run<M>
where
    M: Spec,
    M::State: Clone,
    M::Action: Clone,
{
    let mut steps = Vec::new();
    let mut now = at;
    while let (Some((parent, action)), state) = &seen[now] {
        steps.push((action.clone(), state.clone()));
        now = *parent;
    }
    steps.reverse();
    let mut run = start.unwrap_or_else(|| Run { init: seen[now].1.clone(), steps: Vec::new() });
    run.steps.extend(steps);
    run
}

/// The first `cap` states, level by level.
pub(crate) fn graph<M>(model: &M, form: &Form<M>, cap: usize) -> Graph
where
    M: Spec,
    M::State: Clone + Hash,
    M::Action: Clone + Debug,
{
    let recorder = Recorder::new(model, *form);
    let mut all = Graph { nodes: Vec::new(), edges: Vec::new(), levels: Vec::new(), cut: false };
    let mut states: Vec<M::State> = Vec::new();
    let mut known: HashMap<u128, u32> = HashMap::new();
    let mut add = |all: &mut Graph, states: &mut Vec<M::State>, state: M::State, node: Node| -> Option<u32> {
        if let Some(place) = known.get(&fingerprint(&state)) {
            return Some(*place);
        }
        if states.len() >= cap {
            all.cut = true;
            return None;
        }
        let place = states.len() as u32;
        known.insert(fingerprint(&state), place);
        let level = node.level as usize;
        all.levels.resize(all.levels.len().max(level + 1), 0);
        all.levels[level] += 1;
        all.nodes.push(node);
        states.push(state);
        Some(place)
    };
    for (index, state) in steps::initial(model) {
        let token = crate::trace::init_token(index);
        let breaks = recorder.broken_at(&state);
        add(&mut all, &mut states, state, Node { level: 0, parent: None, token, breaks, end: true });
    }
    let mut at = 0;
    while at < states.len() {
        let state = states[at].clone();
        let (actions, texts) = offers(model, &state);
        for (action, token) in actions.into_iter().zip(tokens(&texts)) {
            let next = match steps::attempt(model, &state, action.clone()) {
                Attempt::Ignored => continue,
                Attempt::Outside(_) => {
                    all.nodes[at].end = false;
                    continue;
                }
                Attempt::To(next) => next,
            };
            all.nodes[at].end = false;
            let breaks = recorder.broken(&state, &action, &next);
            let level = all.nodes[at].level + 1;
            let node = Node { level, parent: Some(at as u32), token, breaks, end: true };
            if let Some(to) = add(&mut all, &mut states, next, node) {
                all.edges.push(Edge { from: at as u32, to, kind: model.kind(&action).0 });
            }
        }
        at += 1;
    }
    all
}
