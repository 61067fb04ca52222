//! `private-postgres <folder>`: runs a fast, forgetful cluster until standard input closes.
//! For scripts that need a database for a moment. Never: data that anyone wants to keep.

use std::env;
use std::io::{self, Write};
use std::process::ExitCode;

use embedded_postgres::{Cluster, Error, Installation, Options};

fn main() -> ExitCode {
    let Some(directory) = env::args_os().nth(1) else {
        // Nobody is left to tell when even that fails; the exit code says it too.
        let _ = writeln!(io::stderr(), "usage: private-postgres <folder>");
        return ExitCode::from(2);
    };
    match hold(&Options::for_tests(directory)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            let _ = writeln!(io::stderr(), "private-postgres: {error}");
            ExitCode::FAILURE
        }
    }
}

/// Starts the cluster, says its URL and process id on one line, and waits.
fn hold(options: &Options) -> Result<(), Error> {
    let cluster = Cluster::start(&Installation::find()?, options)?;
    let said = writeln!(
        io::stdout(),
        "{} {}",
        cluster.url("postgres"),
        cluster.pid()
    );
    if said.is_ok() {
        // An error ends the wait just as the end of the input does.
        let _ = io::copy(&mut io::stdin(), &mut io::sink());
    }
    cluster.stop()
}
