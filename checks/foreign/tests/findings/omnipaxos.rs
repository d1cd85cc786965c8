//! Findings A and B: omnipaxos 0.2.4.

use crate::run::{Run, changed};
use quorate::foreign::Foreign;
use quorate_foreign::omnipaxos::{Budgets, Cluster, Event};

fn plenty<const S: bool>() -> Cluster<S> {
    let mut cluster = Cluster::new(&[9; 3], &[9; 3]);
    cluster.budgets = Budgets { cuts: 9, trims: 9, ..cluster.budgets };
    cluster
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
    let mut run: Run<Cluster<true>> = Run::new(plenty());
    settle(run.does(Event::Lead(1)));
    settle(run.does(Event::Append(1)));
    let all_decided = run.view().nodes.iter().all(|shown| shown.node.decided == 1);
    assert!(all_decided && !run.breaks("agreement") && !run.breaks("reads"));
    settle(run.does(Event::Cut((1, 3))).does(Event::Cut((2, 3))).does(Event::Append(1)));
    settle(run.does(Event::Reconnect((1, 3))).does(Event::Reconnect((2, 3))));
    let node = &run.view().nodes[2].node;
    println!("node 3: decided {}, reads {:?}, {:?}", node.decided, node.reads, node.misread);
    assert_eq!(node.decided, 2);
    assert!(run.breaks("agreement"), "{}", changed("A", "node 3 reads both commands after it reconnected"));
    assert_eq!(
        node.misread.as_deref(),
        Some("a snapshot of 1 commands stands for 2"),
        "{}",
        changed("A", "agreement is broken in another way")
    );
}

/// B. Node 1 has accepted a command and not heard that it is decided; the log is trimmed; two leaders later it is back.
#[test]
fn a_log_of_omnipaxos_that_was_trimmed_cannot_serve_a_follower() {
    let mut run: Run<Cluster<false>> = Run::new(plenty());
    settle(run.does(Event::Lead(2)));
    run.does(Event::Append(2));
    run.all(|event| matches!(event, Event::Deliver(link, name) if !(link.1 == 1 && name == "Decide")));
    run.does(Event::Cut((1, 2))).does(Event::Cut((1, 3)));
    settle(run.does(Event::Trim(2)));
    settle(run.does(Event::Lead(3)));
    settle(run.does(Event::Append(3)));
    settle(run.does(Event::Lead(2)));
    assert!(!run.breaks("agreement") && !run.breaks("reads"));
    settle(run.does(Event::Reconnect((1, 2))).does(Event::Reconnect((1, 3))));
    settle(run.does(Event::Append(2)));
    for shown in &run.view().nodes {
        let node = &shown.node;
        println!(
            "decided {}, compacted {}, reads {:?}, {:?}",
            node.decided, node.compacted, node.reads, node.misread
        );
    }
    assert!(run.breaks("agreement"), "{}", changed("B", "node 1 is served from the trimmed log"));
}
