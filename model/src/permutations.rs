//! All ways to rename a few things that are alike.

/// All orders of the numbers below `count`, the plain one first.
pub(crate) fn permutations(count: usize) -> Vec<Vec<usize>> {
    let mut orders = vec![vec![]];
    for number in 0..count {
        let inserted = |order: &Vec<usize>, at: usize| {
            let mut longer = order.clone();
            longer.insert(at, number);
            longer
        };
        orders = orders
            .iter()
            .flat_map(|order| (0..=order.len()).rev().map(move |at| inserted(order, at)))
            .collect();
    }
    orders
}
