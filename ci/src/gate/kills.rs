//! The defects in the source of the core, as a step of the gate.

use super::step::{Done, Gate};
use crate::kills::{self, Choice, Defect};
use std::{
    io,
    path::Path,
    time::{Instant, SystemTime},
};

/// All of them.
pub(super) fn all(gate: &mut Gate<'_>) {
    let done = step(gate.root, Ok(Choice::All));
    gate.record(done);
}

/// Those whose file has changed, and three others, which the day picks.
pub(super) fn some(gate: &mut Gate<'_>) {
    if !gate.wants("kills") {
        return;
    }
    let defects = kills::read_all(gate.root);
    let choice = defects.map(|all| {
        let defects: Vec<Defect> = all.into_iter().filter_map(|(_, defect)| defect.ok()).collect();
        match kills::changed_files(gate.root) {
            Some(changed) => kills::choose(&defects, &changed, today()),
            None => Choice::All,
        }
    });
    let done = step(gate.root, choice);
    gate.record(done);
}

/// The number of the day: another three defects tomorrow, and the same ones again today.
fn today() -> u64 {
    let since = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
    since.as_secs() / (24 * 60 * 60)
}

fn step(root: &Path, choice: io::Result<Choice>) -> Done {
    let clock = Instant::now();
    let mut done = Done::new("kills");
    match choice.and_then(|choice| Ok((kills::check(root, &choice, false)?, choice))) {
        Ok((outcome, choice)) => {
            (done.passed, done.failed) = (outcome.kills.len() as u64, outcome.complaints.len() as u64);
            done.complaints = outcome.complaints;
            done.reproduce = vec![format!("cargo run -p quorate-ci -- kills {choice}")];
        }
        Err(error) => done.complaints.push(error.to_string()),
    }
    done.ok = done.complaints.is_empty();
    done.seconds = clock.elapsed().as_secs_f64();
    done
}
