//! Pins: a snapshot that a member is receiving from here stays, although a newer one is there, and so does the log above
//! it. Otherwise each newer one would make the receiver begin anew, and where snapshots are made faster than they are
//! sent it would never have one.
//!
//! A pin belongs to one member. It is made when the member is sent the first chunks, it moves on with what the member
//! says to have, and it ends when the member has all that is chosen, or when what the pins keep of the log weighs more
//! than `Config::pin_bytes`: then the one that keeps most ends, and its member begins anew, which it announces
//! (`Notice::StartedAnew`). A restart forgets all pins.

use super::message::{Chunk, Payload, Slot};
use super::state::{Config, Pin, Replica, Snapshot};
use quorate_machine::{NodeId, Weigh};

impl<C: Payload, S: Chunk> Replica<C, S> {
    /// A member is sent the newest snapshot: it will get all of that one.
    pub(super) fn pin(&mut self, member: NodeId) {
        if let Some(snapshot) = self.durable.snapshot.as_ref().filter(|_| self.config.pin_bytes > 0) {
            let from = snapshot.upto;
            self.pins.insert(member, Pin { snapshot: Some(snapshot.clone()), from });
        }
    }

    /// Up to which slot the snapshot is that this member is receiving from here, if it is.
    pub(super) fn pinned(&self, member: NodeId) -> Option<Slot> {
        Some(self.pins.get(&member)?.snapshot.as_ref()?.upto)
    }

    /// The snapshot up to a slot, if it is the newest or pinned for this member.
    pub(super) fn snapshot_for(&self, member: NodeId, upto: Slot) -> Option<&Snapshot<S>> {
        let pinned = self.pins.get(&member).and_then(|pin| pin.snapshot.as_ref());
        pinned.into_iter().chain(&self.durable.snapshot).find(|snapshot| snapshot.upto == upto)
    }

    /// A member says that it has every slot before `upto`.
    pub(super) fn move_pin(&mut self, member: NodeId, upto: Slot) {
        let chosen = self.chosen();
        let Some(pin) = self.pins.get_mut(&member) else { return };
        if upto >= chosen {
            self.pins.remove(&member);
        } else if upto >= pin.from {
            *pin = Pin { snapshot: None, from: upto };
        }
    }

    /// Where the log is to be cut off that would be cut off at `cut` without pins. Those that would keep too much end.
    pub(super) fn pinned_cut(&mut self, cut: Slot) -> Slot {
        let lowest = self.pins.values().map(|pin| pin.from).min().unwrap_or(cut).min(cut);
        let (mut kept, mut weight) = (cut, 0);
        while kept > lowest {
            let before = Slot(kept.0 - 1);
            weight += Config::SLOT + self.durable.log.get(before.0).map_or(0, |(_, value)| value.weight());
            if weight > u64::from(self.config.pin_bytes) {
                break;
            }
            kept = before;
        }
        self.pins.retain(|_, pin| pin.from >= kept);
        self.pins.values().map(|pin| pin.from).min().unwrap_or(cut).min(cut)
    }
}
