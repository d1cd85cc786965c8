//! What became of each message: ties receipts and losses to sendings by the keys that pictures give.

use super::format::{Fate, Message};
use quorate_spec::Said;
use std::collections::BTreeMap;

/// All messages of a run so far.
#[derive(Default)]
pub(crate) struct Mail {
    messages: Vec<Message>,
    /// The copies of each key, as positions in `messages`, oldest first.
    copies: BTreeMap<String, Vec<usize>>,
}

impl Mail {
    /// A message leaves at `step`; its id comes back.
    pub(crate) fn send(&mut self, said: &Said, step: usize) -> String {
        self.add(said, step, Fate::InFlight, None)
    }

    /// A message arrives at `step`. A copy still on its way is taken first; if every copy has arrived, this is a
    /// duplicate; if there never was one, it was on its way from the start.
    pub(crate) fn receive(&mut self, said: &Said, step: usize) -> String {
        if let Some(index) = self.oldest(said, Fate::InFlight) {
            let message = &mut self.messages[index];
            (message.fate, message.recv) = (Fate::Delivered, Some(step));
            return message.id.clone();
        }
        match self.copies.get(&said.key).and_then(|copies| copies.last()) {
            Some(&index) => {
                let sent = self.messages[index].sent;
                self.add(said, sent, Fate::Duplicated, Some(step))
            }
            None => self.add(said, 0, Fate::Delivered, Some(step)),
        }
    }

    /// A message is lost at `step`.
    pub(crate) fn lose(&mut self, said: &Said, step: usize) -> String {
        let Some(index) = self.oldest(said, Fate::InFlight) else {
            return self.add(said, 0, Fate::Dropped, Some(step));
        };
        let message = &mut self.messages[index];
        (message.fate, message.recv) = (Fate::Dropped, Some(step));
        message.id.clone()
    }

    /// The step that sent the message with this id.
    pub(crate) fn sent(&self, id: &str) -> Option<usize> {
        let index: usize = id.strip_prefix('m')?.parse().ok()?;
        self.messages.get(index).map(|message| message.sent)
    }

    /// All messages, in the order in which they were first seen.
    pub(crate) fn into_messages(self) -> Vec<Message> {
        self.messages
    }

    fn oldest(&self, said: &Said, fate: Fate) -> Option<usize> {
        self.copies.get(&said.key)?.iter().copied().find(|&index| self.messages[index].fate == fate)
    }

    fn add(&mut self, said: &Said, sent: usize, fate: Fate, recv: Option<usize>) -> String {
        let index = self.messages.len();
        let id = format!("m{index}");
        self.messages.push(Message {
            id: id.clone(),
            kind: said.kind.clone(),
            label: said.label.clone(),
            src: said.from.clone(),
            dst: said.to.clone(),
            sent,
            recv,
            fate,
        });
        self.copies.entry(said.key.clone()).or_default().push(index);
        id
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(key: &str) -> Said {
        let text = || "Grant".to_owned();
        Said { key: key.to_owned(), kind: text(), label: text(), from: "s".to_owned(), to: "c".to_owned() }
    }

    #[test]
    fn every_message_has_its_fate() {
        let mut mail = Mail::default();
        let (first, second) = (mail.send(&said("a"), 1), mail.send(&said("b"), 1));
        let third = mail.send(&said("c"), 2);
        assert_eq!(mail.receive(&said("a"), 3), first);
        let again = mail.receive(&said("a"), 4);
        assert_eq!(mail.lose(&said("b"), 5), second);
        let early = mail.receive(&said("d"), 6);
        let fates: Vec<_> =
            mail.into_messages().into_iter().map(|m| (m.id, m.sent, m.recv, m.fate)).collect();
        assert_eq!(
            fates,
            [
                (first, 1, Some(3), Fate::Delivered),
                (second, 1, Some(5), Fate::Dropped),
                (third, 2, None, Fate::InFlight),
                (again, 1, Some(4), Fate::Duplicated),
                (early, 0, Some(6), Fate::Delivered),
            ]
        );
    }

    #[test]
    fn a_message_sent_twice_is_two_copies() {
        let mut mail = Mail::default();
        let (first, second) = (mail.send(&said("a"), 1), mail.send(&said("a"), 2));
        assert_eq!((mail.receive(&said("a"), 3), mail.receive(&said("a"), 4)), (first, second));
    }
}
