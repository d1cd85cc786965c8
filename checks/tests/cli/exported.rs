//! An exported test compiles in a crate of its own, and fails on the planted model.

use super::quorate::{Desk, text};
use std::path::{Path, PathBuf};
use std::process::Command;

/// A package that depends on the harness and the checks, as a user's would.
fn package(name: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    let workspace = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    std::fs::create_dir_all(folder.join("tests")).unwrap();
    std::fs::create_dir_all(folder.join("src")).unwrap();
    std::fs::write(folder.join("src/lib.rs"), "").unwrap();
    let manifest = format!(
        "[package]\nname = \"{name}\"\nversion = \"0.0.0\"\nedition = \"2024\"\n\n[workspace]\n\n[profile.dev]\n\
         opt-level = 2\ndebug = \"line-tables-only\"\n\n[dependencies]\n\
         quorate = {{ path = \"{root}/checks/harness\" }}\nquorate-checks = {{ path = \"{root}/checks\" }}\n\
         quorate-model = {{ path = \"{root}/model\" }}\n",
        root = workspace.display()
    );
    std::fs::write(folder.join("Cargo.toml"), manifest).unwrap();
    std::fs::copy(workspace.join("Cargo.lock"), folder.join("Cargo.lock")).unwrap();
    folder
}

#[test]
fn an_exported_test_compiles_and_fails_on_the_planted_model() {
    let desk = Desk::new();
    desk.run(&["check", "calibration", "--property", "2PC-1"]).exits(0);
    desk.run(&["check", "paxos", "--property", "PX-S2"]).exits(0);
    let folder = package("exported-test");
    let naive = desk.path("target/quorate/traces/paxos-naive-n6-PX-S2.itf.json");
    for (trace, name) in [(desk.planted(), "planted.rs"), (naive, "naive.rs")] {
        let output = folder.join("tests").join(name);
        desk.run(&["trace", "export", text(&trace), "-o", text(&output)]).exits(0);
    }
    let target = Path::new(env!("CARGO_TARGET_TMPDIR")).parent().unwrap();
    let ran = Command::new(env!("CARGO"))
        .args(["test", "--offline", "--no-fail-fast", "--tests"])
        .current_dir(&folder)
        .env("CARGO_TARGET_DIR", target)
        .output()
        .unwrap();
    let (stdout, stderr) = (String::from_utf8_lossy(&ran.stdout), String::from_utf8_lossy(&ran.stderr));
    assert!(!ran.status.success(), "the defect is still there, so the tests fail:\n{stdout}{stderr}");
    assert!(stdout.contains("test two_phase_commit_does_not_break_2pc_1 ... FAILED"), "{stdout}{stderr}");
    assert!(stdout.contains("test naive_n6_does_not_break_px_s2 ... FAILED"), "{stdout}{stderr}");
    assert!(stdout.contains("PX-S2 (a learned value was proposed) is broken at step 3"), "{stdout}");
}
