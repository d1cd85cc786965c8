//! Only the `Driver` calls a machine's `handle`, so that its obligations are checked where they live.

use super::Finding;
use crate::{
    scan::{functions, tokens},
    tree::Tree,
};

const RULE: &str = "driver";
const WHY: &str = "only the Driver of quorate-machine calls Machine::handle; a machine that wraps another may do so in its own handle";

/// Where machines run. Tests and benches wrap and probe machines as they need.
const SHELLS: [&str; 4] = ["impl/core/src/", "impl/node/src/", "checks/harness/src/", "checks/src/"];

pub(super) fn check(tree: &Tree) -> Vec<Finding> {
    let mut findings = Vec::new();
    for file in tree.rust().filter(|f| SHELLS.iter().any(|s| f.path.starts_with(s)) && !f.is_test()) {
        let all = tokens(&file.code);
        let tests_from = all
            .windows(3)
            .find(|w| w[0].text == "cfg" && w[2].text == "test")
            .map_or(usize::MAX, |w| w[0].line);
        let wrappers: Vec<_> = functions(&all).into_iter().filter(|f| f.name == "handle").collect();
        for call in all
            .windows(3)
            .filter(|w| (w[0].text == "." || w[0].text == "::") && w[1].text == "handle" && w[2].text == "(")
        {
            let line = call[1].line;
            let in_wrapper = wrappers.iter().any(|f| (f.first_line..=f.last_line).contains(&line));
            if !in_wrapper && line < tests_from {
                let what = "calls handle".to_string();
                findings.push(Finding { file: file.path.clone(), line, rule: RULE, what, why: WHY });
            }
        }
    }
    findings
}
