//! Multi-Paxos: one replicated log.
//!
//! Sources: Lamport, *Paxos Made Simple* (2001); van Renesse & Altinbuken, *Paxos Made Moderately Complex* (2015).
//!
//! | file | what it holds |
//! |---|---|
//! | `message.rs` | ballots, slots, values, and what replicas say to each other |
//! | `message/client.rs` | what clients and the own process say and hear |
//! | `message/plausible.rs` | which messages could have been sent; the others are ignored |
//! | `state.rs` | what is in memory |
//! | `state/config.rs` | configuration: what is optional is a value |
//! | `state/durable.rs` | what is on disk, and what each record of the log does to it |
//! | `state/invariants.rs` | what must hold between two inputs |
//! | `acceptor.rs` | promises and votes |
//! | `prevote.rs` | asking before campaigning |
//! | `proposer.rs` | phase 1: campaign, adopt the values of the highest ballots, fill holes, lead |
//! | `leader.rs` | phase 2: propose, count votes, repeat, push back |
//! | `flow.rs` | windows per peer: what a slow or absent member costs; observers |
//! | `learner.rs` | the chosen prefix, and catching up |
//! | `snapshot.rs` | compaction, and snapshots that are captured, sent and received a chunk at a time |
//! | `reader.rs` | linearizable reads by a round of probes |
//! | `transfer.rs` | handing over leadership, and stopping |
//! | `step.rs` | every input, and who deals with it |
//! | `server.rs` | clients' commands executed once, reads, and snapshots, on top of the log |
//! | `counters.rs` | what a server wants to show |
//! | `shared.rs` | what many threads hold of a replica |
//!
//! # The way of a command
//!
//! The *log* is a sequence of *slots*. A few *replicas*, each with a disk, agree on what stands in each slot. One of them
//! *leads*: it puts commands into slots and asks all of them to *vote*, and a command is *chosen* once a *quorum*, mostly
//! a majority, has its vote for it on disk. Every leadership has a number of its own, its *ballot*. A replica that has
//! *promised* a ballot does nothing for a lower one, and a leader is one whom a quorum has promised its ballot. Chosen is
//! for ever; then each replica executes the command, and the leader answers the client.
//!
//! Nothing here waits or calls the network or the disk. A function is told something and says what it wants done, in
//! order: messages, writes, replies, and *barriers*. What it says after a barrier is kept back until every write before
//! the barrier is on disk. The program around it, which is not part of this crate, does what is wanted.
//!
//! 1. **The client's thread.** `shared.rs`, `Handle::submit`: the client has a `Request::Execute`, with the command and a
//!    `Stamp`, which says whose command it is and which of his. It waits here while all permits of the window are out
//!    (`window.rs`, `Window::acquire`). Then `shared.rs`, `Handle::enter` numbers the request, queues it, and returns a
//!    `Ticket`, and the client sleeps in `Ticket::wait`.
//!    *Refused:* `SubmitError::Closed` after `Handle::close`; `SubmitError::Full` if it would not wait and came by
//!    `Handle::try_submit`.
//! 2. **The replica's thread.** `shared.rs`, `Desk::take_some` hands it the request; it calls `driver.rs`,
//!    `Driver::request`. `Driver::step` runs the machine on the input and deals with what that wants
//!    done, one effect after the other.
//! 3. **The server.** `server.rs`, `Server::handle` leads to `Server::request`. A command that was executed before is
//!    answered right here from the client table (`Server::known`), with no trip through the log. Any other becomes a
//!    `Command::Execute` and is passed to the replica below (`Server::pass`); `step.rs`, `Replica::handle` finds who
//!    deals with it.
//!    *Refused:* `Refusal::Stale` by `server.rs`, `Server::known` if the client has said that it needs the answer no
//!    more; `Response::NotLeader` by `Server::request` if this server lacks the state to execute anything
//!    (`Server::is_blind`).
//! 4. **The leader takes it.** `leader.rs`, `Replica::submit`: it will have the next free slot. The replica says so by
//!    `Response::Queued`, which is for the server, not for the client: `server.rs`, `Server::respond` notes who waits for
//!    which slot (`waiters.rs`, `Waiters::add`). If nothing is under way the command is proposed at once (`leader.rs`,
//!    `Replica::propose_one`). Otherwise it waits in the leader's queue for company, until a batch is full or what is
//!    under way is chosen; then `Replica::flush` proposes what waits.
//!    *Refused:* `Response::NotLeader` if another replica leads, or is about to; `Response::Full` if the queue is full,
//!    by count or by weight.
//! 5. **The proposal.** `leader.rs`, `Replica::next_proposal` gives out the slots. `flow.rs`, `Replica::send_to_peers`
//!    sends a `Message::Accept` to each of the others, but to none that is further behind than its window: it will ask
//!    for what it missed. Then the leader votes like everybody, by the next step. No barrier stands before the message,
//!    so all disks write at the same time.
//! 6. **The votes.** `step.rs`, `Replica::receive` has the message at another replica, if `plausible.rs`,
//!    `Message::is_plausible` lets it pass. `acceptor.rs`, `Replica::accept` votes: a `Write::Accept` goes to the disk
//!    (`Replica::write`), and behind a **barrier** a `Message::Accepted` to the leader, which says up to which slot this
//!    replica has voted without a gap (`Replica::extend_run`).
//!    *Refused:* if a higher ballot was promised, by `Replica::reject`; the leader that hears of it gives up
//!    (`Replica::hear`, `Replica::step_down`), and `server.rs`, `Server::announce` answers everybody who waits with
//!    `Response::NotLeader`. The command may be chosen all the same, later or already: the client asks the next leader,
//!    with the same stamp.
//! 7. **The disk.** `driver.rs`, `Driver::step` hands the write out as `Output::Write` and keeps the vote (`hold`). The
//!    program around it appends the write to its log, syncs when it suits, and says so by `Driver::persisted`; now the
//!    vote leaves (`release`). The leader's own vote never sees the network: `Driver::deliver_own` brings it to the
//!    leader.
//! 8. **Chosen.** `leader.rs`, `Replica::accepted` and `Replica::count_vote`: once a quorum has voted (`quorum.rs`,
//!    `reached_by`) the slot is chosen, perhaps before the leader's own disk has it. `learner.rs`, `Replica::choose`
//!    announces it by `Notice::Chosen` (`Replica::announce`). The other replicas hear of it with the next proposal, or by
//!    `Message::Commit` if there is none (`leader.rs`, `Replica::after_choosing`), and announce it too (`learner.rs`,
//!    `Replica::commit`, `Replica::settle`), or ask for what they miss (`Replica::ask_for_more`, answered by
//!    `Replica::teach`).
//! 9. **Executed.** `server.rs`, `Server::announce` leads to `Server::execute`: on every server, slot by slot,
//!    `executor.rs`, `Executor::execute` looks into the client table (`session.rs`, `Table::execute`). Only a command
//!    that is not there reaches the state machine (`replicated.rs`, `Replicated::apply`). One that is, because it was
//!    chosen twice, has the answer of the first time.
//!    *Refused:* `session.rs`, `Refusal::NoSession` if the client has no session, or no longer; `Refusal::Stale` as
//!    above; `Refusal::TooFar` if the client has too much under way.
//! 10. **The reply.** At the server that proposed it somebody waits for the slot (`waiters.rs`, `Waiters::take`), and
//!     is answered by `command.rs`, `Response::Done`. No barrier holds that back: a quorum's disks have the command.
//!     `shared.rs`, `Desk::settle` puts the answer into the client's place and wakes that client alone (`Place::settle`).
//!     `Ticket::wait` returns, and with the ticket the permit (`window.rs`, `Permit::drop`).
//!
//! **Reads** branch off in step 3. `server.rs`, `Server::request` keeps the query and asks the log which slots the answer
//! must have seen. `reader.rs`, `Replica::confirm` takes the end of what is chosen, or of what the leader found when it
//! began to lead, and makes sure that it still leads: `Replica::ask_who_lives` sends a `Message::Probe`, which the others
//! answer by `Message::Alive` behind a **barrier** (`Replica::probe`), unless they have promised more. With a quorum of
//! answers (`Replica::count_alive`), and once that much is chosen (`Replica::answer_reads`), `server.rs`,
//! `Server::respond` answers from its state. No slot and no write is used. *Refused:* `Response::NotLeader`, and
//! `Response::Full` if too many reads wait.
//!
//! **Snapshots** branch off in step 9. After every so many slots `server.rs`, `Server::begin_capture` takes a view of the
//! state and the client table, which copies nothing. Each time that `TimerKind::Capture` fires, `Server::capture` hands
//! one chunk to `snapshot.rs`, `Replica::capture`, which writes it; after the last one `Replica::finish_snapshot` writes
//! that it is whole and cuts off the log behind it. A replica that asks for slots that were cut off is sent the chunks
//! instead (`Replica::send_chunks`). It writes each (`Replica::receive_chunk`) and asks for the next ones behind a
//! **barrier** (`Replica::ask_for_chunks`, answered by `Replica::fetch`); once it has them all, `server.rs`,
//! `Server::install` takes the state over. Commands go on meanwhile.
//!
//! **Another leader** comes when a replica hears nothing for so long that its election timer fires. `prevote.rs`,
//! `Replica::election_timeout` first asks whether others miss the leader too (`Replica::pre_vote`). If a quorum does
//! (`Replica::pre_grant`), `proposer.rs`, `Replica::campaign` makes a ballot, writes it, and behind a **barrier** asks
//! all for their promise by `Message::Prepare`. `acceptor.rs`, `Replica::prepare` promises, and tells behind a
//! **barrier** what it has voted for. With a quorum of promises (`proposer.rs`, `Replica::promise`) it leads
//! (`Replica::lead`): for each slot that may have been chosen it proposes again what was voted for at the highest ballot,
//! and a no-op where nothing was, from step 5 on; whatever was chosen is among that. A leader hands over by
//! itself in `transfer.rs`, `Replica::hand_over`.

mod acceptor;
pub mod counters;
mod error;
mod flow;
mod leader;
mod learner;
mod message;
mod prevote;
mod proposer;
mod reader;
pub mod server;
pub mod shared;
mod snapshot;
mod state;
mod step;
mod transfer;

pub use counters::Counters;
pub use error::ConfigError;
pub use message::{
    Ballot, Chunk, Entry, Message, Notice, Payload, Request, Response, Slot, Standing, TimerKind, Value,
};
pub use state::{Config, Durable, Partial, Replica, Snapshot, Write};
