//! Real servers in real folders: started, restarted, killed. Never: a simulated one.

#[cfg(test)]
mod cluster;
#[cfg(test)]
mod crashes;
#[cfg(test)]
mod redis;
#[cfg(test)]
mod refusals;
#[cfg(test)]
mod standby;
#[cfg(test)]
mod world;
