//! Standard output that survives a reader that has gone: `quorate list | head -1` is no error.

use std::io::Write;

/// Where lines go.
pub(super) struct Out<'a> {
    to: &'a mut dyn Write,
    closed: bool,
}

impl<'a> Out<'a> {
    /// Lines go to `to`.
    pub(super) fn new(to: &'a mut dyn Write) -> Self {
        Out { to, closed: false }
    }

    /// Writes one line. Once the reader has gone, nothing more is written.
    pub(super) fn line(&mut self, text: impl AsRef<str>) {
        if !self.closed {
            let written = writeln!(self.to, "{}", text.as_ref()).and_then(|()| self.to.flush());
            self.closed = written.is_err();
        }
    }
}
