//! Every rule of tidy, shown to bite: a tree that keeps all rules is clean, and each violation planted in it is
//! named with file, line and reason.

mod arrows;
mod documents;
mod packages;
mod planted;
mod rooms;

use planted::Planted;

#[test]
fn a_tree_that_keeps_the_rules_has_no_finding() {
    Planted::new().expect_clean();
}

#[test]
fn this_repository_is_readable() {
    let root =
        std::path::Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("ci/ stands in the repository");
    let tree = quorate_ci::tree::Tree::read(root).expect("readable");
    assert!(tree.rust().count() > 20, "only {} Rust files were found", tree.rust().count());
    assert!(tree.get("ci/src/main.rs").is_some());
    assert!(!tree.has_folder("target"), "build products are not ours to read");
}
