//! The README, the links, the top level, and what each package says it is.

use crate::planted::{Planted, plant};

#[test]
fn a_stranger_at_the_top_level_is_found() {
    plant("notes.txt", "x", "documents", "notes.txt:1", "stands at the top level");
}

#[test]
fn a_link_that_leads_nowhere_is_found() {
    let text = "[here](model/src/paxos/mod.rs) [there](https://example.org/x) [part](#part)\n[gone](model/gone.rs)\n";
    plant("README.md", text, "documents", "README.md:2", "model/gone.rs");
}

#[test]
fn a_workspace_without_readme_and_a_readme_without_its_parts_are_found() {
    let manifest = "[package]\nname = \"thing\"\nversion = \"0.1.0\"\nedition = \"2024\"\n";
    let planted = Planted::new();
    planted.write("Cargo.toml", "[workspace]\nresolver = \"3\"\nmembers = [\"model\"]\n");
    planted.write("model/Cargo.toml", manifest).write("model/src/lib.rs", "mod paxos;\n");
    planted.expect("documents", "README.md:1", "is missing");
    planted.expect("documents", "model/Cargo.toml:1", "has no description");
    planted.expect("documents", "model/src/lib.rs:1", "begins with no //! line");
    planted.write("README.md", "cargo test\n");
    planted.expect("documents", "README.md:1", "lacks `cargo run --release --bin quorate -- check`");
    planted.expect("documents", "README.md:1", "lacks `<!-- summary:begin -->`");
}
