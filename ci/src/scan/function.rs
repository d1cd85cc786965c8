//! Where functions begin and end.

use super::Token;

/// One function with a body.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Function {
    /// Its name.
    pub name: String,
    /// The line of the word `fn`.
    pub first_line: usize,
    /// The line of the closing brace.
    pub last_line: usize,
}

impl Function {
    /// Lines from signature to closing brace, both included.
    pub fn lines(&self) -> usize {
        self.last_line - self.first_line + 1
    }
}

/// All functions with a body, nested ones included, in the order in which they begin.
pub fn functions(tokens: &[Token<'_>]) -> Vec<Function> {
    let mut found = Vec::new();
    for (at, pair) in tokens.windows(2).enumerate() {
        // `fn(` is a type, `fn name` a function.
        if pair[0].text == "fn"
            && pair[1].is_word()
            && let Some(last_line) = body_start(tokens, at).and_then(|open| closing_line(tokens, open))
        {
            found.push(Function { name: pair[1].text.to_string(), first_line: pair[0].line, last_line });
        }
    }
    found
}

/// Index of the brace that opens the body; `None` for a declaration that ends in a semicolon.
fn body_start(tokens: &[Token<'_>], from: usize) -> Option<usize> {
    let mut depth = 0;
    for (at, token) in tokens.iter().enumerate().skip(from) {
        match token.text {
            "(" | "[" => depth += 1,
            ")" | "]" => depth -= 1,
            "{" if depth == 0 => return Some(at),
            ";" if depth == 0 => return None,
            _ => {}
        }
    }
    None
}

fn closing_line(tokens: &[Token<'_>], open: usize) -> Option<usize> {
    let mut depth = 0;
    for token in &tokens[open..] {
        match token.text {
            "{" => depth += 1,
            "}" => {
                depth -= 1;
                if depth == 0 {
                    return Some(token.line);
                }
            }
            _ => {}
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::functions;
    use crate::scan::{mask, tokens};

    #[test]
    fn bodies_are_measured_and_declarations_are_not() {
        let text = "trait T {\n  fn declared(&self) -> [u8; 3];\n  fn given(&self) {\n    let f: fn(u8) = g;\n  }\n}\n\
                    fn with_text() {\n  let s = \"}\";\n  // }\n  if a { b } else { c }\n}\n";
        let masked = mask(text);
        let found = functions(&tokens(&masked));
        let shape: Vec<_> = found.iter().map(|f| (f.name.as_str(), f.lines())).collect();
        assert_eq!(shape, [("given", 3), ("with_text", 5)]);
    }
}
