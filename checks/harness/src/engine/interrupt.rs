//! Ctrl-C, turned into a flag.

use std::sync::{Arc, OnceLock, atomic::AtomicBool, atomic::Ordering::Relaxed};

static FLAG: OnceLock<Arc<AtomicBool>> = OnceLock::new();

/// The flag that Ctrl-C raises, for [`Options::interrupt`](super::Options::interrupt). The handler is installed by
/// the first call in a process; a second Ctrl-C ends the process at once, for whoever does not want to wait.
pub fn on_ctrl_c() -> Arc<AtomicBool> {
    let flag = FLAG.get_or_init(|| {
        let flag = Arc::new(AtomicBool::new(false));
        let raised = Arc::clone(&flag);
        let installed = ctrlc::set_handler(move || {
            if raised.swap(true, Relaxed) {
                std::process::exit(130);
            }
        });
        // A program that handles Ctrl-C itself keeps its handler; the flag then stays down.
        drop(installed);
        flag
    });
    Arc::clone(flag)
}
