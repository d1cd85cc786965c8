//! Every path that a file names, in `use` lines and inline, resolved against the module that names it.

use super::Token;

/// A path as named at one place.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Named {
    /// Its segments. `["*"]` at the end is a glob.
    pub segments: Vec<String>,
    /// True if it was written from the crate's root, or relative to the module by `self` or `super`; then the
    /// segments begin at the crate's root.
    pub in_crate: bool,
    /// True if it stands in a `use` declaration.
    pub in_use: bool,
    /// True if that declaration is public in any way: it passes the name on.
    pub is_passed_on: bool,
    /// Under which name a `use` brings it in, if not its last segment.
    pub alias: Option<String>,
    /// From 1.
    pub line: usize,
}

/// All paths of two or more segments, and all `use` declarations, of a file that is module `module` of its crate.
pub fn named_paths(tokens: &[Token<'_>], module: &[String]) -> Vec<Named> {
    let mut reader = Reader {
        tokens,
        at: 0,
        module: module.to_vec(),
        depth: 0,
        inline: Vec::new(),
        passes_on: false,
        found: Vec::new(),
    };
    while reader.at < tokens.len() {
        reader.item();
    }
    reader.found
}

struct Reader<'t, 's> {
    tokens: &'t [Token<'s>],
    at: usize,
    module: Vec<String>,
    depth: usize,
    /// Depths at which inline modules were opened.
    inline: Vec<usize>,
    /// Is the `use` declaration that is being read a public one?
    passes_on: bool,
    found: Vec<Named>,
}

impl<'s> Reader<'_, 's> {
    fn text(&self, offset: usize) -> &'s str {
        self.tokens.get(self.at + offset).map_or("", |t| t.text)
    }

    fn item(&mut self) {
        match self.text(0) {
            "use" => self.use_declaration(),
            "mod" if self.text(2) == "{" => {
                self.module.push(self.text(1).to_string());
                self.inline.push(self.depth);
                self.depth += 1;
                self.at += 3;
            }
            "{" => {
                self.depth += 1;
                self.at += 1;
            }
            "}" => {
                self.depth = self.depth.saturating_sub(1);
                if self.inline.last() == Some(&self.depth) {
                    self.inline.pop();
                    self.module.pop();
                }
                self.at += 1;
            }
            _ if self.tokens[self.at].is_word() && self.text(1) == "::" => self.inline_path(),
            _ => self.at += 1,
        }
    }

    fn inline_path(&mut self) {
        let line = self.tokens[self.at].line;
        let mut segments = vec![self.text(0).to_string()];
        self.at += 1;
        while self.text(0) == "::" && self.tokens.get(self.at + 1).is_some_and(Token::is_word) {
            segments.push(self.text(1).to_string());
            self.at += 2;
        }
        if segments.len() > 1 {
            self.record(segments, None, false, line);
        }
    }

    /// `use` tree `;`. A word `use` that opens no path (as in `impl Trait + use<'a>`) is passed over.
    fn use_declaration(&mut self) {
        // `pub use`, `pub(crate) use`.
        let before = self.at.checked_sub(1).map_or("", |at| self.tokens[at].text);
        self.passes_on = matches!(before, "pub" | ")");
        self.at += 1;
        if self.text(0) == "<" {
            return;
        }
        self.tree(Vec::new());
    }

    fn tree(&mut self, mut segments: Vec<String>) {
        loop {
            match self.text(0) {
                "::" => self.at += 1,
                "{" => return self.group(&segments),
                "*" => {
                    segments.push("*".into());
                    let line = self.tokens[self.at].line;
                    self.at += 1;
                    return self.record(segments, None, true, line);
                }
                word if self.tokens.get(self.at).is_some_and(Token::is_word) => {
                    let line = self.tokens[self.at].line;
                    self.at += 1;
                    // `a::{self, b}`: self is a.
                    if word != "self" || segments.is_empty() {
                        segments.push(word.to_string());
                    }
                    if self.text(0) != "::" {
                        let alias = (self.text(0) == "as").then(|| self.text(1).to_string());
                        self.at += if alias.is_some() { 2 } else { 0 };
                        return self.record(segments, alias, true, line);
                    }
                }
                _ => return,
            }
        }
    }

    fn group(&mut self, prefix: &[String]) {
        self.at += 1;
        while self.at < self.tokens.len() {
            match self.text(0) {
                "}" => {
                    self.at += 1;
                    return;
                }
                "," => self.at += 1,
                _ => {
                    let before = self.at;
                    self.tree(prefix.to_vec());
                    // Never loop on what is not a tree.
                    self.at = self.at.max(before + 1);
                }
            }
        }
    }

    fn record(&mut self, segments: Vec<String>, alias: Option<String>, in_use: bool, line: usize) {
        let (segments, in_crate) = resolve(&segments, &self.module);
        let is_passed_on = in_use && self.passes_on;
        self.found.push(Named { segments, in_crate, in_use, is_passed_on, alias, line });
    }
}

/// The path from the crate's root, and whether it is one.
fn resolve(segments: &[String], module: &[String]) -> (Vec<String>, bool) {
    let mut base = module.to_vec();
    let rest = match segments[0].as_str() {
        "crate" => {
            base.clear();
            &segments[1..]
        }
        "self" => &segments[1..],
        "super" => {
            let up = segments.iter().take_while(|s| *s == "super").count();
            base.truncate(base.len().saturating_sub(up));
            &segments[up..]
        }
        _ => return (segments.to_vec(), false),
    };
    base.extend(rest.iter().cloned());
    (base, true)
}

#[cfg(test)]
mod tests {
    use super::named_paths;
    use crate::scan::{mask, tokens};

    fn paths(text: &str, module: &str) -> Vec<(String, bool, usize)> {
        let module: Vec<String> = module.split("::").filter(|s| !s.is_empty()).map(String::from).collect();
        let masked = mask(text);
        let named = named_paths(&tokens(&masked), &module);
        named.into_iter().map(|n| (n.segments.join("::"), n.in_crate, n.line)).collect()
    }

    #[test]
    fn use_trees_are_flattened_and_resolved() {
        let text = "use super::{state::State, message::{self, Message}};\npub(crate) use crate::lock as l;\nuse a::*;";
        let want = [
            ("paxos::state::State".to_string(), true, 1),
            ("paxos::message".to_string(), true, 1),
            ("paxos::message::Message".to_string(), true, 1),
            ("lock".to_string(), true, 2),
            ("a::*".to_string(), false, 3),
        ];
        assert_eq!(paths(text, "paxos::leader"), want);
    }

    #[test]
    fn inline_paths_count_and_inline_modules_shift_super() {
        let text = "fn f() { crate::lock::g(); Vec::<u8>::new(); }\nmod tests {\n use super::*;\n fn t() { super::x::y() }\n}\nuse super::z;";
        let want = [
            ("lock::g".to_string(), true, 1),
            ("paxos::leader::*".to_string(), true, 3),
            ("paxos::leader::x::y".to_string(), true, 4),
            ("paxos::z".to_string(), true, 6),
        ];
        assert_eq!(paths(text, "paxos::leader"), want);
    }
}
