//! The scope of a mechanism notices when it is broken.

use quorate::engine::{Options, search};
use quorate::verdict::Verdict;
use quorate::world::Scope;
use quorate_checks::paxos::{
    history::{Executed, History},
    machine::{Core, Paxos},
    planted::{Defect, Notes, Planted, planted},
    refinement::refining,
    scopes,
};
use quorate_core::paxos::{Config, Message, Slot};
use quorate_machine::Input;

/// The claims that fall in `scope`.
fn fallen<M: Paxos>(scope: Scope<M, History<Executed>>) -> Vec<&'static str> {
    let report = search(&refining(scope), &Options::default());
    let fallen = report.findings.iter().filter(|finding| matches!(finding.verdict, Verdict::Violated { .. }));
    fallen.map(|finding| finding.claim.id()).collect()
}

macro_rules! broken {
    ($(#[$doc:meta])* $name:ident, $($method:item)*) => {
        $(#[$doc])*
        struct $name;

        impl Defect for $name {
            fn id(&self) -> &'static str {
                stringify!($name)
            }

            fn what(&self) -> &'static str {
                stringify!($name)
            }

            $($method)*
        }
    };
}

broken!(
    /// A replica campaigns without asking.
    Unasked,
    fn config(&self, config: &Config) -> Config {
        Config { pre_vote: false, ..*config }
    }
);

broken!(
    /// A leader notes too low an index for its reads.
    Stale,
    fn input(&self, _: &mut Notes, replica: &mut Core, input: Input<Core>) -> Input<Core> {
        match input {
            Input::Message { from, message: Message::Promise { ballot, chosen, first, accepted, more } } => {
                // What was reported to it is as good as forgotten when the index is noted.
                let accepted = if replica.chosen() == Slot(0) { Vec::new() } else { accepted };
                Input::Message { from, message: Message::Promise { ballot, chosen, first, accepted, more } }
            }
            input => input,
        }
    }
);

#[test]
fn a_campaign_without_pre_votes_is_noticed() {
    assert_eq!(fallen(planted(&Unasked, scopes::pre_vote::<Planted>())), ["pre-vote"]);
    assert_eq!(fallen(scopes::pre_vote::<Core>()), [""; 0]);
}

#[test]
fn a_read_below_what_phase_1_found_is_noticed() {
    let fallen = fallen(planted(&Stale, scopes::reads::<Planted>()));
    assert!(fallen.contains(&"read-index") && fallen.contains(&"PX-S17"), "{fallen:?}");
}
