//! Time on a processor. There is one thread and it never waits, so on a quiet machine that is the time on the wall, and
//! on a busy one it is still the time that the work takes.

use std::time::Duration;

/// This thread's time on a processor so far, to the nanosecond.
#[cfg(unix)]
pub fn now() -> Duration {
    let time = rustix::time::clock_gettime(rustix::time::ClockId::ThreadCPUTime);
    Duration::new(time.tv_sec.unsigned_abs(), time.tv_nsec as u32)
}

/// The time on the wall, where the system does not tell a thread's own.
#[cfg(not(unix))]
pub fn now() -> Duration {
    static START: std::sync::LazyLock<std::time::Instant> = std::sync::LazyLock::new(std::time::Instant::now);
    START.elapsed()
}

/// How long something takes.
///
/// # Examples
/// ```
/// let (sum, time) = quorate_benches::clock::timed(|| (0..1000_u64).sum::<u64>());
/// assert!(sum == 499_500 && time.as_secs() < 60);
/// ```
pub fn timed<T>(act: impl FnOnce() -> T) -> (T, Duration) {
    let start = now();
    let value = act();
    (value, now() - start)
}
