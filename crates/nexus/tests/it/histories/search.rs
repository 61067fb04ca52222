//! Is there an order in which one client after the other could have been told all this? The
//! search of Wing and Gong, with a memory of what has been tried in vain.

use std::collections::HashSet;

use super::model::{Model, Operation};

/// An operation that took place between two ticks of a counter that all clients share.
#[derive(Debug, Clone)]
pub(super) struct Event {
    pub(super) client: usize,
    pub(super) operation: Operation,
    pub(super) said: String,
    pub(super) began_at: u64,
    pub(super) ended_at: u64,
}

/// Whether the model, asked in some order that no client can tell from what happened, would have
/// answered the same. An operation that ended before another began comes first.
pub(super) fn has_serial_order(start: &Model, events: &[Event]) -> bool {
    assert!(events.len() < 64, "a history has at most 63 operations");
    let mut failed = HashSet::new();
    let mut open = vec![(0_u64, start.clone())];
    let all = (1 << events.len()) - 1;
    while let Some((done, model)) = open.pop() {
        if done == all {
            return true;
        }
        if !failed.insert((done, model.clone())) {
            continue;
        }
        let is_left = |n: &usize| done & (1 << n) == 0;
        let left = || (0..events.len()).filter(is_left);
        let first_end = left().map(|n| events[n].ended_at).min();
        for n in left().filter(|n| Some(events[*n].began_at) < first_end) {
            let mut next = model.clone();
            if next.apply(&events[n].operation) == events[n].said {
                open.push((done | (1 << n), next));
            }
        }
    }
    false
}

mod tests {
    use super::*;

    fn event(client: usize, operation: Operation, said: &str, span: (u64, u64)) -> Event {
        Event {
            client,
            operation,
            said: said.to_owned(),
            began_at: span.0,
            ended_at: span.1,
        }
    }

    /// One unit of each, two carts, both placed.
    fn both(second: &str, spans: [(u64, u64); 2]) -> bool {
        let events = [
            event(0, Operation::Place(0), "409", spans[0]),
            event(1, Operation::Place(1), second, spans[1]),
        ];
        has_serial_order(&Model::new([1, 1], 2), &events)
    }

    #[test]
    fn one_of_two_gets_the_last_unit() {
        assert!(both("201 [1, 1]", [(1, 4), (2, 3)]), "the second was first");
        assert!(!both("201 [1, 1]", [(1, 2), (3, 4)]), "it had ended before");
        assert!(!both("409", [(1, 4), (2, 3)]), "somebody must get it");
    }
}
