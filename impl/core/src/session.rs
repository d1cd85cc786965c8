//! The client table: a client's command takes effect once, however often it is sent and chosen.
//!
//! Sources: Liskov & Cowling, *Viewstamped Replication Revisited* (2012), section 4.1 (the client table); Ongaro,
//! *Consensus: Bridging Theory and Practice* (2014), section 6.3 (sessions opened through the log, and their expiry);
//! van Renesse & Altinbuken, *Paxos Made Moderately Complex* (2015), section 2.1 (a command chosen in two slots is
//! performed in the first).
//!
//! The table is part of the replicated state: it changes only when a command is executed, as a function of the slot
//! and the command, so it is the same on every replica at the same slot, and it travels with snapshots. A command is
//! recognised when it is *executed*, not when it is proposed: two leaders can propose it, and then it is chosen twice.
//!
//! What a client may rely on:
//!
//! * A session is opened through the log. Its [`ClientId`] is unique. An answer to `Open` that is lost leaves a session
//!   that nobody uses, and those go first when there are too many.
//! * A client numbers its commands from 0 and says with each which of the earlier replies it does not need any more
//!   ([`Stamp::acknowledged`]). It has at most [`Limits::pipeline`] numbers from there on under way.
//! * Commands of one client that are under way together take effect once each, but in an order of the log's choice: the
//!   order in which they were sent if one leader saw them all.
//! * When a session is evicted, its client is told so ([`Refusal::NoSession`]) and can no longer find out what became
//!   of its unanswered commands. [`Opened::evicted`] says on every replica whom it hit.

pub use crate::shard::Session;

use crate::shard::Shard;
use quorate_machine::Plain;
use serde::{Deserialize, Serialize};
use std::fmt;

/// Names a session.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ClientId(pub u64);

/// Numbers a client's commands, from 0.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Sequence(pub u64);

impl fmt::Display for ClientId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// Names one command of one client.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
pub struct Stamp {
    /// Whose it is.
    pub client: ClientId,
    /// Its number. The same in every attempt.
    pub sequence: Sequence,
    /// The lowest number whose reply the client still wants; it has those of all before. Not above `sequence`.
    pub acknowledged: Sequence,
}

/// How many clients, and how much is remembered of each. The same on every replica.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
pub struct Limits {
    /// Clients `0..residents` exist from the start and are never evicted.
    pub residents: u32,
    /// Sessions that are open at a time, residents apart. One more evicts one that was never used, the oldest first, or
    /// else the least recently active.
    pub sessions: u32,
    /// Commands that one client may have under way, and replies that are kept for it.
    pub pipeline: u32,
}

impl Default for Limits {
    /// No residents, 4096 sessions, 64 commands of each under way.
    fn default() -> Self {
        Limits { residents: 0, sessions: 4096, pipeline: 64 }
    }
}

/// Why a command was not executed.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
pub enum Refusal {
    /// The client said that it needs the reply no more, and so it is gone. Whether the command took effect is unknown.
    Stale,
    /// No such session, or it was evicted.
    NoSession,
    /// The number is [`Limits::pipeline`] or more above the lowest that the client still wants.
    TooFar,
}

/// What the table knows of a command before it is executed.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Known<'a, O> {
    /// Nothing.
    New,
    /// It was executed, and this was the reply.
    Executed(&'a O),
    /// Its reply was acknowledged and is gone.
    Stale,
}

/// A session that was opened.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
pub struct Opened {
    /// Its name.
    pub client: ClientId,
    /// Whose session had to go.
    pub evicted: Option<ClientId>,
}

/// Every session. Cheap to view: see [`Table::view`].
#[derive(Clone, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
#[serde(bound = "O: Plain")]
pub struct Table<O: Plain> {
    limits: Limits,
    /// Sessions that are open, residents apart.
    open: u32,
    /// First the residents', in order and without a gap, so that a resident's place is its name; then those of the
    /// others: a power of two, a client's being chosen by its name.
    shards: Vec<Shard<O>>,
}

/// Sessions in one shard of residents; of others when the table is full, on average. A change right after a view
/// copies so many.
const SESSIONS_PER_SHARD: u64 = 64;
/// Shards in one chunk of a snapshot.
const SHARDS_PER_CHUNK: usize = 16;

impl<O: Plain> Table<O> {
    /// The residents' sessions, and no other.
    pub fn new(limits: Limits) -> Self {
        Self::restore(limits, [])
    }

    /// The limits that it was made with.
    pub fn limits(&self) -> Limits {
        self.limits
    }

    /// How many sessions there are, residents included.
    pub fn len(&self) -> usize {
        self.limits.residents as usize + self.open as usize
    }

    /// Whether there is no session at all.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Every session's name, by shards.
    pub fn clients(&self) -> impl Iterator<Item = ClientId> {
        self.shards.iter().flat_map(|shard| shard.iter().map(|session| session.client))
    }

    /// Opens a session because of what is chosen at `index`.
    ///
    /// # Errors
    /// [`Refusal::NoSession`] if the limits allow none.
    pub fn open(&mut self, index: u64) -> Result<Opened, Refusal> {
        if self.limits.sessions == 0 {
            return Err(Refusal::NoSession);
        }
        let evicted = if self.open < self.limits.sessions { None } else { self.evict() };
        let client = ClientId(index.saturating_add(self.limits.residents.into()));
        self.insert(Session::new(client, index));
        Ok(Opened { client, evicted })
    }

    /// What is known of a command without executing it: enough to answer one that is sent again.
    #[inline(always)]
    pub fn known(&self, stamp: &Stamp) -> Known<'_, O> {
        let shard = &self.shards[self.shard_of(stamp.client)];
        let session = if self.is_resident(stamp.client) {
            shard.get_at(place(stamp.client), stamp.client)
        } else {
            shard.get(stamp.client)
        };
        session.map_or(Known::New, |session| session.known(stamp.sequence))
    }

    /// Executes the command chosen at `index`, unless it was executed before, and gives the reply of the first time.
    ///
    /// # Errors
    /// Why it was not executed.
    #[inline(always)]
    pub fn execute(&mut self, index: u64, stamp: &Stamp, run: impl FnOnce() -> O) -> Result<&O, Refusal> {
        let (shard, is_resident) = (self.shard_of(stamp.client), self.is_resident(stamp.client));
        let shard = &mut self.shards[shard];
        let session = if is_resident {
            shard.get_at_mut(place(stamp.client), stamp.client)
        } else {
            shard.get_mut(stamp.client)
        };
        let session = session.ok_or(Refusal::NoSession)?;
        session.active = index;
        session.acknowledge(stamp.acknowledged.min(stamp.sequence));
        let reply = session.reply(stamp.sequence, self.limits.pipeline)?;
        Ok(reply.get_or_insert_with(run))
    }

    /// The table as it is now, in time proportional to the number of shards. What changes afterwards is copied first,
    /// a shard at a time.
    pub fn view(&mut self) -> Self {
        let shards = self.shards.iter_mut().map(Shard::share).collect();
        Table { shards, ..*self }
    }

    /// How many chunks a snapshot of the table has: at least 1.
    pub fn chunks(&self) -> u32 {
        self.shards.len().div_ceil(SHARDS_PER_CHUNK) as u32
    }

    /// The sessions of one chunk; none past the last.
    pub fn chunk(&self, at: u32) -> impl Iterator<Item = &Session<O>> {
        let shards = self.shards.chunks(SHARDS_PER_CHUNK).nth(at as usize).unwrap_or_default();
        shards.iter().flat_map(|shard| shard.iter())
    }

    /// The table of these sessions, and of the residents among whom none is given. What does not belong into a table of
    /// these limits is left out: the sessions come from a disk or a peer.
    pub fn restore<'a>(limits: Limits, sessions: impl IntoIterator<Item = &'a Session<O>>) -> Self {
        let residents = u64::from(limits.residents).div_ceil(SESSIONS_PER_SHARD);
        let others = u64::from(limits.sessions).div_ceil(SESSIONS_PER_SHARD).max(1).next_power_of_two();
        let shards = (0..residents + others).map(|_| Shard::default()).collect();
        let mut table = Table { limits, open: 0, shards };
        for session in sessions {
            let is_full = table.open == limits.sessions && !table.is_resident(session.client);
            if !is_full && session.fits(limits.pipeline) {
                table.insert(session.clone());
            }
        }
        (0..limits.residents).for_each(|client| table.insert(Session::new(ClientId(client.into()), 0)));
        table
    }

    #[inline]
    fn is_resident(&self, client: ClientId) -> bool {
        client.0 < u64::from(self.limits.residents)
    }

    /// Whether a session that is not a resident's was given a command since it was opened. Its name says when that was.
    fn is_used(&self, session: &Session<O>) -> bool {
        session.active > session.client.0.saturating_sub(self.limits.residents.into())
    }

    /// The others' names are slots, which come in no pattern that is known here, so they are mixed (Knuth, *The Art of
    /// Computer Programming*, section 6.4: multiplicative hashing).
    #[inline]
    fn shard_of(&self, client: ClientId) -> usize {
        if self.is_resident(client) {
            return (client.0 / SESSIONS_PER_SHARD) as usize;
        }
        let residents = u64::from(self.limits.residents).div_ceil(SESSIONS_PER_SHARD) as usize;
        let others = self.shards.len() - residents;
        residents + ((client.0.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 32) as usize & (others - 1))
    }

    /// Adds a session; nothing if its client has one.
    fn insert(&mut self, session: Session<O>) {
        let (shard, is_resident) = (self.shard_of(session.client), self.is_resident(session.client));
        if self.shards[shard].insert(session) {
            self.open += u32::from(!is_resident);
        }
    }

    /// Ends a session that is not a resident's: of those that were never used the oldest, and if each was used the
    /// least recently active one. So a client that opens again and again, because the answers are lost, makes others
    /// lose one session and no more. Looks at all of them.
    fn evict(&mut self) -> Option<ClientId> {
        let all = self.shards.iter().flat_map(|shard| shard.iter());
        let others = all.filter(|session| !self.is_resident(session.client));
        let order = |session: &Session<O>| (self.is_used(session), session.active, session.client);
        let (.., client) = others.map(order).min()?;
        let shard = self.shard_of(client);
        if self.shards[shard].remove(client) {
            self.open -= 1;
        }
        Some(client)
    }
}

/// Where a resident is in its shard.
#[inline]
fn place(resident: ClientId) -> usize {
    (resident.0 % SESSIONS_PER_SHARD) as usize
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stamp(client: u64, sequence: u64, acknowledged: u64) -> Stamp {
        Stamp { client: ClientId(client), sequence: Sequence(sequence), acknowledged: Sequence(acknowledged) }
    }

    fn table(residents: u32, sessions: u32, pipeline: u32) -> Table<u64> {
        Table::new(Limits { residents, sessions, pipeline })
    }

    #[test]
    fn a_command_is_executed_once_and_its_first_reply_is_given_again() {
        let mut table = table(1, 0, 4);
        let command = stamp(0, 0, 0);
        assert_eq!(table.known(&command), Known::New);
        assert_eq!(table.execute(0, &command, || 10), Ok(&10));
        assert_eq!(table.execute(1, &command, || panic!("executed twice")), Ok(&10));
        assert_eq!(table.known(&command), Known::Executed(&10));
    }

    #[test]
    fn numbers_under_way_together_are_executed_in_any_order_and_answered_alone() {
        let mut table = table(1, 0, 3);
        for (index, sequence) in (0..).zip([2, 0, 1]) {
            assert_eq!(table.execute(index, &stamp(0, sequence, 0), || sequence * 10), Ok(&(sequence * 10)));
        }
        assert_eq!(table.execute(3, &stamp(0, 3, 0), || 30), Err(Refusal::TooFar));
        assert_eq!(table.execute(4, &stamp(0, 3, 2), || 30), Ok(&30));
        assert_eq!(table.execute(5, &stamp(0, 1, 0), || 11), Err(Refusal::Stale));
        assert_eq!(table.known(&stamp(0, 1, 0)), Known::Stale);
        assert_eq!(table.known(&stamp(0, 2, 0)), Known::Executed(&20));
    }

    #[test]
    fn a_nonsensical_acknowledgement_hurts_nobody() {
        let mut table = table(1, 0, 2);
        assert_eq!(table.execute(0, &stamp(0, 0, u64::MAX), || 1), Ok(&1), "not above the number itself");
        assert_eq!(table.execute(1, &stamp(0, u64::MAX, 0), || 2), Err(Refusal::TooFar));
        assert_eq!(table.execute(2, &stamp(0, u64::MAX, u64::MAX), || 3), Ok(&3));
        assert_eq!(table.execute(3, &stamp(7, 0, 0), || 4), Err(Refusal::NoSession));
    }

    #[test]
    fn the_least_recently_active_session_makes_room_and_residents_stay() {
        let mut table = table(2, 2, 1);
        let opened = |client, evicted: Option<u64>| {
            Ok(Opened { client: ClientId(client), evicted: evicted.map(ClientId) })
        };
        assert_eq!(table.open(0), opened(2, None));
        assert_eq!(table.open(1), opened(3, None));
        assert_eq!(table.execute(2, &stamp(2, 0, 0), || 5), Ok(&5));
        assert_eq!(table.open(3), opened(5, Some(3)));
        assert_eq!(table.execute(4, &stamp(3, 0, 0), || 6), Err(Refusal::NoSession));
        assert_eq!(table.execute(5, &stamp(2, 0, 0), || 7), Ok(&5), "a command sent again is activity");
        assert_eq!(table.open(6), opened(8, Some(5)));
        assert_eq!((table.len(), table.is_empty()), (4, false));
        let mut clients: Vec<_> = table.clients().map(|client| client.0).collect();
        clients.sort_unstable();
        assert_eq!(clients, [0, 1, 2, 8]);
    }

    #[test]
    fn who_opens_again_and_again_evicts_nobody_who_uses_a_session() {
        let mut table = table(1, 3, 1);
        let living: Vec<_> = (0..2).map(|index| table.open(index).expect("there is room").client).collect();
        let used = |table: &mut Table<u64>, index, sequence| {
            for client in &living {
                let stamp = Stamp { client: *client, ..stamp(0, sequence, sequence) };
                assert_eq!(table.execute(index, &stamp, || sequence), Ok(&sequence));
            }
        };
        used(&mut table, 2, 0);
        for index in 3..20 {
            let evicted = table.open(index).expect("sessions are allowed").evicted;
            assert!(evicted.is_none_or(|client| !living.contains(&client)), "{evicted:?} is in use");
        }
        used(&mut table, 20, 1);
    }

    #[test]
    fn a_snapshot_of_the_table_is_the_table() {
        let mut table = table(3, 2000, 2);
        for index in 0..3000 {
            let client = table.open(index).expect("sessions are allowed").client;
            assert!(table.execute(index, &Stamp { client, ..stamp(0, 0, 0) }, || index).is_ok());
        }
        let view = table.view();
        assert!(table.execute(3000, &stamp(0, 0, 0), || 9).is_ok());
        assert!(view.chunks() > 1);
        let chunks: Vec<Vec<_>> = (0..=view.chunks()).map(|at| view.chunk(at).cloned().collect()).collect();
        assert_eq!(chunks.last(), Some(&Vec::new()), "nothing past the last chunk");
        let restored = Table::restore(view.limits(), chunks.iter().flatten());
        assert_eq!(restored, view);
        assert_ne!(restored, table, "a view does not change");
    }

    #[test]
    fn what_is_no_table_is_restored_without_what_does_not_belong() {
        let mut donor = table(0, 3, 2);
        (0..3).for_each(|index| assert!(donor.open(index).is_ok()));
        assert!(donor.execute(3, &stamp(1, 1, 0), || 1).is_ok());
        let twice: Vec<_> = [0, 0].into_iter().flat_map(|at| donor.chunk(at)).collect();
        let limits = Limits { residents: 1, sessions: 1, pipeline: 1 };
        let restored = Table::restore(limits, twice);
        assert_eq!(restored.clients().collect::<Vec<_>>(), [ClientId(0), ClientId(2)]);
        assert_eq!(Table::<u64>::restore(limits, []), Table::new(limits));
    }
}
