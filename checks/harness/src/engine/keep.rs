//! How states are told apart, and in which form the frontier holds them.

use super::audit::Audit;
use super::audited::Audited;
use super::fingerprint::{fingerprint, scatter};
use super::sample::{Sample, is_chosen};
use serde::{Serialize, de::DeserializeOwned};
use stateright::Model;
use std::cell::RefCell;
use std::hash::Hash;
use std::sync::atomic::{AtomicU32, Ordering::Relaxed};

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

    /// Compares an arriving state with what is kept of the state that had its fingerprint first. Called for a sample.
    fn arrive(&self, model: &M, print: u128, state: &M::State);

    /// What these comparisons brought to light. The next search begins anew.
    fn flaws(&self) -> Flaws<M>;

    /// May two states with one fingerprint differ, because they are told apart only up to an equivalence?
    fn is_quotient(&self) -> bool {
        false
    }
}

/// What is wrong with the way in which states are told apart.
pub(super) struct Flaws<M: Model> {
    /// Where `Hash` and `Eq` disagree.
    pub(super) audit: Audit<M>,
    /// Where a canonical form merges states that differ, one line each.
    pub(super) merged: Vec<String>,
    /// Two states that it merges and should not.
    pub(super) pair: Option<(M::State, M::State)>,
}

impl<M: Model> Default for Flaws<M> {
    fn default() -> Self {
        Flaws { audit: Audit::default(), merged: Vec::new(), pair: None }
    }
}

/// By hash, as they are; under an audit by `Eq` too. One type for both: each type of store is a search of its own to the
/// compiler.
pub(super) struct Plain<M: Model> {
    sample: Sample<M>,
    audited: Option<Audited<M>>,
}

impl<M: Model> Plain<M> {
    pub(super) fn new(is_audited: bool) -> Self {
        Plain { sample: Sample::new(), audited: is_audited.then(Audited::new) }
    }

    /// The findings of the audit, if there was one.
    pub(super) fn into_audit(self) -> Option<Audit<M>> {
        self.audited.map(Audited::result)
    }
}

impl<M: Model> Keep<M> for Plain<M>
where
    M::State: Clone + Eq + Hash + Send,
{
    type Kept = M::State;

    #[inline]
    fn fingerprint(&self, _: &M, state: &M::State) -> u128 {
        let print = fingerprint(state);
        match &self.audited {
            None => print,
            Some(audited) => audited.tell_apart(print, state),
        }
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
        self.audited.is_some()
    }

    fn arrive(&self, _: &M, print: u128, state: &M::State) {
        // Under an audit every arrival is compared.
        if self.audited.is_none() {
            self.sample.arrive(print, state, fingerprint);
        }
    }

    fn flaws(&self) -> Flaws<M> {
        Flaws { audit: self.sample.take(), ..Flaws::default() }
    }
}

/// By their own bytes.
pub(super) struct Exact;

impl<M: Model> Keep<M> for Exact
where
    M::State: Packed + Eq,
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
    fn arrive(&self, _: &M, _: u128, state: &M::State) {
        let back = M::State::unpack(state.pack());
        assert!(
            back == *state,
            "a state is not the same after packing and unpacking: `Packed` of {} leaves something out",
            std::any::type_name::<M::State>()
        );
    }

    fn flaws(&self) -> Flaws<M> {
        Flaws::default()
    }
}

/// How many states are decoded at once after encoding, to see whether they come back whole. Later ones are sampled.
const TRIED: u32 = 256;

/// By hash, and as bytes while they wait: large states with many small allocations shrink to what they say.
pub(super) struct Encoded<M: Model> {
    tried: AtomicU32,
    sample: Sample<M>,
}

impl<M: Model> Encoded<M> {
    pub(super) fn new() -> Self {
        Encoded { tried: AtomicU32::new(0), sample: Sample::new() }
    }
}

thread_local! {
    static SCRATCH: RefCell<Vec<u8>> = const { RefCell::new(Vec::new()) };
}

/// The bytes of a state.
pub(super) fn encode<S: Serialize>(state: &S) -> Box<[u8]> {
    SCRATCH.with_borrow_mut(|scratch| {
        scratch.clear();
        // Into the scratch, so that what is kept is allocated once and exactly.
        let bytes = postcard::to_extend(state, std::mem::take(scratch));
        *scratch = bytes.unwrap_or_else(|error| panic!("the state cannot be encoded: {error}"));
        Box::from(scratch.as_slice())
    })
}

/// The state back.
pub(super) fn decode<S: DeserializeOwned>(bytes: &[u8]) -> S {
    postcard::from_bytes(bytes).unwrap_or_else(|error| panic!("an encoded state does not decode: {error}"))
}

impl<M: Model> Keep<M> for Encoded<M>
where
    M::State: Clone + Hash + Eq + Send + Serialize + DeserializeOwned,
{
    type Kept = Box<[u8]>;

    #[inline]
    fn fingerprint(&self, _: &M, state: &M::State) -> u128 {
        fingerprint(state)
    }

    fn keep(&self, state: M::State) -> Box<[u8]> {
        let bytes = encode(&state);
        if self.tried.load(Relaxed) < TRIED {
            self.tried.fetch_add(1, Relaxed);
            try_back(&state, &bytes);
        }
        bytes
    }

    fn open(&self, kept: Box<[u8]>) -> M::State {
        decode(&kept)
    }

    fn is_exact(&self) -> bool {
        false
    }
    fn arrive(&self, _: &M, print: u128, state: &M::State) {
        self.sample.arrive(print, state, fingerprint);
        if is_chosen(print) {
            try_back(state, &encode(state));
        }
    }

    fn flaws(&self) -> Flaws<M> {
        Flaws { audit: self.sample.take(), ..Flaws::default() }
    }
}

/// # Panics
/// If the bytes are not the state.
fn try_back<S: Eq + DeserializeOwned>(state: &S, bytes: &[u8]) {
    assert!(
        decode::<S>(bytes) == *state,
        "a state is not the same after encoding and decoding: serde of {} leaves something out",
        std::any::type_name::<S>()
    );
}
