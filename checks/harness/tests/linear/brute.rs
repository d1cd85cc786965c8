//! Linearizability by its definition: every choice of operations, in every order.

use quorate::linear::{History, OperationId, Outcome, Sequential};

/// Is `order` an order that explains every response of `history`?
pub(crate) fn explains<S: Sequential>(
    object: &S,
    history: &History<S::Operation, S::Response>,
    order: &[OperationId],
) -> bool {
    let answered = |id: &OperationId| history[*id].response().is_some();
    let complete = history.operations().all(|(id, _)| !answered(&id) || order.contains(&id));
    let returned = |id: &OperationId| history[*id].response().map_or(u64::MAX, |(at, _)| at);
    let in_time = order.iter().enumerate().all(|(place, id)| {
        order[place + 1..].iter().all(|later| later != id && returned(later) > history[*id].invoked)
    });
    let failed = |id: &OperationId| matches!(history[*id].outcome, Outcome::Failed { .. });
    complete && in_time && !order.iter().any(failed) && obeys(object, object.init(), history, order)
}

/// Does the specification allow these responses in this order?
fn obeys<S: Sequential>(
    object: &S,
    state: S::State,
    history: &History<S::Operation, S::Response>,
    order: &[OperationId],
) -> bool {
    let Some((first, rest)) = order.split_first() else { return true };
    let operation = &history[*first];
    let response = operation.response().map(|(_, response)| response);
    object
        .step(&state, &operation.asked, response)
        .into_iter()
        .any(|after| obeys(object, after, history, rest))
}

/// Is some permutation of some of the operations an order?
pub(crate) fn is_linearizable<S: Sequential>(
    object: &S,
    history: &History<S::Operation, S::Response>,
) -> bool {
    let ids: Vec<OperationId> = history.operations().map(|(id, _)| id).collect();
    permute(&mut Vec::new(), &ids, &mut |order| explains(object, history, order))
}

fn permute(
    order: &mut Vec<OperationId>,
    ids: &[OperationId],
    accept: &mut impl FnMut(&[OperationId]) -> bool,
) -> bool {
    if accept(order) {
        return true;
    }
    for id in ids {
        if !order.contains(id) {
            order.push(*id);
            let found = permute(order, ids, accept);
            order.pop();
            if found {
                return true;
            }
        }
    }
    false
}
