//! Defects in the source of the core, and that each is killed by the scope that its patch names.
//!
//! Every patch in `checks/kills/patches` is applied to a copy of the core, the one program that searches its scope is
//! compiled against that copy, and the named property must fall in the named number of steps. The core as it is passes
//! the same scope with every state examined. A patch that no longer applies is a failure.

mod choose;
mod patch;
mod table;
mod workspace;

pub use choose::{Choice, changed_files, choose};
pub use patch::{Defect, PatchError, read_all};
pub use table::Kill;

use crate::gate::say;
use serde_json::Value;
use std::{collections::BTreeMap, io, path::Path, time::Instant};
use workspace::Workspace;

/// What became of a run.
#[derive(Default)]
pub struct Outcome {
    /// The defects that were killed as their patches say.
    pub kills: Vec<Kill>,
    /// Everything that is not as it should be, one sentence each.
    pub complaints: Vec<String>,
}

/// A scope, by program and name.
type Place = (String, String);

/// What the core as it is showed of a scope.
struct Clean {
    bounds: String,
    states: u64,
    vacuous: Vec<String>,
}

/// Runs the chosen defects, and compares the committed table with the patches and with what was found.
///
/// # Errors
/// If the folders cannot be read or written.
pub fn check(root: &Path, choice: &Choice, trace: bool) -> io::Result<Outcome> {
    let mut outcome = run(root, choice, trace)?;
    let (table, patches) = (table::read(root)?, read_all(root)?);
    outcome.complaints.extend(table::check(&table, &patches, &outcome.kills));
    Ok(outcome)
}

/// Runs every defect, and writes the table if all are killed.
///
/// # Errors
/// If the folders cannot be read or written.
pub fn write(root: &Path) -> io::Result<Outcome> {
    let outcome = run(root, &Choice::All, false)?;
    if outcome.complaints.is_empty() {
        table::write(root, &outcome.kills)?;
    }
    Ok(outcome)
}

/// Runs the chosen defects. `trace` prints the runs that kill.
///
/// # Errors
/// If the folders cannot be read or written.
fn run(root: &Path, choice: &Choice, trace: bool) -> io::Result<Outcome> {
    let mut outcome = Outcome::default();
    let mut chosen = Vec::new();
    for (id, defect) in read_all(root)? {
        let read = |file: &str| std::fs::read_to_string(root.join(file)).ok();
        match defect.and_then(|defect| Ok((defect.apply(read)?, defect))) {
            Ok(applied) if choice.wants(&id) => chosen.push(applied),
            Ok(_) => {}
            Err(error) => outcome.complaints.push(format!("{id}: {error}")),
        }
    }
    let missing = choice.missing(chosen.iter().map(|(_, defect)| defect.id.as_str()));
    outcome.complaints.extend(missing.into_iter().map(|id| format!("{id}: there is no such patch in order")));
    // One program after the other, so that each is compiled against the core as it is once.
    chosen.sort_by_key(|(_, defect)| (defect.program.clone(), defect.id.clone()));
    let mut workspace = Workspace::open(root)?;
    let mut clean = BTreeMap::new();
    for program in programs(&chosen) {
        let own = || chosen.iter().filter(|(_, defect)| defect.program == program);
        let scopes = own().map(|(_, defect)| defect.scope.clone()).collect();
        workspace.plant(&BTreeMap::new())?;
        pass(&workspace, &program, scopes, &mut clean, &mut outcome);
        for (files, defect) in own() {
            workspace.plant(files)?;
            kill(&workspace, defect, &clean, trace, &mut outcome);
        }
    }
    workspace.plant(&BTreeMap::new())?;
    Ok(outcome)
}

fn programs(chosen: &[(BTreeMap<String, String>, Defect)]) -> Vec<String> {
    let mut programs: Vec<String> = chosen.iter().map(|(_, defect)| defect.program.clone()).collect();
    programs.dedup();
    programs
}

/// The core as it is passes these scopes of one program, with every state examined.
fn pass(
    workspace: &Workspace,
    program: &str,
    mut scopes: Vec<String>,
    clean: &mut BTreeMap<Place, Clean>,
    outcome: &mut Outcome,
) {
    scopes.sort();
    scopes.dedup();
    let clock = Instant::now();
    if let Err(said) = workspace.build(program) {
        return outcome.complaints.push(format!("kill-{program} does not compile: {said}"));
    }
    let mut built = clock.elapsed().as_secs_f64();
    for scope in scopes {
        let place = format!("{program} {scope}");
        match workspace.search(program, &[&scope]).and_then(|found| passed(&found)) {
            Ok((passed, seconds)) => {
                say(&format!(
                    "pass    {built:>5.1} s +{seconds:>6.1} s  {place}: the core as it is, complete, {} states",
                    passed.states
                ));
                clean.insert((program.to_owned(), scope), passed);
            }
            Err(why) => outcome.complaints.push(format!("{place}: the core as it is does not pass: {why}")),
        }
        built = 0.0;
    }
}

fn passed(found: &Value) -> Result<(Clean, f64), String> {
    let is_clean = found["ended"] == "complete" && violations(found).is_empty();
    let (Some(bounds), Some(states), true) = (found["bounds"].as_str(), found["states"].as_u64(), is_clean)
    else {
        return Err(found.to_string());
    };
    let vacuous = found["vacuous"].as_array().into_iter().flatten();
    let vacuous = vacuous.filter_map(|id| id.as_str().map(str::to_owned)).collect();
    let clean = Clean { bounds: bounds.to_owned(), states, vacuous };
    Ok((clean, found["seconds"].as_f64().unwrap_or_default()))
}

/// What fell, and in how many steps.
fn violations(found: &Value) -> Vec<(&str, u64)> {
    let violated = found["violated"].as_array().into_iter().flatten();
    violated.filter_map(|one| Some((one["property"].as_str()?, one["steps"].as_u64()?))).collect()
}

/// One defect falls as its patch says.
fn kill(
    workspace: &Workspace,
    defect: &Defect,
    clean: &BTreeMap<Place, Clean>,
    trace: bool,
    outcome: &mut Outcome,
) {
    let Defect { id, program, scope, property, steps, .. } = defect;
    let Some(passed) = clean.get(&(program.clone(), scope.clone())) else { return };
    if passed.vacuous.contains(property) {
        let why = format!("{id}: {property} is never put to the test in {program} {scope}");
        return outcome.complaints.push(why);
    }
    let clock = Instant::now();
    if let Err(said) = workspace.build(program) {
        return outcome.complaints.push(format!("{id}: the patched core does not compile: {said}"));
    }
    let built = clock.elapsed().as_secs_f64();
    let arguments: &[&str] = if trace { &[scope, "--trace"] } else { &[scope] };
    let found = match workspace.search(program, arguments) {
        Ok(found) => found,
        Err(said) => return outcome.complaints.push(format!("{id}: {said}")),
    };
    let seconds = found["seconds"].as_f64().unwrap_or_default();
    let fallen = violations(&found);
    let words: Vec<String> =
        fallen.iter().map(|(property, steps)| format!("{property} in {steps}")).collect();
    let is_as_said = fallen.contains(&(property.as_str(), *steps as u64));
    let verdict = if is_as_said { "killed" } else { "ALIVE" };
    let (what, words) =
        (&defect.what, if words.is_empty() { "nothing".to_owned() } else { words.join(", ") });
    say(&format!("{verdict:<8}{built:>5.1} s +{seconds:>6.1} s  {program} {scope}: {id}: {what}: {words}"));
    if is_as_said {
        outcome.kills.push(Kill::new(defect, &passed.bounds, passed.states));
    } else {
        let (ended, states) = (&found["ended"], &found["states"]);
        outcome.complaints.push(format!(
            "{id} ({what}): {program} {scope} should break {property} in {steps} steps; it broke {words}, \
             {states} states, ended {ended}"
        ));
    }
}
