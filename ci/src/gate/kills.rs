//! The defects in the source of the core, as a step of the gate.

use super::step::{Done, Gate};
use crate::kills::{self, Choice};
use std::{io, path::Path, time::Instant};

/// All of them.
pub(super) fn all(gate: &mut Gate<'_>) {
    let done = step(gate.root, Ok(Choice::All));
    gate.record(done);
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
