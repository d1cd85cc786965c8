//! Catches panics of code that a user wrote: models, claims, machines, `Debug` and `Serialize`.
//!
//! A panic there is a finding, never the end of a run of checks. The first time it happens the usual hook tells where;
//! when the same thing is done again, to shorten a run or to see what else could happen, nobody needs to be told.

use std::any::Any;
use std::cell::Cell;
use std::panic::{AssertUnwindSafe, catch_unwind};

thread_local! {
    static QUIET: Cell<bool> = const { Cell::new(false) };
}

/// Does this thread repeat or try something, so that a panic in there is just an answer?
pub(crate) fn is_quiet() -> bool {
    QUIET.get()
}

/// What `act` comes back with.
///
/// # Errors
/// The message of its panic.
pub(crate) fn caught<T>(act: impl FnOnce() -> T) -> Result<T, String> {
    catch_unwind(AssertUnwindSafe(act)).map_err(|panic| said(&*panic))
}

/// As [`caught`], without a word to anybody.
///
/// # Errors
/// The message of its panic.
pub(crate) fn quietly<T>(act: impl FnOnce() -> T) -> Result<T, String> {
    let before = QUIET.replace(true);
    let seen = caught(act);
    QUIET.set(before);
    seen
}

/// What a panic said, if it said it in words.
pub(crate) fn said(panic: &(dyn Any + Send)) -> String {
    let text = panic.downcast_ref::<&str>().map(|text| (*text).to_owned());
    text.or_else(|| panic.downcast_ref::<String>().cloned())
        .unwrap_or_else(|| "a panic without words".to_owned())
}
