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
    format!("{}:{}", inside(location.file()), location.line())
}

/// A file of a package as everybody knows it, wherever the package lies on this machine: in a registry, in a checkout of
/// git, or in the folder of a patch.
fn inside(file: &str) -> String {
    let file = file.replace('\\', "/");
    let is_absolute = file.starts_with('/') || file.get(1..3) == Some(":/");
    let package = file.rfind("/src/").filter(|_| is_absolute).map(|at| &file[..at]);
    let from = package.and_then(|package| package.rfind('/')).map_or(0, |at| at + 1);
    file[from..].to_owned()
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

    #[test]
    fn where_a_package_lies_on_this_machine_is_not_told() {
        for place in ["/cargo/registry/src/index-1/", "/cargo/git/checkouts/", "/", "c:\\patched\\"] {
            let file = format!("{place}raft-0.7.0/src/log/unstable.rs");
            assert_eq!(inside(&file), "raft-0.7.0/src/log/unstable.rs", "{file}");
        }
        assert_eq!(inside("checks/foreign/src/raft/run.rs"), "checks/foreign/src/raft/run.rs");
        assert_eq!(inside("/build.rs"), "/build.rs");
    }
}
