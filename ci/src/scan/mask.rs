//! Comments and literals blanked out, so that what is left is code.

/// `text` with every comment, string and character literal replaced by spaces. Lines and columns (in bytes) stay
/// where they were.
pub fn mask(text: &str) -> String {
    let bytes = text.as_bytes();
    let mut out = Vec::with_capacity(bytes.len());
    while out.len() < bytes.len() {
        let at = out.len();
        match literal_end(bytes, at) {
            Some(end) => out.extend(bytes[at..end].iter().map(|&b| if b == b'\n' { b'\n' } else { b' ' })),
            // Non-ASCII bytes stand only in comments and literals; blanking strays keeps the result valid UTF-8.
            None => out.push(if bytes[at].is_ascii() { bytes[at] } else { b' ' }),
        }
    }
    String::from_utf8(out).expect("only ASCII bytes were kept")
}

/// Where the comment or literal that begins at `at` ends; `None` if none begins there.
fn literal_end(bytes: &[u8], at: usize) -> Option<usize> {
    let rest = &bytes[at..];
    let inside_word = at > 0 && is_word(bytes[at - 1]);
    if rest.starts_with(b"//") {
        return Some(at + rest.iter().position(|&b| b == b'\n').unwrap_or(rest.len()));
    }
    if rest.starts_with(b"/*") {
        return Some(at + block_comment(rest));
    }
    match rest[0] {
        b'"' => Some(at + quoted(rest, 0)),
        b'\'' => character(rest).map(|length| at + length),
        b'b' | b'c' | b'r' if !inside_word => prefixed(rest).map(|length| at + length),
        _ => None,
    }
}

fn is_word(byte: u8) -> bool {
    byte == b'_' || byte.is_ascii_alphanumeric()
}

/// Length of a block comment; they nest.
fn block_comment(rest: &[u8]) -> usize {
    let mut depth = 0;
    let mut at = 0;
    while at < rest.len() {
        if rest[at..].starts_with(b"/*") {
            depth += 1;
            at += 2;
        } else if rest[at..].starts_with(b"*/") {
            depth -= 1;
            at += 2;
            if depth == 0 {
                return at;
            }
        } else {
            at += 1;
        }
    }
    rest.len()
}

/// End of a string whose opening quote stands at `open`.
fn quoted(rest: &[u8], open: usize) -> usize {
    let mut at = open + 1;
    while at < rest.len() {
        match rest[at] {
            b'\\' => at += 2,
            b'"' => return at + 1,
            _ => at += 1,
        }
    }
    rest.len()
}

/// Length of a character literal; `None` for a lifetime or a label.
fn character(rest: &[u8]) -> Option<usize> {
    match rest.get(1)? {
        b'\\' => {
            let close = rest.iter().skip(3).position(|&b| b == b'\'')?;
            Some(close + 4)
        }
        first => {
            let width = match first {
                0..0x80 => 1,
                0x80..0xE0 => 2,
                0xE0..0xF0 => 3,
                0xF0.. => 4,
            };
            (rest.get(1 + width) == Some(&b'\'')).then_some(width + 2)
        }
    }
}

/// Length of a literal with a prefix: `b"`, `c"`, `b'`, `r"`, `r#"`, `br#"`; `None` for a plain word or a raw name.
fn prefixed(rest: &[u8]) -> Option<usize> {
    let letters = rest.iter().take_while(|b| matches!(b, b'b' | b'c' | b'r')).count();
    if letters > 2 {
        return None;
    }
    if !rest[..letters].contains(&b'r') {
        return match rest.get(letters)? {
            b'"' => Some(quoted(rest, letters)),
            b'\'' if rest[0] == b'b' => character(&rest[letters..]).map(|length| letters + length),
            _ => None,
        };
    }
    let hashes = rest[letters..].iter().take_while(|&&b| b == b'#').count();
    let open = letters + hashes;
    if rest.get(open) != Some(&b'"') {
        return None;
    }
    let close: Vec<u8> = std::iter::once(b'"').chain(std::iter::repeat_n(b'#', hashes)).collect();
    let body = &rest[open + 1..];
    let end = body.windows(close.len()).position(|w| w == close).map_or(body.len(), |p| p + close.len());
    Some(open + 1 + end)
}

#[cfg(test)]
mod tests {
    use super::mask;

    #[test]
    fn comments_and_literals_are_blanked_and_code_is_kept() {
        let blank = |n: usize| " ".repeat(n);
        assert_eq!(mask("a // b\nc"), format!("a {}\nc", blank(4)));
        assert_eq!(mask("a /* /* b */ */ c"), format!("a {} c", blank(13)));
        assert_eq!(
            mask(r#"f("todo!()", 'x', '\'')"#),
            format!("f({}, {}, {})", blank(9), blank(3), blank(4))
        );
        assert_eq!(mask(r##"r#"a " b"# + c"##), format!("{} + c", blank(10)));
        assert_eq!(mask("b\"x\" bx rust"), format!("{} bx rust", blank(4)));
    }

    #[test]
    fn lifetimes_and_raw_names_are_code() {
        assert_eq!(mask("fn f<'a>(x: &'a str) {}"), "fn f<'a>(x: &'a str) {}");
        assert_eq!(mask("r#type"), "r#type");
    }

    #[test]
    fn lines_stay_where_they_were() {
        let text = "a\n\"two\nlines\"\nb /* x\ny */ c\n// é\nd";
        let masked = mask(text);
        assert_eq!(masked.len(), text.len());
        assert_eq!(masked.lines().count(), text.lines().count());
        assert!(masked.contains('d'));
    }
}
