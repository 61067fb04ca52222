//! The guards that a proof can be run without (`--without`, only in builds with the feature
//! `sabotage`): each must be missed. Where two guards hold one promise, both are taken away.

/// A guard, as it is taken away.
#[derive(Debug, Clone, Copy)]
pub(super) struct Guard {
    pub(super) name: &'static str,
    /// The switches of decision 0006.
    pub(super) switches: &'static [&'static str],
    /// What PostgreSQL holds behind them: (table, constraint); without a table, an index.
    pub(super) schema: &'static [(&'static str, &'static str)],
}

const SHELF: (&str, &str) = ("stock_levels", "stock_levels_available_not_negative");

/// All of them.
pub(super) const GUARDS: &[Guard] = &[
    Guard {
        name: "stock guard",
        switches: &["stock guard"],
        schema: &[SHELF],
    },
    Guard {
        name: "stock lock order",
        switches: &["stock lock order"],
        schema: &[],
    },
    Guard {
        name: "hold release",
        switches: &["hold release"],
        schema: &[],
    },
    Guard {
        name: "late stock guard",
        switches: &["late stock guard"],
        schema: &[SHELF],
    },
    Guard {
        name: "idempotency key",
        switches: &["idempotency key"],
        schema: &[],
    },
    Guard {
        name: "one order per cart",
        switches: &["cart lock"],
        schema: &[("orders", "orders_cart_id_key")],
    },
    Guard {
        name: "capture once",
        switches: &["capture once"],
        schema: &[
            ("captures", "captures_attempt_key"),
            ("captures", "captures_provider_reference_key"),
            ("", "captures_applied_key"),
        ],
    },
    Guard {
        name: "settlement match",
        switches: &["settlement match"],
        schema: &[],
    },
    Guard {
        name: "refund guard",
        switches: &["refund guard"],
        schema: &[("captures", "captures_given_back_within")],
    },
    Guard {
        name: "booking",
        switches: &["booking"],
        schema: &[],
    },
];

impl Guard {
    pub(super) fn find(name: &str) -> Option<&'static Self> {
        GUARDS.iter().find(|guard| guard.name == name)
    }

    /// The statements that take away what PostgreSQL holds.
    pub(super) fn statements(&self) -> impl Iterator<Item = String> {
        self.schema.iter().map(|(table, name)| match *table {
            "" => format!("drop index {name}"),
            table => format!("alter table {table} drop constraint {name}"),
        })
    }
}
