//! What a caller may choose about a cluster. Never: how it is carried out, beyond the settings.

use std::path::PathBuf;

/// Where a server listens on 127.0.0.1.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Port {
    /// Any free port; ask the running server which one.
    Any,
    /// Exactly this port; a busy one is an error.
    Fixed(u16),
}

/// What survives a crash.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Durability {
    /// Every committed transaction survives a crash of the server and of the machine.
    Full,
    /// Fast and forgetful: a crash of the machine may destroy the cluster. Many connections.
    NoneForTests,
}

/// How a cluster is started; see [`Options::new`] for the defaults.
#[derive(Debug, Clone)]
pub struct Options {
    /// The cluster's folder; created when missing.
    pub directory: PathBuf,
    /// Where it listens.
    pub port: Port,
    /// What survives a crash.
    pub durability: Durability,
    /// Further server settings, such as `("work_mem", "16MB")`; they win over the defaults.
    pub settings: Vec<(String, String)>,
}

impl Options {
    /// A fully durable cluster in `directory` on any free port.
    pub fn new(directory: impl Into<PathBuf>) -> Self {
        Self {
            directory: directory.into(),
            port: Port::Any,
            durability: Durability::Full,
            settings: Vec::new(),
        }
    }

    /// A fast, forgetful cluster in `directory` on any free port.
    pub fn for_tests(directory: impl Into<PathBuf>) -> Self {
        Self {
            durability: Durability::NoneForTests,
            ..Self::new(directory)
        }
    }

    /// Every setting for the server's command line, in order; a later one wins.
    pub(crate) fn server_settings(&self) -> Vec<(String, String)> {
        // The log's language is fixed because its words tell a busy port from other failures.
        let always = [
            ("shared_buffers", "128MB"),
            ("lc_messages", "C"),
            ("log_timezone", "UTC"),
        ];
        let durability: &[(&str, &str)] = match self.durability {
            Durability::Full => &[("max_connections", "100")],
            Durability::NoneForTests => &[
                ("max_connections", "300"),
                ("fsync", "off"),
                ("synchronous_commit", "off"),
                ("full_page_writes", "off"),
            ],
        };
        let defaults = always.iter().chain(durability);
        let mut settings: Vec<_> = defaults
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
            .collect();
        settings.extend(self.settings.iter().cloned());
        settings
    }
}
