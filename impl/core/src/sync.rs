//! The one place that chooses between the standard library's primitives and loom's.
//!
//! The package `quorate-core-loom` compiles these same files with its feature `loom` on, so that a test can look at
//! every interleaving of what is built on them.

// Counting references is not what is looked at, and loom's own count cannot unwind through a deadlock that it found.
pub(crate) use std::sync::Arc;

#[cfg(feature = "loom")]
pub(crate) use loom::sync::{
    Condvar, Mutex, MutexGuard,
    atomic::{AtomicU64, Ordering, fence},
};
#[cfg(not(feature = "loom"))]
pub(crate) use std::sync::{
    Condvar, Mutex, MutexGuard,
    atomic::{AtomicU64, Ordering, fence},
};
