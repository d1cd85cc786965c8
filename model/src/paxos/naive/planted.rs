//! What each reading is expected to show.
//!
//! The readings are themselves the planted defects: nothing has to be broken first.

use super::{Naive, Variant};
use crate::{Expectation, Scope};

/// Every scope in which the readings are checked, N1 to N7 in order.
pub fn all() -> Vec<(Variant, Scope<Naive>)> {
    Variant::ALL
        .into_iter()
        .flat_map(|variant| scopes(variant).into_iter().map(move |scope| (variant, scope)))
        .collect()
}

/// The scopes of one reading, the plain one first.
pub fn scopes(variant: Variant) -> Vec<Scope<Naive>> {
    let model = Naive::new(variant);
    let broken = |steps| Expectation::Violated { steps };
    let plain =
        |says, expect| Scope { name: "two-proposers", says, model: model.clone(), depth: None, expect };
    match variant {
        Variant::N1 => vec![plain(
            "a learner that takes the smallest agreed value changes its mind",
            vec![("PX-S1", broken(6)), ("PX-S4", broken(6))],
        )],
        Variant::N2 => vec![plain(
            "waiting for two agreements lets a minority's value displace a majority's",
            vec![("PX-S1", broken(9)), ("PX-S4", broken(8))],
        )],
        Variant::N3 => vec![
            plain("the first safe reading: write-once acceptors, two equal agreements", vec![]),
            stuck_by_crash(variant),
            Scope {
                name: "three-proposers",
                says: "three proposals split the acceptors, and none may change its mind: stuck",
                model: Naive { proposers: 3, learners: 1, ..model },
                depth: None,
                expect: vec![("PX-L1", broken(15))],
            },
        ],
        Variant::N4 => vec![plain(
            "acceptors that overwrite let two majorities exist one after the other",
            vec![("PX-S1", broken(10)), ("PX-S4", broken(10))],
        )],
        Variant::N5 => vec![plain(
            "acceptors with a fixed state agree to two values, or to none",
            vec![("PX-S1", broken(6)), ("PX-S4", broken(6)), ("PX-L1", broken(8))],
        )],
        Variant::N6 => vec![plain(
            "acceptors that answer with their own state get values learned that nobody proposed",
            vec![("PX-S1", broken(5)), ("PX-S2", broken(3)), ("PX-S4", broken(5))],
        )],
        Variant::N7 => vec![
            plain("the second safe reading: write-once acceptors, all three must agree", vec![]),
            stuck_by_crash(variant),
        ],
    }
}

fn stuck_by_crash(variant: Variant) -> Scope<Naive> {
    Scope {
        name: "one-crash",
        says: "one acceptor crashes, and the others may not change their minds: stuck",
        model: Naive { crashes: 1, learners: 1, ..Naive::new(variant) },
        depth: None,
        expect: vec![("PX-L1", Expectation::Violated { steps: 9 })],
    }
}
