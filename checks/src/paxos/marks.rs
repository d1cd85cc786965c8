//! The intervals of a run of the core, for its picture: who leads which ballot, and what clients wait for.

use super::{history::History, machine::Paxos, refine::Told, refinement::Refining};
use quorate::{
    trace::Mark,
    world::{Event, Observation, World},
};
use quorate_core::paxos::{Notice, Request, Response, Standing, Value};
use quorate_machine::NodeId;

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
    let mut asked = None;
    for seen in model.concrete().observations(before, event) {
        match seen {
            Observation::Requested { id, request: Request::Submit(command) } => {
                asked = Some((id, command));
                marks.push(Mark::Called {
                    id: name(node, command),
                    actor: actor(node),
                    label: format!("submit {command}"),
                });
            }
            // A command is turned down at once, or not at all.
            Observation::Replied { id, response } => {
                let command = asked.filter(|(asked, _)| *asked == id);
                let refused = command.zip(refusal(&response));
                marks.extend(refused.map(|((_, command), result)| turned(node, command, result)));
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
