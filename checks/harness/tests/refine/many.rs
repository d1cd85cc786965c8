//! However many claims a specification and a world have, each is lifted to its own place, and says why it is broken.

use quorate::engine::{Options, search};
use quorate::refine::{Mapping, Refinement, Walk};
use quorate::trace::{CheckInfo, Form, Recorder, verify};
use quorate_spec::{Claims, Kind, OfState, OfStep, Shape, Spec, Trigger};
use stateright::Model;

/// More than the bits of a word.
const CLAIMS: usize = 70;

/// The claim of the specification that is broken, and the one of the code.
#[derive(Clone, Copy, Debug)]
struct Count {
    specified: Option<usize>,
    coded: Option<usize>,
}

impl Model for Count {
    type State = u8;
    type Action = u8;

    fn init_states(&self) -> Vec<u8> {
        vec![0]
    }

    fn actions(&self, count: &u8, actions: &mut Vec<u8>) {
        if *count < 3 {
            actions.push(1);
        }
    }

    fn next_state(&self, count: &u8, more: u8) -> Option<u8> {
        Some(count + more)
    }
}

fn id(of: &str, at: usize) -> &'static str {
    format!("{of}-{at}").leak()
}

fn below_three(m: &Specified, count: &u8, at: usize) -> Result<(), Option<String>> {
    if m.0.specified == Some(at) && *count > 2 { Err(Some(format!("{count} at {at}"))) } else { Ok(()) }
}

fn never_to_two(m: &Coded, _: &u8, _: &u8, after: &u8, at: usize) -> Result<(), Option<String>> {
    if m.0.coded == Some(at) && *after == 2 { Err(Some(format!("to {after} at {at}"))) } else { Ok(()) }
}

/// Odd places speak of odd counts only.
fn is_of_place<M: Model<State = u8>>(_: &M, count: &u8, at: usize) -> Result<(), Option<String>> {
    if at % 2 == usize::from(count % 2) { Ok(()) } else { Err(None) }
}

macro_rules! counts {
    ($name:ident, $claims:item) => {
        #[derive(Clone, Copy, Debug)]
        struct $name(Count);

        impl Model for $name {
            type State = u8;
            type Action = u8;

            fn init_states(&self) -> Vec<u8> {
                self.0.init_states()
            }

            fn actions(&self, count: &u8, actions: &mut Vec<u8>) {
                self.0.actions(count, actions);
            }

            fn next_state(&self, count: &u8, more: u8) -> Option<u8> {
                self.0.next_state(count, more)
            }
        }

        impl Spec for $name {
            fn kinds(&self) -> Vec<Kind> {
                vec![Kind("add")]
            }

            fn kind(&self, _: &u8) -> Kind {
                Kind("add")
            }

            $claims
        }
    };
}

counts!(
    Specified,
    fn claims(&self, claims: &mut Claims<Self>) {
        for at in 0..CLAIMS {
            let says = OfState::at(at, below_three);
            let trigger = Trigger::State(OfState::at(at, is_of_place));
            claims.add(id("S", at), "below three", Shape::Always(says)).triggered(trigger);
        }
    }
);

counts!(
    Coded,
    fn claims(&self, claims: &mut Claims<Self>) {
        for at in 0..CLAIMS {
            let says = OfStep::at(at, never_to_two);
            claims.add(id("C", at), "never to two", Shape::AlwaysStep(says));
            let says = OfState::at(at, below_two);
            let trigger = Trigger::State(OfState::at(at, is_of_place));
            claims.add(id("O", at), "below two", Shape::Always(says)).triggered(trigger);
            let by = Trigger::Step(OfStep::at(at, to_place));
            claims.add(id("T", at), "any step", Shape::AlwaysStep(OfStep::at(at, any_step))).triggered(by);
        }
        claims.at_end("end", "it ends at three", at_three);
        claims.sometimes("one", "it comes by one", |_, count| *count == 1);
    }
);

fn below_two(m: &Coded, count: &u8, at: usize) -> Result<(), Option<String>> {
    if m.0.coded == Some(at) && *count > 1 { Err(Some(format!("own {count} at {at}"))) } else { Ok(()) }
}

fn any_step(m: &Coded, _: &u8, _: &u8, after: &u8, at: usize) -> Result<(), Option<String>> {
    // Where the trigger holds, so does this.
    if m.0.coded == Some(at) && usize::from(*after) != 1 + at % 3 { Err(None) } else { Ok(()) }
}

/// Only the step to one count, by place.
fn to_place(_: &Coded, _: &u8, _: &u8, after: &u8, at: usize) -> Result<(), Option<String>> {
    if usize::from(*after) == 1 + at % 3 { Ok(()) } else { Err(None) }
}

fn at_three(m: &Coded, count: &u8) -> Result<(), String> {
    if *count == 3 && m.0.coded.is_none() { Ok(()) } else { Err(format!("ends at {count}")) }
}

struct Same(Specified);

impl Mapping for Same {
    type Concrete = Coded;
    type Abstract = Specified;

    fn specification(&self) -> &Specified {
        &self.0
    }

    fn abstraction(&self, _: &Coded, count: &u8) -> u8 {
        *count
    }

    fn view(&self, _: &Coded, count: &u8) -> u128 {
        u128::from(*count)
    }

    fn witness(&self, _: &Coded, _: &u8, more: &u8, _: &u8, walk: &mut Walk<'_, Specified>) {
        walk.take(*more);
    }

    fn same(&self, wanted: &u8, named: &u8) -> bool {
        wanted == named
    }
}

fn refinement(specified: Option<usize>, coded: Option<usize>) -> Refinement<Same> {
    let count = Count { specified, coded };
    Refinement::new(Coded(count), Same(Specified(count)))
}

#[test]
fn every_claim_is_lifted_to_its_own_place() {
    let all = search(&refinement(None, None), &Options::default());
    assert!(all.is_green(), "{:?}", all.failures());
    assert_eq!(all.findings.len(), 1 + 4 * CLAIMS + 2);
    for at in 0..CLAIMS {
        assert_eq!(all.finding(id("T", at)).expect("it is there").triggers, 1, "{at}");
    }
    for at in [0, 1, 23, 24, 31, 32, 63, 64, CLAIMS - 1] {
        let report = search(&refinement(Some(at), Some(at)), &Options::default());
        let broken = report.findings.iter().filter(|finding| !finding.verdict.is_green());
        let broken: Vec<_> = broken.map(|finding| finding.claim.id()).collect();
        // A count of three is odd: of a claim at an even place it is no concern.
        let specified = (at % 2 == 1).then(|| id("S", at));
        // Of counts beyond 1 every place hears of one.
        let own = [id("C", at), id("O", at), "end"];
        assert_eq!(broken, Vec::from_iter(specified.into_iter().chain(own)));
        // Counts 0 and 2, or 1 and 3.
        assert_eq!(all.finding(id("S", at)).expect("it is there").triggers, 2);
    }
}

#[test]
fn a_trace_says_why_each_claim_is_broken() {
    let model = refinement(Some(65), Some(66));
    let form = Form::debug();
    let told = [
        ("S-65", 3, "3 at 65"),
        ("C-66", 2, "to 2 at 66"),
        ("O-66", 2, "own 2 at 66"),
        ("end", 3, "ends at 3"),
    ];
    for (property, at, why) in told {
        let report = search(&model, &Options::default());
        let run = report.finding(property).expect("it is there").verdict.run().expect("it is broken").clone();
        let about = CheckInfo { property: property.to_owned(), ..CheckInfo::default() };
        let trace = Recorder::new(&model, form).trace(&run.init, &run.steps, about);
        assert!(trace.description.ends_with(&format!(": {why}")), "{}", trace.description);
        let mut edited = trace.clone();
        let rows = &mut edited.harness.as_mut().expect("it is ours").properties;
        let row = rows.iter_mut().find(|row| row.name == property).expect("it has a row");
        assert_eq!(row.why.get(&at).map(String::as_str), Some(why));
        assert_eq!(row.why.len(), 1);
        verify(&model, &form, &trace).expect("it is as it was recorded");
        row.why.insert(at, "no reason".to_owned());
        let astray = verify(&model, &form, &edited).expect_err("another reason");
        assert!(astray.at.contains(property), "{}", astray.at);
    }
}

#[test]
fn a_reason_stands_in_the_sentence_and_in_the_file_of_a_registered_check() {
    use quorate::registry::{Check, Context, Search};
    use quorate::trace::Trace;
    let folder = tempfile::tempdir().expect("a temporary folder");
    let context = Context { traces: Some(folder.path().to_owned()), ..Context::default() };
    let search = Search::new("count", "coded", refinement(None, Some(66)), Form::debug());
    let check = Check::from(search.only(&["O-66"]).violated("O-66", 2));
    let row = check.run(&context, "many").rows.remove(0);
    let sentence = row.sentence.expect("a sentence");
    assert!(sentence.ends_with(": own 2 at 66"), "{sentence}");
    let file = row.trace.expect("a file");
    let trace = Trace::load(&file).expect("it is a trace");
    let rows = trace.harness.expect("it is ours").properties;
    let why = |rows: Vec<quorate::trace::PropertyRow>| rows.into_iter().find(|row| row.name == "O-66");
    assert_eq!(
        why(rows).expect("it has a row").why.into_iter().collect::<Vec<_>>(),
        [(2, "own 2 at 66".into())]
    );
    // A reason for a state in which the claim holds, and for one that there is not.
    let text = std::fs::read_to_string(&file).expect("it was written");
    for wrong in ["1", "999"] {
        let edited = text.replace("\"why\":{\"2\"", &format!("\"why\":{{\"{wrong}\""));
        assert_ne!(edited, text, "{text}");
        let error = Trace::from_json(&edited).expect_err("no such reason").to_string();
        assert!(error.contains(&format!("a reason for state {wrong}")), "{error}");
    }
}
