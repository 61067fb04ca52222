//! The shop in a page: what each operation does and answers when nobody else is there. No SQL, no
//! HTTP, no clock; independent of the shop's own code.

/// So many variants are on the shelf.
pub(super) const VARIANTS: usize = 2;
/// What a unit costs.
pub(super) const PRICE: i64 = 10_000;

/// Something that a client asks for. Carts and variants by their place; the order of a cart is
/// named by the cart.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Operation {
    Add(usize, usize, i64),
    Set(usize, usize, i64),
    Place(usize),
    Initiate(usize),
    /// The buyer pays at the provider, and nobody tells the shop.
    Charge(usize),
    Verify(usize),
    Read(usize),
    /// The lines of a cart.
    Lines(usize),
    Level(usize),
    /// Sets what is on hand, if the level has still this version.
    Count(usize, i64, i64),
    Refund(usize, i64),
    /// The time of an unpaid order is over.
    Age(usize),
    /// The job that lets such an order go.
    Expire(usize),
}

impl Operation {
    /// Whose order it is about.
    const fn order(&self) -> Option<usize> {
        match *self {
            Self::Initiate(cart)
            | Self::Charge(cart)
            | Self::Verify(cart)
            | Self::Read(cart)
            | Self::Refund(cart, _)
            | Self::Age(cart)
            | Self::Expire(cart) => Some(cart),
            _ => None,
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct Shelf {
    pub(super) on_hand: i64,
    pub(super) reserved: i64,
    pub(super) version: i64,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Status {
    Pending,
    Paid,
    Expired,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash)]
struct Order {
    status: Status,
    is_aged: bool,
    is_charged: bool,
    /// Its money came when its units were gone.
    is_surplus: bool,
    refunded: i64,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash)]
struct Cart {
    lines: [i64; VARIANTS],
    order: Option<Order>,
}

/// The whole shop.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) struct Model {
    shelves: [Shelf; VARIANTS],
    carts: Vec<Cart>,
}

impl Model {
    /// Carts with one unit of each variant before shelves with so many.
    pub(super) fn new(on_hand: [i64; VARIANTS], carts: usize) -> Self {
        let shelf = |on_hand| Shelf {
            on_hand,
            reserved: 0,
            version: 1,
        };
        let cart = Cart {
            lines: [1; VARIANTS],
            order: None,
        };
        Self {
            shelves: on_hand.map(shelf),
            carts: vec![cart; carts],
        }
    }

    /// Does it; answers what the client is told.
    pub(super) fn apply(&mut self, operation: &Operation) -> String {
        if let Some(cart) = operation.order()
            && self.carts[cart].order.is_none()
        {
            // Nobody is told that: it cannot have come before the order.
            return "not placed".to_owned();
        }
        match *operation {
            Operation::Add(cart, variant, quantity) => {
                let wanted = self.carts[cart].lines[variant] + quantity;
                self.change(cart, variant, wanted, "201")
            }
            Operation::Set(cart, variant, quantity) => self.change(cart, variant, quantity, "200"),
            Operation::Place(cart) => self.place(cart),
            Operation::Initiate(cart) => {
                let order = self.order(cart);
                let is_payable = order.status == Status::Pending && !order.is_aged;
                if is_payable { "200" } else { "409" }.to_owned()
            }
            Operation::Charge(cart) => {
                self.order(cart).is_charged = true;
                String::new()
            }
            Operation::Verify(cart) => self.verify(cart),
            Operation::Read(cart) => match self.order(cart).status {
                Status::Pending => "pending_payment",
                Status::Paid => "paid",
                Status::Expired => "expired",
            }
            .to_owned(),
            Operation::Lines(cart) => format!("{:?}", self.carts[cart].lines),
            Operation::Level(variant) => {
                let shelf = self.shelves[variant];
                format!("{} {} v{}", shelf.on_hand, shelf.reserved, shelf.version)
            }
            Operation::Count(variant, on_hand, version) => self.count(variant, on_hand, version),
            Operation::Refund(cart, minor) => {
                let total = PRICE * self.carts[cart].lines.iter().sum::<i64>();
                let order = self.order(cart);
                let left = if order.status == Status::Paid {
                    total - order.refunded
                } else {
                    0
                };
                if minor > left {
                    return "409".to_owned();
                }
                order.refunded += minor;
                "201".to_owned()
            }
            Operation::Age(cart) => {
                self.order(cart).is_aged = true;
                String::new()
            }
            Operation::Expire(cart) => {
                self.expire(cart);
                String::new()
            }
        }
    }

    /// Whoever asks about an order has been told of it.
    fn order(&mut self, cart: usize) -> &mut Order {
        self.carts[cart].order.as_mut().expect("it was placed")
    }

    fn available(&self, variant: usize) -> i64 {
        self.shelves[variant].on_hand - self.shelves[variant].reserved
    }

    fn change(&mut self, cart: usize, variant: usize, quantity: i64, done: &str) -> String {
        let available = self.available(variant);
        let Cart { lines, order } = &mut self.carts[cart];
        let is_more = quantity > lines[variant];
        if order.is_some() || (is_more && quantity > available) {
            return "409".to_owned();
        }
        lines[variant] = quantity;
        format!("{done} {quantity}")
    }

    fn place(&mut self, cart: usize) -> String {
        let lines = self.carts[cart].lines;
        if self.carts[cart].order.is_some() {
            return format!("200 {lines:?}");
        }
        if (0..VARIANTS).any(|variant| lines[variant] > self.available(variant)) {
            return "409".to_owned();
        }
        for (shelf, quantity) in self.shelves.iter_mut().zip(lines) {
            shelf.reserved += quantity;
        }
        self.carts[cart].order = Some(Order {
            status: Status::Pending,
            is_aged: false,
            is_charged: false,
            is_surplus: false,
            refunded: 0,
        });
        format!("201 {lines:?}")
    }

    fn verify(&mut self, cart: usize) -> String {
        let order = self.order(cart).clone();
        if order.is_charged && !order.is_surplus {
            match order.status {
                Status::Pending => self.sell(cart, true),
                Status::Expired => {
                    let lines = self.carts[cart].lines;
                    if (0..VARIANTS).all(|variant| lines[variant] <= self.available(variant)) {
                        self.sell(cart, false);
                    } else {
                        self.order(cart).is_surplus = true;
                    }
                }
                Status::Paid => {}
            }
        }
        let order = self.order(cart);
        let word = match order.status {
            Status::Paid => "paid",
            _ if order.is_surplus => "review",
            _ => "unpaid",
        };
        word.to_owned()
    }

    /// The units leave the shelf, those that were held or others.
    fn sell(&mut self, cart: usize, were_held: bool) {
        let lines = self.carts[cart].lines;
        for (shelf, quantity) in self.shelves.iter_mut().zip(lines) {
            shelf.on_hand -= quantity;
            shelf.reserved -= if were_held { quantity } else { 0 };
            shelf.version += 1;
        }
        self.order(cart).status = Status::Paid;
    }

    fn count(&mut self, variant: usize, on_hand: i64, version: i64) -> String {
        let shelf = &mut self.shelves[variant];
        if shelf.version != version {
            return "412".to_owned();
        }
        if on_hand < shelf.reserved {
            return "409".to_owned();
        }
        if on_hand != shelf.on_hand {
            shelf.on_hand = on_hand;
            shelf.version += 1;
        }
        "200".to_owned()
    }

    fn expire(&mut self, cart: usize) {
        let order = self.order(cart);
        if order.status != Status::Pending || !order.is_aged {
            return;
        }
        if order.is_charged {
            // The provider is asked first.
            self.sell(cart, true);
            return;
        }
        order.status = Status::Expired;
        let lines = self.carts[cart].lines;
        for (shelf, quantity) in self.shelves.iter_mut().zip(lines) {
            shelf.reserved -= quantity;
        }
    }
}
