//! The defects in the source of the core, as a step of the gate.

use super::step::{Done, Gate, say};
use crate::kills::{self, Choice};
use std::{
    io,
    path::Path,
    time::{Instant, SystemTime},
};

/// The defects whose file has changed, and three others.
pub(super) fn some(gate: &mut Gate<'_>) {
    let chosen = || -> io::Result<Choice> {
        let Some(changed) = kills::changed_files(gate.root) else { return Ok(Choice::All) };
        let defects = kills::read_all(gate.root)?;
        let defects: Vec<_> = defects.into_iter().filter_map(|(_, defect)| defect.ok()).collect();
        let seed = seed();
        say(&format!("kills: those whose file has changed, and three others by seed {seed}"));
        Ok(kills::choose(&defects, &changed, seed))
    };
    if gate.wants("kills") {
        let done = step(gate.root, chosen());
        gate.record(done);
    }
}

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

/// Another one each time.
fn seed() -> u64 {
    let time = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH);
    time.map_or(0, |time| u64::from(time.subsec_micros()))
}
