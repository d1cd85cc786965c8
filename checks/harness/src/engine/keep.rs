//! How states are told apart, and in which form the frontier holds them.

use super::fingerprint::{fingerprint, scatter};
use stateright::Model;
use std::hash::Hash;

/// A state that packs into 16 bytes. Such states need no fingerprint: they are compared exactly, and the frontier
/// holds nothing but the bytes.
///
/// `unpack(s.pack())` must equal `s`, and different states must pack differently.
pub trait Packed: Sized {
    /// The state as 16 bytes.
    fn pack(&self) -> u128;
    /// The state back from its bytes.
    fn unpack(packed: u128) -> Self;
}

/// How one search identifies and keeps states.
pub(super) trait Keep<M: Model>: Sync {
    /// What the frontier holds of a state.
    type Kept: Send;

    /// 128 bits that stand for the state. Called once for every successor that the model generates.
    fn fingerprint(&self, model: &M, state: &M::State) -> u128;

    /// Into the frontier.
    fn keep(&self, state: M::State) -> Self::Kept;

    /// Out of the frontier.
    fn open(&self, kept: Self::Kept) -> M::State;

    /// Are different states certain to have different fingerprints?
    fn is_exact(&self) -> bool;

    /// May two states with one fingerprint differ, because they are told apart only up to an equivalence?
    fn is_quotient(&self) -> bool {
        false
    }
}

/// By hash, as they are.
pub(super) struct Plain;

impl<M: Model> Keep<M> for Plain
where
    M::State: Hash + Send,
{
    type Kept = M::State;

    #[inline]
    fn fingerprint(&self, _: &M, state: &M::State) -> u128 {
        fingerprint(state)
    }

    #[inline]
    fn keep(&self, state: M::State) -> M::State {
        state
    }

    #[inline]
    fn open(&self, kept: M::State) -> M::State {
        kept
    }

    fn is_exact(&self) -> bool {
        false
    }
}

/// By their own bytes.
pub(super) struct Exact;

impl<M: Model> Keep<M> for Exact
where
    M::State: Packed,
{
    type Kept = u128;

    #[inline]
    fn fingerprint(&self, _: &M, state: &M::State) -> u128 {
        scatter(state.pack())
    }

    #[inline]
    fn keep(&self, state: M::State) -> u128 {
        state.pack()
    }

    #[inline]
    fn open(&self, kept: u128) -> M::State {
        M::State::unpack(kept)
    }

    fn is_exact(&self) -> bool {
        true
    }
}
