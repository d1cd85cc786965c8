//! Any tree, any text.

use super::super::states::{self, States, difference};
use super::super::{Trace, canonical, changes, parse_debug, to_itf, tree};
use proptest::prelude::*;
use serde_json::{Value, json};

fn any_tree() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        any::<bool>().prop_map(Value::from),
        "[a-z#]{0,3}".prop_map(Value::from),
        (0i64..9).prop_map(|n| json!({ "#bigint": n.to_string() })),
    ];
    leaf.prop_recursive(4, 40, 5, |inner| {
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..5).prop_map(Value::from),
            proptest::collection::vec(inner.clone(), 0..5).prop_map(tree::set),
            proptest::collection::btree_map("[a-c]", inner, 0..3).prop_map(|fields| json!(fields)),
        ]
    })
}

proptest! {
    #[test]
    fn edits_make_the_next_state(a in any_tree(), b in any_tree()) {
        let mut states = States::default();
        states.push_frame(states::Frame::Whole(a.clone())).unwrap();
        states.push_frame(states::Frame::Edits(difference(&a, &b))).unwrap();
        prop_assert_eq!(states.last(), &b);
        prop_assert!(difference(&a, &a).is_empty() && changes(&a, &a).is_empty());
        prop_assert_eq!(changes(&a, &b).is_empty(), a == b);
    }

    #[test]
    fn the_debug_reader_never_panics(text in "[\\[\\](){}:,\"'A-Za-z0-9 .#\\\\-]{0,60}") {
        let _ = parse_debug(&text);
    }

    #[test]
    fn any_text_is_read_or_refused(text in "\\PC{0,200}") {
        prop_assert!(Trace::from_json(&text).is_err());
    }

    #[test]
    fn equal_values_have_one_text(value in proptest::collection::btree_map(any::<(i128, bool)>(), "[a-z]*", 0..5)) {
        let tree = to_itf(&value).unwrap();
        let again: Value = serde_json::from_str(&canonical(&tree)).unwrap();
        prop_assert_eq!(canonical(&again), canonical(&tree));
        prop_assert_eq!(parse_debug(&format!("{value:?}")), Some(tree));
    }
}
