//! The real program, spoken to by a real mail client and by bare sockets. Never: its insides.

#[cfg(test)]
mod catching;
#[cfg(test)]
mod faults;
#[cfg(test)]
mod protocol;
#[cfg(test)]
mod world;
