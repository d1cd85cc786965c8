//! proptest leads: a list of numbers picks the events, and what fails is shrunk.

use crate::escape::visible;
use crate::guard::quietly;
use crate::steps::{self, Attempt};
use crate::verdict::Run;
use proptest::test_runner::{Config, RngAlgorithm, TestCaseError, TestError, TestRng, TestRunner};
use quorate_spec::{Claim, Claims, Spec, Truth};
use std::cell::RefCell;
use std::fmt;

/// How many lists of choices are tried, and how long they are.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Choices {
    /// Lists to try.
    pub cases: u32,
    /// The longest list.
    pub longest: usize,
    /// The seed of the generator; a failure prints it.
    pub seed: u64,
}

/// Follows `choices` through `model`: each picks, in proportion to its size, one of the steps that are possible. The
/// walk, and the first claim that it broke.
///
/// # Panics
/// If the model has no initial state within its boundary.
pub fn follow<M: Spec>(model: &M, choices: &[u16]) -> (Run<M>, Option<&'static str>)
where
    M::State: Clone,
    M::Action: Clone,
{
    let mut claims = Claims::default();
    model.claims(&mut claims);
    let mut triggers = vec![0; claims.as_slice().len()];
    let init = steps::initial(model).into_iter().next().map(|(_, state)| state);
    let init = init.expect("the model has no initial state within its boundary, so it has no runs");
    let mut run = Run { init, steps: Vec::new() };
    let broken = walk(model, claims.as_slice(), choices, &mut run, &mut triggers);
    (run, broken)
}

/// Goes on from where `run` starts; `triggers` counts how often each claim was put to the test, or reached.
fn walk<M: Spec>(
    model: &M,
    claims: &[Claim<M>],
    choices: &[u16],
    run: &mut Run<M>,
    triggers: &mut [u64],
) -> Option<&'static str>
where
    M::State: Clone,
    M::Action: Clone,
{
    let mut judge = |says: &dyn Fn(&Claim<M>) -> Truth| {
        let mut broken = None;
        for (claim, triggers) in claims.iter().zip(&mut *triggers) {
            let truth = says(claim);
            *triggers += u64::from(truth != Truth::Silent);
            broken = broken.or((truth == Truth::Broken).then(|| claim.id()));
        }
        broken
    };
    if let Some(broken) = judge(&|claim| claim.at_state(model, run.last())) {
        return Some(broken);
    }
    for choice in choices {
        let mut is_end = true;
        let mut possible = Vec::new();
        for action in steps::offers(model, run.last()) {
            match steps::attempt(model, run.last(), action.clone()) {
                Attempt::Ignored => {}
                Attempt::Outside(_) => is_end = false,
                Attempt::To(next) => possible.push((action, next)),
            }
        }
        if possible.is_empty() {
            return if is_end { judge(&|claim| claim.at_end(model, run.last())) } else { None };
        }
        let (action, next) = possible.swap_remove((usize::from(*choice) * possible.len()) >> 16);
        let before = run.last();
        let broken = judge(&|claim| claim.over_step(model, before, &action, &next));
        let broken = broken.or(judge(&|claim| claim.at_state(model, &next)));
        run.steps.push((action, next));
        if broken.is_some() {
            return broken;
        }
    }
    None
}

/// Tries lists of choices; the shortest that was found to break a claim, if one does. Every claim must be put to the test.
///
/// # Errors
/// The claim, the seed, the shrunk choices and the shrunk run, ready to print; the same for a panic of the model; or,
/// once all lists were tried, the claims that none put to the test, and what the model says is missing
/// ([`Spec::after_runs`]).
pub fn choice_driven<M: Spec>(model: &M, choices: Choices) -> Result<(), String>
where
    M::State: Clone,
    M::Action: Clone + fmt::Debug,
{
    let mut claims = Claims::default();
    model.claims(&mut claims);
    let all: Vec<&str> = claims.as_slice().iter().map(Claim::id).collect();
    choice_driven_for(model, choices, &all)
}

/// As [`choice_driven`], where these claims alone must be put to the test. All of them are evaluated.
///
/// # Errors
/// As [`choice_driven`]; and the name of a claim that the model does not make.
pub fn choice_driven_for<M: Spec>(model: &M, choices: Choices, demanded: &[&str]) -> Result<(), String>
where
    M::State: Clone,
    M::Action: Clone + fmt::Debug,
{
    let seed = choices.seed;
    let mut claims = Claims::default();
    model.claims(&mut claims);
    let claims = claims.as_slice();
    if let Some(unknown) = demanded.iter().find(|id| claims.iter().all(|claim| claim.id() != **id)) {
        return Err(format!("the model has no property {unknown}"));
    }
    let init = steps::initial(model).into_iter().next().map(|(_, state)| state);
    let init = init.ok_or_else(|| "the model has no initial state within its boundary".to_owned())?;
    let start = || Run { init: init.clone(), steps: Vec::new() };
    let triggers = RefCell::new(vec![0; claims.len()]);
    let config = Config { cases: choices.cases, failure_persistence: None, ..Config::default() };
    let mut bytes = [0; 32];
    bytes[..8].copy_from_slice(&seed.to_le_bytes());
    let mut runner = TestRunner::new_with_rng(config, TestRng::from_seed(RngAlgorithm::ChaCha, &bytes));
    let lists = proptest::collection::vec(0..=u16::MAX, 1..=choices.longest);
    let go = |list: &[u16], run: &mut Run<M>| {
        let walked = quietly(|| walk(model, claims, list, run, &mut triggers.borrow_mut()));
        match walked {
            Ok(broken) => broken.map(|claim| format!("{claim} is broken")),
            Err(message) => Some(format!("the model panics: {message}")),
        }
    };
    model.before_runs();
    let tried = runner.run(&lists, |list| {
        let found = go(&list, &mut start());
        model.forget();
        found.map_or(Ok(()), |found| Err(TestCaseError::fail(found)))
    });
    match tried {
        Ok(()) => {
            let triggers = triggers.borrow();
            let untested = claims.iter().zip(&*triggers).filter(|(_, count)| **count == 0);
            let untested = untested.map(|(claim, _)| claim.id()).filter(|id| demanded.contains(id));
            let untested: Vec<&str> = untested.collect();
            let untested =
                (!untested.is_empty()).then(|| format!("never put to the test: {}", untested.join(", ")));
            let missing: Vec<String> = untested.into_iter().chain(model.after_runs().failures).collect();
            if missing.is_empty() { Ok(()) } else { Err(format!("seed {seed}: {}", missing.join("; "))) }
        }
        Err(TestError::Abort(reason)) => Err(format!("seed {seed}: {reason}")),
        Err(TestError::Fail(found, list)) => {
            let mut run = start();
            go(&list, &mut run);
            let mut text = format!("{found}; seed {seed}, shrunk choices {list:?}\n");
            for (at, (action, _)) in run.steps.iter().enumerate() {
                text.push_str(&format!("{:>4}  {}\n", at + 1, visible(&format!("{action:?}"))));
            }
            Err(text)
        }
    }
}
