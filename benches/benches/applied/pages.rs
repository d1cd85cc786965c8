//! A state of many pages, each shared until it changes: how a state of a gigabyte is captured without a stall.

use quorate_core::batch::Batch;
use quorate_core::paxos::server::{Config, Notice, Request, Server};
use quorate_core::paxos::{self, Durable, TimerKind};
use quorate_core::session::{ClientId, Limits, Sequence, Stamp};
use quorate_machine::{Driver, Machine, NodeId, Output, Replicated, RequestId};
use serde::{Deserialize, Serialize};
use std::time::{Duration, Instant};

const PAGE_BYTES: usize = 64 * 1024;
const PAGES: usize = 16 * 1024;
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

/// The longest that anything took, by what it was.
#[derive(Clone, Copy, Debug, Default, serde::Serialize)]
pub(crate) struct Stalls {
    /// A command, while no snapshot was under way, in ms.
    pub(crate) quiet_ms: f64,
    /// Anything, from the first step of a snapshot to the step after its last, in ms.
    pub(crate) captured_ms: f64,
    /// Restoring the state from a snapshot, in ms.
    pub(crate) restored_ms: f64,
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
    fn new() -> Self {
        let log = paxos::Config { pre_vote: false, retain: 0, ..paxos::Config::new(1) };
        let clients = Limits { residents: 1, ..Limits::default() };
        let config = Config { log, clients, compact_every: 2 * PAGES as u32 };
        let driver = Driver::start(&config, NodeId(0), &Durable::default(), &mut Vec::new());
        let disk = Durable::default();
        let mut alone = Alone { driver, out: Vec::new(), disk, sequence: 0, capturing: false };
        alone.timed(|driver, out| driver.timer(TimerKind::Election, out));
        alone
    }

    /// One input, and what follows from it until nothing waits for the disk. The longest single step.
    fn timed(
        &mut self,
        act: impl FnOnce(&mut Driver<Server<Paged>>, &mut Vec<Output<Server<Paged>>>),
    ) -> Duration {
        let start = Instant::now();
        act(&mut self.driver, &mut self.out);
        let mut longest = start.elapsed();
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
            let start = Instant::now();
            self.driver.persisted(unsynced, &mut self.out);
            longest = longest.max(start.elapsed());
        }
        longest
    }

    fn command(&mut self, page: usize) -> Duration {
        let sequence = Sequence(self.sequence);
        let stamp = Stamp { client: ClientId(0), sequence, acknowledged: sequence };
        self.sequence += 1;
        let request = Request::Execute { stamp, command: page as u32 };
        self.timed(|driver, out| driver.request(RequestId(sequence.0), request, out))
    }
}

/// Fills a gigabyte, and captures it twice while every page changes in between.
pub(crate) fn measure() -> Stalls {
    let mut alone = Alone::new();
    let (mut quiet, mut captured, mut chunks) = (Duration::ZERO, Duration::ZERO, 0);
    for page in 0..PAGES {
        alone.command(page);
    }
    let mut page = 0;
    let mut snapshots = 0;
    while snapshots < 3 {
        let was_capturing = alone.capturing;
        let took = alone.command(page % PAGES);
        page += 1;
        if alone.capturing {
            captured = captured.max(took);
            captured = captured.max(alone.timed(|driver, out| driver.timer(TimerKind::Capture, out)));
            chunks += 1;
            alone.capturing = alone.driver.armed().contains(&TimerKind::Capture);
            snapshots += usize::from(!alone.capturing);
        } else if was_capturing {
            captured = captured.max(took);
        } else {
            quiet = quiet.max(took);
        }
    }
    let state = alone.driver.machine().state();
    let gigabytes = state.pages.iter().map(|page| page.len()).sum::<usize>() as f64 / 1e9;
    let config = Config { compact_every: 0, ..Config::new(1) };
    let start = Instant::now();
    let restored = Server::<Paged>::recover(&config, NodeId(0), &alone.disk);
    let restored_ms = milliseconds(start.elapsed());
    assert_eq!(restored.state().pages.len(), PAGES, "the snapshot is whole");
    Stalls {
        quiet_ms: milliseconds(quiet),
        captured_ms: milliseconds(captured),
        restored_ms,
        chunks: chunks / snapshots,
        gigabytes,
    }
}

fn milliseconds(time: Duration) -> f64 {
    (time.as_secs_f64() * 1e6).round() / 1e3
}
