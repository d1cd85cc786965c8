//! Which package may depend on which, as cargo sees it. All packages here are folders of the planted tree, so
//! that cargo asks no network.

use crate::planted::Planted;

/// A package with a library that names all it depends on, and these lines of dependencies.
fn package(planted: &Planted, folder: &str, name: &str, rest: &str) {
    let crates = ["quorate-machine", "quorate-core", "tokio", "serde", "loom", "some-crate"];
    let named = crates
        .iter()
        .filter(|name| rest.contains(*name))
        .map(|name| format!("use {} as _;\n", name.replace('-', "_")));
    let library = format!("//! A thing.\n{}", named.collect::<String>());
    let text = format!(
        "[package]\nname = \"{name}\"\nversion = \"0.1.0\"\nedition = \"2024\"\ndescription = \"A thing\"\n{rest}"
    );
    planted.write(&format!("{folder}/Cargo.toml"), &text);
    planted.write(&format!("{folder}/src/lib.rs"), &library);
}

const MEMBERS: &str =
    "[workspace]\nresolver = \"3\"\nmembers = [\"impl/*\", \"checks/loom\", \"model\", \"benches/deps/*\"]\n";
const TWIN: &str = "[lib]\npath = \"../../impl/core/src/lib.rs\"\ntest = false\ndoctest = false\n[features]\ndefault = [\"loom\"]\nloom = []\n";

fn workspace() -> Planted {
    let planted = Planted::new();
    planted.write("Cargo.toml", MEMBERS);
    planted.write("README.md", README);
    planted.write("impl/core/src/sync.rs", "use loom as _;\n");
    package(&planted, "impl/machine", "quorate-machine", "");
    package(&planted, "impl/core", "quorate-core", "[dependencies]\nquorate-machine.path = \"../machine\"\n");
    let deps = "[dependencies]\nquorate-machine.path = \"../../impl/machine\"\nloom.path = \"../../benches/deps/loom\"\n";
    package(&planted, "checks/loom", "quorate-core-loom", &format!("{TWIN}{deps}"));
    package(&planted, "model", "quorate-model", "");
    package(&planted, "benches/deps/loom", "loom", "");
    package(&planted, "benches/deps/tokio", "tokio", "");
    planted
}

const README: &str = "\
cargo run --release --bin quorate -- check
cargo test
<!-- checked:begin -->
<!-- checked:end -->
<!-- summary:begin -->
<!-- summary:end -->
<!-- dependencies:begin -->
<!-- dependencies:end -->
";

#[test]
fn a_workspace_that_keeps_the_rules_is_clean() {
    workspace().expect_clean();
}

#[test]
fn a_test_that_is_never_compiled_is_found() {
    let planted = workspace();
    package(&planted, "model", "quorate-model", "[lib]\ntest = false\n");
    planted.expect_clean();
    planted.write("model/src/lib.rs", "//! A thing.\n#[test]\nfn a_test() {}\n");
    planted.expect("asleep", "model/src/lib.rs:2", "#[test] in quorate-model");
}

#[test]
fn a_core_with_a_runtime_is_found() {
    let planted = workspace();
    let rest =
        "[dependencies]\nquorate-machine.path = \"../machine\"\ntokio.path = \"../../benches/deps/tokio\"\n";
    package(&planted, "impl/core", "quorate-core", rest);
    planted.expect("packages", "impl/core/Cargo.toml:8", "quorate-core depends on tokio");
    planted.expect(
        "twin",
        "checks/loom/Cargo.toml:7",
        "dependency tokio stands in one of the two manifests only",
    );
}

#[test]
fn a_runtime_reached_through_another_package_is_found_with_its_chain() {
    let planted = workspace();
    package(
        &planted,
        "impl/machine",
        "quorate-machine",
        "[dependencies]\nserde.path = \"../../benches/deps/serde\"\n",
    );
    package(&planted, "benches/deps/serde", "serde", "[dependencies]\ntokio.path = \"../tokio\"\n");
    planted.expect("packages", "impl/core/Cargo.toml:7", "quorate-core -> quorate-machine -> serde -> tokio");
    planted.expect("packages", "impl/machine/Cargo.toml:7", "quorate-machine -> serde -> tokio");
}

#[test]
fn a_model_that_depends_on_the_core_is_found() {
    let planted = workspace();
    package(&planted, "model", "quorate-model", "[dependencies]\nquorate-core.path = \"../impl/core\"\n");
    planted.expect("packages", "model/Cargo.toml:7", "quorate-model depends on quorate-core");
    planted.expect("arrows", "model/src/lib.rs:2", "names quorate_core");
}

#[test]
fn a_dependency_that_no_source_names_is_found() {
    let planted = workspace();
    package(&planted, "model", "quorate-model", "[dependencies]\ntokio.path = \"../benches/deps/tokio\"\n");
    planted.expect_clean();
    planted.write("model/src/lib.rs", "//! Not tokio.\n");
    planted.expect_only("unused", "model/Cargo.toml:7", "quorate-model depends on tokio and never names it");
}

#[test]
fn a_test_dependency_is_no_arrow() {
    let planted = workspace();
    let rest = "[dependencies]\nquorate-machine.path = \"../machine\"\n[dev-dependencies]\ntokio.path = \"../../benches/deps/tokio\"\n";
    package(&planted, "impl/core", "quorate-core", rest);
    planted.write("impl/core/src/lib.rs", "//! A thing.\nuse quorate_machine as _;\n");
    planted.write("impl/core/tests/runs.rs", "use tokio as _;\n");
    planted.expect_clean();
}

#[test]
fn a_twin_that_is_not_the_core_is_found() {
    let planted = workspace();
    let twin =
        "[lib]\npath = \"src/lib.rs\"\n[dependencies]\nquorate-machine.path = \"../../impl/machine\"\n";
    package(&planted, "checks/loom", "quorate-core-loom", twin);
    planted.expect("twin", "checks/loom/Cargo.toml:7", "its [lib] path is not the core's");
    planted.expect("twin", "checks/loom/Cargo.toml:7", "tested twice");
    planted.expect("twin", "checks/loom/Cargo.toml:7", "do not switch loom on");
    planted.expect("twin", "checks/loom/Cargo.toml:7", "dependency loom");
}

#[test]
fn the_dependency_table_lists_what_is_used_and_nothing_else() {
    let planted = workspace();
    package(&planted, "model", "quorate-model", "[dependencies]\nsome-crate = \"1\"\n");
    planted.expect("documents", "README.md:1", "has no row for `some-crate`, which quorate-model uses");
    let row = README.replace("<!-- dependencies:end", "| `some-crate` | What for. |\n<!-- dependencies:end");
    planted.write("README.md", &row);
    assert!(!planted.findings().iter().any(|f| f.what.contains("some-crate` ") || f.what.contains("no row")));
    let planted = workspace();
    planted.write("README.md", &row).expect_only(
        "documents",
        "README.md:8",
        "lists `some-crate`, which nothing uses",
    );
    let planted = workspace();
    planted.write("checks/explorer/package.json", "{\"devDependencies\": {\"a-tool\": \"1\"}}");
    planted.expect_only("documents", "README.md:1", "`a-tool`, which checks/explorer/package.json uses");
}
