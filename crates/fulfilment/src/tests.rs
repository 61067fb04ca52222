//! Unit tests of what is still to leave, and of how far an order is.

use ids::{LocationId, VariantId};
use inventory::{Pick, Want};
use orders::FulfilmentStatus;
use uuid::Uuid;

use crate::model::{
    FulfilmentRefusal, LineUnits, Share, Units, by_line, common_location, picks_of, status_of,
    waiting_of,
};

const fn variant(n: u128) -> VariantId {
    VariantId::from_uuid(Uuid::from_u128(n))
}

const fn place(n: u128) -> LocationId {
    LocationId::from_uuid(Uuid::from_u128(n))
}

const fn line(n: u128, [ordered, cancelled, shipped, delivered]: [i64; 4]) -> LineUnits {
    LineUnits {
        variant_id: variant(n),
        parts: Vec::new(),
        ordered,
        cancelled,
        shipped,
        delivered,
        returning: 0,
        returned: 0,
    }
}

const fn pick(n: u128, at: u128, quantity: i64) -> Pick {
    Pick {
        variant_id: variant(n),
        location_id: place(at),
        quantity,
    }
}

const fn want(n: u128, quantity: i64) -> Want {
    Want {
        variant_id: variant(n),
        quantity,
    }
}

#[test]
fn how_far_an_order_is_follows_from_its_units() {
    use FulfilmentStatus::{
        Cancelled, Delivered, PartiallyDelivered, PartiallyShipped, Shipped, Unfulfilled,
    };
    for (first, second, expected) in [
        ([2, 0, 0, 0], [1, 0, 0, 0], Unfulfilled),
        ([2, 2, 0, 0], [1, 0, 0, 0], Unfulfilled),
        ([2, 2, 0, 0], [1, 1, 0, 0], Cancelled),
        ([2, 0, 1, 0], [1, 0, 0, 0], PartiallyShipped),
        ([2, 0, 1, 1], [1, 0, 0, 0], PartiallyShipped),
        ([2, 0, 2, 0], [1, 0, 1, 0], Shipped),
        ([2, 1, 1, 0], [1, 1, 0, 0], Shipped),
        ([2, 0, 2, 1], [1, 0, 1, 0], PartiallyDelivered),
        ([2, 0, 2, 2], [1, 0, 1, 1], Delivered),
        ([2, 1, 1, 1], [1, 1, 0, 0], Delivered),
    ] {
        let lines = [line(1, first), line(2, second)];
        assert_eq!(status_of(&lines), expected, "{lines:?}");
    }
}

const fn share(n: u128, at: Option<u128>, quantity: i64) -> Share {
    Share {
        variant_id: variant(n),
        claimed_at: match at {
            Some(at) => Some(place(at)),
            None => None,
        },
        quantity,
    }
}

#[test]
fn units_are_taken_where_the_parcel_leaves_and_then_elsewhere() {
    let taken = vec![pick(1, 1, 2), pick(1, 2, 3), pick(2, 2, 1)];
    let lines = vec![line(1, [5, 0, 1, 0]), line(2, [1, 0, 0, 0])];
    let units = Units::new(lines, taken, &[pick(1, 1, 1)], &[]);
    let at = |n| Some(place(n));
    let taken = units.take(&[want(1, 2)], at(2)).unwrap();
    assert_eq!(picks_of(&taken), [pick(1, 2, 2)]);
    let taken = units.take(&[want(1, 4)], at(2)).unwrap();
    assert_eq!(
        taken[0].shares,
        [share(1, Some(2), 3), share(1, Some(1), 1)]
    );
    assert_eq!(by_line(&taken), [(variant(1), 4)]);
    assert_eq!(common_location(&picks_of(&taken)), None);
    assert_eq!(common_location(&[pick(2, 2, 1)]), Some(place(2)));
    let everything = units.everything(None);
    assert_eq!(by_line(&everything), [(variant(1), 4), (variant(2), 1)]);
    assert_eq!(
        picks_of(&everything),
        [pick(1, 1, 1), pick(1, 2, 3), pick(2, 2, 1)],
        "what left is gone from where it was taken"
    );
    assert_eq!(everything[0].whole_at(), [(place(1), 1), (place(2), 3)]);
}

#[test]
fn no_more_is_taken_than_is_left() {
    let units = Units::new(
        vec![line(1, [5, 1, 2, 0])],
        vec![pick(1, 1, 5)],
        &[pick(1, 1, 3)],
        &[],
    );
    let refused = units.take(&[want(1, 3)], None).unwrap_err();
    assert!(matches!(
        refused,
        FulfilmentRefusal::ExceedsOpen { index: 0, open: 2 }
    ));
    let refused = units.take(&[want(1, 2), want(9, 1)], None).unwrap_err();
    assert!(matches!(
        refused,
        FulfilmentRefusal::UnknownLine { index: 1 }
    ));
}

#[test]
fn what_is_not_there_yet_cannot_leave_and_is_called_off_first() {
    let lines = vec![line(1, [5, 0, 0, 0])];
    let units = Units::new(lines, vec![pick(1, 1, 2)], &[], &[want(1, 3)]);
    assert_eq!(by_line(&units.everything(None)), [(variant(1), 2)]);
    assert!(units.take(&[want(1, 3)], None).is_err());
    let taken = units.call_off(&[want(1, 4)]).unwrap();
    assert_eq!(waiting_of(&taken), [want(1, 3)]);
    assert_eq!(picks_of(&taken), [pick(1, 1, 1)]);
    assert!(units.call_off(&[want(1, 6)]).is_err());
    assert_eq!(by_line(&units.everything_uncalled()), [(variant(1), 5)]);
}

/// Two units of variant 1 and one of variant 2.
fn bundle(units: [i64; 4]) -> LineUnits {
    LineUnits {
        parts: vec![want(1, 2), want(2, 1)],
        ..line(9, units)
    }
}

#[test]
fn of_a_bundle_whole_ones_leave() {
    let taken = vec![pick(1, 1, 5), pick(2, 1, 1), pick(2, 2, 1)];
    let units = Units::new(vec![bundle([3, 0, 0, 0])], taken, &[], &[]);
    let everything = units.everything(None);
    assert_eq!(by_line(&everything), [(variant(9), 2)]);
    assert!(everything[0].is_bundle);
    assert_eq!(
        picks_of(&everything),
        [pick(1, 1, 4), pick(2, 1, 1), pick(2, 2, 1)]
    );
    assert_eq!(everything[0].whole_at(), [(place(1), 1)]);
    let refused = units.take(&[want(9, 3)], None).unwrap_err();
    assert!(matches!(
        refused,
        FulfilmentRefusal::ExceedsOpen { index: 0, open: 2 }
    ));
}

#[test]
fn lines_that_share_a_part_do_not_take_it_twice() {
    let lines = vec![line(1, [2, 0, 0, 0]), bundle([2, 0, 0, 0])];
    let taken = vec![pick(1, 1, 5), pick(2, 1, 2)];
    let units = Units::new(lines, taken, &[], &[want(1, 1)]);
    let everything = units.everything(None);
    assert_eq!(by_line(&everything), [(variant(1), 2), (variant(9), 1)]);
    assert_eq!(picks_of(&everything), [pick(1, 1, 4), pick(2, 1, 1)]);
    let refused = units.take(&[want(9, 2), want(1, 2)], None).unwrap_err();
    assert!(matches!(
        refused,
        FulfilmentRefusal::ExceedsOpen { index: 1, open: 1 }
    ));
    let all = units.everything_uncalled();
    assert_eq!(by_line(&all), [(variant(1), 2), (variant(9), 2)]);
    assert_eq!(waiting_of(&all), [want(1, 1)]);
    assert_eq!(picks_of(&all), [pick(1, 1, 5), pick(2, 1, 2)]);
}
