//! Findings A and B: omnipaxos 0.2.4.

use crate::run::{Run, changed};
use quorate::foreign::Foreign;
use quorate_foreign::omnipaxos::server::NodeView;
use quorate_foreign::omnipaxos::system::{Shown, View};
use quorate_foreign::omnipaxos::{Budgets, Cluster, Event};

fn plenty<const S: bool>() -> Cluster<S> {
    let mut cluster = Cluster::new(&[9; 3], &[9; 3]);
    cluster.budgets = Budgets { cuts: 9, trims: 9, ..cluster.budgets };
    cluster
}

/// What the nodes say.
fn said<const S: bool>(run: &Run<Cluster<S>>) -> String
where
    Cluster<S>: Foreign<Event = Event, Projection = View<S>>,
{
    let node = |(pid, shown): (u64, &Shown<S>)| {
        let NodeView { decided, compacted, reads, misread, panic, .. } = &shown.node;
        let odd = misread.iter().chain(panic).map(|odd| format!(", {odd}")).collect::<String>();
        format!(
            "node {pid} says that {decided} are decided and {compacted} compacted, and reads {reads:?}{odd}"
        )
    };
    (1..).zip(&run.view().nodes).map(node).collect::<Vec<_>>().join("; ")
}

/// Everything under way arrives.
fn settle<const S: bool>(run: &mut Run<Cluster<S>>) -> &mut Run<Cluster<S>>
where
    Cluster<S>: Foreign<Event = Event>,
{
    run.all(|event| matches!(event, Event::Deliver(..)))
}

/// A. Nodes 1 to 3 decide a first command; node 3 misses the second, and its sessions begin anew.
#[test]
fn a_follower_of_omnipaxos_that_reconnects_loses_what_it_had_decided() {
    let mut run: Run<Cluster<true>> = Run::new("A", plenty());
    settle(run.does(Event::Lead(1)));
    settle(run.does(Event::Append(1)));
    let all_decided = run.view().nodes.iter().all(|shown| shown.node.decided == 1);
    let good = all_decided && !run.breaks("agreement") && !run.breaks("reads");
    assert!(good, "{}", changed("A", &format!("the first command is not decided by all: {}", said(&run))));
    settle(run.does(Event::Cut((1, 3))).does(Event::Cut((2, 3))).does(Event::Append(1)));
    settle(run.does(Event::Reconnect((1, 3))).does(Event::Reconnect((2, 3))));
    let said = said(&run);
    println!("{said}");
    assert!(run.breaks("agreement"), "{}", changed("A", &format!("agreement is no longer broken: {said}")));
    let node = &run.view().nodes[2].node;
    let as_reported = node.misread.as_deref() == Some("a snapshot of 1 commands stands for 2");
    let other = format!("agreement is broken in another way: {said}");
    assert!(as_reported && node.decided == 2 && node.panic.is_none(), "{}", changed("A", &other));
}

/// B. Node 1 has accepted a command and not heard that it is decided; the log is trimmed; two leaders later it is back.
#[test]
fn a_log_of_omnipaxos_that_was_trimmed_cannot_serve_a_follower() {
    let mut run: Run<Cluster<false>> = Run::new("B", plenty());
    settle(run.does(Event::Lead(2)));
    run.does(Event::Append(2));
    run.all(|event| matches!(event, Event::Deliver(link, name) if !(link.1 == 1 && name == "Decide")));
    run.does(Event::Cut((1, 2))).does(Event::Cut((1, 3)));
    settle(run.does(Event::Trim(2)));
    settle(run.does(Event::Lead(3)));
    settle(run.does(Event::Append(3)));
    settle(run.does(Event::Lead(2)));
    let good = !run.breaks("agreement") && !run.breaks("reads");
    assert!(good, "{}", changed("B", &format!("it goes wrong before node 1 reconnects: {}", said(&run))));
    settle(run.does(Event::Reconnect((1, 2))).does(Event::Reconnect((1, 3))));
    let panics = format!("a node panics when node 1 reconnects: {}", said(&run));
    assert!(!run.breaks("no-panic"), "{}", changed("B", &panics));
    settle(run.does(Event::Append(2)));
    let said = said(&run);
    println!("{said}");
    assert!(run.breaks("agreement"), "{}", changed("B", &format!("agreement is no longer broken: {said}")));
}
