//! Commands, sessions and reads, one claim a test.

use crate::cluster::{Answer, Cluster, add, done, small, stamp};
use quorate_core::paxos::server::{Config, Notice, Request, Response, Server};
use quorate_core::paxos::{self, ConfigError, Message, Standing, TimerKind};
use quorate_core::session::{ClientId, Limits, Refusal};
use quorate_machine::NodeId;

type Ledgers = Cluster<Server<crate::ledger::Ledger>>;

fn entries(cluster: &Ledgers, node: u16) -> &[u8] {
    &cluster.server(node).state().entries
}

fn not_leader(leader: u16) -> Answer {
    Response::NotLeader { leader: Some(NodeId(leader)) }
}

#[test]
fn a_command_is_executed_everywhere_and_answered_by_its_output() {
    let mut cluster = Ledgers::new(small());
    cluster.elect(0);
    assert_eq!(cluster.answer(0, add(0, 0, 5)), done(0));
    assert_eq!(cluster.answer(0, add(1, 0, 7)), done(5));
    for node in 0..3 {
        assert_eq!(entries(&cluster, node), [5, 7], "server {node}");
    }
}

#[test]
fn a_command_sent_again_is_answered_from_the_table_without_the_log() {
    let mut cluster = Ledgers::new(small());
    cluster.elect(0);
    cluster.answer(0, add(1, 0, 9));
    assert_eq!(cluster.answer(0, add(0, 0, 5)), done(9));
    let sent = cluster.sent.len();
    for node in 0..3 {
        assert_eq!(cluster.answer(node, add(0, 0, 5)), done(9), "any server has the table");
    }
    assert_eq!(cluster.sent.len(), sent, "nothing is proposed for it");
    let past = Request::Execute { stamp: stamp(0, 1, 1), command: 6 };
    assert_eq!(cluster.answer(0, past), done(14));
    assert_eq!(cluster.answer(2, add(0, 0, 5)), Response::Refused(Refusal::Stale));
    assert_eq!(entries(&cluster, 0), [9, 5, 6]);
}

/// P19: the answer is lost with the leader, the client asks the next one, and the command is chosen twice.
#[test]
fn a_command_chosen_in_two_slots_is_executed_in_the_first() {
    let mut cluster = Ledgers::new(small());
    cluster.elect(0);
    let first = cluster.ask(0, add(0, 0, 5));
    cluster.deliver_where(|(_, to, m)| matches!(m, Message::Accept { .. } if to.0 == 1));
    cluster.lose_all();
    cluster.promise(1, 2);
    let again = cluster.ask(1, add(0, 0, 5));
    assert_eq!(cluster.reply(again), None, "server 1 has not executed it yet");
    cluster.deliver_among(&[1, 2]);
    assert_eq!(cluster.reply(again), Some(&done(0)));
    assert_eq!(cluster.server(1).applied().0, 2, "chosen twice");
    assert_eq!(entries(&cluster, 1), [5], "executed once");
    assert_eq!(cluster.answer(1, add(1, 0, 1)), done(5));
    assert_eq!(cluster.reply(first), Some(&not_leader(1)), "the first attempt was given up");
    assert_eq!(entries(&cluster, 0), [5, 1]);
}

#[test]
fn the_same_command_under_way_twice_at_one_leader_is_answered_twice_and_executed_once() {
    let mut cluster = Ledgers::new(small());
    cluster.elect(0);
    let asked = [(); 3].map(|()| cluster.ask(0, add(0, 0, 5)));
    cluster.deliver_all();
    assert_eq!(asked.map(|id| cluster.reply(id).cloned()), [(); 3].map(|()| Some(done(0))));
    assert_eq!(entries(&cluster, 2), [5]);
}

#[test]
fn the_first_answer_is_given_after_every_server_was_restarted() {
    let mut config = small();
    config.log.chosen_every = 1;
    let mut cluster = Ledgers::new(config);
    cluster.elect(0);
    cluster.answer(0, add(1, 0, 3));
    cluster.answer(0, add(0, 0, 5));
    (0..3).for_each(|node| cluster.crash(node, 0));
    (0..3).for_each(|node| cluster.restart(node));
    for node in 0..3 {
        assert_eq!(entries(&cluster, node), [3, 5], "executed again from the log");
        assert_eq!(cluster.answer(node, add(0, 0, 5)), done(3), "server {node}");
    }
}

#[test]
fn a_pipeline_of_one_client_is_executed_in_order_and_each_is_answered() {
    let mut cluster = Ledgers::new(small());
    cluster.elect(0);
    let send = |sequence: u64| Request::Execute { stamp: stamp(0, sequence, 0), command: 1 << sequence };
    let asked: Vec<_> = (0..4).map(|sequence| cluster.ask(0, send(sequence))).collect();
    cluster.deliver_all();
    let answers: Vec<_> = asked.iter().map(|id| cluster.reply(*id).cloned()).collect();
    assert_eq!(answers, [0, 1, 3, 7].map(|before| Some(done(before))));
    for (sequence, before) in (0..).zip([0, 1, 3, 7]) {
        assert_eq!(cluster.answer(1, send(sequence)), done(before), "none is acknowledged yet");
    }
    assert_eq!(cluster.answer(0, send(4)), Response::Refused(Refusal::TooFar));
    let later = Request::Execute { stamp: stamp(0, 4, 2), command: 16 };
    assert_eq!(cluster.answer(0, later), done(15));
    assert_eq!(cluster.answer(0, send(1)), Response::Refused(Refusal::Stale));
    assert_eq!(cluster.answer(0, send(2)), done(3));
}

#[test]
fn a_session_is_opened_through_the_log_and_its_eviction_is_reported_everywhere() {
    let mut cluster = Ledgers::new(small());
    cluster.elect(0);
    let opened = |client| Response::Opened { client: ClientId(client) };
    assert_eq!(cluster.answer(0, add(2, 0, 1)), Response::Refused(Refusal::NoSession));
    assert_eq!(cluster.answer(0, Request::Open), opened(3), "two residents, and slot 1");
    assert_eq!(cluster.answer(0, Request::Open), opened(4));
    assert_eq!(cluster.answer(0, add(3, 0, 1)), done(0));
    assert_eq!(cluster.answer(0, Request::Open), opened(6));
    let evicted = Notice::Evicted(ClientId(4));
    let told: Vec<u16> =
        cluster.notices.iter().filter(|(_, notice)| *notice == evicted).map(|(node, _)| *node).collect();
    assert_eq!(told, [0, 1, 2], "the least recently active one, on every server");
    assert_eq!(cluster.answer(0, add(4, 0, 1)), Response::Refused(Refusal::NoSession));
    assert_eq!(cluster.answer(0, add(3, 1, 2)), done(1));
}

#[test]
fn a_configuration_without_sessions_opens_none() {
    let mut config = small();
    config.clients = Limits { residents: 0, sessions: 0, pipeline: 1 };
    assert_eq!(config.validate(), Ok(()));
    let mut cluster = Ledgers::new(config);
    cluster.elect(0);
    assert_eq!(cluster.answer(0, Request::Open), Response::Refused(Refusal::NoSession));
    config.clients.pipeline = 0;
    assert_eq!(config.validate(), Err(ConfigError::Zero { limit: "pipeline" }));
    assert_eq!(Config::new(3).validate(), Ok(()));
}

#[test]
fn a_full_leader_says_so_and_executes_nothing_for_it() {
    let mut config = small();
    config.log.window = 2;
    let mut cluster = Ledgers::new(config);
    cluster.elect(0);
    let send = |sequence: u64| Request::Execute { stamp: stamp(0, sequence, 0), command: 1 };
    let asked: Vec<_> = (0..3).map(|sequence| cluster.ask(0, send(sequence))).collect();
    cluster.deliver_all();
    assert_eq!(cluster.reply(asked[2]), Some(&Response::Full));
    assert_eq!(cluster.answer(0, send(2)), done(2));
}

/// The disks of a quorum stall: everybody waits and nobody is told anything. When they are well again everybody is
/// answered, in the order in which they asked.
#[test]
fn clients_wait_while_a_quorum_of_disks_stalls() {
    let mut cluster = Ledgers::new(small());
    cluster.elect(0);
    cluster.sync_at_once = false;
    let send = |sequence: u64| Request::Execute { stamp: stamp(0, sequence, 0), command: 1 };
    let asked: Vec<_> = (0..4).map(|sequence| cluster.ask(0, send(sequence))).collect();
    let read = cluster.ask(0, Request::Read { query: () });
    cluster.deliver_all();
    cluster.sync(0, 4);
    cluster.deliver_all();
    assert_eq!(
        (cluster.unanswered(), cluster.server(0).waiting()),
        (5, 5),
        "one disk of three is not enough"
    );
    for (told, id) in asked.iter().enumerate() {
        assert_eq!(cluster.reply(*id), None);
        cluster.sync(1, 1);
        cluster.deliver_all();
        assert_eq!(
            cluster.reply(*id),
            Some(&done(told as u64)),
            "each as soon as its slot is on a second disk"
        );
    }
    let writes = cluster.driver(1).unsynced();
    cluster.sync(1, writes);
    cluster.deliver_all();
    assert!(matches!(cluster.reply(read), Some(Response::Answer { .. })), "{:?}", cluster.reply(read));
    assert_eq!(cluster.unanswered(), 0);
}

/// The leader's own disk stalls: the others are a quorum without it, and its clients are answered.
#[test]
fn clients_are_answered_while_the_disk_of_the_leader_stalls() {
    let mut cluster = Ledgers::new(small());
    cluster.elect(0);
    cluster.sync_at_once = false;
    let asked = cluster.ask(0, add(0, 0, 5));
    cluster.deliver_all();
    (1..3).for_each(|node| cluster.sync(node, 1));
    cluster.deliver_all();
    assert_eq!((cluster.reply(asked), cluster.driver(0).unsynced()), (Some(&done(0)), 1));
    cluster.crash(0, 0);
    cluster.sync_at_once = true;
    cluster.restart(0);
    cluster.elect_among(1, &[1, 2]);
    assert_eq!(cluster.answer(1, add(1, 0, 1)), done(5), "what it answered outlives its memory and its disk");
}

#[test]
fn a_leader_that_steps_down_answers_everybody_who_waits() {
    let mut cluster = Ledgers::new(small());
    cluster.elect(0);
    let command = cluster.ask(0, add(0, 0, 5));
    let open = cluster.ask(0, Request::Open);
    let read = cluster.ask(0, Request::Read { query: () });
    cluster.lose_all();
    cluster.elect_among(1, &[1, 2]);
    assert_eq!((cluster.unanswered(), cluster.server(0).waiting()), (3, 3), "server 0 does not know yet");
    cluster.answer(1, add(1, 0, 7));
    for asked in [command, open, read] {
        assert_eq!(cluster.reply(asked), Some(&not_leader(1)));
    }
    assert_eq!((cluster.unanswered(), cluster.server(0).waiting()), (0, 0));
    assert_eq!(cluster.server(0).replica().standing(), Standing::Follower);
}

#[test]
fn a_follower_knows_whom_to_ask() {
    let mut cluster = Ledgers::new(small());
    cluster.elect(1);
    cluster.answer(1, add(0, 0, 1));
    for request in [add(0, 1, 1), Request::Open, Request::Read { query: () }] {
        assert_eq!(cluster.answer(2, request), not_leader(1));
    }
}

#[test]
fn a_read_sees_what_was_answered_before_it_was_asked() {
    let mut cluster = Ledgers::new(small());
    cluster.elect(0);
    cluster.answer(0, add(0, 0, 5));
    let answer = cluster.answer(0, Request::Read { query: () });
    assert_eq!(answer, Response::Answer { answer: 5, index: paxos::Slot(1) });
}

/// P23: the leader that was cut off must not answer from its own state once another one has answered a write.
#[test]
fn a_leader_that_is_cut_off_answers_no_read() {
    let mut cluster = Ledgers::new(small());
    cluster.elect(0);
    cluster.answer(0, add(0, 0, 5));
    cluster.elect_among(1, &[1, 2]);
    let written = cluster.ask(1, add(1, 0, 7));
    let before = cluster.ask(0, Request::Read { query: () });
    cluster.deliver_among(&[1, 2]);
    assert_eq!(cluster.reply(written), Some(&done(5)));
    assert_eq!(cluster.server(0).replica().standing(), Standing::Leader, "as far as it knows");
    let stale = cluster.ask(0, Request::Read { query: () });
    assert_eq!((cluster.reply(before), cluster.reply(stale)), (None, None));
    cluster.timer(0, TimerKind::Resend);
    cluster.timer(0, TimerKind::Heartbeat);
    cluster.deliver_all();
    assert_ne!(cluster.reply(stale), Some(&Response::Answer { answer: 5, index: paxos::Slot(1) }));
    let fresh = cluster.answer(1, Request::Read { query: () });
    assert_eq!(fresh, Response::Answer { answer: 12, index: paxos::Slot(2) });
}

/// A new leader reads only when what phase 1 proposed again is chosen: an earlier leader may have answered it.
#[test]
fn a_new_leader_reads_after_what_the_old_one_may_have_answered() {
    let mut cluster = Ledgers::new(small());
    cluster.elect(0);
    let written = cluster.ask(0, add(0, 0, 5));
    let votes = |m: &Message<_, _>| matches!(m, Message::Accept { .. } | Message::Accepted { .. });
    cluster.deliver_where(|(from, to, m)| from.0 + to.0 == 1 && votes(m));
    cluster.lose_all();
    assert_eq!(cluster.reply(written), Some(&done(0)));
    cluster.promise(1, 2);
    let read = cluster.ask(1, Request::Read { query: () });
    cluster.deliver_where(|(_, _, m)| matches!(m, Message::Probe { .. } | Message::Alive { .. }));
    assert_eq!(cluster.reply(read), None, "slot 0 is not chosen at its ballot");
    cluster.deliver_all();
    assert_eq!(cluster.reply(read), Some(&Response::Answer { answer: 5, index: paxos::Slot(1) }));
}

#[test]
fn a_leader_hands_over_and_then_stops() {
    let mut config = small();
    config.log.peer_window = 8;
    let mut cluster = Ledgers::new(config);
    cluster.elect(0);
    cluster.answer(0, add(0, 0, 5));
    let moved = cluster.answer(0, Request::Transfer { to: NodeId(2) });
    assert_eq!(moved, Response::Transferred { leader: Some(NodeId(2)) });
    assert_eq!(cluster.answer(2, add(0, 1, 6)), done(5));
    assert_eq!(cluster.answer(0, Request::Stop), Response::Stopping);
    let stopped = (0, Notice::Log(paxos::Notice::Stopped));
    assert!(cluster.notices.contains(&stopped));
}
