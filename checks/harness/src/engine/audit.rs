//! Where `Hash` and `Eq` of a state disagree.

use stateright::Model;
use std::fmt;

/// What comparing whole states brought to light.
pub struct Audit<M: Model> {
    /// States that differ (`Eq`) from an earlier state with the same `Hash`. Any at all mean that the `Hash` leaves
    /// something out: with 128 bits, bad luck does not happen.
    pub hash_broken: u64,
    /// Two states that differ and hash alike.
    pub alike: Option<(M::State, M::State)>,
    /// States that equal (`Eq`) a recent state, or their own clone, and hash differently. Compared with the 32
    /// latest states only, so 0 is no proof.
    pub eq_broken: u64,
    /// Two states that are equal and hash differently.
    pub apart: Option<(M::State, M::State)>,
    /// How many states were compared.
    pub compared: u64,
}

impl<M: Model> Default for Audit<M> {
    fn default() -> Self {
        Audit { hash_broken: 0, alike: None, eq_broken: 0, apart: None, compared: 0 }
    }
}

impl<M: Model> Audit<M> {
    /// Do `Hash` and `Eq` agree, as far as was seen?
    pub fn is_clean(&self) -> bool {
        self.hash_broken == 0 && self.eq_broken == 0
    }

    /// What is wrong, one sentence each.
    pub fn failures(&self) -> Vec<String> {
        let of = std::any::type_name::<M::State>();
        let mut list = Vec::new();
        if self.hash_broken > 0 {
            list.push(format!(
                "hash broken: {} states differ and hash like another state: the Hash of {of} leaves something out",
                self.hash_broken
            ));
        }
        if self.eq_broken > 0 {
            list.push(format!(
                "hash broken: {} states equal another state and hash differently: Hash and Eq of {of} disagree",
                self.eq_broken
            ));
        }
        list
    }
}

impl<M: Model> fmt::Debug for Audit<M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.is_clean() {
            f.write_str("Hash and Eq agree")
        } else {
            f.write_str(&self.failures().join("; "))
        }
    }
}
