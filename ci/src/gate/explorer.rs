//! The explorer's page: its committed build is the build of its source, and its tests pass.

use super::step::{Done, Gate, Step};
use std::{fs, io, path::Path, process::Command, time::Instant};

const FOLDER: &str = "checks/explorer";
const PAGE: &str = "checks/harness/assets/board.html";

/// Builds the page and compares it with the committed one, which is left as it was.
pub(super) fn build(gate: &mut Gate<'_>) {
    if !gate.root.join(FOLDER).join("package.json").exists() || !gate.wants("explorer-build") {
        return;
    }
    if let Some(why) = missing(gate.root) {
        return gate.lacking("explorer-build", why);
    }
    let clock = Instant::now();
    let page = gate.root.join(PAGE);
    let before = Saved::of(&page);
    let built = gate.run(&Step::new("explorer-build", "npm run --silent build").folder(FOLDER));
    let Ok(before) = before else {
        let mut done = Done::new("explorer-page");
        done.complaints.push(format!("{PAGE} is not committed"));
        done.reproduce = vec![format!("(cd {FOLDER} && npm run build)")];
        gate.record(done);
        return;
    };
    let mut done = Done::new("explorer-page");
    done.ok = !built || fs::read(&page).is_ok_and(|after| after == before.bytes);
    if let Err(error) = before.restore(&page) {
        done.ok = false;
        done.complaints.push(error.to_string());
    }
    if !done.ok {
        done.complaints.push(format!("{PAGE} is not what its source builds; build it and commit both"));
    }
    done.reproduce = vec![format!("(cd {FOLDER} && npm run build) && git diff --stat {PAGE}")];
    done.seconds = clock.elapsed().as_secs_f64();
    gate.record(done);
}

/// Types, tests of the pure parts, tests in a browser.
pub(super) fn tests(gate: &mut Gate<'_>) {
    if !gate.root.join(FOLDER).join("package.json").exists() || missing(gate.root).is_some() {
        return;
    }
    gate.run(&Step::new("explorer-types", "npm run --silent check").folder(FOLDER));
    gate.run(&Step::new("explorer-test", "npm run --silent test").folder(FOLDER));
    gate.run(&Step::new("explorer-browser", "npm run --silent browser").folder(FOLDER));
}

/// What is not installed, if the page has a source.
fn missing(root: &Path) -> Option<&'static str> {
    let folder = root.join(FOLDER);
    if !folder.join("package.json").exists() {
        return None;
    }
    if Command::new("node").arg("--version").output().is_err() {
        return Some("node is not installed");
    }
    (!folder.join("node_modules").exists())
        .then_some("its packages are not installed: npm ci in checks/explorer")
}

/// A file as it was, with its time, so that looking at a build does not make cargo build again.
struct Saved {
    bytes: Vec<u8>,
    modified: std::time::SystemTime,
}

impl Saved {
    fn of(path: &Path) -> io::Result<Saved> {
        Ok(Saved { bytes: fs::read(path)?, modified: fs::metadata(path)?.modified()? })
    }

    fn restore(&self, path: &Path) -> io::Result<()> {
        if fs::read(path).ok().as_deref() != Some(&self.bytes) {
            fs::write(path, &self.bytes)?;
        }
        fs::File::options().write(true).open(path)?.set_modified(self.modified)
    }
}
