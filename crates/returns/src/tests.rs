//! Unit tests of what may follow what, and of what is still to be given.

use ids::{ReturnId, VariantId};
use uuid::Uuid;

use crate::model::{
    Arrived, Resolution, ReturnLine, ReturnReason, ReturnRefusal, ReturnState, receive, settle,
};

const fn variant(n: u128) -> VariantId {
    VariantId::from_uuid(Uuid::from_u128(n))
}

/// A line of five units of which some came and some are settled.
const fn line(n: u128, resolution: Resolution, units: [i64; 4]) -> ReturnLine {
    let [restocked, written_off, refunded, exchanged] = units;
    ReturnLine {
        return_id: ReturnId::from_uuid(Uuid::from_u128(9)),
        variant_id: variant(n),
        quantity: 5,
        reason: ReturnReason::Damaged,
        resolution,
        location_id: None,
        restocked,
        written_off,
        refunded,
        exchanged,
    }
}

#[test]
fn a_return_ends_once() {
    use ReturnState::{Approved, Cancelled, Received, Rejected, Requested};
    let all = [Requested, Approved, Rejected, Received, Cancelled];
    let legal = [
        (Requested, Approved),
        (Requested, Rejected),
        (Requested, Cancelled),
        (Approved, Received),
        (Approved, Cancelled),
    ];
    for from in all {
        for to in all {
            let is_legal = legal.contains(&(from, to));
            assert_eq!(from.may_become(to), is_legal, "{from:?} {to:?}");
        }
        assert_eq!(ReturnState::parse(from.as_str()), Some(from));
    }
    for reason in ["damaged", "no_longer_wanted", "other"] {
        assert_eq!(ReturnReason::parse(reason).unwrap().as_str(), reason);
    }
}

#[test]
fn no_more_is_given_than_came() {
    let lines = [
        line(1, Resolution::Refund, [2, 1, 1, 0]),
        line(2, Resolution::Exchange, [1, 0, 0, 0]),
        line(3, Resolution::Refund, [1, 0, 0, 1]),
    ];
    let all = |how| settle(&lines, None, how).unwrap();
    assert_eq!(all(Resolution::Refund), [(variant(1), 2)]);
    assert_eq!(all(Resolution::Exchange), [(variant(2), 1)]);
    // What was to be exchanged can be paid back after all.
    let wanted = [(variant(2), 1)];
    let given = settle(&lines, Some(&wanted), Resolution::Refund).unwrap();
    assert_eq!(given, wanted);
    let refused =
        |wanted: &[(VariantId, i64)]| settle(&lines, Some(wanted), Resolution::Refund).unwrap_err();
    assert!(matches!(
        refused(&[(variant(2), 1), (variant(1), 3)]),
        ReturnRefusal::ExceedsReceived { index: 1, left: 2 }
    ));
    assert!(matches!(
        refused(&[(variant(8), 1)]),
        ReturnRefusal::UnknownLine { index: 0 }
    ));
    let done = [line(3, Resolution::Refund, [1, 0, 1, 0])];
    let nothing = settle(&done, None, Resolution::Refund).unwrap_err();
    assert!(matches!(nothing, ReturnRefusal::NothingUnsettled));
}

#[test]
fn no_more_comes_than_was_to_come() {
    let lines = [line(1, Resolution::Refund, [0; 4])];
    let came = |n, restocked, written_off| Arrived {
        variant_id: variant(n),
        restocked,
        written_off,
    };
    assert!(receive(&lines, &[came(1, 3, 2)]).is_ok());
    assert!(matches!(
        receive(&lines, &[came(1, 3, 3)]).unwrap_err(),
        ReturnRefusal::ExceedsExpected { index: 0, left: 5 }
    ));
    assert!(matches!(
        receive(&lines, &[came(2, 1, 0)]).unwrap_err(),
        ReturnRefusal::UnknownLine { index: 0 }
    ));
}
