//! proptest leads: a list of numbers picks the events, and what fails is shrunk.

use crate::verdict::Run;
use proptest::test_runner::{Config, RngAlgorithm, TestCaseError, TestError, TestRng, TestRunner};
use quorate_spec::{Claims, Spec, Truth};
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

/// Follows `choices` through `model`: each picks, in proportion to its size, one of the actions that are possible. The
/// walk, and the first claim that it broke.
///
/// # Panics
/// If the model has no initial state.
pub fn follow<M: Spec>(model: &M, choices: &[u16]) -> (Run<M>, Option<&'static str>)
where
    M::State: Clone,
    M::Action: Clone,
{
    let mut claims = Claims::default();
    model.claims(&mut claims);
    let init = model.init_states().into_iter().next().expect("a model without an initial state has no runs");
    let claims = claims.as_slice();
    let mut run = Run { init: init.clone(), steps: Vec::new() };
    let mut state = init;
    if let Some(claim) = claims.iter().find(|claim| claim.at_state(model, &state) == Truth::Broken) {
        return (run, Some(claim.id()));
    }
    for choice in choices {
        let mut actions = Vec::new();
        model.actions(&state, &mut actions);
        let mut possible: Vec<_> = actions
            .into_iter()
            .filter_map(|action| model.next_state(&state, action.clone()).map(|next| (action, next)))
            .filter(|(_, next)| model.within_boundary(next))
            .collect();
        if possible.is_empty() {
            let broken = claims.iter().find(|claim| claim.at_end(model, &state) == Truth::Broken);
            return (run, broken.map(|claim| claim.id()));
        }
        let (action, next) = possible.swap_remove((usize::from(*choice) * possible.len()) >> 16);
        let broken = claims.iter().find(|claim| {
            let truths = [claim.over_step(model, &state, &action, &next), claim.at_state(model, &next)];
            truths.contains(&Truth::Broken)
        });
        run.steps.push((action, next.clone()));
        if let Some(claim) = broken {
            return (run, Some(claim.id()));
        }
        state = next;
    }
    (run, None)
}

/// Tries lists of choices; the shortest that was found to break a claim, if one does.
///
/// # Errors
/// The claim, the seed, the shrunk choices and the shrunk run, ready to print.
pub fn choice_driven<M: Spec>(model: &M, choices: Choices) -> Result<(), String>
where
    M::State: Clone,
    M::Action: Clone + fmt::Debug,
{
    let config = Config { cases: choices.cases, failure_persistence: None, ..Config::default() };
    let mut seed = [0; 32];
    seed[..8].copy_from_slice(&choices.seed.to_le_bytes());
    let mut runner = TestRunner::new_with_rng(config, TestRng::from_seed(RngAlgorithm::ChaCha, &seed));
    let lists = proptest::collection::vec(0..=u16::MAX, 1..=choices.longest);
    let tried = runner.run(&lists, |list| match follow(model, &list).1 {
        Some(claim) => Err(TestCaseError::fail(claim)),
        None => Ok(()),
    });
    match tried {
        Ok(()) => Ok(()),
        Err(TestError::Abort(reason)) => Err(format!("seed {}: {reason}", choices.seed)),
        Err(TestError::Fail(claim, list)) => {
            let (run, _) = follow(model, &list);
            let mut text = format!("{claim} is broken; seed {}, shrunk choices {list:?}\n", choices.seed);
            for (at, (action, _)) in run.steps.iter().enumerate() {
                text.push_str(&format!("{:>4}  {action:?}\n", at + 1));
            }
            Err(text)
        }
    }
}
