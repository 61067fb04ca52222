//! Unit tests of what is still to leave, and of how far an order is.

use ids::{LocationId, VariantId};
use inventory::{Pick, Want};
use orders::FulfilmentStatus;
use uuid::Uuid;

use crate::model::{FulfilmentRefusal, LineUnits, Units, by_line, common_location, status_of};

const fn variant(n: u128) -> VariantId {
    VariantId::from_uuid(Uuid::from_u128(n))
}

const fn place(n: u128) -> LocationId {
    LocationId::from_uuid(Uuid::from_u128(n))
}

const fn line(n: u128, [ordered, cancelled, shipped, delivered]: [i64; 4]) -> LineUnits {
    LineUnits {
        variant_id: variant(n),
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

#[test]
fn units_are_taken_where_the_parcel_leaves_and_then_elsewhere() {
    let taken = vec![pick(1, 1, 2), pick(1, 2, 3), pick(2, 2, 1)];
    let lines = vec![line(1, [5, 0, 1, 0]), line(2, [1, 0, 0, 0])];
    let units = Units::new(lines, taken, &[pick(1, 1, 1)]);
    assert_eq!(
        units.left,
        [pick(1, 1, 1), pick(1, 2, 3), pick(2, 2, 1)],
        "what left is gone from where it was taken"
    );
    let at = |n| Some(place(n));
    let taken = units.take(&[want(1, 2)], at(2)).unwrap();
    assert_eq!(taken, [pick(1, 2, 2)]);
    let taken = units.take(&[want(1, 4)], at(2)).unwrap();
    assert_eq!(taken, [pick(1, 2, 3), pick(1, 1, 1)]);
    assert_eq!(by_line(&taken), [(variant(1), 4)]);
    assert_eq!(common_location(&taken), None);
    assert_eq!(common_location(&[pick(2, 2, 1)]), Some(place(2)));
    assert_eq!(units.everything(), [want(1, 4), want(2, 1)]);
}

#[test]
fn no_more_is_taken_than_is_left() {
    let units = Units::new(
        vec![line(1, [5, 1, 2, 0])],
        vec![pick(1, 1, 5)],
        &[pick(1, 1, 3)],
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
    // What was ordered and is not there yet cannot leave.
    let waiting = Units::new(vec![line(1, [5, 0, 0, 0])], vec![pick(1, 1, 2)], &[]);
    assert_eq!(waiting.everything(), [want(1, 2)]);
    assert!(waiting.take(&[want(1, 3)], None).is_err());
}
