//! The table of kills: each planted defect is caught in its scope, at its depth, and escapes one bound lower.

use quorate_checks::paxos::refinement::kills;
use std::collections::BTreeSet;

#[test]
fn every_planted_defect_is_caught_where_the_table_says() {
    let rows = super::refinement::run(|check| check.identity().kind == "planted");
    assert!(rows >= kills().len(), "{rows} rows for {} kills", kills().len());
}

#[test]
fn the_table_names_every_defect_and_some_escapes() {
    let killed: BTreeSet<_> =
        kills().iter().filter(|kill| kill.steps.is_some()).map(|kill| kill.id).collect();
    let escaped: BTreeSet<_> =
        kills().iter().filter(|kill| kill.steps.is_none()).map(|kill| kill.id).collect();
    assert_eq!(
        killed,
        BTreeSet::from(["P01", "P03", "P05", "P07", "P09", "P11", "P13", "P17", "P21", "P23", "P27"])
    );
    assert_eq!(escaped, BTreeSet::from(["P03", "P13", "P15", "P17", "P21", "P23", "P27"]));
}
