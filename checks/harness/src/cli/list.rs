//! `list`: what there is to check.

use super::Failure;
use super::out::Out;
use super::paint::Paint;
use crate::registry::{Check, Expect, Property, Registry};

/// Lists protocols, their checks and what each expects.
pub(super) fn list(
    registry: &Registry,
    protocols: &[String],
    out: &mut Out<'_>,
    paint: Paint,
) -> Result<u8, Failure> {
    super::known_protocols(registry, protocols)?;
    for protocol in registry.protocols() {
        if !protocols.is_empty() && !protocols.contains(&protocol.name) {
            continue;
        }
        out.line(format!("{}  {}", paint.strong(&protocol.name), protocol.says));
        for check in registry.checks().iter().filter(|check| check.identity().protocol == protocol.name) {
            describe(check, out, paint);
        }
    }
    out.line("");
    out.line(format!(
        "`{program} check [PROTOCOL…] [--property ID]` runs them, `{program} explore MODEL` steps through a model.",
        program = registry.program()
    ));
    Ok(0)
}

fn describe(check: &Check, out: &mut Out<'_>, paint: Paint) {
    let own = check.identity();
    let deep = if check.is_deep() { ", under --deep" } else { "" };
    out.line(format!("  {} · {} · {}{deep}: {}", paint.strong(&own.model), own.kind, own.scope, own.says));
    for property in check.properties() {
        out.line(format!("      {:<8} {}{}", property.id, property.text, expectation(property)));
    }
}

fn expectation(property: &Property) -> String {
    let in_steps = |steps: Option<u32>| steps.map_or(String::new(), |steps| format!(" in {steps} steps"));
    match property.expect {
        Expect::Holds => String::new(),
        Expect::Violated { steps } => format!(" (to be refuted{})", in_steps(steps)),
        Expect::Reachable { steps } => format!(" (to be reached{})", in_steps(steps)),
    }
}
