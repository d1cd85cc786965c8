//! The rules of the design, checked by reading the tree.
//!
//! Each rule is a function from a [`Tree`] to [`Finding`]s; `ci/tests/tidy/` plants every violation in a tree of
//! its own and sees it named.

mod arrows;
mod asleep;
mod banned;
mod documents;
mod driver;
mod grid;
mod layers;
mod manifest;
mod mutual;
mod packages;
mod paper;
mod sizes;
mod twin;
mod unused;

use crate::tree::Tree;
use std::fmt;

pub use grid::protocols;

/// Something that breaks a rule.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct Finding {
    /// Relative to the root.
    pub file: String,
    /// From 1; the whole file if 1.
    pub line: usize,
    /// The rule's name.
    pub rule: &'static str,
    /// What stands there.
    pub what: String,
    /// Why that is not wanted.
    pub why: &'static str,
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}: {} ({}: {})", self.file, self.line, self.what, self.rule, self.why)
    }
}

type Rule = fn(&Tree) -> Vec<Finding>;

const RULES: [Rule; 10] = [
    arrows::check,
    layers::check,
    mutual::check,
    packages::check,
    grid::check,
    sizes::check,
    banned::check,
    driver::check,
    paper::check,
    documents::check,
];

/// Everything that breaks a rule, sorted by file and line.
pub fn check(tree: &Tree) -> Vec<Finding> {
    let mut findings: Vec<Finding> = RULES.iter().flat_map(|rule| rule(tree)).collect();
    findings.sort();
    findings.dedup();
    findings
}
