//! `nexus demo`: the first five minutes with the shop, and everything that may come between.

mod life;
mod refusals;
mod trial;
