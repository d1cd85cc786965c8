//! Each mechanism's scope notices when the mechanism is broken.

use quorate::engine::{Options, search};
use quorate::verdict::Verdict;
use quorate::world::Scope;
use quorate_checks::paxos::{
    history::{Executed, History},
    machine::{Core, Part, Paxos},
    planted::{Defect, Planted, Sent},
    refinement::{lean, refining},
    scopes,
};
use quorate_core::paxos::{Config, Message, Slot, TimerKind};
use quorate_machine::{Input, Machine, NodeId};
use serde::{Deserialize, Serialize};

/// The claims that fall in `scope`.
fn fallen<M: Paxos>(scope: Scope<M, History<Executed>>) -> Vec<&'static str> {
    let report = search(&refining(lean(scope)), &Options::default());
    let fallen = report.findings.iter().filter(|finding| matches!(finding.verdict, Verdict::Violated { .. }));
    fallen.map(|finding| finding.claim.id()).collect()
}

macro_rules! broken {
    ($(#[$doc:meta])* $name:ident, $($method:item)*) => {
        $(#[$doc])*
        #[derive(Clone, PartialEq, Eq, Hash, Debug, Default, Serialize, Deserialize)]
        struct $name;

        impl Defect for $name {
            const ID: &'static str = stringify!($name);
            const WHAT: &'static str = stringify!($name);
            $($method)*
        }
    };
}

broken!(
    /// A replica campaigns without asking.
    Unasked,
    fn config(config: &Config) -> Config {
        Config { pre_vote: false, ..*config }
    }
);

broken!(
    /// A leader sends whatever it has to whoever it likes.
    Generous,
    fn config(config: &Config) -> Config {
        Config { peer_window: 2, ..*config }
    }
);

broken!(
    /// A leader hands over while what it proposed is under way.
    Hasty,
    fn sends(&self, _: &Core, to: NodeId, message: Message<u8, Part>) -> Option<Sent> {
        match message {
            Message::Accept { ballot, .. } => Some((to, Message::TimeoutNow { ballot })),
            message => Some((to, message)),
        }
    }
);

broken!(
    /// Whoever is told to take over forgets that it was stopped.
    Restless,
    fn input(&mut self, replica: &mut Core, input: Input<Core>) -> Input<Core> {
        let is_told = matches!(input, Input::Message { message: Message::TimeoutNow { .. }, .. });
        if replica.is_stopped() && (is_told || matches!(input, Input::Timer(TimerKind::Election))) {
            *replica = Core::recover(replica.config(), replica.id(), &replica.durable().clone());
        }
        input
    }
);

broken!(
    /// A leader answers reads in a round that began before they were asked.
    Stale,
    fn input(&mut self, replica: &mut Core, input: Input<Core>) -> Input<Core> {
        match input {
            Input::Message { from, message: Message::Promise { ballot, chosen, first, accepted } } => {
                // What was reported to it is as good as forgotten when the index is noted.
                let accepted = if replica.chosen() == Slot(0) { Vec::new() } else { accepted };
                Input::Message { from, message: Message::Promise { ballot, chosen, first, accepted } }
            }
            input => input,
        }
    }
);

#[test]
fn a_campaign_without_pre_votes_is_noticed() {
    assert_eq!(fallen(scopes::pre_vote::<Planted<Unasked>>()), ["pre-vote"]);
    assert_eq!(fallen(scopes::pre_vote::<Core>()), [""; 0]);
}

#[test]
fn a_proposal_beyond_the_window_is_noticed() {
    assert_eq!(fallen(scopes::flow::<Planted<Generous>>()), ["window"]);
    assert_eq!(fallen(scopes::flow::<Core>()), [""; 0]);
}

#[test]
fn a_transfer_before_all_is_chosen_is_noticed() {
    assert!(fallen(scopes::transfer::<Planted<Hasty>>()).contains(&"hands-over"));
    assert_eq!(fallen(scopes::transfer::<Core>()), [""; 0]);
}

#[test]
fn a_stopped_replica_that_campaigns_is_noticed() {
    let mut scope = scopes::stop::<Planted<Restless>>();
    // One is asked to stop, and then, as the successor, to take over.
    scope.requests.push(scope.requests[1].clone());
    assert_eq!(fallen(scope), ["stops"]);
    assert_eq!(fallen(scopes::stop::<Core>()), [""; 0]);
}

#[test]
fn a_read_below_what_phase_1_found_is_noticed() {
    let fallen = fallen(scopes::reads::<Planted<Stale>>());
    assert!(fallen.contains(&"read-index") && fallen.contains(&"PX-S17"), "{fallen:?}");
}
