//! Which location gives what.

use std::collections::BTreeSet;

use chrono::DateTime;
use ids::{BackorderId, LocationId, OrderId, VariantId};

use crate::model::{
    Backorder, BackorderKind, Beyond, Given, InventoryRefusal, Level, Location, Pick, Shelf, Want,
    fill, region_key,
};

struct World {
    variants: Vec<VariantId>,
    locations: Vec<Location>,
    units: Vec<Vec<i64>>,
}

/// Three locations of rising priority number, the last one near Sidama; `units` by variant.
fn world(units: &[[i64; 3]]) -> World {
    let now = DateTime::UNIX_EPOCH;
    let location = |(priority, regions): (i32, &[&str])| Location {
        id: LocationId::generate(now),
        code: format!("l{priority}"),
        name: String::new(),
        priority,
        regions: regions.iter().map(|region| region_key(region)).collect(),
        is_active: true,
        version: 1,
        updated_at: now,
    };
    let places: [(i32, &[&str]); 3] = [(0, &[]), (1, &["Addis Ababa"]), (2, &["Sidama"])];
    World {
        variants: units.iter().map(|_| VariantId::generate(now)).collect(),
        locations: places.map(location).to_vec(),
        units: units.iter().map(|of| of.to_vec()).collect(),
    }
}

impl World {
    fn shelf(&self) -> Shelf {
        let mut levels = Vec::new();
        for (variant_id, units) in self.variants.iter().zip(&self.units) {
            for (location, on_hand) in self.locations.iter().zip(units) {
                levels.push(Level {
                    variant_id: *variant_id,
                    location_id: location.id,
                    on_hand: *on_hand,
                    reserved: 0,
                    safety_stock: 0,
                    version: 1,
                    updated_at: DateTime::UNIX_EPOCH,
                });
            }
        }
        Shelf::new(levels, self.locations.clone(), BTreeSet::new())
    }

    fn wants(&self, quantities: &[i64]) -> Vec<Want> {
        let wants = self.variants.iter().zip(quantities);
        let want = |(variant_id, quantity): (&VariantId, &i64)| Want {
            variant_id: *variant_id,
            quantity: *quantity,
        };
        wants.map(want).collect()
    }

    /// (variant, location, units), by place.
    fn told(&self, given: &Given) -> Vec<(usize, usize, i64)> {
        let place = |pick: &Pick| {
            let variant = self.variants.iter().position(|id| *id == pick.variant_id);
            let location = self
                .locations
                .iter()
                .position(|at| at.id == pick.location_id);
            (variant.unwrap(), location.unwrap(), pick.quantity)
        };
        given.picks.iter().map(place).collect()
    }
}

#[track_caller]
fn check(units: &[[i64; 3]], wants: &[i64], region: &str, expected: &[(usize, usize, i64)]) {
    let world = world(units);
    let picks = world.shelf().take(&world.wants(wants), region).unwrap();
    assert_eq!(world.told(&picks), expected);
}

#[test]
fn the_smaller_priority_gives_first() {
    check(&[[5, 5, 5]], &[2], "Tigray", &[(0, 0, 2)]);
    check(&[[1, 5, 5]], &[2], "Tigray", &[(0, 1, 2)]);
}

#[test]
fn the_nearest_gives_before_the_others_however_its_region_is_written() {
    check(&[[5, 5, 5]], &[2], "Sidama", &[(0, 2, 2)]);
    check(&[[5, 5, 5]], &[2], "  addis   ABABA ", &[(0, 1, 2)]);
    check(&[[5, 5, 1]], &[2], "Sidama", &[(0, 0, 2)]);
}

#[test]
fn one_parcel_is_better_than_two() {
    // The nearest has one variant, and another has both.
    check(
        &[[5, 0, 5], [5, 0, 0]],
        &[1, 1],
        "Sidama",
        &[(0, 0, 1), (1, 0, 1)],
    );
}

#[test]
fn what_no_location_has_alone_is_split() {
    check(&[[2, 2, 2]], &[5], "", &[(0, 0, 2), (0, 1, 2), (0, 2, 1)]);
    check(&[[2, 2, 2]], &[3], "Sidama", &[(0, 2, 2), (0, 0, 1)]);
    check(
        &[[3, 0, 0], [0, 4, 0]],
        &[3, 4],
        "",
        &[(0, 0, 3), (1, 1, 4)],
    );
}

#[test]
fn what_is_short_is_told_in_sum_and_nothing_is_taken() {
    let world = world(&[[2, 2, 2], [1, 0, 0]]);
    let mut shelf = world.shelf();
    let before = shelf.clone();
    let refused = shelf.take(&world.wants(&[7, 1]), "").unwrap_err();
    let InventoryRefusal::InsufficientStock(short) = refused else {
        panic!("{refused:?}");
    };
    assert_eq!(short.len(), 1);
    assert_eq!((short[0].wanted, short[0].available), (7, 6));
    assert_eq!(shelf, before);
}

#[test]
fn what_is_taken_is_gone_for_the_next() {
    let world = world(&[[1, 1, 0]]);
    let mut shelf = world.shelf();
    let one = world.wants(&[1]);
    let places: Vec<_> = (0..2)
        .map(|_| world.told(&shelf.take(&one, "").unwrap()))
        .collect();
    assert_eq!(places, [[(0, 0, 1)], [(0, 1, 1)]]);
    assert!(shelf.take(&one, "").is_err());
}

#[test]
fn safety_stock_and_locations_that_do_not_sell_are_not_offered() {
    let mut world = world(&[[3, 3, 0]]);
    world.locations.remove(1);
    world.units = vec![vec![3, 0]];
    let mut level = *world.shelf().levels().next().unwrap();
    level.safety_stock = 2;
    let hidden = Level {
        location_id: LocationId::generate(DateTime::UNIX_EPOCH),
        on_hand: 9,
        safety_stock: 0,
        ..level
    };
    let mut shelf = Shelf::new(
        vec![level, hidden],
        world.locations.clone(),
        BTreeSet::new(),
    );
    assert!(shelf.take(&world.wants(&[2]), "").is_err());
    assert!(shelf.take(&world.wants(&[1]), "").is_ok());
}

#[test]
fn what_was_held_is_taken_where_it_was_or_elsewhere() {
    let world = world(&[[5, 5, 0]]);
    let held = Pick {
        variant_id: world.variants[0],
        location_id: world.locations[1].id,
        quantity: 4,
    };
    let mut shelf = world.shelf();
    let again = |shelf: &mut Shelf| world.told(&shelf.take_again(&[held], &[]).unwrap());
    assert_eq!(again(&mut shelf), [(0, 1, 4)]);
    assert_eq!(again(&mut shelf), [(0, 0, 4)]);
    assert!(shelf.take_again(&[held], &[]).is_err());
}

/// A shelf of which four may be sold beyond the stock, and one is owed already.
fn beyond(world: &World) -> Shelf {
    let beyond = Beyond {
        kind: Some(BackorderKind::Backorder),
        max: 4,
        waiting: 1,
        ..Beyond::default()
    };
    world.shelf().with_beyond([(world.variants[0], beyond)])
}

#[test]
fn what_is_not_there_is_owed_up_to_its_limit() {
    let world = world(&[[2, 1, 0]]);
    let mut shelf = beyond(&world);
    // One of the three is owed to somebody.
    let given = shelf.take(&world.wants(&[4]), "").unwrap();
    assert_eq!(world.told(&given), [(0, 0, 2)]);
    assert_eq!(given.beyond, world.wants(&[2]));
    let short = shelf.take(&world.wants(&[2]), "");
    assert!(
        matches!(short, Err(InventoryRefusal::InsufficientStock(short)) if short[0].available == 1)
    );
    assert_eq!(shelf.empty(), []);
    let given = shelf.take(&world.wants(&[1]), "").unwrap();
    assert_eq!((given.picks.len(), given.beyond), (0, world.wants(&[1])));
    assert_eq!(shelf.empty(), [world.variants[0]]);
}

#[test]
fn what_was_left_for_what_is_owed_is_not_sold_again() {
    let beyond = Beyond {
        kind: None,
        max: 4,
        waiting: 1,
        expected_at: None,
    };
    assert_eq!(beyond.left(), 0);
    let kind = Some(BackorderKind::Preorder);
    assert_eq!(Beyond { kind, ..beyond }.left(), 3);
}

#[test]
fn what_is_owed_to_others_does_not_come_back() {
    let world = world(&[[4, 0, 0]]);
    let held = Pick {
        variant_id: world.variants[0],
        location_id: world.locations[0].id,
        quantity: 4,
    };
    let given = beyond(&world).take_again(&[held], &[]).unwrap();
    assert_eq!(world.told(&given), [(0, 0, 3)]);
    assert_eq!(given.beyond, world.wants(&[1]));
}

#[test]
fn units_go_to_those_who_wait_in_their_order() {
    let world = world(&[[2, 3, 0]]);
    let now = DateTime::UNIX_EPOCH;
    let backorder = |sequence, waiting| Backorder {
        id: BackorderId::generate(now),
        sequence,
        order_id: OrderId::generate(now),
        variant_id: world.variants[0],
        quantity: waiting,
        waiting,
        fills: 0,
        is_paid: false,
        expires_at: now,
        created_at: now,
    };
    let waiting = [backorder(1, 1), backorder(2, 3), backorder(3, 4)];
    let levels: Vec<Level> = world.shelf().levels().copied().collect();
    let given: Vec<_> = fill(&waiting, &levels)
        .iter()
        .map(|one| (one.backorder.sequence, one.quantity))
        .collect();
    assert_eq!(given, [(1, 1), (2, 1), (2, 2), (3, 1)]);
}
