//! The intervals of a run of the core, for its picture: who leads which ballot, and what clients wait for.

use super::{history::History, machine::Paxos, refine::Told, refinement::Refining};
use quorate::{
    trace::Mark,
    world::{Event, Observation, World},
};
use quorate_core::paxos::{Notice, Request, Response, Standing, Value};
use quorate_machine::{NodeId, RequestId};

/// What begins and ends with `event`. A replica is drawn as a leader while it takes itself for one; a request lasts
/// from its arrival until its replica announces that the command is chosen, or turns it away.
pub fn marks<M: Paxos, D: Told<M>>(
    model: &Refining<M, D>,
    before: &World<M, History<D>>,
    event: &Event<M>,
    after: &World<M, History<D>>,
) -> Vec<Mark> {
    let Some(node) = event.node() else { return Vec::new() };
    let replica = after.node(node).driver().map(|driver| driver.machine().replica());
    let leads = replica.filter(|replica| replica.standing() == Standing::Leader);
    let what = leads.map(|replica| format!("leader of {}", replica.promised()));
    let mut marks = vec![Mark::Becomes { actor: actor(node), what }];
    let world = model.concrete();
    for seen in world.observations(before, event) {
        match seen {
            Observation::Requested { request: Request::Submit(command), .. } => marks.push(Mark::Called {
                id: name(node, command),
                actor: actor(node),
                label: format!("submit {command}"),
            }),
            Observation::Replied { id, response } => {
                let command = asked(&world.scope().requests, id);
                marks.extend(
                    command.zip(refusal(&response)).map(|(command, result)| turned(node, command, result)),
                );
            }
            Observation::Published(Notice::Chosen { first, values }) => {
                for (slot, value) in super::history::slots(first, &values) {
                    if let Value::Command(command) = value {
                        marks.push(turned(node, *command, format!("chosen in slot {slot}")));
                    }
                }
            }
            _ => {}
        }
    }
    marks
}

fn actor(node: NodeId) -> String {
    format!("r{node}")
}

fn name(node: NodeId, command: u8) -> String {
    format!("{command} at {}", actor(node))
}

fn turned(node: NodeId, command: u8, result: String) -> Mark {
    Mark::Returned { id: name(node, command), result }
}

/// The command of a request, by the script.
fn asked(script: &[Request<u8>], id: RequestId) -> Option<u8> {
    match script.get(usize::try_from(id.0).ok()?)? {
        Request::Submit(command) => Some(*command),
        Request::Confirm | Request::Transfer { .. } | Request::Stop => None,
    }
}

/// The answer that ends a request at once; a command that is queued goes on.
fn refusal(response: &Response) -> Option<String> {
    match response {
        Response::NotLeader { .. } => Some("not the leader".to_owned()),
        Response::Full => Some("full".to_owned()),
        Response::Queued { .. }
        | Response::Confirmed { .. }
        | Response::Transferred { .. }
        | Response::NotTransferred
        | Response::Stopping => None,
    }
}
