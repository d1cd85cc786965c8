//! Which defects a run plants.

use super::patch::{Defect, FOLDER};
use std::{fmt, path::Path, process::Command};

/// How many defects run that no change asks for.
const OTHERS: usize = 3;

/// Which defects run.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Choice {
    /// All of them.
    All,
    /// These.
    Named(Vec<String>),
}

/// As the command line names it.
impl fmt::Display for Choice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Choice::All => Ok(()),
            Choice::Named(ids) => f.write_str(&ids.join(" ")),
        }
    }
}

impl Choice {
    pub(super) fn wants(&self, id: &str) -> bool {
        match self {
            Choice::All => true,
            Choice::Named(ids) => ids.iter().any(|wanted| wanted == id),
        }
    }

    /// Those that were asked for by name and are not among `there`.
    pub(super) fn missing<'a>(&self, there: impl Iterator<Item = &'a str>) -> Vec<String> {
        let there: Vec<&str> = there.collect();
        match self {
            Choice::All => Vec::new(),
            Choice::Named(ids) => ids.iter().filter(|id| !there.contains(&id.as_str())).cloned().collect(),
        }
    }
}

/// Of these defects those that a change may have brought to life: a file that they patch has changed, or the patch has.
/// And three others, which the seed picks.
pub fn choose(defects: &[Defect], changed: &[String], seed: u64) -> Choice {
    let is_touched = |defect: &Defect| {
        let own = format!("{FOLDER}/{}.patch", defect.id);
        changed.iter().any(|file| *file == own || defect.changes.contains_key(file))
    };
    let (touched, mut others): (Vec<&Defect>, Vec<&Defect>) = defects.iter().partition(|one| is_touched(one));
    let mut ids: Vec<String> = touched.iter().map(|defect| defect.id.clone()).collect();
    let mut random = seed;
    for _ in 0..OTHERS.min(others.len()) {
        // Knuth's MMIX generator; its high bits are the good ones.
        random = random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        let at = (random >> 33) as usize % others.len();
        ids.push(others.swap_remove(at).id.clone());
    }
    Choice::Named(ids)
}

/// The files that differ from where this branch left `main`, or from the last commit if this is `main`; those that are
/// not committed too. `None` where git cannot tell, and then everything counts as changed.
pub fn changed_files(root: &Path) -> Option<Vec<String>> {
    let git = |arguments: &[&str]| {
        let output = Command::new("git").args(arguments).current_dir(root).output().ok()?;
        let text = String::from_utf8_lossy(&output.stdout).into_owned();
        output.status.success().then_some(text)
    };
    let head = git(&["rev-parse", "HEAD"])?;
    let base = ["origin/main", "main"].iter().find_map(|main| git(&["merge-base", "HEAD", main]));
    let base = base.filter(|base| *base != head).unwrap_or_else(|| "HEAD~1".to_owned());
    let tracked = git(&["diff", "--name-only", base.trim()])?;
    let new = git(&["ls-files", "--others", "--exclude-standard"])?;
    Some(tracked.lines().chain(new.lines()).map(str::to_owned).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn defect(id: &str, file: &str) -> Defect {
        let patch = format!(
            "what: w\nscope: p s\nproperty: q\nsteps: 1\n--- a/{file}\n+++ b/{file}\n@@ -1,2 +1,1 @@\n a\n-b\n"
        );
        Defect::parse(id, &patch).expect("it is in order")
    }

    fn ids(choice: Choice) -> Vec<String> {
        match choice {
            Choice::Named(ids) => ids,
            Choice::All => Vec::new(),
        }
    }

    #[test]
    fn a_changed_file_runs_its_defects_and_three_others_join_by_the_seed() {
        let all: Vec<Defect> =
            (0..9).map(|at| defect(&format!("d{at}"), &format!("impl/core/{}.rs", at / 3))).collect();
        let changed = ["impl/core/1.rs".to_owned(), format!("{FOLDER}/d8.patch")];
        let chosen = ids(choose(&all, &changed, 7));
        assert_eq!(chosen[..4], ["d3", "d4", "d5", "d8"]);
        assert_eq!(chosen.len(), 7);
        let mut once = chosen.clone();
        once.sort();
        once.dedup();
        assert_eq!(once.len(), 7, "each runs once: {chosen:?}");
        assert_eq!(chosen, ids(choose(&all, &changed, 7)), "the seed says which");
        assert!((0..9).any(|seed| ids(choose(&all, &changed, seed)) != chosen), "another seed picks others");
    }

    #[test]
    fn with_nothing_changed_three_run() {
        let all: Vec<Defect> = (0..9).map(|at| defect(&format!("d{at}"), "impl/core/a.rs")).collect();
        assert_eq!(ids(choose(&all, &[], 1)).len(), 3);
        assert_eq!(ids(choose(&all[..2], &[], 1)).len(), 2);
    }
}
