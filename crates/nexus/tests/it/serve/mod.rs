//! The server as an operator lives with it: when it refuses to start, how it stops, what it says
//! about its health, how the schema is brought up to date.

mod connections;
mod database;
mod migrate;
mod refusals;
mod simulate;
mod stop;
