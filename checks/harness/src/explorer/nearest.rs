//! The passing run that shares most with a failing one.

use crate::registry::LiveModel;
use crate::trace::{Alternative, Trace};

/// A run of at most the same length that keeps the property that `trace` breaks, and leaves it as late as possible:
/// it takes another action at one place, and from there whatever the failing run did, as long as that is on offer and
/// harmless. `None` if every other way breaks it too, or there is none.
pub(super) fn nearest(model: &dyn LiveModel, trace: &Trace) -> Option<Trace> {
    let harness = trace.harness.as_ref()?;
    let property = &harness.check.property;
    let end = harness.check.at.unwrap_or(harness.steps.len() - 1);
    let tokens: Vec<String> = harness.steps.iter().take(end + 1).map(|step| step.token.clone()).collect();
    for fork in (1..tokens.len()).rev() {
        let prefix = &tokens[..fork];
        let here = model.walk(prefix).trace;
        let offers = here.harness.as_ref().and_then(|harness| harness.alternatives.last().cloned())?;
        let other =
            offers.iter().find(|offer| offer.token != tokens[fork] && offer.effect && keeps(offer, property));
        if let Some(other) = other {
            let mut path = prefix.to_vec();
            path.push(other.token.clone());
            return Some(follow(model, property, path, &tokens[fork + 1..]));
        }
    }
    None
}

/// Within the bounds, and not breaking `property`; without one, not breaking anything.
fn keeps(offer: &Alternative, property: &str) -> bool {
    let broken = match property {
        "" => !offer.breaks.is_empty(),
        property => offer.breaks.iter().any(|broken| broken == property),
    };
    !offer.outside && !broken
}

/// Goes on along `rest`, leaving out what is not on offer or breaks the property.
fn follow(model: &dyn LiveModel, property: &str, mut path: Vec<String>, rest: &[String]) -> Trace {
    let mut now = model.walk(&path).trace;
    for token in rest {
        let offers = now.harness.as_ref().and_then(|harness| harness.alternatives.last());
        let fine = offers
            .is_some_and(|offers| offers.iter().any(|offer| offer.token == *token && keeps(offer, property)));
        if fine {
            path.push(token.clone());
            now = model.walk(&path).trace;
        }
    }
    now
}
