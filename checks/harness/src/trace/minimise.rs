//! Makes a failing run shorter.
//!
//! Generic over what "fails" means: a function that replays a list of events and says whether the failure is still
//! there. A system that is not a model (a foreign one, driven by replay) is minimised by the same lines.

/// The events of `events` without which the failure is still there are dropped: first in blocks, then one by one,
/// until every single one is needed. `fails` is never asked about an empty list.
///
/// The events that remain are in their order, and `fails` holds of them if it held of all.
pub fn minimise<E: Clone>(events: &[E], mut fails: impl FnMut(&[E]) -> bool) -> Vec<E> {
    let mut kept = events.to_vec();
    let mut block = kept.len().div_ceil(2).max(1);
    loop {
        let before = kept.len();
        let mut at = 0;
        while at < kept.len() && kept.len() > 1 {
            let end = (at + block).min(kept.len());
            let rest: Vec<E> = kept[..at].iter().chain(&kept[end..]).cloned().collect();
            if !rest.is_empty() && fails(&rest) {
                kept = rest;
            } else {
                at = end;
            }
        }
        if block > 1 {
            block = block.div_ceil(2);
        } else if kept.len() == before {
            return kept;
        }
    }
}

/// For each event, does the failure vanish without it?
pub fn necessary<E: Clone>(events: &[E], mut fails: impl FnMut(&[E]) -> bool) -> Vec<bool> {
    let without = |skip: usize| {
        let rest = events.iter().enumerate().filter(|(index, _)| *index != skip);
        rest.map(|(_, event)| event.clone()).collect::<Vec<E>>()
    };
    (0..events.len()).map(|skip| !fails(&without(skip))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn only_what_is_needed_remains() {
        let events: Vec<u32> = (0..200).collect();
        let fails = |list: &[u32]| list.contains(&17) && list.contains(&150);
        assert_eq!(minimise(&events, fails), [17, 150]);
        assert_eq!(necessary(&[17, 20, 150], fails), [true, false, true]);
    }

    proptest! {
        #[test]
        fn the_rest_still_fails_and_is_minimal(needed in proptest::collection::btree_set(0usize..60, 1..6)) {
            let events: Vec<usize> = (0..60).collect();
            let fails = |list: &[usize]| needed.iter().all(|event| list.contains(event));
            let kept = minimise(&events, fails);
            prop_assert!(fails(&kept));
            prop_assert_eq!(kept, needed.iter().copied().collect::<Vec<_>>());
        }
    }
}
