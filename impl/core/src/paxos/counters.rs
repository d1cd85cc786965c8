//! What a server wants to show: counts of what a replica was told and what it did. Not part of the replica, whose
//! state must not differ because of them: whoever drives it feeds them.

use super::message::{Chunk, Message, Notice, Payload, Request, Response, Standing, TimerKind};
use super::state::{Replica, Write};
use quorate_machine::{Input, Output};
use serde::{Deserialize, Serialize};

/// Messages by kind.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct Kinds {
    /// `Message::Prepare`.
    pub prepare: u64,
    /// `Message::Promise`.
    pub promise: u64,
    /// `Message::Reject`.
    pub reject: u64,
    /// `Message::Accept`.
    pub accept: u64,
    /// `Message::Accepted`.
    pub accepted: u64,
    /// `Message::Commit`.
    pub commit: u64,
    /// `Message::CatchUp`.
    pub catch_up: u64,
    /// `Message::Learn`.
    pub learn: u64,
    /// `Message::Snapshot`.
    pub snapshot: u64,
    /// `Message::Fetch`.
    pub fetch: u64,
    /// `Message::Probe`.
    pub probe: u64,
    /// `Message::Alive`.
    pub alive: u64,
    /// `Message::PreVote`.
    pub pre_vote: u64,
    /// `Message::PreGrant`.
    pub pre_grant: u64,
    /// `Message::Introduce`.
    pub introduce: u64,
    /// `Message::Known`.
    pub known: u64,
    /// `Message::TimeoutNow`.
    pub timeout_now: u64,
}

impl Kinds {
    /// The sum over all kinds.
    pub fn total(&self) -> u64 {
        let Kinds {
            prepare,
            promise,
            reject,
            accept,
            accepted,
            commit,
            catch_up,
            learn,
            snapshot,
            fetch,
            ..
        } = *self;
        let Kinds { probe, alive, pre_vote, pre_grant, introduce, known, timeout_now, .. } = *self;
        let first = prepare + promise + reject + accept + accepted + commit + catch_up + learn;
        first + snapshot + fetch + probe + alive + pre_vote + pre_grant + introduce + known + timeout_now
    }

    fn count<C, S>(&mut self, message: &Message<C, S>) {
        let place = match message {
            Message::Prepare { .. } => &mut self.prepare,
            Message::Promise { .. } => &mut self.promise,
            Message::Reject { .. } => &mut self.reject,
            Message::Accept { .. } => &mut self.accept,
            Message::Accepted { .. } => &mut self.accepted,
            Message::Commit { .. } => &mut self.commit,
            Message::CatchUp { .. } => &mut self.catch_up,
            Message::Learn { .. } => &mut self.learn,
            Message::Snapshot { .. } => &mut self.snapshot,
            Message::Fetch { .. } => &mut self.fetch,
            Message::Probe { .. } => &mut self.probe,
            Message::Alive { .. } => &mut self.alive,
            Message::PreVote { .. } => &mut self.pre_vote,
            Message::PreGrant { .. } => &mut self.pre_grant,
            Message::Introduce { .. } => &mut self.introduce,
            Message::Known { .. } => &mut self.known,
            Message::TimeoutNow { .. } => &mut self.timeout_now,
        };
        *place += 1;
    }
}

/// Counts since the counters were made. Durations are the shell's to measure.
///
/// A layer above with its own requests and responses feeds the single methods; who drives a bare
/// [`super::Replica`] has [`Counters::input`] and [`Counters::output`].
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct Counters {
    /// Messages from other replicas.
    pub received: Kinds,
    /// Messages to other replicas.
    pub sent: Kinds,
    /// Records for the write-ahead log.
    pub writes: u64,
    /// Writes that became durable.
    pub synced: u64,
    /// Times that something was held until a write was durable.
    pub waited: u64,
    /// Values accepted, each time that they were written.
    pub accepted: u64,
    /// Slots announced as chosen.
    pub chosen: u64,
    /// Campaigns begun.
    pub elections: u64,
    /// Campaigns won.
    pub won: u64,
    /// Times that it stopped leading or campaigning: because of a higher ballot, because it was asked to, or because no
    /// quorum answered it.
    pub step_downs: u64,
    /// Election timers that ran out.
    pub timeouts: u64,
    /// Times that what was not acknowledged was looked for.
    pub resends: u64,
    /// Snapshots completed, captured here or received.
    pub snapshots: u64,
    /// Of these, those received from another replica.
    pub installed: u64,
    /// Times that a snapshot was given up, in the middle, for another one.
    pub started_anew: u64,
    /// Lives in which it was told that it had another disk before, and may not vote.
    pub refused: u64,
    /// Chunks of snapshots written to disk.
    pub chunks: u64,
    /// Commands submitted by clients.
    pub submitted: u64,
    /// Commands that got a place.
    pub queued: u64,
    /// Reads asked for.
    pub reads: u64,
    /// Reads that got their index.
    pub confirmed: u64,
    /// Requests turned away because this replica does not lead.
    pub not_leader: u64,
    /// Requests turned away because there was no room.
    pub full: u64,
    /// Transfers that succeeded.
    pub transferred: u64,
    /// Transfers that did not.
    pub not_transferred: u64,
}

impl Counters {
    /// A replica is about to be told this.
    pub fn input<C: Payload, S: Chunk>(&mut self, input: &Input<Replica<C, S>>) {
        match input {
            Input::Start => {}
            Input::Message { message, .. } => self.message_in(message),
            Input::Timer(kind) => self.timer(*kind),
            Input::Request { request, .. } => self.request(request),
        }
    }

    /// A replica wants this done.
    pub fn output<C: Payload, S: Chunk>(&mut self, output: &Output<Replica<C, S>>) {
        match output {
            Output::Send { message, .. } => self.message_out(message),
            Output::Write(write) => self.write(write),
            Output::Reply { response, .. } => self.response(response),
            Output::Publish(notice) => self.notice(notice),
            Output::SetTimer(_) | Output::CancelTimer(_) => {}
        }
    }

    /// A message arrived.
    pub fn message_in<C, S>(&mut self, message: &Message<C, S>) {
        self.received.count(message);
    }

    /// A message was sent to another replica.
    pub fn message_out<C, S>(&mut self, message: &Message<C, S>) {
        self.sent.count(message);
    }

    /// A timer ran out.
    pub fn timer(&mut self, kind: TimerKind) {
        match kind {
            TimerKind::Election => self.timeouts += 1,
            TimerKind::Resend => self.resends += 1,
            TimerKind::Heartbeat | TimerKind::Capture => {}
        }
    }

    /// A record was handed out to be written.
    pub fn write<C, S>(&mut self, write: &Write<C, S>) {
        self.writes += 1;
        match write {
            Write::Accept { values, .. } => self.accepted += values.len() as u64,
            Write::Chunk { .. } => self.chunks += 1,
            Write::Snapshot { .. } => self.snapshots += 1,
            Write::Incarnation(_) | Write::Promise(_) | Write::Chosen(_) | Write::Learned { .. } => {}
            Write::Epoch(_) | Write::Known { .. } | Write::Admitted(_) => {}
        }
    }

    /// So many writes became durable, and `released` outputs had waited for them.
    pub fn persisted(&mut self, writes: usize, released: usize) {
        self.synced += writes as u64;
        self.waited += u64::from(released > 0);
    }

    /// Something was announced.
    pub fn notice<C>(&mut self, notice: &Notice<C>) {
        match notice {
            Notice::Chosen { values, .. } => self.chosen += values.len() as u64,
            Notice::Role(Standing::Candidate) => self.elections += 1,
            Notice::Role(Standing::Leader) => self.won += 1,
            Notice::Role(Standing::Follower) => self.step_downs += 1,
            Notice::Installed { .. } => self.installed += 1,
            Notice::StartedAnew { .. } => self.started_anew += 1,
            Notice::Refused { .. } => self.refused += 1,
            Notice::Stopped | Notice::Admitted => {}
        }
    }

    /// A client asked for something.
    pub fn request<C>(&mut self, request: &Request<C>) {
        match request {
            Request::Submit(_) => self.submitted += 1,
            Request::Confirm => self.reads += 1,
            Request::Transfer { .. } | Request::Stop => {}
        }
    }

    /// A client was answered.
    pub fn response(&mut self, response: &Response) {
        match response {
            Response::NotLeader { .. } => self.not_leader += 1,
            Response::Queued { .. } => self.queued += 1,
            Response::Full => self.full += 1,
            Response::Confirmed { .. } => self.confirmed += 1,
            Response::Transferred { .. } => self.transferred += 1,
            Response::NotTransferred => self.not_transferred += 1,
            Response::Stopping => {}
        }
    }
}
