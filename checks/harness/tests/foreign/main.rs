//! A system driven by replay: searched like a model, its projection sampled, its histories dropped at any length.

use quorate::engine::{Limits, Options, search};
use quorate::foreign::{AUDITED, Foreign, Past, Replayed, sample_projection};
use quorate::simulate::{Plan, random_runs};
use quorate::verdict::Verdict;
use quorate_spec::{Claims, Kind, Spec};
use stateright::Model;
use std::cell::Cell;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};

/// A safe that opens when its dial was turned left, right, left. It can be neither cloned nor compared.
struct Safe {
    turns: Mutex<Vec<Turn>>,
    opened: Cell<bool>,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Turn {
    Left,
    Right,
}

/// What of the safe counts.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum View {
    /// How far the right sequence was dialled, and whether the door is open.
    Progress,
    /// Only whether the door is open: too little.
    Door,
    /// How often the dial was turned: without end.
    Turns,
    /// Something else at every look.
    Restless,
}

#[derive(Clone, Debug)]
struct Dial(View);

impl Foreign for Dial {
    type Live = Safe;
    type Event = Turn;
    type Projection = (usize, bool);

    fn start(&self) -> Safe {
        Safe { turns: Mutex::default(), opened: Cell::default() }
    }

    fn events(&self, safe: &Safe) -> Vec<Turn> {
        if safe.opened.get() { Vec::new() } else { vec![Turn::Left, Turn::Right] }
    }

    fn apply(&self, safe: &mut Safe, turn: &Turn) {
        let mut turns = safe.turns.lock().unwrap();
        turns.push(*turn);
        let opens = turns.ends_with(&[Turn::Left, Turn::Right, Turn::Left]) && self.0 != View::Turns;
        safe.opened.set(safe.opened.get() || opens);
    }

    fn project(&self, safe: &Safe) -> (usize, bool) {
        static LOOKS: AtomicUsize = AtomicUsize::new(0);
        let turns = safe.turns.lock().unwrap();
        let dialled = match turns.as_slice() {
            [.., Turn::Left, Turn::Right] => 2,
            [.., Turn::Left] => 1,
            _ => 0,
        };
        let count = match self.0 {
            View::Progress => dialled,
            View::Door => 0,
            View::Turns => turns.len(),
            View::Restless => LOOKS.fetch_add(1, Relaxed),
        };
        (count, safe.opened.get())
    }

    fn kinds(&self) -> Vec<Kind> {
        vec![Kind("left"), Kind("right")]
    }

    fn kind(&self, turn: &Turn) -> Kind {
        Kind(if *turn == Turn::Left { "left" } else { "right" })
    }

    fn claims(&self, claims: &mut Claims<Replayed<Self>>) {
        claims.always("closed", "the door is closed", |_, past: &Past<Dial>| !past.projection().1);
    }
}

#[test]
fn a_search_finds_the_shortest_sequence_and_counts_what_replay_cost() {
    let model = Replayed::new(Dial(View::Progress));
    let report = search(&model, &Options::single());
    assert!(report.ended.is_complete());
    assert_eq!(report.unique_states, 4);
    let Verdict::Violated(run) = &report.findings[0].verdict else { panic!("not found") };
    assert_eq!(run.actions().copied().collect::<Vec<_>>(), [Turn::Left, Turn::Right, Turn::Left]);
    assert_eq!(run.last().events(), [Turn::Left, Turn::Right, Turn::Left]);
    // Two events from each of three states that lie 0, 1 and 2 events from the start: the first takes over the system
    // that is kept there, the second replays. The first fork of all is audited. Then once along the run.
    let cost = model.cost();
    let (first, second, audit, along_the_run) = (3, 1 + 2 + 3, 1, 3);
    // And once more where the search looks at a state a second time.
    assert!(cost.events >= first + second + audit + along_the_run, "{cost}");
    assert!(cost.replays > 3 && cost.kept >= 6, "{cost}");
    assert!(cost.to_string().contains("events applied in"), "{cost}");
}

/// A dial whose safe can be copied. The copy may share the original's turns.
#[derive(Clone, Debug)]
struct Copied {
    shares: bool,
}

type Turns = std::sync::Arc<Mutex<Vec<Turn>>>;

impl Foreign for Copied {
    type Live = Turns;
    type Event = Turn;
    type Projection = Vec<bool>;

    fn start(&self) -> Turns {
        Turns::default()
    }

    fn events(&self, _: &Turns) -> Vec<Turn> {
        vec![Turn::Left, Turn::Right]
    }

    fn apply(&self, turns: &mut Turns, turn: &Turn) {
        turns.lock().unwrap().push(*turn);
    }

    fn project(&self, turns: &Turns) -> Vec<bool> {
        turns.lock().unwrap().iter().map(|turn| *turn == Turn::Left).collect()
    }

    fn kinds(&self) -> Vec<Kind> {
        vec![Kind("left"), Kind("right")]
    }

    fn kind(&self, turn: &Turn) -> Kind {
        Kind(if *turn == Turn::Left { "left" } else { "right" })
    }

    fn claims(&self, claims: &mut Claims<Replayed<Self>>) {
        claims.always("few", "the dial is turned at most 20 times", |_, past: &Past<Copied>| {
            past.projection().len() <= 20
        });
    }

    fn snapshot(&self, turns: &Turns) -> Option<Turns> {
        if self.shares {
            return Some(turns.clone());
        }
        Some(Turns::new(Mutex::new(turns.lock().unwrap().clone())))
    }
}

#[test]
fn a_system_that_can_be_copied_is_hardly_ever_replayed() {
    let model = Replayed::new(Copied { shares: false });
    let limits = Limits { depth: Some(10), ..Limits::default() };
    let report = search(&model, &Options { limits, ..Options::single() });
    assert_eq!(report.unique_states, 2_u64.pow(11) - 1, "two turns from every state");
    let cost = model.cost();
    println!("{cost}");
    // A second look at a state costs as much again.
    assert!((2_u64.pow(11) - 2..=2 * 2_u64.pow(11)).contains(&cost.kept), "{cost}");
    assert!(cost.replays <= cost.kept / AUDITED + 1, "{cost}");
}

#[test]
#[should_panic(expected = "a kept system went another way than a replayed one")]
fn a_copy_that_shares_something_with_its_original_is_refused() {
    let model = Replayed::new(Copied { shares: true });
    let start = model.init_states().remove(0);
    for _ in 0..=AUDITED {
        let _ = model.next_state(&start, Turn::Left);
    }
}

#[test]
fn a_random_run_applies_each_event_once_and_replays_for_the_audit_alone() {
    let model = Replayed::new(Dial(View::Turns));
    let sample = random_runs(&model, &Plan { seeds: 0..1, steps: 100 });
    assert_eq!(sample.steps, 100);
    let cost = model.cost();
    assert_eq!((cost.kept, cost.replays), (100, 2), "{cost}");
    assert_eq!(cost.events, 100 + 1 + (AUDITED + 1));
}

#[test]
fn a_projection_that_leaves_out_what_matters_reads_as_safe_and_the_sample_tells() {
    let poor = Dial(View::Door);
    let report = search(&Replayed::new(poor.clone()), &Options::single());
    assert!(matches!(report.findings[0].verdict, Verdict::Complete { .. }), "it never sees the door open");
    let sample = sample_projection(&poor, 1, 50, 6);
    assert!(!sample.is_green());
    let difference = sample.difference.expect("one way opens the door, another does not");
    let opens = |way: &[Turn]| way.ends_with(&[Turn::Left, Turn::Right]);
    assert_eq!(difference.event, Some(Turn::Left));
    assert!(opens(&difference.one) != opens(&difference.other));
    let sample = sample_projection(&Dial(View::Progress), 1, 50, 6);
    assert!(sample.is_green() && sample.pairs >= 3 && sample.states == 4, "{sample}");
    assert!(!sample_projection(&Dial(View::Progress), 1, 0, 6).is_green(), "nothing was compared");
}

#[test]
#[should_panic(expected = "replay of the same events led to another state")]
fn a_system_that_is_not_deterministic_is_refused() {
    let model = Replayed::new(Dial(View::Restless));
    let start = model.init_states().remove(0);
    let _ = model.next_state(&start, Turn::Left);
}

#[test]
fn a_search_of_a_system_without_end_is_cut_and_says_so() {
    let limits = Limits { depth: Some(20), ..Limits::default() };
    let report = search(&Replayed::new(Dial(View::Turns)), &Options { limits, ..Options::single() });
    assert!(matches!(report.findings[0].verdict, Verdict::Bounded { .. }));
    assert_eq!(report.unique_states, 21);
}

/// Counts to three, and offers two ways to do so: not always both, or not always in one order.
struct Fickle {
    habit: Habit,
    asked: AtomicUsize,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Habit {
    Steady,
    /// The events come in another order each time.
    Turns,
    /// One event is left out in every seventh answer.
    Drops,
    /// It begins to drop events once it has been asked so often that not every answer is compared.
    DropsLate,
    /// One event is left out in this answer alone.
    DropsOnce(usize),
}

fn fickle(habit: Habit) -> Fickle {
    Fickle { habit, asked: AtomicUsize::new(0) }
}

#[derive(Clone, PartialEq, Debug)]
enum Tick {
    Slow,
    Fast,
}

impl Foreign for Fickle {
    type Live = (u64, u64);
    type Event = Tick;
    type Projection = (u64, u64);

    fn start(&self) -> (u64, u64) {
        (0, 0)
    }

    fn events(&self, (slow, fast): &(u64, u64)) -> Vec<Tick> {
        let asked = self.asked.fetch_add(1, Relaxed);
        if slow + fast == 80 {
            return Vec::new();
        }
        let mut events = vec![Tick::Slow, Tick::Fast];
        match self.habit {
            Habit::Turns if asked.is_multiple_of(2) => events.reverse(),
            Habit::Drops if asked % 7 == 3 => drop(events.pop()),
            Habit::DropsOnce(at) if asked == at => drop(events.pop()),
            Habit::DropsLate if asked > 5_000 && asked % 7 == 3 => drop(events.pop()),
            _ => {}
        }
        events
    }

    fn apply(&self, (slow, fast): &mut (u64, u64), event: &Tick) {
        match event {
            Tick::Slow => *slow += 1,
            Tick::Fast => *fast += 1,
        }
    }

    fn project(&self, live: &(u64, u64)) -> (u64, u64) {
        *live
    }

    fn kinds(&self) -> Vec<Kind> {
        vec![Kind("tick")]
    }

    fn kind(&self, _: &Tick) -> Kind {
        Kind("tick")
    }

    fn claims(&self, claims: &mut Claims<Replayed<Self>>) {
        claims.always("ticks", "it ticks", |_, past: &Past<Fickle>| past.projection().0 <= 80);
    }

    fn snapshot(&self, live: &(u64, u64)) -> Option<(u64, u64)> {
        Some(*live)
    }
}

/// Each habit, and what is said of it.
const FICKLE: [(Habit, &[&str]); 3] = [
    (Habit::Turns, &["event 0 was ", "Fast", ", and then ", "Slow"]),
    (Habit::Drops, &["event 1 was ", "Fast", ", and then ", "missing"]),
    (Habit::DropsLate, &["event 1 was ", "Fast", ", and then ", "missing"]),
];

fn says(lines: &[String], words: &[&str]) -> bool {
    lines.iter().any(|line| words.iter().all(|word| line.contains(word)))
}

#[test]
fn a_system_that_offers_other_events_when_it_is_asked_again_is_not_green() {
    for (habit, words) in FICKLE {
        for threads in [1, 2] {
            let report = search(&Replayed::new(fickle(habit)), &Options { threads, ..Options::default() });
            let all = [&["the model is not a function of its state: of what may happen"], words].concat();
            assert!(says(&report.failures(), &all), "{habit:?}: {:?}", report.failures());
        }
    }
    let model = Replayed::new(fickle(Habit::Steady));
    assert_eq!(search(&model, &Options::single()).failures(), Vec::<String>::new());
}

#[test]
fn random_runs_of_such_a_system_are_not_green() {
    for (habit, words) in FICKLE {
        let model = Replayed::new(fickle(habit));
        model.before_runs();
        assert_eq!(random_runs(&model, &Plan { seeds: 0..99, steps: 99 }).broken().count(), 0);
        assert!(says(&model.after_runs().failures, words), "{habit:?}: {:?}", model.after_runs());
    }
}

#[test]
fn the_sample_of_a_projection_tells_a_system_that_offers_other_events_when_it_is_asked_again() {
    for (habit, words) in FICKLE {
        let sample = sample_projection(&fickle(habit), 1, 50, 80);
        assert!(!sample.is_green() && sample.difference.is_none(), "{habit:?}: {sample:?}");
        let (_, said) = sample.fickle.expect("it is told");
        assert!(says(std::slice::from_ref(&said), words), "{habit:?}: {said}");
    }
    let sample = sample_projection(&fickle(Habit::Steady), 1, 50, 80);
    assert!(sample.is_green() && sample.fickle.is_none(), "{sample:?}");
}

/// Whichever answer of a sample is the odd one: in a walk, or where two ways to one projection are compared.
#[test]
fn one_answer_that_is_different_is_never_taken_for_a_projection_that_leaves_something_out() {
    let sampled = |habit| {
        let foreign = fickle(habit);
        (sample_projection(&foreign, 1, 12, 8), foreign.asked.into_inner())
    };
    let (steady, answers) = sampled(Habit::Steady);
    assert!(steady.is_green() && steady.pairs > 10, "{steady:?}");
    for at in 0..answers {
        let (sample, _) = sampled(Habit::DropsOnce(at));
        assert!(sample.fickle.is_some() && sample.difference.is_none(), "answer {at}: {sample:?}");
    }
}
