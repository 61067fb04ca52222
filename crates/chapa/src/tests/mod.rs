//! Rules of the protocol, checked without a network.
