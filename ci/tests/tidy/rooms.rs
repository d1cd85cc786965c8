//! The grid, the sizes, what is banned, and the obligations of the papers.

use crate::planted::{Planted, plant};

#[test]
fn a_hole_in_the_grid_is_found_in_every_column() {
    let rooms = [
        "model/src/lock/planted.rs",
        "impl/core/src/lock/message.rs",
        "checks/src/lock/refine.rs",
        "checks/tests/lock/threads.rs",
        "benches/benches/lock.rs",
    ];
    for room in rooms {
        Planted::new().delete(room).expect_only("grid", &format!("{room}:1"), "is missing");
    }
}

#[test]
fn a_protocol_begun_in_one_column_is_missed_in_the_others() {
    let planted = Planted::new();
    planted.write("impl/core/src/balance/mod.rs", "");
    planted.expect("grid", "model/src/balance/mod.rs:1", "is missing");
    planted.expect("grid", "checks/tests/balance/exhaustive.rs:1", "is missing");
    planted.expect("grid", "benches/benches/balance.rs:1", "is missing");
    planted.expect("grid", "impl/core/src/balance/state.rs:1", "check_invariants");
}

#[test]
fn calibration_is_no_protocol() {
    let planted = Planted::new();
    planted
        .write("checks/src/calibration/mod.rs", "")
        .write("checks/tests/calibration/main.rs", "")
        .expect_clean();
}

#[test]
fn a_long_function_and_a_long_file_are_found() {
    let body = "    work();\n".repeat(69);
    let path = "impl/core/src/paxos/leader.rs";
    let long = format!("// Before it.\nfn leads() {{\n{body}}}\n");
    plant(path, &long, "sizes", "impl/core/src/paxos/leader.rs:2", "fn leads has 71 lines, the limit is 70");
    let lines = "// One more.\n".repeat(401);
    plant(path, &lines, "sizes", "impl/core/src/paxos/leader.rs:1", "401 lines, the limit is 400");
    Planted::new().write("checks/tests/paxos/planted.rs", &lines).expect_clean();
    let test = "// One more.\n".repeat(601);
    plant("checks/tests/paxos/planted.rs", &test, "sizes", "checks/tests/paxos/planted.rs:1", "601 lines");
    plant("checks/explorer/src/view.ts", &lines, "sizes", "checks/explorer/src/view.ts:1", "401 lines");
}

#[test]
fn what_is_left_over_switched_off_or_asleep_is_found() {
    let place = "checks/tests/paxos/planted.rs:2";
    let path = "checks/tests/paxos/planted.rs";
    for (line, what) in
        [("todo!()", "todo!"), ("#[ignore]", "#[ignore]"), ("#[ignore = \"slow\"]", "#[ignore]")]
    {
        plant(path, &format!("// todo!() in a comment is text.\n{line}\n"), "banned", place, what);
    }
    plant(path, "fn t() {\nstd::thread::sleep(d);\n}\n", "banned", place, "sleeps");
    let unit = "fn polls() { sleep(d) }\n#[cfg(test)]\nmod tests {\n fn t() { sleep(d) }\n}\n";
    plant("checks/harness/src/world.rs", unit, "banned", "checks/harness/src/world.rs:4", "sleeps");
}

#[test]
fn what_a_core_must_not_know_is_found() {
    for word in ["HashMap", "Instant", "SystemTime", "tokio", "rand"] {
        let path = "impl/core/src/paxos/leader.rs";
        plant(path, &format!("\nuse a::{word};\n"), "banned", "impl/core/src/paxos/leader.rs:2", word);
    }
    for word in ["HashableHashSet", "ActorModel"] {
        let path = "model/src/paxos/state.rs";
        plant(path, &format!("use stateright::{word};\n"), "banned", "model/src/paxos/state.rs:1", word);
    }
}

#[test]
fn unsafe_needs_a_file_that_says_why() {
    let path = "checks/harness/src/world.rs";
    let block = "fn f() {\n    unsafe { g() }\n}\n";
    plant(path, block, "banned", "checks/harness/src/world.rs:2", "unsafe");
    let reason = format!("#![allow(unsafe_code, reason = \"one call of the system\")]\n{block}");
    Planted::new().write(path, &reason).expect_clean();
}

#[test]
fn what_belongs_to_one_machine_is_found() {
    for folder in ["work", "home", "root", "tmp"] {
        let text = format!("# Notes\nSee /{folder}/main.\n");
        plant("README.md", &text, "banned", "README.md:2", &format!("/{folder}/"));
    }
    for host in ["crates", "pypi"] {
        let text = format!("See {host}.{}\n", if host == "crates" { "io" } else { "org" });
        plant("README.md", &text, "banned", "README.md:1", host);
    }
    Planted::new().write("README.md", "Under target/work/x and $TMPDIR/home/x.\n").expect_clean();
}

#[test]
fn empty_names_are_found() {
    plant("checks/harness/src/utils.rs", "", "banned", "checks/harness/src/utils.rs:1", "is named utils");
}

#[test]
fn an_obligation_without_a_test_and_a_test_without_an_obligation_are_found() {
    let path = "checks/tests/paxos/paper.rs";
    let table =
        |name: &str| format!("const OBLIGATIONS: [(&str, &str); 1] =\n  [(\"It says so.\", \"{name}\")];\n");
    let test = "#[test]\nfn it_does_so() {}\n";
    let missing = format!("{}{test}#[test]\nfn it_does_more() {{}}\n", table("it_does_so"));
    plant(path, &missing, "paper", "checks/tests/paxos/paper.rs:6", "test it_does_more answers no entry");
    let unanswered = "const OBLIGATIONS: &[(&str, &str)] = &[\n  (\"A.\", \"it_does_so\"),\n  (\"B.\", \"it_does_b\"),\n];\n";
    plant(
        path,
        &format!("{unanswered}{test}"),
        "paper",
        "checks/tests/paxos/paper.rs:3",
        "it_does_b, which is no test",
    );
    plant(path, "", "paper", "checks/tests/paxos/paper.rs:1", "has no table OBLIGATIONS");
}

/// A paper that has a file of its own in the folder.
fn second_paper(rows: &str) -> String {
    let test = "#[test]\nfn it_lives() {}\n";
    format!("const OBLIGATIONS: &[(&str, &str)] = &[\n{rows}];\n{test}")
}

#[test]
fn each_paper_has_its_own_table() {
    let path = "checks/tests/paxos/paper/live.rs";
    let row = "  (\"A \\\"word\\\"; and\\\n   more.\", \"it_lives\"),\n";
    Planted::new().write(path, &second_paper(row)).expect_clean();
    let twice = second_paper(&format!("{row}  (\"B.\", \"it_lives\"),\n"));
    plant(path, &twice, "paper", &format!("{path}:4"), "names it_lives twice");
    let borrowed = second_paper(&format!("{row}  (\"B.\", \"it_does_so\"),\n"));
    plant(path, &borrowed, "paper", &format!("{path}:4"), "it_does_so, which is no test here");
    let deeper = Planted::new();
    deeper.write(path, &second_paper(row));
    deeper.write("checks/tests/paxos/paper/live/disk.rs", "#[test]\nfn it_writes() {}\n");
    deeper.expect_only("paper", "checks/tests/paxos/paper/live/disk.rs:2", "it_writes answers no entry");
}

#[test]
fn an_obligation_that_is_left_out_without_a_reason_is_found() {
    let path = "checks/tests/paxos/paper/live.rs";
    let row = "  (\"A.\", \"it_lives\"),\n";
    let table = |why: &str| {
        let left_out = format!("const ELSEWHERE: &[(&str, &str, &str)] = &[(\"2\", \"B.\", \"{why}\")];\n");
        format!("{}{left_out}", second_paper(row))
    };
    Planted::new().write(path, &table("Later, with storage.")).expect_clean();
    plant(path, &table("later"), "paper", &format!("{path}:6"), "ELSEWHERE gives no reason but \"later\"");
}
