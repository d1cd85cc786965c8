//! Who may name whom.

use crate::planted::{Planted, plant};

#[test]
fn a_model_that_names_the_core_is_found() {
    plant(
        "model/src/paxos/state.rs",
        "//! Text may say quorate_core.\nuse quorate_core::paxos::Ballot;\n",
        "arrows",
        "model/src/paxos/state.rs:2",
        "names quorate_core",
    );
}

#[test]
fn a_core_that_names_the_model_the_harness_or_stateright_is_found() {
    for name in ["quorate_model", "quorate", "stateright", "quorate_spec"] {
        let text = format!("fn f() {{\n    {name}::x()\n}}\n");
        plant("impl/core/src/paxos/leader.rs", &text, "arrows", "impl/core/src/paxos/leader.rs:2", name);
    }
}

#[test]
fn a_harness_that_knows_a_protocol_is_found() {
    let place = "checks/harness/src/world.rs:1";
    plant("checks/harness/src/world.rs", "use quorate_core::paxos;\n", "arrows", place, "names quorate_core");
}

#[test]
fn an_explorer_that_sees_machines_is_found() {
    let path = "checks/harness/src/explorer/server.rs";
    plant(path, "use quorate_machine::Machine;\n", "arrows", &format!("{path}:1"), "names quorate_machine");
}

#[test]
fn only_the_refinement_knows_core_and_model() {
    let both = "use quorate_core::x;\nuse quorate_model::y;\n";
    Planted::new()
        .write("checks/src/paxos/refine.rs", both)
        .write("checks/src/paxos/refine/witness.rs", both)
        .expect_clean();
    plant("checks/tests/paxos/planted.rs", both, "arrows", "checks/tests/paxos/planted.rs:1", "line 2");
}

#[test]
fn a_protocol_that_imports_another_is_found() {
    let inside = "use super::super::lock::state::Lock;\n";
    let path = "impl/core/src/paxos/leader.rs";
    plant(path, inside, "arrows", "impl/core/src/paxos/leader.rs:1", "protocol lock");
    let across = "\nfn f() -> quorate_model::lock::State { todo() }\n";
    let path = "checks/src/paxos/refine.rs";
    plant(path, across, "arrows", "checks/src/paxos/refine.rs:2", "protocol lock");
}

#[test]
fn a_shared_file_that_imports_a_protocol_is_found() {
    plant(
        "impl/core/src/session.rs",
        "use crate::{\n    quorum,\n    paxos::Ballot,\n};\n",
        "arrows",
        "impl/core/src/session.rs:3",
        "protocol paxos",
    );
    Planted::new()
        .write("impl/core/src/lib.rs", "pub mod paxos;\npub use crate::paxos::Ballot;\n")
        .expect_clean();
}

#[test]
fn a_room_of_the_core_that_looks_up_is_found() {
    let message = "impl/core/src/paxos/message.rs";
    plant(message, "use super::state::State;\n", "layers", "impl/core/src/paxos/message.rs:1", "room state");
    let leader = "impl/core/src/paxos/leader.rs";
    plant(leader, "use crate::paxos::step;\n", "layers", "impl/core/src/paxos/leader.rs:1", "room step");
    Planted::new().write(leader, "use super::{message::Message, state::State, acceptor};\n").expect_clean();
}

#[test]
fn a_re_export_hides_no_arrow() {
    let planted = Planted::new();
    planted.write(
        "impl/core/src/paxos/mod.rs",
        "mod step;\nmod message;\npub use step::Replica;\npub use message::Ballot;\n",
    );
    planted.write(
        "impl/core/src/paxos/state.rs",
        "use super::Ballot;\nfn check_invariants(r: super::Replica) {}\n",
    );
    planted.expect_only("layers", "impl/core/src/paxos/state.rs:2", "room step");
}

#[test]
fn only_shared_imports_sync_and_only_sync_switches() {
    let planted = Planted::new();
    planted
        .write("impl/core/src/sync.rs", "#[cfg(feature = \"loom\")]\nuse loom::sync;\nuse std::sync::Arc;\n");
    planted.write("impl/core/src/paxos/shared.rs", "use crate::sync::Arc;\n").expect_clean();
    let leader = "impl/core/src/paxos/leader.rs";
    plant(leader, "use crate::sync::Arc;\n", "layers", "impl/core/src/paxos/leader.rs:1", "sync::Arc");
    Planted::new().write(leader, "use std::sync::Arc;\n").expect_clean();
    let shared = "impl/core/src/paxos/shared.rs";
    plant(shared, "use std::sync::Arc;\n", "layers", "impl/core/src/paxos/shared.rs:1", "std::sync::Arc");
    plant(leader, "use std::sync::Mutex;\n", "layers", "impl/core/src/paxos/leader.rs:1", "std::sync::Mutex");
    let switch = "\n#[cfg(feature = \"loom\")]\nfn f() {}\n";
    plant(leader, switch, "layers", "impl/core/src/paxos/leader.rs:2", "cfg(feature");
}

#[test]
fn a_property_that_sees_the_steps_is_found_in_every_model_of_a_protocol() {
    let path = "model/src/paxos/property.rs";
    plant(
        path,
        "use super::{state::S, step::next};\n",
        "layers",
        "model/src/paxos/property.rs:1",
        "room step",
    );
    let planted = Planted::new();
    for room in ["mod", "state", "action", "step", "property", "planted"] {
        planted.write(&format!("model/src/lock/fenced/{room}.rs"), "");
    }
    planted.expect_clean();
    planted.write("model/src/lock/fenced/property.rs", "fn p() { super::step::guard(); }\n");
    planted.expect_only("layers", "model/src/lock/fenced/property.rs:1", "room property names room step");
}

#[test]
fn a_shell_that_calls_handle_itself_is_found() {
    let path = "checks/harness/src/world.rs";
    let text = "fn deliver() {\n    machine.handle(input, effects);\n}\n";
    plant(path, text, "driver", "checks/harness/src/world.rs:2", "calls handle");
    let wrapper =
        "impl Machine for Wrapped {\n fn handle(&mut self) { self.inner.handle(input, effects) }\n}\n";
    Planted::new().write("checks/src/paxos/mod.rs", wrapper).expect_clean();
}

#[test]
fn two_files_that_import_each_other_are_found() {
    let one = "checks/harness/src/one.rs";
    let other = "checks/harness/src/other.rs";
    let both = |first: &str, second: &str| {
        let tree = Planted::new();
        tree.write(one, first).write(other, second);
        tree
    };
    both("use super::other::That;\n", "\nuse crate::one::This;\n").expect_only(
        "mutual",
        &format!("{one}:1"),
        "imports checks/harness/src/other.rs, which imports it on line 2",
    );
    both("fn f() { crate::other::g() }\n", "use crate::one::This;\n").expect_only(
        "mutual",
        &format!("{one}:1"),
        "imports",
    );
    // One way, and a name that a module passes on.
    both("use super::other::That;\n", "").expect_clean();
    let passed = both("use crate::door::Those;\n", "use crate::one::This;\n");
    passed.write("checks/harness/src/door.rs", "pub use crate::other::Those;\n");
    passed.expect_only("mutual", &format!("{one}:1"), "imports checks/harness/src/other.rs");
    let elsewhere = both("use crate::door::These;\n", "use crate::one::This;\n");
    elsewhere.write("checks/harness/src/door.rs", "pub use crate::other::Those;\npub struct These;\n");
    elsewhere.expect_clean();
}

#[test]
fn a_module_and_what_lies_below_it_may_name_each_other() {
    let tree = Planted::new();
    tree.write("checks/harness/src/room/mod.rs", "mod part;\nuse part::Part;\npub struct Room(Part);\n");
    tree.write("checks/harness/src/room/part.rs", "use super::Room;\n");
    tree.expect_clean();
}

#[test]
fn a_pair_that_is_parted_leaves_the_list() {
    let tree = Planted::new();
    let (one, other) = ("checks/harness/src/world/model.rs", "checks/harness/src/world/reduce.rs");
    tree.write(one, "use super::reduce::Reducer;\n").write(other, "use super::model::WorldModel;\n");
    tree.expect_clean();
    tree.write(other, "");
    tree.expect_only("mutual", &format!("{one}:1"), "which is so no longer");
}
