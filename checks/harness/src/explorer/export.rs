//! A trace as one page that opens from a file.

use crate::registry::Registry;
use crate::trace::{Fate, Trace};
use flate2::Compression;
use flate2::write::GzEncoder;
use std::io::Write;

/// The page, without a trace in it.
pub const BOARD: &str = include_str!("../../assets/board.html");

/// The largest page that is written. A trace that does not fit loses its oldest steps, and the page says so.
pub const MOST_BYTES: usize = 20 << 20;

/// Above this the trace is compressed, in bytes of its text.
const PLAIN: usize = 2 << 20;

/// The place in the page where a trace goes.
const PLACE: &str = r#"<script type="application/json" id="trace"></script>"#;

/// The trace with the Rust test that replays it, for a page that has nobody to ask for one; as it is where the model
/// that it comes from is not registered, or no test can be made of it.
pub fn with_test(registry: &Registry, trace: &Trace) -> Trace {
    let mut whole = trace.clone();
    if let Some(harness) = &mut whole.harness
        && let Some(live) = registry.model_of(&harness.check)
        && let Ok(test) = live.to_rust(trace)
    {
        harness.extra.insert("rust_test".to_owned(), test.into());
    }
    whole
}

/// The page with `trace` inside: one file, offline, without a server. `most` bounds its size in bytes.
pub fn page(trace: &Trace, most: usize) -> String {
    let whole = with(&trace.to_json(), "");
    if whole.len() <= most {
        return whole;
    }
    let steps = trace.states.len() - 1;
    let mut keep = steps / 2;
    loop {
        let left_out = steps - keep;
        let notice = format!(
            "This page would be too large with all {steps} steps: steps 1 to {left_out} are left out, and what was step {left_out} is step 0 here."
        );
        let short = with(&tail(trace, left_out).to_json(), &notice);
        if short.len() <= most || keep <= 1 {
            return short;
        }
        keep /= 2;
    }
}

fn with(json: &str, notice: &str) -> String {
    let (encoding, body) = if json.len() > PLAIN {
        (r#" data-encoding="gzip+base64""#, base64(&gzip(json)))
    } else {
        ("", json.replace('<', "\\u003c"))
    };
    let notice = if notice.is_empty() { String::new() } else { format!(r#" data-notice="{notice}""#) };
    let place = format!(r#"<script type="application/json" id="trace"{encoding}{notice}>{body}</script>"#);
    // The page in a file has nobody to ask.
    BOARD.replacen("connect-src 'self'", "connect-src 'none'", 1).replacen(PLACE, &place, 1)
}

fn gzip(text: &str) -> Vec<u8> {
    let mut writer = GzEncoder::new(Vec::new(), Compression::best());
    // Writing to memory does not fail.
    writer.write_all(text.as_bytes()).and_then(|()| writer.finish()).unwrap_or_default()
}

/// The alphabet of RFC 4648, section 4, with padding.
fn base64(bytes: &[u8]) -> String {
    const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut out = String::with_capacity(bytes.len().div_ceil(3) * 4);
    for group in bytes.chunks(3) {
        let byte = |index: usize| u32::from(group.get(index).copied().unwrap_or(0));
        let bits = byte(0) << 16 | byte(1) << 8 | byte(2);
        for place in 0..4 {
            let letter = LETTERS[(bits >> (18 - 6 * place) & 63) as usize];
            out.push(if place <= group.len() { char::from(letter) } else { '=' });
        }
    }
    out
}

/// The run from state `from` on, as a run of its own.
fn tail(trace: &Trace, from: usize) -> Trace {
    let mut short = Trace { states: trace.states.iter().skip(from).collect(), ..trace.clone() };
    short.loop_start = trace.loop_start.and_then(|start| start.checked_sub(from));
    let Some(harness) = &mut short.harness else { return short };
    harness.check.at = harness.check.at.and_then(|at| at.checked_sub(from));
    harness.messages.retain(|message| match message.fate {
        Fate::InFlight => true,
        _ => message.recv.is_none_or(|recv| recv > from),
    });
    for message in &mut harness.messages {
        message.sent = message.sent.saturating_sub(from);
        message.recv = message.recv.and_then(|recv| recv.checked_sub(from));
    }
    harness.steps.drain(..from);
    let known: Vec<String> = harness.messages.iter().map(|message| message.id.clone()).collect();
    for (index, step) in harness.steps.iter_mut().enumerate() {
        step.causes = step.causes.iter().filter_map(|cause| cause.checked_sub(from)).collect();
        step.sends.retain(|id| known.contains(id));
        step.drops.retain(|id| known.contains(id));
        step.recv = step.recv.take().filter(|id| known.contains(id));
        if index == 0 {
            (step.kind, step.actor) = ("init".to_owned(), None);
        }
    }
    for row in &mut harness.properties {
        row.values = row.values.chars().skip(from).collect();
        let whys = std::mem::take(&mut row.why).into_iter();
        row.why = whys.filter_map(|(at, why)| Some((at.checked_sub(from)?, why))).collect();
    }
    if !harness.alternatives.is_empty() {
        harness.alternatives.drain(..from);
    }
    harness.annotations.retain(|note| note.at >= from);
    harness.annotations.iter_mut().for_each(|note| note.at -= from);
    harness.ops.retain(|op| op.ret.is_none_or(|ret| ret > from));
    for op in &mut harness.ops {
        op.call = op.call.saturating_sub(from);
        op.ret = op.ret.map(|ret| ret - from);
        op.point = op.point.and_then(|point| point.checked_sub(from));
    }
    harness.spans.retain(|span| span.to.is_none_or(|to| to > from));
    for span in &mut harness.spans {
        span.from = span.from.saturating_sub(from);
        span.to = span.to.map(|to| to - from);
    }
    if !harness.expected.is_empty() {
        harness.expected.drain(..from);
    }
    // Parts that name steps by number, and that this version cannot renumber, would lie.
    harness.extra.clear();
    short
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_page_has_one_place_for_a_trace_and_one_for_the_policy() {
        assert_eq!(BOARD.matches(PLACE).count(), 1);
        assert_eq!(BOARD.matches("connect-src 'self'").count(), 1);
        assert!(BOARD.contains("default-src 'none'"));
    }

    #[test]
    fn letters_are_those_of_the_standard() {
        let pairs = [("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("foobar", "Zm9vYmFy")];
        for (plain, coded) in pairs {
            assert_eq!(base64(plain.as_bytes()), coded);
        }
    }

    #[test]
    fn no_text_of_a_trace_can_end_its_element() {
        let text = r##"{"#meta":{"description":"</script><script>alert(1)</script>"},"states":[{"x":1}]}"##;
        let page = page(&Trace::from_json(text).unwrap(), MOST_BYTES);
        assert!(page.contains("\\u003c/script>\\u003cscript>alert(1)"));
        assert!(!page.contains("<script>alert"));
        assert!(page.contains("connect-src 'none'") && !page.contains("connect-src 'self'"));
    }

    #[test]
    fn reasons_keep_to_their_states_when_the_beginning_is_left_out() {
        use crate::engine::{Options, search};
        use crate::trace::{CheckInfo, Form, Recorder, toy::Toy};
        let toy = Toy { durable: false };
        let report = search(&toy, &Options::single());
        let run = report.finding("T-S1").and_then(|finding| finding.verdict.run()).expect("it is broken");
        let mut trace = Recorder::new(&toy, Form::serde()).trace(&run.init, &run.steps, CheckInfo::default());
        let rows = &mut trace.harness.as_mut().expect("it is ours").properties;
        rows[0].why = [(1, "early".to_owned()), (run.len(), "late".to_owned())].into();
        let short = tail(&trace, 3).harness.expect("it is ours").properties.remove(0);
        assert_eq!(short.why, [(run.len() - 3, "late".to_owned())].into());
    }

    #[test]
    fn a_long_trace_is_compressed_and_a_page_too_large_says_what_it_left_out() {
        let states: Vec<String> =
            (0..4000).map(|n| format!(r#"{{"x":"{}"}}"#, n.to_string().repeat(200))).collect();
        let text = format!(r#"{{"vars":["x"],"states":[{}]}}"#, states.join(","));
        let trace = Trace::from_json(&text).unwrap();
        let whole = page(&trace, MOST_BYTES);
        assert!(whole.contains("gzip+base64") && whole.len() < text.len());
        let short = page(&trace, BOARD.len() + 10_000);
        assert!(short.len() <= BOARD.len() + 10_000);
        assert!(short.contains("are left out"));
    }
}
