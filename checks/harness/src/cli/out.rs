//! Standard output that survives a reader that has gone (`quorate list | head -1` is no error), and shows a user's text
//! without obeying it.

use super::paint::Paint;
use std::io::Write;

/// Where lines go.
pub(super) struct Out<'a> {
    to: &'a mut dyn Write,
    paint: Paint,
    closed: bool,
}

impl<'a> Out<'a> {
    /// Lines go to `to`.
    pub(super) fn new(to: &'a mut dyn Write, paint: Paint) -> Self {
        Out { to, paint, closed: false }
    }

    /// Writes one line, whatever `text` holds. Once the reader has gone, nothing more is written.
    pub(super) fn line(&mut self, text: impl AsRef<str>) {
        if !self.closed {
            let shown = self.paint.shown(text.as_ref());
            let written = writeln!(self.to, "{shown}").and_then(|()| self.to.flush());
            self.closed = written.is_err();
        }
    }
}
