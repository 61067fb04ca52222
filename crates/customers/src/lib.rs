//! Who buys: accounts, sign-in, and who a request comes from.
//!
//! Owns: `customers`, `customer_addresses`, `customer_groups`.
//! Promises: one e-mail address, however it is spelled, is one account; a password that was
//! changed ends every other session; an invalid token is refused and never taken for a guest's.
//! An address that is kept is one that a driver finds; a customer has one default of them.
//! Never: a member of the staff's account, a cart (its owner hands it over at sign-in).

mod actions;
mod events;
mod http;
mod model;
mod store;
#[cfg(test)]
mod tests;

pub use actions::{authenticate, find, group_of, register};
pub use events::{CustomerPasswordChanged, CustomerRegistered};
pub use http::{
    Caller, Customer, CustomerView, SHOPPER_TOKEN_HEADER, Shopper, SignedIn, routes, sign_in,
};
pub use kit::email::EmailAddress;
pub use model::{
    AUDIENCE, Account, Authenticated, CustomerRefusal, NewCustomer, NotAPhone, Phone, REFUSALS,
    ShippingAddress, account_name, buyer_names, clean_language, clean_name, region_name,
};
