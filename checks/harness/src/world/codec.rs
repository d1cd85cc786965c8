//! Codecs and storage recovery inside the checked circle.
//!
//! A world with a codec sends every message through bytes, and keeps every disk as the bytes of its log. A crash
//! then cuts bytes, not records, and recovery is the real recovery.

use quorate_machine::Machine;

/// Turns messages and log records into bytes and back.
///
/// The decoders must take any bytes: they return `None` and never panic.
pub trait Codec<M: Machine>: Send + Sync {
    /// The bytes of a message.
    fn encode_message(&self, message: &M::Message) -> Vec<u8>;
    /// The message that `bytes` hold, if they hold exactly one.
    fn decode_message(&self, bytes: &[u8]) -> Option<M::Message>;
    /// Appends the record of one write to a log.
    fn append(&self, log: &mut Vec<u8>, write: &M::Write);
    /// The writes of every whole record, and how many bytes they take; what follows is a torn tail.
    fn recover(&self, log: &[u8]) -> (Vec<M::Write>, usize);
}

/// postcard for values; a record is its length and the CRC-32 of its payload, both little-endian `u32`, and the
/// payload. A record whose length runs past the end or whose checksum differs ends the log.
#[derive(Clone, Copy, Debug, Default)]
pub struct Postcard;

const HEADER: usize = 8;

impl<M: Machine> Codec<M> for Postcard {
    fn encode_message(&self, message: &M::Message) -> Vec<u8> {
        postcard::to_stdvec(message).expect("a plain value encodes into a growing buffer")
    }

    fn decode_message(&self, bytes: &[u8]) -> Option<M::Message> {
        let (message, rest) = postcard::take_from_bytes(bytes).ok()?;
        rest.is_empty().then_some(message)
    }

    fn append(&self, log: &mut Vec<u8>, write: &M::Write) {
        let payload = postcard::to_stdvec(write).expect("a plain value encodes into a growing buffer");
        let length = u32::try_from(payload.len()).expect("a log record is shorter than 4 GiB");
        log.extend_from_slice(&length.to_le_bytes());
        log.extend_from_slice(&crc32fast::hash(&payload).to_le_bytes());
        log.extend_from_slice(&payload);
    }

    fn recover(&self, log: &[u8]) -> (Vec<M::Write>, usize) {
        let mut writes = Vec::new();
        let mut at = 0;
        while let Some((write, next)) = record(log, at) {
            writes.push(write);
            at = next;
        }
        (writes, at)
    }
}

/// The record at `at` and where the next one starts, if the record is whole.
fn record<W: serde::de::DeserializeOwned>(log: &[u8], at: usize) -> Option<(W, usize)> {
    let word = |from: usize| -> Option<u32> {
        let bytes = log.get(from..from.checked_add(4)?)?;
        Some(u32::from_le_bytes(bytes.try_into().ok()?))
    };
    let length = word(at)? as usize;
    let checksum = word(at + 4)?;
    let end = at.checked_add(HEADER)?.checked_add(length)?;
    let payload = log.get(at + HEADER..end)?;
    if length == 0 || crc32fast::hash(payload) != checksum {
        return None;
    }
    let (write, rest) = postcard::take_from_bytes(payload).ok()?;
    rest.is_empty().then_some((write, end))
}
