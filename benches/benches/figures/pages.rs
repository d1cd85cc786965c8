//! A state of many pages, each shared until it changes: how a state of a gigabyte is captured without a stall.

use super::{Effort, median};
use quorate_benches::clock::timed;
use quorate_core::batch::Batch;
use quorate_core::paxos::server::{Config, Notice, Request, Server};
use quorate_core::paxos::{self, Durable, TimerKind};
use quorate_core::session::{ClientId, Limits, Sequence, Stamp};
use quorate_machine::{Driver, Machine, NodeId, Output, Replicated, RequestId};
use serde::{Deserialize, Serialize};
use std::time::Duration;

const PAGE_BYTES: usize = 64 * 1024;
/// Pages in one chunk of a snapshot: 1 MiB.
const CHUNK: usize = 16;

/// Pages of bytes. A command names one, and changes it.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Default, Serialize, Deserialize)]
struct Paged {
    pages: Vec<Batch<u8>>,
}

impl Replicated for Paged {
    type Command = u32;
    type Output = ();
    type Query = ();
    type Answer = ();
    type View = Vec<Batch<u8>>;
    type Chunk = Vec<Batch<u8>>;

    fn apply(&mut self, index: u64, page: &u32) {
        let at = *page as usize;
        if at >= self.pages.len() {
            self.pages.resize_with(at + 1, || vec![0; PAGE_BYTES].into());
        }
        let mut page = self.pages[at].to_vec();
        page[..8].copy_from_slice(&index.to_be_bytes());
        self.pages[at] = page.into();
    }

    fn query(&self, (): &()) {}

    fn view(&self) -> Vec<Batch<u8>> {
        self.pages.clone()
    }

    fn chunks(view: &Vec<Batch<u8>>) -> u32 {
        view.len().div_ceil(CHUNK).max(1) as u32
    }

    fn chunk(view: &Vec<Batch<u8>>, at: u32) -> Vec<Batch<u8>> {
        view.chunks(CHUNK).nth(at as usize).unwrap_or_default().to_vec()
    }

    fn restore(chunks: &[Vec<Batch<u8>>]) -> Option<Self> {
        Some(Paged { pages: chunks.concat() })
    }
}

/// The longest that anything took, by what it was: in each round of changes, or each capture, and of those the median.
/// In ms of the thread's time on its processor, which nobody else can lengthen.
#[derive(Clone, Copy, Debug, Default, serde::Serialize)]
pub(crate) struct Stalls {
    /// A command, while no snapshot was under way.
    pub(crate) quiet_ms: f64,
    /// A command, while a snapshot was under way.
    pub(crate) command_ms: f64,
    /// The command after which the state was to be captured: the state is shared.
    pub(crate) first_ms: f64,
    /// A step that captured a part.
    pub(crate) part_ms: f64,
    /// The step that captured the last part: the snapshot takes the place of the one before, which is let go.
    pub(crate) last_ms: f64,
    /// Restoring the state from a snapshot.
    pub(crate) restored_ms: f64,
    /// The steps of one capture.
    pub(crate) chunks: usize,
    pub(crate) gigabytes: f64,
}

/// One server that is a cluster of its own, so that every step of it is on the clock.
struct Alone {
    driver: Driver<Server<Paged>>,
    out: Vec<Output<Server<Paged>>>,
    disk: Durable<paxos::server::Command<u32>, paxos::server::Part<(), Vec<Batch<u8>>>>,
    sequence: u64,
    capturing: bool,
}

impl Alone {
    fn new(pages: usize) -> Self {
        let log = paxos::Config { pre_vote: false, retain: 0, ..paxos::Config::new(1) };
        let clients = Limits { residents: 1, ..Limits::default() };
        let config = Config { log, clients, compact_every: 2 * pages as u32 };
        let driver = Driver::start(&config, NodeId(0), &Durable::default(), &mut Vec::new());
        let disk = Durable::default();
        let mut alone = Alone { driver, out: Vec::new(), disk, sequence: 0, capturing: false };
        alone.step(|driver, out| driver.timer(TimerKind::Election, out));
        alone
    }

    /// One input, and what follows from it until nothing waits for the disk. The longest single call, in ms.
    fn step(&mut self, act: impl FnOnce(&mut Driver<Server<Paged>>, &mut Vec<Output<Server<Paged>>>)) -> f64 {
        let ((), mut longest) = timed(|| act(&mut self.driver, &mut self.out));
        while !self.out.is_empty() {
            for output in std::mem::take(&mut self.out) {
                match output {
                    Output::Write(write @ (paxos::Write::Chunk { .. } | paxos::Write::Snapshot { .. })) => {
                        Server::<Paged>::persist(&mut self.disk, &write);
                    }
                    Output::Publish(Notice::Capturing(_)) => self.capturing = true,
                    _ => {}
                }
            }
            let unsynced = self.driver.unsynced();
            let ((), time) = timed(|| self.driver.persisted(unsynced, &mut self.out));
            longest = longest.max(time);
        }
        milliseconds(longest)
    }

    fn command(&mut self, page: usize) -> f64 {
        let sequence = Sequence(self.sequence);
        let stamp = Stamp { client: ClientId(0), sequence, acknowledged: sequence };
        self.sequence += 1;
        let request = Request::Execute { stamp, command: page as u32 };
        self.step(|driver, out| driver.request(RequestId(sequence.0), request, out))
    }
}

/// Fills the state, and captures it again and again, while every page changes in between.
pub(crate) fn measure(effort: &Effort) -> Stalls {
    let pages = effort.pages;
    let mut alone = Alone::new(pages);
    (0..pages).for_each(|page| _ = alone.command(page));
    let mut captures: Vec<Capture> = Vec::new();
    let mut page = 0;
    // The first one has none before it to let go of.
    while captures.len() <= effort.captures {
        captures.push(capture(&mut alone, pages, &mut page));
    }
    let of = |what: fn(&Capture) -> f64| median(captures[1..].iter().map(what).collect());
    let state = alone.driver.machine().state();
    let gigabytes = state.pages.iter().map(|page| page.len()).sum::<usize>() as f64 / 1e9;
    let config = Config { compact_every: 0, ..Config::new(1) };
    let (restored, time) = timed(|| Server::<Paged>::recover(&config, NodeId(0), &alone.disk));
    assert_eq!(restored.state().pages.len(), pages, "the snapshot is whole");
    Stalls {
        quiet_ms: of(|capture| capture.quiet),
        command_ms: of(|capture| capture.command),
        first_ms: of(|capture| capture.first),
        part_ms: of(|capture| capture.part),
        last_ms: of(|capture| capture.last),
        restored_ms: milliseconds(time),
        chunks: captures[0].chunks,
        gigabytes,
    }
}

/// The longest of each kind of step, in ms, from the end of one capture to the end of the next.
#[derive(Default)]
struct Capture {
    quiet: f64,
    first: f64,
    command: f64,
    part: f64,
    last: f64,
    chunks: usize,
}

/// Changes one page after the other, and captures a part after each of these commands while a snapshot is under way.
fn capture(alone: &mut Alone, pages: usize, page: &mut usize) -> Capture {
    let mut longest = Capture::default();
    loop {
        let was_capturing = alone.capturing;
        let took = alone.command(*page % pages);
        *page += 1;
        let kind = match (was_capturing, alone.capturing) {
            (false, false) => &mut longest.quiet,
            (false, true) => &mut longest.first,
            (true, _) => &mut longest.command,
        };
        *kind = kind.max(took);
        if alone.capturing {
            let took = alone.step(|driver, out| driver.timer(TimerKind::Capture, out));
            longest.chunks += 1;
            alone.capturing = alone.driver.armed().contains(&TimerKind::Capture);
            if !alone.capturing {
                longest.last = took;
                return longest;
            }
            longest.part = longest.part.max(took);
        }
    }
}

fn milliseconds(time: Duration) -> f64 {
    time.as_secs_f64() * 1e3
}
