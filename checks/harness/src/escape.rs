//! Text of users where it could do harm: on a terminal, and as the name of a file.
//!
//! Ids, labels, sentences, panic messages and `Debug` values are a user's text, and a trace's are a stranger's. Whatever
//! prints such text passes it through [`visible`], and whatever makes a file's name of it calls [`file_name`].

use std::borrow::Cow;

/// `text` as one line that a terminal shows and does not obey: control characters (line ends and escape sequences among
/// them), marks that reverse the direction of writing, and codes that are no characters become escapes such as `\n` and
/// `\u{1b}`. Other text stays as it is, in any script.
///
/// ```
/// use quorate::escape::visible;
/// assert_eq!(visible("grant → 2"), "grant → 2");
/// assert_eq!(visible("a\n\x1b[32m✓ b"), r"a\n\u{1b}[32m✓ b");
/// ```
pub fn visible(text: &str) -> Cow<'_, str> {
    if !text.contains(is_harmful) {
        return Cow::Borrowed(text);
    }
    let mut shown = String::with_capacity(text.len() + 16);
    for c in text.chars() {
        if is_harmful(c) { shown.extend(c.escape_default()) } else { shown.push(c) }
    }
    Cow::Owned(shown)
}

fn is_harmful(c: char) -> bool {
    let turns =
        matches!(c, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    c.is_control() || turns || matches!(c, '\u{2028}' | '\u{2029}' | '\u{fdd0}'..='\u{fdef}')
}

/// The most bytes of a name that is kept as it is.
const MOST_BYTES: usize = 160;

/// A file's name made of `parts`, joined by `-`, without an ending. It names a file in whatever folder it is put into,
/// and nothing outside: letters, digits, `-`, `_` and `.` stay, and everything else becomes `-`. Where that or the length
/// changes the name, a hash of the parts keeps it apart from others.
///
/// ```
/// use quorate::escape::file_name;
/// assert_eq!(file_name(&["lock", "server", "L-S1"]), "lock-server-L-S1");
/// assert!(file_name(&["lock", "../../etc/passwd"]).starts_with("lock-..-..-etc-passwd-"));
/// assert_ne!(file_name(&["a/b"]), file_name(&["a:b"]));
/// ```
pub fn file_name(parts: &[&str]) -> String {
    let text = parts.join("-");
    let plain = |c: char| if c.is_alphanumeric() || "-_.".contains(c) { c } else { '-' };
    let mut name: String = text.chars().map(plain).collect();
    if name == text && name.len() <= MOST_BYTES && !name.starts_with('.') && !name.is_empty() {
        return name;
    }
    while name.len() > MOST_BYTES {
        name.pop();
    }
    let shown = name.trim_start_matches('.');
    format!("{shown}-{}", &crate::trace::digest(&text)[..8])
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::path::{Component, Path};

    proptest! {
        #[test]
        fn no_text_names_a_file_elsewhere(parts in proptest::collection::vec(any::<String>(), 0..4)) {
            let parts: Vec<&str> = parts.iter().map(String::as_str).collect();
            let file = format!("{}.itf.json", file_name(&parts));
            let path = Path::new(&file);
            let one = matches!(path.components().collect::<Vec<_>>()[..], [Component::Normal(name)] if name == path);
            prop_assert!(one && !file.starts_with('.') && file.len() < 255, "{file:?}");
            prop_assert_eq!(visible(&file), file.as_str());
        }

        #[test]
        fn no_text_commands_a_terminal(text in any::<String>()) {
            let shown = visible(&text);
            prop_assert!(!shown.contains(char::is_control), "{shown:?}");
            prop_assert_eq!(shown.lines().count(), usize::from(!shown.is_empty()));
            prop_assert_eq!(visible(&shown), shown.as_ref(), "what is shown is shown as it is");
        }
    }

    #[test]
    fn names_that_would_be_one_file_are_kept_apart() {
        let long = "x".repeat(500);
        let longer = "x".repeat(501);
        let names = ["a/b", "a\\b", "a b", "a-b", "..", ".", "", "/", &long, &longer, "a\nb", "ä", "a\0b"];
        let mut files: Vec<String> = names.iter().map(|name| file_name(&[name])).collect();
        files.sort();
        files.dedup();
        assert_eq!(files.len(), names.len(), "{files:?}");
        assert_eq!(file_name(&["paxos", "naive-n1", "PX-S1"]), "paxos-naive-n1-PX-S1");
    }

    #[test]
    fn every_sequence_that_moves_the_cursor_or_hides_text_is_shown() {
        let text = "\x1b[2K\x1b]0;title\x07\r\u{9b}8m\u{202e}evil\u{2028}x\u{7f}\u{fdd0}";
        let shown = r"\u{1b}[2K\u{1b}]0;title\u{7}\r\u{9b}8m\u{202e}evil\u{2028}x\u{7f}\u{fdd0}";
        assert_eq!(visible(text), shown);
    }
}
