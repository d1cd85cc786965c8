//! Reading what tools print: how many tests ran, what failed, and how to see it again.

/// Tests passed and failed, by the closing lines of cargo's and node's test runners.
pub(super) fn count_tests(text: &str) -> (u64, u64) {
    let (mut passed, mut failed) = (0, 0);
    for line in text.lines() {
        if let Some(rest) = line.strip_prefix("test result: ") {
            passed += number_before(rest, " passed");
            failed += number_before(rest, " failed");
        }
        let node = line.strip_prefix("# ").or_else(|| line.strip_prefix("\u{2139} "));
        passed += node
            .and_then(|l| l.strip_prefix("pass "))
            .and_then(|n| n.trim().parse::<u64>().ok())
            .unwrap_or(0);
        failed += node
            .and_then(|l| l.strip_prefix("fail "))
            .and_then(|n| n.trim().parse::<u64>().ok())
            .unwrap_or(0);
    }
    (passed, failed)
}

fn number_before(text: &str, word: &str) -> u64 {
    let Some(at) = text.find(word) else { return 0 };
    text[..at].rsplit(' ').next().and_then(|n| n.parse().ok()).unwrap_or(0)
}

/// What a person wants to read of a failure, in at most `most` lines: of tests the output of those that failed, of
/// other tools the end.
pub(super) fn complaints(text: &str, most: usize) -> Vec<String> {
    // Node's runner ends with the failures alone.
    let text = text.split_once("\u{2716} failing tests:").map_or(text, |(_, failures)| failures);
    let mut failed = Vec::new();
    let mut inside = false;
    for line in text.lines() {
        if line.starts_with("---- ") && line.ends_with(" ----") {
            inside = true;
        } else if line == "failures:" || line.starts_with("test result: ") {
            inside = false;
        }
        if inside || line.starts_with("error") {
            failed.push(line);
        }
    }
    let lines: Vec<&str> = if failed.is_empty() { text.lines().collect() } else { failed };
    let lines: Vec<&str> = lines.into_iter().filter(|l| !l.trim().is_empty()).collect();
    // Of failures the first lines tell most, of a log without marks the last.
    let marked = lines.iter().any(|l| l.starts_with("---- ") || l.starts_with("error"));
    let skip = if marked { 0 } else { lines.len().saturating_sub(most) };
    let mut shown: Vec<String> = lines.iter().skip(skip).take(most).map(ToString::to_string).collect();
    if lines.len() > most {
        shown.push(format!("… {} more lines", lines.len() - most));
    }
    shown
}

/// Narrower commands than the whole step, if cargo says which target failed: one for each failed target.
pub(super) fn narrower(text: &str) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for line in text.lines() {
        let trimmed = line.trim();
        // `error: test failed, to rerun pass `-p x --test y`` for one, a list of quoted arguments for several.
        let quoted = trimmed.strip_prefix("error: test failed, to rerun pass ").unwrap_or(trimmed);
        let arguments = quoted.strip_prefix("`-p ").and_then(|rest| rest.strip_suffix('`'));
        let command = arguments.map(|a| format!("cargo test -p {a}"));
        if let Some(command) = command.filter(|c| !lines.contains(c)) {
            lines.push(command);
        }
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    const FAILED: &str = "\
running 2 tests
test good ... ok
test bad ... FAILED

failures:

---- bad stdout ----
thread 'bad' panicked at x.rs:1:1:
seed 7 breaks it

failures:
    bad

test result: FAILED. 1 passed; 1 failed; 0 ignored; 0 measured; 0 filtered out; finished in 0.01s

error: test failed, to rerun pass `-p quorate-machine --test driver`
running 1 test
test result: ok. 12 passed; 0 failed; 0 ignored; 0 measured; 0 filtered out; finished in 0.00s
error: 1 target failed:
    `-p quorate-machine --test driver`
";

    #[test]
    fn tests_are_counted_over_all_targets() {
        assert_eq!(count_tests(FAILED), (13, 1));
        assert_eq!(count_tests("# tests 4\n# pass 3\n# fail 1\n"), (3, 1));
        assert_eq!(count_tests("\u{2139} pass 5\n\u{2139} fail 0\n"), (5, 0));
        assert_eq!(count_tests("nothing ran"), (0, 0));
    }

    #[test]
    fn a_failure_shows_the_failed_tests_words_and_a_narrow_command() {
        let shown = complaints(FAILED, 10);
        assert!(shown.contains(&"seed 7 breaks it".to_string()), "{shown:?}");
        assert!(!shown.iter().any(|line| line.contains("good")), "{shown:?}");
        assert_eq!(narrower(FAILED), ["cargo test -p quorate-machine --test driver"]);
    }

    #[test]
    fn of_nodes_tests_the_failed_ones_are_shown() {
        let text = "\u{2714} fine (1ms)\n\u{2716} bad (2ms)\n\u{2139} fail 1\n\n\u{2716} failing tests:\n\ntest at a:1:1\nwhy\n";
        assert_eq!(complaints(text, 9), ["test at a:1:1", "why"]);
    }

    #[test]
    fn a_log_without_marks_shows_its_end() {
        let text: String = (0..100).map(|n| format!("line {n}\n")).collect();
        let shown = complaints(&text, 3);
        assert_eq!(shown, ["line 97", "line 98", "line 99", "… 97 more lines"]);
    }
}
