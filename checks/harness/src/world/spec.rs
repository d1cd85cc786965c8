//! The world as a specification: kinds of events, claims, and pictures.

use super::{
    Checkable, Event, Ghost, NetworkKind, Persistence, WorldModel, picture,
    scope::{Comeback, Takes},
};
use quorate_spec::{Actor, Again, Claims, Kind, Picture, Remarks, Spec, short};

impl<M: Checkable, G: Ghost<M>> Spec for WorldModel<M, G> {
    fn kinds(&self) -> Vec<Kind> {
        let scope = self.scope();
        let lossy = |pick: fn(u8, u8) -> u8| match scope.network {
            NetworkKind::Monotone => false,
            NetworkKind::Lossy { drops, duplicates } => pick(drops, duplicates) > 0,
        };
        // What waits at a cut may be lost.
        let falls_apart = scope.partitions.max(scope.links) > 0 && scope.network != NetworkKind::Monotone;
        let possible = [
            (true, "deliver"),
            (lossy(|_, duplicates| duplicates), "duplicate"),
            (lossy(|drops, _| drops) || falls_apart, "drop"),
            (scope.partitions > 0 && scope.network != NetworkKind::Monotone, "partition"),
            (scope.links > 0, "link-down"),
            (falls_apart, "heal"),
            (!scope.timers.is_empty(), "timer"),
            (!scope.requests.is_empty() || scope.clients.is_some(), "request"),
            (scope.persistence == Persistence::Asynchronous, "sync"),
            (scope.crashes > 0 && scope.crash_takes != Takes::Disk, "crash"),
            (scope.crashes > 0 && scope.crash_takes != Takes::Memory, "wipe"),
            (scope.crashes > 0 && scope.crash_within, "crash-during"),
            (scope.crashes > 0 && scope.comeback == Comeback::Later, "restart"),
        ];
        possible.into_iter().filter(|(possible, _)| *possible).map(|(_, kind)| Kind(kind)).collect()
    }

    fn kind(&self, event: &Self::Action) -> Kind {
        Kind(match event {
            Event::Deliver(_) => "deliver",
            Event::Duplicate(_) => "duplicate",
            Event::Drop(_) => "drop",
            Event::Partition(_) => "partition",
            Event::LinkDown { .. } => "link-down",
            Event::Heal => "heal",
            Event::Timer { .. } => "timer",
            Event::Request { .. } => "request",
            Event::Sync { .. } => "sync",
            Event::Crash { .. } => "crash",
            Event::Wipe { .. } => "wipe",
            Event::CrashDuring { .. } => "crash-during",
            Event::Restart { .. } => "restart",
        })
    }

    fn again(&self, world: &Self::State, event: &Self::Action) -> Again<Self::Action> {
        self.event_again(world, event)
    }

    fn claims(&self, claims: &mut Claims<Self>) {
        for add in &self.claims {
            add(claims);
        }
    }

    fn forget(&self) {
        WorldModel::forget(self);
    }

    fn before_search(&self) {
        self.asked.reset();
        self.begin_reduction();
    }

    fn after_search(&self, complete: bool) -> Remarks {
        let mut remarks = self.end_reduction();
        // Of a search that was cut or stopped nobody knows what the rest would have asked.
        if complete && !remarks.again {
            remarks.failures.extend(self.unasked());
        }
        remarks
    }

    fn before_runs(&self) {
        self.asked.reset();
    }

    fn after_runs(&self) -> Remarks {
        Remarks { failures: Vec::from_iter(self.unasked()), ..Remarks::default() }
    }

    fn is_void(&self) -> bool {
        self.reducing.current().is_some_and(|reduction| reduction.is_void())
    }

    fn is_stutter(&self, before: &Self::State, after: &Self::State) -> bool {
        before.left == after.left
            && before.split == after.split
            && before.down == after.down
            && before.network.same(&after.network)
            && before.ghost.same(&after.ghost)
            && before.nodes.iter().zip(&after.nodes).all(|(before, after)| before.same(after))
    }

    fn actors(&self, _init: &Self::State) -> Vec<Actor> {
        picture::actors(self)
    }

    fn picture(&self, before: &Self::State, event: &Self::Action, after: &Self::State) -> Picture {
        picture::picture(self, before, event, after)
    }
}

impl<M: Checkable, G: Ghost<M>> WorldModel<M, G> {
    /// The first request of the script that no step has asked since the search or the runs began, and how many are left
    /// after it, in one sentence.
    fn unasked(&self) -> Option<String> {
        let (scope, at) = (self.scope(), self.asked.count());
        let request = short(scope.requests.get(at)?);
        let within =
            scope.bound.map_or_else(String::new, |(words, _)| format!(" within the bound `{words}`"));
        let others = match scope.requests.len() - at - 1 {
            0 => String::new(),
            others => format!(", nor is any of the {others} after it"),
        };
        Some(format!("request {at} of the script, {request}, is never asked{within}{others}"))
    }
}
