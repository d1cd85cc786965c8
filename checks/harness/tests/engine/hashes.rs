//! A `Hash` that disagrees with `Eq` is a finding of every search, without an audit.

use crate::toy::{Toy, says};
use quorate::engine::{Checkpoint, Ended, Limits};
use quorate::engine::{
    Options, Packed, Report, Store, search, search_encoded, search_model, search_packed, search_resumable,
};
use quorate::registry::{Check, Conclusion, Context, Judgement, Outcome, Search};
use quorate::trace::Form;
use quorate::verdict::Verdict;
use serde::{Deserialize, Serialize};
use std::hash::{Hash, Hasher};

/// The place and the value of four, and a value that `Hash` leaves out.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Holed {
    seen: u8,
    left_out: u8,
}

impl Hash for Holed {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.seen.hash(state);
    }
}

/// 24 states: 4 of what `Hash` sees times 6 of what it leaves out.
fn holed() -> Toy<Holed> {
    let next = |state: &Holed, action: u8| match action {
        0 => (state.left_out < 5).then(|| Holed { left_out: state.left_out + 1, ..state.clone() }),
        _ => (state.seen < 3).then(|| Holed { seen: state.seen + 1, ..state.clone() }),
    };
    Toy::new(|| vec![Holed { seen: 0, left_out: 0 }], |_| vec![0, 1], next)
}

fn is_found(report: &Report<Toy<Holed>>) {
    assert_eq!(report.unique_states, 4);
    assert!(
        says(&report.failures(), &["hash broken", "Holed", "leaves something out"]),
        "{:?}",
        report.failures()
    );
    assert!(matches!(report.findings[0].verdict, Verdict::Unsound { .. }));
    let (one, other) = report.sample.alike.as_ref().expect("two states are shown");
    assert_eq!(one.seen, other.seen);
    assert_ne!(one, other);
}

#[test]
fn a_hash_with_a_hole_is_found_without_an_audit() {
    for threads in [1, 2] {
        let options = Options { threads, ..Options::default() };
        is_found(&search(&holed(), &options));
        assert!(says(&search_model(&holed(), &options).failures(), &["hash broken", "Holed"]));
        is_found(&search_encoded(&holed(), &options));
    }
    let folder = tempfile::tempdir().unwrap();
    let checkpoint = Checkpoint {
        path: folder.path().join("search"),
        every_seconds: 1e9,
        configuration: "holed".to_owned(),
    };
    is_found(&search_resumable(&holed(), &Options::single(), &checkpoint).unwrap());
}

#[test]
fn an_audit_still_counts_the_states_as_eq_tells_them_apart() {
    let report = search(&holed(), &Options { store: Store::Audit, ..Options::single() });
    assert_eq!(report.unique_states, 24);
    assert!(says(&report.failures(), &["hash broken: 20 states differ", "Holed"]));
    assert!(matches!(report.findings[0].verdict, Verdict::Complete { .. }));
}

#[test]
fn a_hole_that_opens_late_in_a_large_search_is_found_by_the_sample() {
    #[derive(Clone, Debug, PartialEq, Eq)]
    struct Late(u32, u32);
    impl Hash for Late {
        fn hash<H: Hasher>(&self, state: &mut H) {
            self.0.hash(state);
        }
    }
    let next = |state: &Late, action: u8| match action {
        0 => (state.0 < 60_000).then(|| Late(state.0 + 1, 0)),
        _ => (state.0 > 30_000 && state.1 == 0).then_some(Late(state.0, 1)),
    };
    let report = search(&Toy::new(|| vec![Late(0, 0)], |_| vec![0, 1], next), &Options::single());
    assert!(report.sample.hash_broken > 50, "{} of 30,000", report.sample.hash_broken);
    assert!(!report.is_green());
}

#[test]
fn equal_states_that_hash_differently_are_found_without_an_audit() {
    #[derive(Clone, Debug, Eq)]
    struct Loose(u8, u8);
    impl PartialEq for Loose {
        fn eq(&self, other: &Self) -> bool {
            self.0 == other.0
        }
    }
    #[allow(clippy::derived_hash_with_manual_eq)]
    impl Hash for Loose {
        fn hash<H: Hasher>(&self, state: &mut H) {
            (self.0, self.1).hash(state);
        }
    }
    let next = |state: &Loose, action: u8| Some(Loose((state.0 + 1) % 4, action));
    let report = search(&Toy::new(|| vec![Loose(0, 0)], |_| vec![0, 1], next), &Options::single());
    assert!(says(&report.failures(), &["hash broken", "equal another state", "Loose"]));
    let (one, other) = report.sample.apart.as_ref().unwrap();
    assert_eq!(one, other);
}

#[test]
fn a_hash_that_depends_on_where_a_state_lies_is_found() {
    #[derive(Debug, PartialEq, Eq)]
    struct Placed(Box<u8>);
    impl Clone for Placed {
        fn clone(&self) -> Self {
            Placed(Box::new(*self.0))
        }
    }
    impl Hash for Placed {
        fn hash<H: Hasher>(&self, state: &mut H) {
            (&raw const *self.0 as usize).hash(state);
        }
    }
    let next = |state: &Placed, _| (*state.0 < 9).then(|| Placed(Box::new(*state.0 + 1)));
    let report = search(&Toy::new(|| vec![Placed(Box::new(0))], |_| vec![0], next), &Options::single());
    assert!(says(&report.failures(), &["hash broken", "Hash and Eq", "disagree"]));
}

impl Packed for Holed {
    fn pack(&self) -> u128 {
        self.seen.into()
    }
    fn unpack(packed: u128) -> Self {
        Holed { seen: packed as u8, left_out: 0 }
    }
}

#[test]
fn a_pack_that_leaves_a_field_out_is_found() {
    let report = search_packed(&holed(), &Options::single());
    let Ended::Panicked { message, .. } = &report.ended else { panic!("it was not noticed") };
    assert!(message.contains("Packed") && message.contains("Holed"), "{message}");
}

fn outcome(toy: Toy<Holed>, audit: bool, states: Option<u64>) -> Outcome {
    let limits = Limits { states, ..Limits::default() };
    let check: Check = Search::new("test", "holed", toy, Form::debug()).limits(limits).into();
    check.run(&Context { audit, traces: None, threads: 1, ..Context::default() }, "holed")
}

#[test]
fn an_audit_of_a_search_that_was_cut_does_not_say_that_it_is_complete() {
    // A sound state, of which there are too many.
    let next = |state: &Holed, by: u8| Some(Holed { seen: state.seen.wrapping_add(by), left_out: 0 });
    let sound = Toy::new(|| vec![Holed { seen: 0, left_out: 0 }], |_| vec![1], next);
    let cut = outcome(sound.clone(), true, Some(100));
    let row = cut.rows.iter().find(|row| row.property == "hash").expect("the audit has its row");
    assert!(matches!(row.conclusion, Conclusion::Bounded { .. }), "{:?}", row.conclusion);
    assert!(matches!(row.judgement, Judgement::Cut(_)), "{:?}", row.judgement);
    let whole = outcome(sound, true, None);
    let row = whole.rows.iter().find(|row| row.property == "hash").expect("the audit has its row");
    assert_eq!(row.conclusion, Conclusion::Complete);
}

#[test]
fn a_check_has_a_row_for_a_hash_with_a_hole_without_an_audit() {
    let outcome = outcome(holed(), false, None);
    let row = outcome.rows.iter().find(|row| row.property == "hash").expect("it has a row");
    assert_eq!(row.conclusion, Conclusion::Violated);
    let sentence = row.sentence.as_ref().expect("it says what was found");
    assert!(sentence.contains("Holed") && sentence.contains("left_out"), "{sentence}");
    let claim = outcome.rows.iter().find(|row| row.property == "state").expect("the claim has its row");
    assert!(matches!(claim.conclusion, Conclusion::Unsound { .. }));
    assert!(matches!(claim.judgement, Judgement::Unmet(_)));
}
