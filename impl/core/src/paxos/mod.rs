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
//! | `contact.rs` | whether a leader still hears a quorum |
//! | `admission.rs` | whoever lost a disk does not vote again |
//! | `learner.rs` | the chosen prefix, and catching up |
//! | `snapshot.rs` | compaction, and snapshots that are captured, sent and received a chunk at a time |
//! | `pins.rs` | a snapshot that somebody receives stays until it is there |
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
//! Nothing here waits or calls the network or the disk. A *machine* is told something and says what it wants done, in
//! order: messages, writes, replies, notices, timers and *barriers*, together its *effects*. The messages, replies and
//! notices that one call says after a barrier are kept back until every write so far is on disk; nothing else is. The
//! program around the machine, which is not part of this crate, does what is wanted. The machine here is a `Server`,
//! which contains a `Replica`: the log alone.
//!
//! Files are in this folder or its subfolders message, server, shared and state; `session.rs`, `shard.rs` and
//! `quorum.rs` one folder up; `driver.rs`, `shell.rs` and `replicated.rs` in the sources of the package quorate-machine. What
//! clients say and hear stands in `command.rs`, what the log says and hears above itself in `client.rs`, what replicas
//! say to each other in `message.rs`, what they write in `durable.rs`, stamps and refusals in `session.rs`.
//!
//! 1. **The client's thread.** `shared.rs`, `Handle::submit`: the client has a `Request::Execute`, with the command and a
//!    `Stamp`, which says in which session it is given and which of that session's commands it is. (A *session* is opened
//!    before, by a `Request::Open`, which goes the way that a command goes.) It waits here while all permits of the handle
//!    are out (`window.rs`, `Window::acquire`). Then `shared.rs`, `Handle::enter` numbers the request, queues it, and
//!    returns a `Ticket`, and the client sleeps in `Ticket::wait`.
//!    *Refused:* `SubmitError::Closed` after `Handle::close`, or once the desk is dropped; `SubmitError::Full` if it would
//!    not wait and came by `Handle::try_submit`.
//! 2. **The replica's thread.** `shared.rs`, `Desk::take_some` hands it the request; it calls `driver.rs`,
//!    `Driver::request`. `Driver::step` runs the machine on the input and deals with what that wants
//!    done, one effect after the other.
//! 3. **The server.** `server.rs`, `Server::handle` leads to `Server::request`. A command that was executed before is
//!    answered right here (`Server::known`) from the *client table*, which holds, by session, the answers that a client may
//!    still ask for. Any other becomes a `Command::Execute`, and `Server::submit` gives it to the replica inside. (A
//!    `Request::Open` goes the same way, without the table. `TimerKind::Capture` stays in the server, and so does
//!    `TimerKind::Election` while it lacks the state to execute anything. Every other input goes by `step.rs`,
//!    `Replica::handle`, which finds who deals with it.) What the replica wants done goes into a list of its own, which `server.rs`, `Server::perform` goes through afterwards: replies go to
//!    `Server::respond`, notices to `Server::announce`, and everything else passes unchanged.
//!    *Refused:* `Refusal::Stale` by `server.rs`, `Server::known` if the client has said that it needs the answer no
//!    more; `Response::NotLeader` by `Server::request` if this server lacks the state to execute anything
//!    (`Server::is_blind`).
//! 4. **The leader takes it.** `leader.rs`, `Replica::admit`: it will have the next free slot. `server.rs`,
//!    `Server::submit` notes who waits for which slot (`waiters.rs`, `Waiters::add`). Then `leader.rs`, `Replica::enqueue`:
//!    if nothing is under way, or batches are of one command, and nothing waits and there is room (`Replica::room`: slots in
//!    flight, and slots that are not on the leader's own disk, are limited), it is proposed at once
//!    (`Replica::propose_one`). (A log without a server has `Replica::submit` do both, and its client is told the
//!    slot by `Response::Queued`.) Otherwise it waits for company: until a batch is full, by
//!    count or by weight, until something more is chosen, or until the leader's own disk has caught up. Then
//!    `Replica::flush` proposes as much of what waits as there is room for.
//!    *Refused:* `Response::NotLeader` if this replica does not lead, or is handing over (it names the leader if it knows
//!    one); `Response::Full` if the queue is full, by count or by weight.
//! 5. **The proposal.** `leader.rs`, `Replica::next_proposal` gives out the slots. `flow.rs`, `Replica::send_to_peers`
//!    sends a `Message::Accept` to each of the others, except to one that was not sent what comes before, or that would
//!    then have more unacknowledged slots than the window of a peer (one proposal, however long, goes to a peer that has
//!    acknowledged all that it was sent): when that one acknowledges something
//!    (`Replica::note_progress`), `Replica::feed` sends it what follows. In the same call the leader votes itself, by
//!    `acceptor.rs`, `Replica::accept` of the next step. The message goes before the vote, so no barrier of this
//!    proposal holds it, and all disks write at the same time; what is sent later in the same call waits behind the
//!    barrier of that vote.
//! 6. **The votes.** At another replica the program calls `driver.rs`, `Driver::message`, and by `server.rs`,
//!    `Server::handle` the proposal comes to `step.rs`, `Replica::handle`, which drops it unless `plausible.rs`,
//!    `Message::is_plausible` says that a replica could have sent it, and then to `step.rs`, `Replica::receive`.
//!    `acceptor.rs`, `Replica::accept` votes: a `Write::Accept` goes to the disk (`Replica::write`), which promises the
//!    ballot as well, and behind a **barrier** a `Message::Accepted` to the leader, which says up to which slot this
//!    replica has, without a gap, voted or knows what is chosen (`Replica::extend_run`).
//!    *Refused:* if a higher ballot was promised, by `Replica::reject`, behind a **barrier** too; the leader that hears of
//!    it gives up (`Replica::hear`, `Replica::step_down`), and `server.rs`, `Server::announce` answers everybody who waits
//!    with `Response::NotLeader`. The command may be chosen all the same, later or already: the client asks the next
//!    leader, with the same stamp. A proposal far past the end of the log is dropped without a word.
//! 7. **The disk.** `driver.rs`, `Driver::step` hands the write to the program (`shell.rs`, `Shell::write`) and keeps the
//!    vote (`driver.rs`, `hold`). The program appends the write to its log, syncs when it suits, and says by
//!    `Driver::persisted` how many of the oldest writes are on disk; now the vote leaves (`release`). The leader's own vote
//!    never sees the network: `Driver::deliver_own` brings it to the leader.
//! 8. **Chosen.** `leader.rs`, `Replica::accepted` and `Replica::count_vote`: once a quorum has voted (`quorum.rs`,
//!    `reached_by`) the slot is chosen, perhaps before the leader's own disk has it. `learner.rs`, `Replica::choose`
//!    announces it by `Notice::Chosen` (`Replica::announce`). The other replicas hear of it with the next proposal, or by
//!    `Message::Commit` if there is none (`leader.rs`, `Replica::after_choosing`; the next heartbeat, if commands wait for
//!    room). If they voted for it they announce it too (`learner.rs`, `Replica::commit`, `Replica::settle`). If not,
//!    those that hear a `Message::Commit` ask, behind a **barrier**, for what they miss (`Replica::ask_for_more`), are sent
//!    it (`Replica::teach`, by
//!    `Message::Learn`), write it and announce it (`Replica::learn`). Observers are sent it unasked
//!    (`flow.rs`, `Replica::push_to_observers`).
//! 9. **Executed.** `server.rs`, `Server::announce` leads to `Server::execute`: on every server that has the state before
//!    it, slot by slot, `executor.rs`, `Executor::execute` looks into the client table (`session.rs`, `Table::execute`).
//!    Only a command that is not there reaches the state machine (`replicated.rs`, `Replicated::apply`). One that is,
//!    because it was chosen twice, has the answer of the first time. A no-op is skipped.
//!    *Refused:* `session.rs`, `Refusal::NoSession` if the client has no session, or no longer; `Refusal::Stale` as
//!    above, and `Refusal::TooFar` if the client has too much under way, both by `shard.rs`, `Session::reply`.
//! 10. **The reply.** At the server that proposed it somebody may wait for the slot: `executor.rs`, `Executor::execute`
//!     calls `server.rs`, `Answers::done` or `Answers::refused`, which looks there (`waiters.rs`, `Waiters::take`) and
//!     answers by `command.rs`, `Response::Done`, or by `Response::Refused`. No barrier holds that back: a quorum's
//!     disks have the command. `driver.rs`, `Driver::step` gives the answer to the program (`shell.rs`, `Shell::reply`),
//!     which calls `shared.rs`, `Desk::settle`: it puts the answer into the client's place and wakes that client alone
//!     (`Place::settle`). `Ticket::wait` returns, and with the ticket the permit (`window.rs`, `Permit::drop`). If the desk
//!     is dropped first, the client hears `Outcome::Closed`: done or not, nobody can say.
//!
//! **Loss.** A proposal or a vote: each period of `TimerKind::Resend` (`leader.rs`, `Replica::resend`) a replica that has
//! said nothing new is sent the first proposal that it has not acknowledged, and told what is chosen (`flow.rs`,
//! `Replica::resend_within_windows`); what was voted for already is acknowledged again. What is chosen: told again by each
//! heartbeat (`leader.rs`, `Replica::heartbeat`), and then what is missing is asked for again. A probe and its answer: with
//! the heartbeat and with `TimerKind::Resend`, and with the latter `Message::TimeoutNow` (`transfer.rs`,
//! `Replica::hand_over_again`). What belongs to a campaign is not repeated: the election timer begins another. The answer to a client:
//! it asks again, of any replica, with the same stamp.
//!
//! **Reads** branch off in step 3. `server.rs`, `Server::request` keeps the query and asks the log which slots the answer
//! must have seen. `reader.rs`, `Replica::confirm` takes the end of what is chosen, or of what the leader found when it
//! began to lead if that is later, and makes sure that it still leads: `Replica::begin_round` and
//! `Replica::ask_who_lives` send a `Message::Probe`, which the others answer by `Message::Alive` behind a **barrier**
//! (`Replica::probe`), unless they have promised more. Reads that wait share a round; one that comes during a round waits
//! for the next. At the leader `Replica::alive` counts, and with a quorum (`Replica::count_alive`), once that much is
//! chosen (`Replica::answer_reads`), `server.rs`, `Server::respond` answers from its state. No slot and no write is used.
//! *Refused:* `Response::NotLeader`, also by a leader that steps down meanwhile (`acceptor.rs`, `Replica::step_down`), and
//! `Response::Full` if too many reads wait.
//!
//! **Snapshots** branch off in step 9. After every so many slots `server.rs`, `Server::begin_capture` takes a view of the
//! state and the client table, which copies nothing. Each time that `TimerKind::Capture` fires, `Server::capture` hands
//! one chunk to `snapshot.rs`, `Replica::capture`, which writes it; after the last one `Replica::finish_snapshot` writes
//! that it is whole and cuts off the log before it, except for the last slots that the configuration retains. A replica
//! that asks for slots that were cut off is sent the first chunks instead (`Replica::offer_snapshot`). It writes each that is
//! the next in order (`Replica::receive_chunk`), asks for more after each group behind a **barrier**
//! (`Replica::ask_for_chunks`, answered by `Replica::fetch`), and goes on where it was after a restart; once it has them
//! all, `server.rs`, `Server::install` takes the state over. Commands go on meanwhile, and so do snapshots: the one that
//! is being received, and the log above it, stay where they are (`pins.rs`, `Replica::pin`, `Replica::pinned_cut`) until
//! its receiver has caught up, or until that would keep too much.
//!
//! **Another leader** comes when the election timer of a replica fires; `Message::Commit` and `Message::Probe` start it
//! anew. `prevote.rs`, `Replica::election_timeout` first asks whether others miss the leader too
//! (`Replica::ask_for_grants`); another says so if its own timer has fired since it heard of one (`Replica::pre_vote`).
//! If a quorum does (`Replica::pre_grant`), `proposer.rs`, `Replica::campaign` makes a ballot, writes it, and behind a
//! **barrier** asks all for their promise by `Message::Prepare`. `acceptor.rs`, `Replica::prepare` promises, and tells
//! behind a **barrier** what it has voted for, in several messages if it is much (`Replica::report`; the candidate asks for
//! each); unless it has promised more (`Replica::reject`), or the candidate lags
//! too far behind what is chosen (`Replica::must_teach`: by more than one message can teach, or by what is cut off) and is
//! taught first. With a quorum of promises (`proposer.rs`,
//! `Replica::promise`) it leads (`Replica::lead`): for each slot that may have been chosen it proposes again what was voted
//! for at the highest ballot, and a no-op where nothing was, from step 5 on; whatever was chosen is among that. A leader
//! that a quorum has not answered for a period of its own election timer steps down (`contact.rs`, `Replica::end_period`),
//! and its clients are told so. One that is asked to hand over or to stop (`transfer.rs`, `Replica::transfer`, `Replica::stop`) finishes, waits until its
//! successor says that it has everything from the leader's first slot on, and tells it by `Message::TimeoutNow` to campaign
//! at once (`Replica::hand_over`, `Replica::timeout_now`).
//!
//! **A lost disk.** A replica that comes back with an empty disk has forgotten its votes, and must not vote again. A shell
//! that wants this to be noticed writes `Write::Epoch`, with a number drawn at random, before anything else to each disk
//! that it finds empty. Such a replica tells the others by `Message::Introduce` which disk it has (`admission.rs`,
//! `Replica::introduce`); each writes the first epoch that it hears of a replica, and behind a **barrier** answers which
//! one that was (`Replica::introduced`). A majority of the others that know this disk as the first one lets it vote
//! (`Replica::vote_if_known`); until then `step.rs`, `Replica::receive` leaves alone whatever asks for a vote.

mod acceptor;
mod admission;
mod contact;
pub mod counters;
mod error;
mod flow;
mod leader;
mod learner;
mod message;
mod pins;
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
