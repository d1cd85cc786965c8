//! Short names of actions that survive an edit of the model.
//!
//! A token is the beginning of the hash of the formatted action: a link made of tokens still finds its way when the
//! order of the actions on offer has changed, where a link made of positions would silently show another run.

use super::write::digest;

/// The shortest token, in hex digits: 16 bits.
const SHORTEST: usize = 4;

/// The token of initial state `index`.
pub(crate) fn init_token(index: usize) -> String {
    if index == 0 { "init".to_owned() } else { format!("init~{index}") }
}

/// The initial state that a token names.
pub(crate) fn init_index(token: &str) -> Option<usize> {
    match token.strip_prefix("init")? {
        "" => Some(0),
        rest => rest.strip_prefix('~')?.parse().ok(),
    }
}

/// One token for each formatted action on offer: as short as tells them apart, `~1`, `~2` … for equal ones.
pub(crate) fn tokens(texts: &[String]) -> Vec<String> {
    let hashes: Vec<String> = texts.iter().map(|text| digest(text)).collect();
    (0..hashes.len()).map(|index| token(&hashes, index)).collect()
}

/// The token of one of the formatted actions on offer.
pub(crate) fn token_at(texts: &[String], index: usize) -> String {
    let hashes: Vec<String> = texts.iter().map(|text| digest(text)).collect();
    token(&hashes, index)
}

fn token(hashes: &[String], index: usize) -> String {
    let hash = &hashes[index];
    let clashes = |length: &usize| {
        let begins = |other: &&String| *other != hash && other.starts_with(&hash[..*length]);
        hashes.iter().any(|other| begins(&other))
    };
    let length = (SHORTEST..hash.len()).find(|length| !clashes(length)).unwrap_or(hash.len());
    match hashes[..index].iter().filter(|other| *other == hash).count() {
        0 => hash[..length].to_owned(),
        equal => format!("{}~{equal}", &hash[..length]),
    }
}

/// How many of the actions on offer that read the same come before the one that a token names.
pub(crate) fn ordinal(token: &str) -> usize {
    token.split_once('~').and_then(|(_, number)| number.parse().ok()).unwrap_or(0)
}

/// Where among the formatted actions on offer the one is that a token names. A token that was made where other actions
/// were on offer may be longer or shorter than the ones made here; one that fits several texts names none.
pub(crate) fn named(texts: &[String], wanted: &str) -> Option<usize> {
    let begin = wanted.split('~').next().unwrap_or(wanted);
    let fits = |index: &usize| digest(&texts[*index]).starts_with(begin);
    let found: Vec<usize> = (0..texts.len()).filter(fits).collect();
    let first = texts.get(*found.first()?)?;
    let is_one = begin.len() >= SHORTEST && found.iter().all(|index| texts[*index] == *first);
    found.get(ordinal(wanted)).copied().filter(|_| is_one)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tokens_tell_actions_apart_and_survive_another_order() {
        let texts: Vec<String> = (0..2000).map(|number| format!("Deliver {number}")).collect();
        let forward = tokens(&texts);
        let mut sorted = forward.clone();
        sorted.sort();
        sorted.dedup();
        assert_eq!(sorted.len(), texts.len());
        assert!(forward.iter().any(|token| token.len() > SHORTEST), "2000 actions clash in 16 bits");
        let backward: Vec<String> = texts.iter().rev().cloned().collect();
        let backward: Vec<String> = tokens(&backward).into_iter().rev().collect();
        assert_eq!(forward, backward);
    }

    #[test]
    fn equal_actions_are_numbered() {
        let twice = tokens(&["tick".to_owned(), "tick".to_owned()]);
        assert_eq!(twice[1], format!("{}~1", twice[0]));
    }

    #[test]
    fn a_token_finds_its_action_among_others() {
        let texts: Vec<String> =
            ["tick", "tock", "tick", "tick"].iter().map(|text| (*text).to_owned()).collect();
        for (index, token) in tokens(&texts).iter().enumerate() {
            assert_eq!(named(&texts, token), Some(index), "{token}");
            assert_eq!(token_at(&texts, index), *token);
        }
        let longer = &digest("tock")[..9];
        assert_eq!(named(&texts, longer), Some(1), "made where another text began alike");
        let few = [digest("tick")[..4].to_owned() + "~3", digest("tick")[..3].to_owned(), String::new()];
        assert_eq!(few.map(|token| named(&texts, &token)), [None; 3]);
        let many: Vec<String> = (0..2000).map(|number| format!("Deliver {number}")).collect();
        let clash = |text: &&String| {
            tokens(&many).iter().any(|token| token.len() > 4 && digest(text).starts_with(token))
        };
        let clashing = many.iter().find(clash).expect("2000 actions clash in 16 bits");
        assert_eq!(named(&many, &digest(clashing)[..4]), None, "it fits several");
    }

    #[test]
    fn initial_states_are_named() {
        assert_eq!(init_index(&init_token(0)), Some(0));
        assert_eq!(init_index(&init_token(7)), Some(7));
        assert_eq!(init_index("9d31"), None);
        assert_eq!(init_index("init~x"), None);
    }
}
