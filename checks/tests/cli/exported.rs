//! Exported tests compile in a crate of their own, and fail on the models that have the defects.

use quorate::registry::Goal;
use std::path::{Path, PathBuf};
use std::process::Command;

/// A package that depends on the harness, the models and the checks, as a user's would.
fn package(name: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    let workspace = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    std::fs::create_dir_all(folder.join("src")).unwrap();
    // Published crates are built as the workspace builds them, and so once for both. Our own packages have another name
    // outside of the workspace and are built again whatever the profile: quickly, since these tests take one run each.
    let own = std::fs::read_to_string(workspace.join("Cargo.toml")).unwrap();
    let profile = own.split_once("\n[profile.dev]").unwrap().1.split_once("\n[profile.release]").unwrap().0;
    let quick = |package| format!("[profile.dev.package.{package}]\nopt-level = 0\n\n");
    let quick: String = ["quorate", "quorate-checks", "quorate-foreign"].map(quick).concat();
    let manifest = format!(
        "[package]\nname = \"{name}\"\nversion = \"0.0.0\"\nedition = \"2024\"\n\n[workspace]\n\n\
         [profile.dev]{profile}\n\n{quick}[dependencies]\n\
         quorate = {{ path = \"{root}/checks/harness\" }}\nquorate-checks = {{ path = \"{root}/checks\" }}\n\
         quorate-model = {{ path = \"{root}/model\" }}\n",
        root = workspace.display()
    );
    std::fs::write(folder.join("Cargo.toml"), manifest).unwrap();
    std::fs::copy(workspace.join("Cargo.lock"), folder.join("Cargo.lock")).unwrap();
    folder
}

/// A Rust test of the shortest run in which a registered model breaks a property.
fn exported(model: &str, property: &str) -> String {
    let registry = quorate_checks::registry();
    let live = registry.model_named(model).unwrap();
    let goal = Goal { property: property.to_owned(), depth: 20 };
    let found = live.find(&[], &goal, 1_000_000);
    live.to_rust(&found.trace.expect("the property is broken")).unwrap()
}

#[test]
fn exported_tests_compile_and_fail_on_the_planted_models_and_the_planted_core() {
    let folder = package("exported-tests");
    let planted = exported("calibration/planted/two-phase-commit/7-managers", "2PC-1");
    let naive = exported("naive-n6", "PX-S2");
    let core = exported("paxos/planted/core/p05-crash", "refines");
    std::fs::write(folder.join("src/core.rs"), core).unwrap();
    std::fs::write(folder.join("src/planted.rs"), planted).unwrap();
    std::fs::write(folder.join("src/naive.rs"), naive).unwrap();
    std::fs::write(folder.join("src/lib.rs"), "mod core;\nmod naive;\nmod planted;\n").unwrap();
    let target = Path::new(env!("CARGO_TARGET_TMPDIR")).parent().unwrap();
    let ran = Command::new(env!("CARGO"))
        .args(["test", "--offline", "--lib"])
        .current_dir(&folder)
        .env("CARGO_TARGET_DIR", target)
        .output()
        .unwrap();
    let (stdout, stderr) = (String::from_utf8_lossy(&ran.stdout), String::from_utf8_lossy(&ran.stderr));
    assert!(!ran.status.success(), "the defects are still there, so the tests fail:\n{stdout}{stderr}");
    let tests = [
        "core::core_does_not_break_refines",
        "planted::two_phase_commit_does_not_break_2pc_1",
        "naive::naive_n6_does_not_break_px_s2",
    ];
    for test in tests {
        assert!(stdout.contains(&format!("test {test} ... FAILED")), "{stdout}{stderr}");
    }
    assert!(stdout.contains("PX-S2 (a learned value was proposed) is broken at step 3"), "{stdout}");
}
