//! One type a defect.

use super::{Defect, Sent};
use crate::paxos::machine::{Core, Part};
use quorate_core::{
    paxos::{Ballot, Config, Durable, Message, Slot, Standing, Write},
    quorum::Quorums,
};
use quorate_machine::{Input, Machine, NodeId};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

macro_rules! defect {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, PartialEq, Eq, Hash, Debug, Default, Serialize, Deserialize)]
        pub struct $name;
    };
}

defect!(
    /// A proposer ignores the values reported in promises.
    P01
);

impl Defect for P01 {
    const ID: &'static str = "P01";
    const WHAT: &'static str = "proposer ignores the values reported in promises";

    fn input(&mut self, _: &mut Core, input: Input<Core>) -> Input<Core> {
        match input {
            Input::Message { from, message: Message::Promise { ballot, chosen, first, .. } } => {
                let message = Message::Promise { ballot, chosen, first, accepted: Vec::new() };
                Input::Message { from, message }
            }
            input => input,
        }
    }
}

defect!(
    /// One variable for the promised and the accepted ballot.
    P03
);

impl Defect for P03 {
    const ID: &'static str = "P03";
    const WHAT: &'static str = "a promise reports the ballot just promised as that of the accepted value";

    fn sends(&self, _: &Core, to: NodeId, mut message: Message<u8, Part>) -> Option<Sent> {
        if let Message::Promise { ballot, accepted, .. } = &mut message {
            for entry in accepted.iter_mut().flatten() {
                entry.ballot = *ballot;
            }
        }
        Some((to, message))
    }
}

defect!(
    /// What was accepted is not durable.
    P05
);

impl Defect for P05 {
    const ID: &'static str = "P05";
    const WHAT: &'static str = "accepted value not durable";

    fn persist(durable: &mut Durable<u8, Part>, write: &Write<u8, Part>) {
        match write {
            Write::Accept { ballot, .. } => durable.apply(&Write::Promise(*ballot)),
            write => durable.apply(write),
        }
    }
}

defect!(
    /// A prepare of any ballot is promised.
    P07
);

impl Defect for P07 {
    const ID: &'static str = "P07";
    const WHAT: &'static str = "prepare lowers the promise";

    fn input(&mut self, replica: &mut Core, input: Input<Core>) -> Input<Core> {
        if let Input::Message { message: Message::Prepare { ballot, .. }, .. } = &input
            && *ballot < replica.promised()
        {
            let mut durable = replica.durable().clone();
            durable.promised = Ballot::ZERO;
            *replica = Core::recover(replica.config(), replica.id(), &durable);
        }
        input
    }

    fn persist(durable: &mut Durable<u8, Part>, write: &Write<u8, Part>) {
        durable.apply(write);
        if let Write::Promise(ballot) = write {
            durable.promised = *ballot;
        }
    }
}

defect!(
    /// n/2 is taken for a majority.
    P09
);

impl Defect for P09 {
    const ID: &'static str = "P09";
    const WHAT: &'static str = "quorum off by one";

    fn config(config: &Config) -> Config {
        let half = config.replicas / 2;
        Config { quorums: Quorums { prepare: half, accept: half }, ..*config }
    }
}

/// Promises are counted, not collected: one that arrives twice counts as two replicas'.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Default, Serialize, Deserialize)]
pub struct P13 {
    ballot: Ballot,
    counted: BTreeSet<NodeId>,
}

impl Defect for P13 {
    const ID: &'static str = "P13";
    const WHAT: &'static str = "promises counted, not collected in a set";

    fn input(&mut self, replica: &mut Core, input: Input<Core>) -> Input<Core> {
        let Input::Message { from, message: Message::Promise { ballot, chosen, first, accepted } } = input
        else {
            return input;
        };
        let mut voice = from;
        if replica.standing() == Standing::Candidate && ballot == replica.promised() {
            if ballot != self.ballot {
                *self = P13 { ballot, counted: BTreeSet::new() };
            }
            let mut others = (0..replica.config().replicas).map(NodeId);
            if self.counted.contains(&from) {
                voice = others.find(|other| !self.counted.contains(other)).unwrap_or(from);
            }
            self.counted.insert(voice);
        }
        Input::Message { from: voice, message: Message::Promise { ballot, chosen, first, accepted } }
    }
}

defect!(
    /// Acceptances are counted whatever their ballot.
    P15
);

impl Defect for P15 {
    const ID: &'static str = "P15";
    const WHAT: &'static str = "accepts counted across ballots";

    fn input(&mut self, replica: &mut Core, input: Input<Core>) -> Input<Core> {
        match input {
            Input::Message { from, message: Message::Accepted { upto, .. } }
                if replica.standing() == Standing::Leader =>
            {
                Input::Message { from, message: Message::Accepted { ballot: replica.promised(), upto } }
            }
            input => input,
        }
    }
}

defect!(
    /// An acknowledgement covers the gap below what was accepted.
    P27
);

impl Defect for P27 {
    const ID: &'static str = "P27";
    const WHAT: &'static str = "an acceptor with an empty log acknowledges over a gap";

    fn input(&mut self, replica: &mut Core, mut input: Input<Core>) -> Input<Core> {
        if let Input::Message { message: Message::Accept { floor, first, .. }, .. } = &mut input
            && replica.durable().end() == Slot(0)
        {
            *floor = *first;
        }
        input
    }
}
