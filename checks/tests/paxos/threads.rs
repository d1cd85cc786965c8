//! What many threads hold of a replica, in every interleaving.
//!
//! loom runs each scenario once for every order in which its threads can meet at a lock or an atomic, and for every
//! value that a load may return under the memory model. Each test states its bound, and asserts that at least so many
//! interleavings were looked at, so that a scenario that has become trivial fails. The known-wrong disciplines at the
//! end must be noticed by the same scenarios that the right one passes.

use loom::sync::atomic::{AtomicUsize, Ordering};
use loom::{model::Builder, thread};
use quorate_core_loom::paxos::shared::{
    Discipline, Outcome, Sound, Status, SubmitError, Window, board, open,
};
use quorate_core_loom::paxos::{Ballot, Slot, Standing};
use quorate_machine::NodeId;
use std::collections::BTreeSet;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, atomic::AtomicUsize as Counter};

/// Looks at every interleaving, or at those with at most `preemptions` of them, and says how many there were.
fn interleavings(preemptions: Option<usize>, scenario: impl Fn() + Send + Sync + 'static) -> usize {
    let count = Arc::new(Counter::new(0));
    let counted = Arc::clone(&count);
    let mut builder = Builder::new();
    builder.preemption_bound = preemptions;
    builder.check(move || {
        counted.fetch_add(1, Ordering::Relaxed);
        scenario();
    });
    count.load(Ordering::Relaxed)
}

/// What loom says of a scenario that goes wrong.
fn complaint(scenario: impl Fn() + Send + Sync + 'static) -> String {
    let failed = catch_unwind(AssertUnwindSafe(|| interleavings(None, scenario)));
    let panic = failed.expect_err("some interleaving goes wrong");
    let text = panic.downcast_ref::<String>().cloned();
    text.or_else(|| panic.downcast_ref::<&str>().map(ToString::to_string)).expect("a panic says why")
}

/// A status whose every part says the same number.
fn numbered(number: u16) -> Status {
    let promised = Ballot { round: number.into(), node: NodeId(number), incarnation: number.into() };
    let leader = Some(NodeId(number));
    Status { chosen: Slot(number.into()), leader, standing: Standing::Leader, promised }
}

/// One thread publishes so many statuses, another reads twice: each is whole, and the second is not older.
fn publish_and_read<D: Discipline>(last: u16, reads: usize) {
    let (mut publisher, reader) = board::<D>(numbered(0));
    let publisher = thread::spawn(move || (1..=last).for_each(|number| publisher.publish(numbered(number))));
    let mut newest = 0;
    for _ in 0..reads {
        let status = reader.read();
        let number = u16::try_from(status.chosen.0).expect("a small number");
        assert_eq!(status, numbered(number), "a status is torn");
        assert!(newest <= number, "status {number} was read after {newest}");
        newest = number;
    }
    publisher.join().expect("the publisher ends");
}

/// Two threads take the only permit, twice each. Never do both have it, and at the end it is back.
fn take_turns<D: Discipline>() {
    let window = Window::<D>::new(1);
    let inside = Arc::new(AtomicUsize::new(0));
    let work = |window: Window<D>, inside: Arc<AtomicUsize>| {
        for _ in 0..2 {
            let permit = window.acquire().expect("the window is open");
            let others = inside.fetch_add(1, Ordering::Relaxed);
            assert_eq!(others, 0, "two have the only permit");
            inside.fetch_sub(1, Ordering::Relaxed);
            drop(permit);
        }
    };
    let other = {
        let (window, inside) = (window.clone(), Arc::clone(&inside));
        thread::spawn(move || work(window, inside))
    };
    work(window.clone(), inside);
    other.join().expect("the other ends");
    assert_eq!(window.left(), Some(1), "as many permits as at the start");
}

#[test]
fn a_status_is_read_whole() {
    let count = interleavings(None, || publish_and_read::<Sound>(1, 1));
    assert!(count >= 15, "exhaustive at 2 threads, 1 status: {count} interleavings");
}

/// The second status is written to the place that the reader may be looking at.
#[test]
fn a_status_is_read_whole_though_its_place_is_taken() {
    let count = interleavings(None, || publish_and_read::<Sound>(2, 1));
    assert!(count >= 20_000, "exhaustive at 2 threads, 2 statuses: {count} interleavings");
}

#[test]
fn a_status_read_later_is_not_older() {
    let count = interleavings(None, || publish_and_read::<Sound>(1, 2));
    assert!(count >= 50, "exhaustive at 2 threads, 2 reads: {count} interleavings");
}

#[test]
fn a_permit_is_held_by_one_at_a_time_and_comes_back() {
    let count = interleavings(None, take_turns::<Sound>);
    assert!(count >= 500, "exhaustive at 2 threads: {count} interleavings");
}

#[test]
fn closing_the_window_tells_everybody_who_waits() {
    let count = interleavings(None, || {
        let window = Window::<Sound>::new(0);
        let waiting = |window: Window| thread::spawn(move || window.acquire().map(drop));
        let (first, second) = (waiting(window.clone()), waiting(window.clone()));
        window.close();
        for waited in [first, second] {
            assert_eq!(waited.join().expect("it was told"), Err(SubmitError::Closed));
        }
        assert_eq!(window.try_acquire().map(drop), Err(SubmitError::Closed));
    });
    assert!(count >= 20, "exhaustive at 3 threads: {count} interleavings");
}

/// Two clients share a window of one. Each learns the slot of its own command, and whoever knows its command to be
/// chosen reads a status that says so.
#[test]
fn every_client_learns_what_became_of_its_command() {
    let count = interleavings(Some(3), || {
        let (mut desk, handle) = open::<u16, Slot, Sound>(numbered(0), 1);
        let submit = |command: u16| {
            let handle = handle.clone();
            thread::spawn(move || {
                let outcome = handle.submit(command).expect("it is open").wait();
                let Outcome::Told(slot) = outcome else { panic!("{command} came to {outcome:?}") };
                assert!(handle.status().chosen > slot, "the status is behind slot {}", slot.0);
                slot
            })
        };
        let clients = [submit(1), submit(2)];
        let mut chosen = 0;
        while chosen < 2 {
            for (id, _) in desk.take_some().expect("it is open") {
                chosen += 1;
                desk.publish(numbered(chosen));
                desk.settle(id, Slot(u64::from(chosen) - 1));
            }
        }
        let slots: BTreeSet<_> = clients.map(|client| client.join().expect("it was told")).into();
        assert_eq!(slots, BTreeSet::from([Slot(0), Slot(1)]));
    });
    assert!(count >= 10_000, "3 threads, 3 pre-emptions: {count} interleavings");
}

#[test]
fn a_client_is_told_when_the_desk_is_gone() {
    let count = interleavings(None, || {
        let (desk, handle) = open::<u16, Slot, Sound>(numbered(0), 1);
        let client = thread::spawn(move || handle.submit(1).map(|ticket| ticket.wait()));
        drop(desk);
        let told = client.join().expect("it was told");
        assert!(matches!(told, Ok(Outcome::Closed) | Err(SubmitError::Closed)), "{told:?}");
    });
    assert!(count >= 10, "exhaustive at 2 threads: {count} interleavings");
}

#[test]
fn closing_wakes_the_desk_and_lets_it_finish_what_was_taken() {
    let count = interleavings(None, || {
        let (mut desk, handle) = open::<u16, Slot, Sound>(numbered(0), 1);
        let client = thread::spawn(move || {
            let ticket = handle.try_submit(7).expect("there is room");
            handle.close();
            assert_eq!(handle.try_submit(8).map(drop), Err(SubmitError::Closed));
            ticket.wait()
        });
        let mut taken = Vec::new();
        while let Some(submitted) = desk.take_some() {
            taken.extend(submitted);
        }
        assert_eq!(taken.iter().map(|(_, command)| *command).collect::<Vec<_>>(), [7]);
        taken.into_iter().for_each(|(id, _)| desk.settle(id, Slot(0)));
        assert_eq!(client.join().expect("it was told"), Outcome::Told(Slot(0)));
    });
    assert!(count >= 20, "exhaustive at 2 threads: {count} interleavings");
}

/// A window of one: the first ticket is dropped while the second waits for its permit and the desk takes what there is.
/// The second is answered, and what the desk sees of the first is settled by nobody.
fn cancel<D: Discipline>() {
    let (mut desk, handle) = open::<u16, Slot, D>(numbered(0), 1);
    let given_up = handle.submit(1).expect("it is open");
    let client = thread::spawn(move || handle.submit(2).expect("the permit comes back").wait());
    drop(given_up);
    let taken = desk.take_some().expect("it is open");
    assert_eq!(
        taken.iter().map(|(_, command)| *command).collect::<Vec<_>>(),
        [2],
        "a cancelled one is taken"
    );
    taken.into_iter().for_each(|(id, command)| desk.settle(id, Slot(command.into())));
    assert_eq!(client.join().expect("it was told"), Outcome::Told(Slot(2)));
    assert_eq!(desk.waiting(), 0, "nothing is left behind");
}

#[test]
fn a_cancelled_request_frees_its_permit_and_is_never_taken() {
    let count = interleavings(None, cancel::<Sound>);
    assert!(count >= 40, "exhaustive at 2 threads: {count} interleavings");
}

/// A client gives up while the desk takes, and answers, its request: whatever comes first, nothing is left behind, the
/// permit is back, and another client is served.
#[test]
fn cancelling_while_the_desk_answers_leaves_nothing_behind() {
    let count = interleavings(None, || {
        let (mut desk, handle) = open::<u16, Slot, Sound>(numbered(0), 1);
        let ticket = handle.submit(1).expect("it is open");
        let client = thread::spawn(move || {
            drop(ticket);
            handle.try_submit(2).expect("the permit is back").wait()
        });
        let mut answered = BTreeSet::new();
        while !answered.contains(&2) {
            for (id, command) in desk.take_some().expect("it is open") {
                answered.insert(command);
                desk.settle(id, Slot(command.into()));
            }
        }
        assert_eq!(client.join().expect("it was told"), Outcome::Told(Slot(2)));
        assert_eq!(desk.waiting(), 0, "nothing is left behind");
    });
    assert!(count >= 60, "exhaustive at 2 threads: {count} interleavings");
}

/// Two clients with a request each under way, answered in the other order: each has its own answer.
fn answer_in_the_other_order<D: Discipline>() {
    let (mut desk, handle) = open::<u16, Slot, D>(numbered(0), 2);
    let tickets = [1, 2].map(|command| handle.submit(command).expect("there is room"));
    let clients = tickets.map(|ticket| thread::spawn(move || ticket.wait()));
    for (id, command) in desk.take().into_iter().rev() {
        desk.settle(id, Slot(command.into()));
    }
    let outcomes = clients.map(|client| client.join().expect("it was told"));
    assert_eq!(outcomes, [Outcome::Told(Slot(1)), Outcome::Told(Slot(2))]);
}

#[test]
fn an_answer_wakes_the_one_who_waits_for_it() {
    let count = interleavings(None, answer_in_the_other_order::<Sound>);
    assert!(count >= 1000, "exhaustive at 3 threads: {count} interleavings");
}

/// One client submits, another closes, and the desk serves until there is nothing more: the client has its answer or
/// was never let in.
#[test]
fn closing_while_a_client_submits_answers_it_or_turns_it_away() {
    let (told, turned_away) = (Arc::new(Counter::new(0)), Arc::new(Counter::new(0)));
    let seen = (Arc::clone(&told), Arc::clone(&turned_away));
    let count = interleavings(None, move || {
        let (mut desk, handle) = open::<u16, Slot, Sound>(numbered(0), 1);
        let client = {
            let handle = handle.clone();
            thread::spawn(move || handle.submit(7).map(|ticket| ticket.wait()))
        };
        let closing = thread::spawn(move || handle.close());
        while let Some(submitted) = desk.take_some() {
            submitted.into_iter().for_each(|(id, command)| desk.settle(id, Slot(command.into())));
        }
        closing.join().expect("it closes");
        match client.join().expect("it is not left waiting") {
            Ok(outcome) => {
                assert_eq!(outcome, Outcome::Told(Slot(7)));
                seen.0.fetch_add(1, Ordering::Relaxed);
            }
            Err(error) => {
                assert_eq!(error, SubmitError::Closed);
                seen.1.fetch_add(1, Ordering::Relaxed);
            }
        }
    });
    assert!(count >= 40_000, "exhaustive at 3 threads: {count} interleavings");
    let both = (told.load(Ordering::Relaxed), turned_away.load(Ordering::Relaxed));
    assert!(both.0 > 0 && both.1 > 0, "told and turned away: {both:?}");
}

/// Planted C01: the version is moved without making the status visible before it.
struct RelaxedPublish;

impl Discipline for RelaxedPublish {
    const PUBLISH: Ordering = Ordering::Relaxed;
    const READ: Ordering = Sound::READ;
    const RETURNS: usize = Sound::RETURNS;
    const WAKES: bool = Sound::WAKES;
    const TELLS: bool = Sound::TELLS;
    const WITHDRAWS: bool = Sound::WITHDRAWS;
}

/// The other half of C01: the reader does not wait for what the version promises.
struct RelaxedRead;

impl Discipline for RelaxedRead {
    const PUBLISH: Ordering = Sound::PUBLISH;
    const READ: Ordering = Ordering::Relaxed;
    const RETURNS: usize = Sound::RETURNS;
    const WAKES: bool = Sound::WAKES;
    const TELLS: bool = Sound::TELLS;
    const WITHDRAWS: bool = Sound::WITHDRAWS;
}

/// Planted C05: the end of one permit gives back two, as an explicit release followed by a drop would.
struct ReleasedTwice;

impl Discipline for ReleasedTwice {
    const PUBLISH: Ordering = Sound::PUBLISH;
    const READ: Ordering = Sound::READ;
    const RETURNS: usize = 2;
    const WAKES: bool = Sound::WAKES;
    const TELLS: bool = Sound::TELLS;
    const WITHDRAWS: bool = Sound::WITHDRAWS;
}

/// A lost wake-up: a permit comes back and whoever waits for it sleeps on.
struct Silent;

impl Discipline for Silent {
    const PUBLISH: Ordering = Sound::PUBLISH;
    const READ: Ordering = Sound::READ;
    const RETURNS: usize = Sound::RETURNS;
    const WAKES: bool = false;
    const TELLS: bool = Sound::TELLS;
    const WITHDRAWS: bool = Sound::WITHDRAWS;
}

#[test]
fn planted_c01_a_relaxed_publish_is_caught() {
    let said = complaint(|| publish_and_read::<RelaxedPublish>(1, 1));
    assert!(said.contains("a status is torn"), "{said}");
}

#[test]
fn planted_c01_a_relaxed_read_is_caught() {
    let said = complaint(|| publish_and_read::<RelaxedRead>(1, 1));
    assert!(said.contains("a status is torn"), "{said}");
}

#[test]
fn planted_c05_a_permit_released_twice_is_caught() {
    let said = complaint(take_turns::<ReleasedTwice>);
    assert!(said.contains("two have the only permit") || said.contains("as many permits"), "{said}");
}

/// A lost wake-up at the other end: an answer is there and whoever waits for it sleeps on.
struct Untold;

impl Discipline for Untold {
    const PUBLISH: Ordering = Sound::PUBLISH;
    const READ: Ordering = Sound::READ;
    const RETURNS: usize = Sound::RETURNS;
    const WAKES: bool = Sound::WAKES;
    const TELLS: bool = false;
    const WITHDRAWS: bool = Sound::WITHDRAWS;
}

/// A cancelled request stays where the desk takes it, and its place is another's.
struct Kept;

impl Discipline for Kept {
    const PUBLISH: Ordering = Sound::PUBLISH;
    const READ: Ordering = Sound::READ;
    const RETURNS: usize = Sound::RETURNS;
    const WAKES: bool = Sound::WAKES;
    const TELLS: bool = Sound::TELLS;
    const WITHDRAWS: bool = false;
}

#[test]
fn planted_an_answer_that_wakes_nobody_is_caught() {
    let said = complaint(answer_in_the_other_order::<Untold>);
    assert!(said.contains("deadlock"), "{said}");
}

#[test]
fn planted_a_cancelled_request_that_is_taken_is_caught() {
    let said = complaint(cancel::<Kept>);
    assert!(said.contains("a cancelled one is taken"), "{said}");
}

#[test]
fn planted_a_lost_wake_up_is_caught() {
    let said = complaint(take_turns::<Silent>);
    assert!(said.contains("deadlock"), "{said}");
}

/// The section of a manifest, line by line.
fn section(manifest: &str, name: &str) -> BTreeSet<String> {
    let lines = manifest.lines().skip_while(|line| *line != format!("[{name}]")).skip(1);
    lines
        .take_while(|line| !line.starts_with('['))
        .filter(|line| !line.is_empty() && !line.starts_with('#'))
        .map(String::from)
        .collect()
}

/// The twin compiles the same files with the same dependencies, and loom.
#[test]
fn the_manifests_of_the_twins_agree() {
    let root = env!("CARGO_MANIFEST_DIR");
    let read = |path: &str| std::fs::read_to_string(format!("{root}/{path}")).expect("a manifest");
    let (core, twin) = (read("../impl/core/Cargo.toml"), read("loom/Cargo.toml"));
    let mut expected = section(&core, "dependencies");
    expected.insert("loom.workspace = true".into());
    assert_eq!(section(&twin, "dependencies"), expected);
    let shared = |manifest: &str| -> BTreeSet<String> {
        let own = ["name", "description"];
        let lines = section(manifest, "package");
        lines.into_iter().filter(|line| !own.iter().any(|key| line.starts_with(key))).collect()
    };
    assert_eq!(shared(&twin), shared(&core));
    assert!(section(&twin, "lib").contains("path = \"../../impl/core/src/lib.rs\""));
    assert!(section(&twin, "features").contains("default = [\"loom\"]"));
    assert!(section(&core, "features").is_empty(), "the switch is the twin's alone");
}
