//! The state graph itself, kept whole: for looking at, and for what must be decided on cycles.

use super::fingerprint::fingerprint;
use crate::steps;
use hashbrown::HashTable;
use stateright::Model;
use std::hash::Hash;

/// One step of a graph.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Edge<A> {
    /// The number of the state before.
    pub from: u32,
    /// What is done there.
    pub action: A,
    /// The number of the state after.
    pub to: u32,
}

/// States and steps, numbered breadth-first: the same in every run.
pub struct Graph<M: Model> {
    /// The states. The initial ones come first.
    pub states: Vec<M::State>,
    /// How many of them are initial.
    pub initial: usize,
    /// For every state, its distance from the initial ones, in steps.
    pub depths: Vec<u32>,
    /// Every step from a state to a state, by the state before.
    pub edges: Vec<Edge<M::Action>>,
    /// States that were not expanded, because there are more than were asked for. 0: the graph is complete.
    pub open: usize,
}

/// The graph of a model, as far as `most` states.
pub fn graph<M>(model: &M, most: usize) -> Graph<M>
where
    M: Model,
    M::State: Clone + Eq + Hash,
    M::Action: Clone,
{
    let mut graph: Graph<M> =
        Graph { states: Vec::new(), initial: 0, depths: Vec::new(), edges: Vec::new(), open: 0 };
    let mut known = HashTable::new();
    for (_, state) in steps::initial(model) {
        number(&mut graph, &mut known, state, 0, most);
    }
    graph.initial = graph.states.len();
    let mut from = 0;
    while from < graph.states.len() {
        let state: M::State = graph.states[from].clone();
        let before = graph.edges.len();
        for action in steps::offers(model, &state) {
            let Some(next) = steps::take(model, &state, action.clone()) else { continue };
            let depth = graph.depths[from] + 1;
            let Some(to) = number(&mut graph, &mut known, next, depth, most) else {
                // A state whose successors do not all fit counts as open, with none of its steps.
                graph.edges.truncate(before);
                graph.open += 1;
                break;
            };
            graph.edges.push(Edge { from: from as u32, action, to });
        }
        from += 1;
    }
    graph
}

/// The number of a state, a new one if it was not known; `None` if there is no room for it.
fn number<M: Model>(
    graph: &mut Graph<M>,
    known: &mut HashTable<u32>,
    state: M::State,
    depth: u32,
    most: usize,
) -> Option<u32>
where
    M::State: Eq + Hash,
{
    let hash = |state: &M::State| fingerprint(state) as u64;
    let print = hash(&state);
    if let Some(number) = known.find(print, |number| graph.states[*number as usize] == state) {
        return Some(*number);
    }
    if graph.states.len() >= most {
        return None;
    }
    let number = graph.states.len() as u32;
    known.insert_unique(print, number, |number| hash(&graph.states[*number as usize]));
    graph.states.push(state);
    graph.depths.push(depth);
    Some(number)
}
