//! One command of the gate, and the line that says how it went.

use super::output;
use std::{
    env, fs, io,
    path::{Path, PathBuf},
    process::{Command, Stdio},
    time::Instant,
};

/// Prints one line. A reader that has gone is no reason to stop: the exit code still tells.
pub fn say(line: &str) {
    use io::Write;
    drop(writeln!(io::stdout(), "{line}"));
}

/// Lines of a failure that are shown.
const SHOWN: usize = 60;

/// A command to run, given as one line of words separated by spaces.
pub(super) struct Step {
    pub name: &'static str,
    line: String,
    folder: &'static str,
    environment: Vec<(&'static str, &'static str)>,
}

impl Step {
    pub(super) fn new(name: &'static str, line: &str) -> Step {
        Step { name, line: line.into(), folder: "", environment: Vec::new() }
    }

    /// Runs in this folder, relative to the root.
    pub(super) fn folder(mut self, folder: &'static str) -> Step {
        self.folder = folder;
        self
    }

    pub(super) fn env(mut self, name: &'static str, value: &'static str) -> Step {
        self.environment.push((name, value));
        self
    }

    /// What a person types at the root to see it again.
    fn reproduce(&self) -> String {
        let variables: String =
            self.environment.iter().map(|(name, value)| format!("{name}='{value}' ")).collect();
        match self.folder {
            "" => format!("{variables}{}", self.line),
            folder => format!("(cd {folder} && {variables}{})", self.line),
        }
    }
}

/// How a step went.
#[derive(Default)]
pub(super) struct Done {
    pub name: &'static str,
    pub ok: bool,
    pub seconds: f64,
    /// Why it was passed over, if it was.
    pub skipped: Option<String>,
    pub passed: u64,
    pub failed: u64,
    /// What to show if it failed.
    pub complaints: Vec<String>,
    /// Lines that show the failure again.
    pub reproduce: Vec<String>,
}

impl Done {
    pub(super) fn new(name: &'static str) -> Done {
        Done { name, ..Done::default() }
    }
}

/// Runs steps, prints a line for each, and counts.
pub(super) struct Gate<'a> {
    pub root: &'a Path,
    /// The steps that were asked for; all if empty.
    only: &'a [String],
    passed: u64,
    failed: u64,
    broken: Vec<&'static str>,
}

impl<'a> Gate<'a> {
    pub(super) fn new(root: &'a Path, only: &'a [String]) -> Gate<'a> {
        Gate { root, only, passed: 0, failed: 0, broken: Vec::new() }
    }

    /// Was this step asked for?
    pub(super) fn wants(&self, name: &str) -> bool {
        self.only.is_empty() || self.only.iter().any(|wanted| wanted == name)
    }

    /// Runs what a step of this name needs, if that was asked for, and says so only if it fails. True if it did not.
    pub(super) fn prepare(&mut self, step: &Step) -> bool {
        let is_ready = !self.wants(step.name) || self.execute(step).is_ok_and(|(ok, _)| ok);
        is_ready || self.run(step)
    }

    /// Runs the step, if it was asked for, and says how it went. True if it passed.
    pub(super) fn run(&mut self, step: &Step) -> bool {
        if !self.wants(step.name) {
            return true;
        }
        let clock = Instant::now();
        let mut done = Done::new(step.name);
        done.reproduce = vec![step.reproduce()];
        match self.execute(step) {
            Ok((ok, text)) => {
                done.ok = ok;
                (done.passed, done.failed) = output::count_tests(&text);
                if !ok {
                    done.complaints = output::complaints(&text, SHOWN);
                    done.complaints.push(format!("(all of it: {})", log_path(step.name)));
                    let narrower = output::narrower(&text);
                    done.reproduce = if narrower.is_empty() { done.reproduce } else { narrower };
                }
            }
            Err(error) => done.complaints.push(error.to_string()),
        }
        done.seconds = clock.elapsed().as_secs_f64();
        self.record(done)
    }

    fn execute(&self, step: &Step) -> io::Result<(bool, String)> {
        let log = self.root.join(log_path(step.name));
        fs::create_dir_all(log.parent().expect("the log lies in a folder"))?;
        let file = fs::File::create(&log)?;
        let mut words = step.line.split(' ');
        let program = words.next().unwrap_or_default();
        let status = Command::new(program)
            .args(words)
            .current_dir(self.root.join(step.folder))
            .envs(step.environment.iter().copied())
            .env("CARGO_TERM_COLOR", "never")
            .env("CARGO_TERM_PROGRESS_WHEN", "never")
            .env("NO_COLOR", "1")
            .stdin(Stdio::null())
            .stdout(file.try_clone()?)
            .stderr(file)
            .status()
            .map_err(|error| io::Error::new(error.kind(), format!("{program}: {error}")))?;
        let bytes = fs::read(&log)?;
        // Files are named from the root, wherever it stands.
        let text = String::from_utf8_lossy(&bytes).replace(&format!("{}/", self.root.display()), "");
        Ok((status.success(), text))
    }

    /// Says how a step went that ran elsewhere. True if it passed or was passed over.
    pub(super) fn record(&mut self, done: Done) -> bool {
        let verdict = match (&done.skipped, done.ok) {
            (Some(_), _) => "skipped",
            (None, true) => "ok",
            (None, false) => "FAILED",
        };
        let mut line = format!("{verdict:<8}{:>7.1} s  {}", done.seconds, done.name);
        if done.passed + done.failed > 0 {
            line += &format!(": {} passed, {} failed", done.passed, done.failed);
        }
        line += &done.skipped.as_ref().map_or_else(String::new, |why| format!(": {why}"));
        say(&line);
        self.passed += done.passed;
        self.failed += done.failed;
        if done.skipped.is_some() || done.ok {
            return true;
        }
        for complaint in done.complaints.iter() {
            say(&format!("    | {complaint}"));
        }
        for line in &done.reproduce {
            say(&format!("    reproduce: {line}"));
        }
        self.broken.push(done.name);
        false
    }

    /// Passes a step over, or fails it where everything must be installed.
    pub(super) fn lacking(&mut self, name: &'static str, why: &str) {
        if !self.wants(name) {
            return;
        }
        let mut done = Done::new(name);
        if env::var(super::REQUIRE_ALL).is_ok_and(|value| value == "1") {
            done.complaints.push(format!("{why}, and {} is set", super::REQUIRE_ALL));
        } else {
            done.skipped = Some(why.to_string());
        }
        self.record(done);
    }

    /// The closing lines. True if all steps passed and at least one test ran.
    pub(super) fn finish(self) -> bool {
        let none_ran = self.only.is_empty() && self.passed + self.failed == 0;
        if none_ran {
            say("FAILED: no test ran");
        }
        let counts = format!("{} passed, {} failed", self.passed, self.failed);
        let ok = self.finish_without_tests() && !none_ran;
        say(&counts);
        ok
    }

    /// The closing line of a gate that runs no tests.
    pub(super) fn finish_without_tests(self) -> bool {
        if !self.broken.is_empty() {
            say(&format!("FAILED: {}", self.broken.join(", ")));
        }
        self.broken.is_empty()
    }
}

fn log_path(name: &str) -> String {
    let path: PathBuf = ["target", "quorate", "gate", &format!("{name}.log")].iter().collect();
    path.to_string_lossy().into_owned()
}

#[cfg(test)]
mod tests {
    use super::{Done, Gate, Step};

    #[test]
    fn a_step_that_passes_is_counted_and_one_that_fails_breaks_the_gate() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let mut gate = Gate::new(folder.path(), &[]);
        assert!(gate.run(&Step::new("good", "cargo --version")));
        let mut tests = Done::new("tests");
        (tests.ok, tests.passed) = (true, 3);
        assert!(gate.record(tests));
        assert!(!gate.run(&Step::new("bad", "cargo no-such-command")));
        assert!(!gate.run(&Step::new("absent", "no-such-program-here")));
        assert_eq!((gate.passed, gate.failed), (3, 0));
        assert_eq!(gate.broken, ["bad", "absent"]);
        assert!(!gate.finish());
        let log = folder.path().join("target/quorate/gate/bad.log");
        assert!(std::fs::read_to_string(log).expect("the log is kept").contains("no-such-command"));
    }

    #[test]
    fn a_step_that_was_not_asked_for_does_not_run() {
        let only = ["good".to_string()];
        let mut gate = Gate::new(std::path::Path::new("."), &only);
        assert!(gate.run(&Step::new("bad", "no-such-program-here")));
        assert!(gate.broken.is_empty());
    }

    #[test]
    fn a_gate_in_which_no_test_ran_fails() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let mut gate = Gate::new(folder.path(), &[]);
        assert!(gate.run(&Step::new("good", "cargo --version")));
        assert!(!gate.finish());
    }

    #[test]
    fn the_line_that_reproduces_a_step_says_where_and_with_what() {
        let step = Step::new("x", "npm test").folder("page").env("A", "b c");
        assert_eq!(step.reproduce(), "(cd page && A='b c' npm test)");
    }
}
