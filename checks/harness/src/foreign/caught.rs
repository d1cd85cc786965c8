//! Panics of foreign code as findings.

use std::cell::{Cell, RefCell};
use std::panic::{AssertUnwindSafe, Location, catch_unwind, set_hook, take_hook};
use std::sync::Once;

thread_local! {
    static CATCHING: Cell<bool> = const { Cell::new(false) };
    static PLACE: RefCell<Option<String>> = const { RefCell::new(None) };
}

/// Runs foreign code. A panic in it comes back as its message and place, and is not printed.
///
/// What the code was working on may be half changed after a panic: use it no more.
///
/// The first call wraps the process's panic hook. All panics outside of this function reach the old hook as before.
///
/// # Errors
/// The panic: `raft-0.7.0/src/raft.rs:944: called `Option::unwrap()` on a `None` value`.
pub fn caught<T>(run: impl FnOnce() -> T) -> Result<T, String> {
    static HOOK: Once = Once::new();
    HOOK.call_once(|| {
        let usual = take_hook();
        set_hook(Box::new(move |panic| {
            if CATCHING.get() {
                PLACE.set(panic.location().map(place));
            } else {
                usual(panic);
            }
        }));
    });
    let before = CATCHING.replace(true);
    let result = catch_unwind(AssertUnwindSafe(run));
    CATCHING.set(before);
    result.map_err(|panic| {
        let text = panic.downcast_ref::<String>().map(String::as_str);
        let text = text.or_else(|| panic.downcast_ref::<&str>().copied()).unwrap_or("a panic without words");
        let place = PLACE.take().unwrap_or_else(|| "somewhere".to_owned());
        format!("{place}: {text}")
    })
}

/// The file from its package's folder on, so that it is the same on every machine, and the line.
fn place(location: &Location<'_>) -> String {
    let file = location.file().replace('\\', "/");
    let inside = file.split_once("/registry/src/").and_then(|(_, rest)| rest.split_once('/'));
    format!("{}:{}", inside.map_or(file.as_str(), |(_, rest)| rest), location.line())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panic_comes_back_as_words() {
        assert_eq!(caught(|| 3), Ok(3));
        let words = caught(|| panic!("index {} is not there", 7)).map(|()| 0).unwrap_err();
        assert!(words.ends_with(": index 7 is not there"), "{words}");
        assert!(words.contains("caught.rs:"), "{words}");
    }
}
