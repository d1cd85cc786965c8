//! Replicated logs under one yoke: three replicas in this thread, messages handed over in memory, nothing synced.

/// Three replicas of some replicated log, with a leader.
pub trait Trio {
    /// A command of 100 bytes.
    type Command: Clone;

    /// Makes the replicas and has one elected.
    fn start(window: usize) -> Self;

    /// Gives the leader a command.
    fn submit(&mut self, command: Self::Command);

    /// Has every replica handle what has arrived and send what it has to say, once.
    fn exchange(&mut self);

    /// How many entries the leader knows to be decided, of those submitted.
    fn decided(&self) -> usize;
}

/// Has `entries` entries decided, `window` in flight at a time.
///
/// # Panics
/// If nothing is decided any more.
pub fn decide<T: Trio>(trio: &mut T, command: &T::Command, entries: usize, window: usize) {
    let target = trio.decided() + entries;
    let mut submitted = trio.decided();
    let mut idle = 0;
    while trio.decided() < target {
        let before = trio.decided();
        while submitted < target && submitted - before < window {
            trio.submit(command.clone());
            submitted += 1;
        }
        trio.exchange();
        idle = if trio.decided() == before { idle + 1 } else { 0 };
        assert!(idle < 1000, "{} of {target} decided, and no more", trio.decided());
    }
}
