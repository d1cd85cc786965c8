//! The calibration models in the list of checks.

use super::eight_timers::{self, EightTimers};
use super::two_phase_commit::TwoPhaseCommit;
use quorate::engine::{Audit, Options, Store, search_model};
use quorate::registry::{
    Check, Conclusion, Context, Expect, Identity, Outcome, Property, Registry, Row, Search,
};
use quorate::trace::Form;

const PROTOCOL: &str = "calibration";

const USES: &str = "use quorate_checks::calibration::two_phase_commit::TwoPhaseCommit;";

/// Adds the calibration models.
pub fn register(registry: &mut Registry) {
    registry.protocol(PROTOCOL, "models with known answers, which measure the harness itself");
    registry.add(two_phase_commit(5));
    registry.add(two_phase_commit(7));
    registry.add(
        Search::new(PROTOCOL, "two-phase-commit", TwoPhaseCommit::planted(7), Form::serde())
            .kind("planted")
            .scope("7-managers", "the coordinator commits although not everybody is prepared")
            .bound("managers", 7)
            .only(&["2PC-1"])
            .violated("2PC-1", 15)
            .rust(USES, "TwoPhaseCommit::planted(7)"),
    );
    registry.add(
        Search::new(PROTOCOL, "eight-timers", EightTimers, Form::serde())
            .scope("8-timers", "which of eight timers are still armed: 256 states")
            .bound("timers", 8)
            .rust("use quorate_checks::calibration::eight_timers::EightTimers;", "EightTimers"),
    );
    registry.add(actor_model());
}

fn two_phase_commit(managers: usize) -> Search<TwoPhaseCommit> {
    let model = TwoPhaseCommit::new(managers);
    let expression = format!("TwoPhaseCommit::new({managers})");
    Search::new(PROTOCOL, "two-phase-commit", model, Form::serde())
        .scope(
            &format!("{managers}-managers"),
            "a coordinator and its resource managers, after Gray and Lamport",
        )
        .bound("managers", managers)
        .rust(USES, &expression)
}

/// The eight timers in stateright's own types: an audit is to say that their `Hash` is broken.
fn actor_model() -> Check {
    let identity = Identity {
        protocol: PROTOCOL.to_owned(),
        kind: "audit".to_owned(),
        model: "eight-timers-actor-model".to_owned(),
        scope: "8-timers".to_owned(),
        says: "the same timers in stateright's own types, whose Hash leaves out lengths".to_owned(),
        ..Identity::default()
    };
    let property = Property {
        id: "hash".to_owned(),
        text: "states that differ hash differently, and equal ones alike".to_owned(),
        expect: Expect::Violated { steps: None },
    };
    let listed = vec![property.clone()];
    Check::custom(identity.clone(), listed, move |context, _| audit(&identity, &property, context))
}

fn audit(identity: &Identity, property: &Property, context: &Context) -> Outcome {
    let model = eight_timers::stateright_version();
    let options = Options { store: Store::Audit, ..context.options("eight-timers-actor-model") };
    let report = search_model(&model, &options);
    let failures = report.audit.as_ref().map(Audit::failures).unwrap_or_default();
    let row = Row {
        conclusion: if failures.is_empty() { Conclusion::Complete } else { Conclusion::Violated },
        sentence: (!failures.is_empty()).then(|| failures.join("; ")),
        triggers: report.unique_states,
        unique_states: report.unique_states,
        transitions: report.transitions,
        depth: report.depth,
        cpu_seconds: report.cpu_seconds,
        wall_seconds: report.wall_seconds,
        ..Row::new(identity, &property.id, &property.text, property.expect)
    };
    Outcome { rows: vec![row.judge(false)], ..Outcome::default() }
}
