//! Colour, where a terminal wants it: never in a pipe, and never where NO_COLOR is set.

use crate::escape::visible;
use anstyle::{AnsiColor, Style};
use std::io::IsTerminal;

/// Marks of a style inside a line, until [`Paint::shown`] makes colours of them. They are no characters of any text.
const GOOD: char = '\u{fdd0}';
const BAD: char = '\u{fdd1}';
const WARN: char = '\u{fdd2}';
const FAINT: char = '\u{fdd3}';
const STRONG: char = '\u{fdd4}';
const RESET: char = '\u{fdd5}';

/// The style that `mark` begins, or, for [`RESET`], one that ends it.
fn style(mark: char) -> Option<Style> {
    Some(match mark {
        GOOD => AnsiColor::Green.on_default(),
        BAD => AnsiColor::Red.on_default().bold(),
        WARN => AnsiColor::Yellow.on_default(),
        FAINT => Style::new().dimmed(),
        STRONG | RESET => Style::new().bold(),
        _ => return None,
    })
}

/// Paints, or leaves as it is.
#[derive(Clone, Copy, Debug)]
pub(super) struct Paint {
    on: bool,
}

impl Paint {
    /// Never.
    pub(super) fn off() -> Self {
        Paint { on: false }
    }

    /// Always.
    #[cfg(test)]
    pub(super) fn on() -> Self {
        Paint { on: true }
    }

    /// As standard output and the environment want it.
    pub(super) fn for_stdout() -> Self {
        let refused = std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
        let dumb = std::env::var_os("TERM").is_some_and(|term| term == "dumb");
        Paint { on: std::io::stdout().is_terminal() && !refused && !dumb }
    }

    fn with(self, style: char, text: &str) -> String {
        // Nothing that `text` holds may end its colour, or begin another.
        if self.on { format!("{style}{}{RESET}", visible(text)) } else { text.to_owned() }
    }

    /// A line as the terminal gets it: marks become colours, and of the rest it obeys nothing.
    pub(super) fn shown(self, line: &str) -> String {
        if !self.on {
            return visible(line).into_owned();
        }
        let (mut shown, mut from) = (String::with_capacity(line.len()), 0);
        for (at, mark) in line.char_indices() {
            let Some(style) = style(mark) else { continue };
            shown += &visible(&line[from..at]);
            shown += &if mark == RESET { format!("{style:#}") } else { format!("{style}") };
            from = at + mark.len_utf8();
        }
        shown + &visible(&line[from..])
    }

    /// As expected.
    pub(super) fn good(self, text: &str) -> String {
        self.with(GOOD, text)
    }

    /// Not as expected.
    pub(super) fn bad(self, text: &str) -> String {
        self.with(BAD, text)
    }

    /// Cut, or otherwise to be looked at.
    pub(super) fn warn(self, text: &str) -> String {
        self.with(WARN, text)
    }

    /// Of lesser weight.
    pub(super) fn faint(self, text: &str) -> String {
        self.with(FAINT, text)
    }

    /// Of greater weight.
    pub(super) fn strong(self, text: &str) -> String {
        self.with(STRONG, text)
    }
}
