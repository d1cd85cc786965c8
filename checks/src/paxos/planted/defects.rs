//! One type a defect.

use super::{Defect, Disk, Notes, Sent};
use crate::paxos::machine::{Core, Part};
use quorate_core::{
    paxos::{Ballot, Config, Durable, Message, Slot, Standing, Write},
    quorum::Quorums,
};
use quorate_machine::{Input, Machine, NodeId};
use std::collections::BTreeSet;

macro_rules! defect {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Debug)]
        pub struct $name;
    };
}

defect!(
    /// A proposer ignores the values reported in promises.
    P01
);

impl Defect for P01 {
    fn id(&self) -> &'static str {
        "P01"
    }

    fn what(&self) -> &'static str {
        "proposer ignores the values reported in promises"
    }

    fn input(&self, _: &mut Notes, _: &mut Core, input: Input<Core>) -> Input<Core> {
        match input {
            Input::Message { from, message: Message::Promise { ballot, chosen, first, .. } } => {
                let (accepted, more) = (Vec::new(), false);
                let message = Message::Promise { ballot, chosen, first, accepted, more };
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
    fn id(&self) -> &'static str {
        "P03"
    }

    fn what(&self) -> &'static str {
        "a promise reports the ballot just promised as that of the accepted value"
    }

    fn sends(&self, _: &Notes, _: &Core, to: NodeId, mut message: Message<u8, Part>) -> Option<Sent> {
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
    fn id(&self) -> &'static str {
        "P05"
    }

    fn what(&self) -> &'static str {
        "accepted value not durable"
    }
}

/// The disk of P05: what was accepted is not kept.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Default)]
pub struct Forgetful;

impl Disk for Forgetful {
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
    fn id(&self) -> &'static str {
        "P07"
    }

    fn what(&self) -> &'static str {
        "prepare lowers the promise"
    }

    fn input(&self, _: &mut Notes, replica: &mut Core, input: Input<Core>) -> Input<Core> {
        if let Input::Message { message: Message::Prepare { ballot, .. }, .. } = &input
            && *ballot < replica.promised()
        {
            let mut durable = replica.durable().clone();
            durable.promised = Ballot::ZERO;
            *replica = Core::recover(replica.config(), replica.id(), &durable);
        }
        input
    }
}

/// The disk of P07: a promise takes the place of a higher one.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Default)]
pub struct Lowering;

impl Disk for Lowering {
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
    fn id(&self) -> &'static str {
        "P09"
    }

    fn what(&self) -> &'static str {
        "quorum off by one"
    }

    fn config(&self, config: &Config) -> Config {
        let half = config.replicas / 2;
        Config { quorums: Quorums { prepare: half, accept: half }, ..*config }
    }
}

/// Promises are counted, not collected: one that arrives twice counts as two replicas'.
#[derive(Debug)]
pub struct P13;

impl Defect for P13 {
    fn id(&self) -> &'static str {
        "P13"
    }

    fn what(&self) -> &'static str {
        "promises counted, not collected in a set"
    }

    fn input(&self, notes: &mut Notes, replica: &mut Core, input: Input<Core>) -> Input<Core> {
        let Input::Message { from, message: Message::Promise { ballot, chosen, first, accepted, more } } =
            input
        else {
            return input;
        };
        let mut voice = from;
        if replica.standing() == Standing::Candidate && ballot == replica.promised() {
            if ballot != notes.ballot {
                (notes.ballot, notes.counted) = (ballot, BTreeSet::new());
            }
            let mut others = (0..replica.config().replicas).map(NodeId);
            if notes.counted.contains(&from) {
                voice = others.find(|other| !notes.counted.contains(other)).unwrap_or(from);
            }
            notes.counted.insert(voice);
        }
        Input::Message { from: voice, message: Message::Promise { ballot, chosen, first, accepted, more } }
    }
}

defect!(
    /// Acceptances are counted whatever their ballot.
    P15
);

impl Defect for P15 {
    fn id(&self) -> &'static str {
        "P15"
    }

    fn what(&self) -> &'static str {
        "accepts counted across ballots"
    }

    fn input(&self, _: &mut Notes, replica: &mut Core, input: Input<Core>) -> Input<Core> {
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
    fn id(&self) -> &'static str {
        "P27"
    }

    fn what(&self) -> &'static str {
        "an acceptor with an empty log acknowledges over a gap"
    }

    fn input(&self, _: &mut Notes, replica: &mut Core, mut input: Input<Core>) -> Input<Core> {
        if let Input::Message { message: Message::Accept { floor, first, .. }, .. } = &mut input
            && replica.durable().end() == Slot(0)
        {
            *floor = *first;
        }
        input
    }
}
