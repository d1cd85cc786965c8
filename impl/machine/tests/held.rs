//! What waits for the disk: found by the crash scope, whose states had no end.

use quorate_machine::{Driver, Effects, Input, Machine, NodeId, Output};

/// Writes once, and answers every message behind a barrier.
struct Answering;

impl Machine for Answering {
    type Config = ();
    type Message = u8;
    type Write = u8;
    type Durable = Vec<u8>;
    type Request = u8;
    type Response = u8;
    type Notice = u8;
    type TimerKind = u8;

    fn recover((): &(), _: NodeId, _: &Vec<u8>) -> Self {
        Answering
    }

    fn handle(&mut self, input: Input<Self>, effects: &mut Effects<Self>) {
        match input {
            Input::Start => effects.persist(0),
            Input::Message { from, message } => {
                effects.barrier();
                effects.send(from, message);
            }
            Input::Timer(_) | Input::Request { .. } => {}
        }
    }

    fn persist(durable: &mut Vec<u8>, write: &u8) {
        durable.push(*write);
    }
}

#[test]
fn a_peer_that_repeats_itself_while_the_disk_stalls_fills_no_memory() {
    let mut out = Vec::new();
    let mut driver = Driver::<Answering>::start(&(), NodeId(0), &Vec::new(), &mut out);
    out.clear();
    for message in [7, 7, 8, 7] {
        driver.message(NodeId(1), message, &mut out);
    }
    assert!(out.is_empty(), "nothing goes out before the write is durable");
    driver.persisted(1, &mut out);
    let sent: Vec<u8> = out
        .iter()
        .filter_map(|output| if let Output::Send { message, .. } = output { Some(*message) } else { None })
        .collect();
    assert_eq!(sent, [7, 8], "equal messages behind the same write are held once, in order");
}
