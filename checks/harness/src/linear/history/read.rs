//! Reads a history, and refuses one that cannot have happened.

use super::{History, Operation};
use serde::de::value::{MapAccessDeserializer, SeqAccessDeserializer};
use serde::de::{Deserialize, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use std::collections::BTreeMap;
use std::fmt;
use std::marker::PhantomData;

/// A history as it is written.
#[derive(serde::Deserialize)]
#[serde(bound = "O: Deserialize<'de>, R: Deserialize<'de>")]
struct Written<O, R> {
    operations: Operations<O, R>,
    events: u64,
}

/// Operations each of which was validated when it was read, so that an error stands at its line.
struct Operations<O, R> {
    list: Vec<Operation<O, R>>,
    moments: Moments,
}

/// The operation whose event each moment is.
#[derive(Default)]
struct Moments(BTreeMap<u64, usize>);

impl Moments {
    /// Enters the events of operation `index`, or says why they cannot have happened.
    fn enter<O, R>(&mut self, index: usize, operation: &Operation<O, R>) -> Result<(), String> {
        let invoked = operation.invoked;
        if let Some(at) = operation.settled().filter(|at| *at <= invoked) {
            return Err(format!(
                "operation {index} is answered at moment {at}, which is not after its invocation at moment {invoked}"
            ));
        }
        for moment in [Some(invoked), operation.settled()].into_iter().flatten() {
            if let Some(other) = self.0.insert(moment, index) {
                return Err(format!(
                    "operation {index} has an event at moment {moment}, which is the moment of an event of operation {other}"
                ));
            }
        }
        Ok(())
    }
}

impl<'de, O: Deserialize<'de>, R: Deserialize<'de>> Deserialize<'de> for Operations<O, R> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct List<O, R>(PhantomData<(O, R)>);

        impl<'de, O: Deserialize<'de>, R: Deserialize<'de>> Visitor<'de> for List<O, R> {
            type Value = Operations<O, R>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a list of operations")
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Self::Value, A::Error> {
                let (mut list, mut moments) = (Vec::new(), Moments::default());
                while let Some(operation) = items.next_element::<Operation<O, R>>()? {
                    u32::try_from(list.len()).map_err(|_| A::Error::custom("more than 2^32 operations"))?;
                    moments.enter(list.len(), &operation).map_err(A::Error::custom)?;
                    list.push(operation);
                }
                Ok(Operations { list, moments })
            }
        }

        deserializer.deserialize_seq(List(PhantomData))
    }
}

impl<O, R> Written<O, R> {
    fn validated(self) -> Result<History<O, R>, String> {
        let Written { operations: Operations { list: mut operations, moments }, events } = self;
        if let Some((moment, index)) = moments.0.last_key_value().filter(|(moment, _)| **moment >= events) {
            return Err(format!(
                "the history counts {events} events, yet operation {index} has one at moment {moment}"
            ));
        }
        operations.sort_by_key(|operation| operation.invoked);
        Ok(History { operations, events })
    }
}

impl<'de, O: Deserialize<'de>, R: Deserialize<'de>> Deserialize<'de> for History<O, R> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        // What a visitor refuses has a line; what is refused after it has none.
        struct Whole<O, R>(PhantomData<(O, R)>);

        impl<'de, O: Deserialize<'de>, R: Deserialize<'de>> Visitor<'de> for Whole<O, R> {
            type Value = History<O, R>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a history")
            }

            fn visit_map<A: MapAccess<'de>>(self, fields: A) -> Result<Self::Value, A::Error> {
                let written: Written<O, R> = Deserialize::deserialize(MapAccessDeserializer::new(fields))?;
                written.validated().map_err(A::Error::custom)
            }

            fn visit_seq<A: SeqAccess<'de>>(self, fields: A) -> Result<Self::Value, A::Error> {
                let written: Written<O, R> = Deserialize::deserialize(SeqAccessDeserializer::new(fields))?;
                written.validated().map_err(A::Error::custom)
            }
        }

        deserializer.deserialize_struct("History", &["operations", "events"], Whole(PhantomData))
    }
}
