//! Groups the same failure found by several checks.
//!
//! The signature is the hash of the property and of the causal skeleton: the kinds of step with the roles of their
//! actors, in causal order, actor names made canonical by first appearance. Steps known to be unnecessary are left
//! out, and so is all that is not in the causal past of the failing step, where messages are known.

use super::format::{Harness, Step};
use super::write::digest;
use std::collections::BTreeMap;

/// The signature of a run: 12 hex digits.
pub fn signature(harness: &Harness) -> String {
    let end = harness.check.at.unwrap_or(harness.steps.len().saturating_sub(1));
    let kept = cone(&harness.steps, end);
    let mut levels: Vec<(usize, String)> = Vec::new();
    let mut depth_of: BTreeMap<usize, usize> = BTreeMap::new();
    for &index in &kept {
        let step = &harness.steps[index];
        let depth = step.causes.iter().filter_map(|cause| depth_of.get(cause)).max().map_or(0, |d| d + 1);
        depth_of.insert(index, depth);
        if step.necessary != Some(false) && index > 0 {
            levels.push((depth, format!("{} {}", role(harness, step), step.kind)));
        }
    }
    levels.sort();
    let skeleton: Vec<String> = levels.into_iter().map(|(depth, text)| format!("{depth} {text}")).collect();
    digest(&format!("{}\n{}", harness.check.property, skeleton.join("\n")))[..12].to_owned()
}

/// The steps in the causal past of `end`, in order; all of them where no step has causes.
pub fn cone(steps: &[Step], end: usize) -> Vec<usize> {
    if steps.iter().all(|step| step.causes.is_empty()) {
        return (0..steps.len().min(end + 1)).collect();
    }
    let mut inside = vec![false; steps.len()];
    let mut open = vec![end];
    while let Some(index) = open.pop() {
        let Some(seen) = inside.get_mut(index) else { continue };
        if !std::mem::replace(seen, true) {
            open.extend(&steps[index].causes);
        }
    }
    (0..steps.len()).filter(|&index| inside[index]).collect()
}

fn role<'a>(harness: &'a Harness, step: &'a Step) -> &'a str {
    let actor = step.actor.as_deref().unwrap_or_default();
    let lane = harness.actors.iter().find(|lane| lane.id == actor);
    lane.map_or(actor, |lane| lane.role.as_str())
}
