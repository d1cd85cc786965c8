//! How a step looks: one arrow per message, from proposers over acceptors to learners.

use quorate_spec::{Actor, Picture, Said};

use super::action::Action;
use super::state::{Agree, Proposal, State};

/// The lanes: proposers, acceptors, learners.
pub(super) fn actors(init: &State) -> Vec<Actor> {
    let lanes = |letter: char, role: &'static str, count: usize| {
        (1..=count).map(move |number| Actor::new(format!("{letter}{number}"), role, number))
    };
    lanes('p', "proposer", init.drawn.len())
        .chain(lanes('a', "acceptor", init.acceptors.len()))
        .chain(lanes('l', "learner", init.learners.len()))
        .collect()
}

/// The step from `before` over `action` to `after`.
pub(super) fn picture(before: &State, action: &Action, after: &State) -> Picture {
    let mut picture =
        Picture { sends: sent(before, after), kind: super::kind(action).to_string(), ..Picture::default() };
    match action {
        Action::Propose { proposer, number } => {
            picture.actor = Some(format!("p{}", proposer + 1));
            picture.label = format!("proposer {} draws {number} and sends it to all acceptors", proposer + 1);
        }
        Action::Receive(proposal) => {
            let message = proposed(after, proposal);
            let answer = if picture.sends.is_empty() { "stays silent" } else { "agrees" };
            picture.actor = Some(message.to.clone());
            picture.label =
                format!("acceptor {} receives {} and {answer}", proposal.acceptor + 1, message.label);
            picture.receives = Some(message);
        }
        Action::Learn(agree) => {
            let message = agreed(agree);
            let learned = after.learners[agree.learner as usize].learned;
            let learned =
                learned.map_or("has learned nothing".to_owned(), |value| format!("has learned {value}"));
            picture.actor = Some(message.to.clone());
            picture.label = format!("learner {} receives {} and {learned}", agree.learner + 1, message.label);
            picture.receives = Some(message);
        }
        Action::Crash { acceptor } => {
            picture.actor = Some(format!("a{}", acceptor + 1));
            picture.label = format!("acceptor {} crashes for good", acceptor + 1);
            picture.fault = Some("crash".to_owned());
        }
    }
    picture
}

fn sent(before: &State, after: &State) -> Vec<Said> {
    let proposals = after.proposals.difference(&before.proposals).map(|proposal| proposed(after, proposal));
    let agrees = after.agrees.difference(&before.agrees).map(agreed);
    proposals.chain(agrees).collect()
}

fn proposed(after: &State, proposal: &Proposal) -> Said {
    let Proposal { proposer, acceptor } = proposal;
    let number = after.drawn[*proposer as usize].expect("a proposal in flight was drawn");
    Said {
        key: format!("propose-{proposer}-{acceptor}"),
        kind: "Propose".to_owned(),
        label: format!("Propose {number}"),
        from: format!("p{}", proposer + 1),
        to: format!("a{}", acceptor + 1),
    }
}

fn agreed(agree: &Agree) -> Said {
    let Agree { acceptor, learner, number } = agree;
    Said {
        key: format!("agree-{acceptor}-{learner}-{number}"),
        kind: "Agree".to_owned(),
        label: format!("Agree {number}"),
        from: format!("a{}", acceptor + 1),
        to: format!("l{}", learner + 1),
    }
}
