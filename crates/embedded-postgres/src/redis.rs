//! A private Redis that keeps nothing: started, reached, stopped. Never: what is stored in it.

use std::env;
use std::io::{Read, Write};
use std::net::{Ipv4Addr, TcpStream};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use crate::cluster::{choose_port, last_words};
use crate::home::{Home, random_secret};
use crate::watchdog::{Watched, wait_until};
use crate::{Error, Port};

/// It loads nothing, so it is ready almost at once.
const START_WITHIN: Duration = Duration::from_secs(20);
/// It saves nothing, so it ends almost at once.
const STOP_WITHIN: Duration = Duration::from_secs(20);
/// How often another free port is tried when one is taken between looking and listening.
const PORT_ATTEMPTS: u32 = 5;

/// How a private Redis is started.
#[derive(Debug, Clone)]
pub struct RedisOptions {
    /// Its folder, created when missing; another one than a cluster's.
    pub directory: PathBuf,
    /// Where it listens.
    pub port: Port,
}

/// A running Redis that only this program uses. Dropping it stops the server; nothing is kept.
#[derive(Debug)]
pub struct RedisServer {
    // The server must be down before the folder is given up: fields drop in this order.
    server: Watched,
    _home: Home,
    port: u16,
    password: String,
}

/// Finds the `redis-server` program in `PATH` and in the packages' usual folders.
pub fn find() -> Option<PathBuf> {
    let path = env::var_os("PATH").unwrap_or_default();
    let usual = ["/usr/bin", "/usr/local/bin", "/opt/homebrew/bin"].map(PathBuf::from);
    let mut programs = env::split_paths(&path)
        .chain(usual)
        .map(|folder| folder.join("redis-server"));
    programs.find(|program| program.is_file())
}

impl RedisServer {
    /// Starts a Redis in the options' folder and returns once it answers. Blocks.
    ///
    /// # Errors
    /// [`Error::RedisNotInstalled`] when [`find`] gives nothing; otherwise as for a cluster.
    pub fn start(options: &RedisOptions) -> Result<Self, Error> {
        let program = find().ok_or(Error::RedisNotInstalled)?;
        let home = Home::open(&options.directory)?;
        let password = random_secret()?;
        let mut attempt = 1;
        loop {
            let port = choose_port(options.port)?;
            match run(&home, &program, port, &password) {
                Err(Error::PortBusy { .. })
                    if options.port == Port::Any && attempt < PORT_ATTEMPTS =>
                {
                    attempt += 1;
                }
                Err(error) => return Err(error),
                Ok(server) => {
                    return Ok(Self {
                        server,
                        _home: home,
                        port,
                        password,
                    });
                }
            }
        }
    }

    /// Its URL, with the password: `redis://:…@127.0.0.1:port/`.
    pub fn url(&self) -> String {
        let Self { port, password, .. } = self;
        format!("redis://:{password}@127.0.0.1:{port}/")
    }

    /// The port of 127.0.0.1 it listens on.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// The server's process id.
    pub fn pid(&self) -> u32 {
        self.server.pid()
    }

    /// Stops it and waits for its end; what it held is gone.
    pub fn stop(mut self) {
        self.server.stop();
    }
}

fn run(home: &Home, program: &Path, port: u16, password: &str) -> Result<Watched, Error> {
    let folder = home.private_folder("data")?;
    // In a file, because every user may read a command line.
    let settings = format!(
        "bind 127.0.0.1\nport {port}\nrequirepass {password}\ndir \"{}\"\n\
         save \"\"\nappendonly no\ndaemonize no\n",
        folder.display()
    );
    let settings = home.write_secret("redis.conf", &settings)?;
    let mut command = Command::new(program);
    command.arg(settings);
    let (log, log_size) = home.open_log()?;
    let started = Watched::start(home.account, "TERM", &command, log, STOP_WITHIN);
    let mut server = started.map_err(Error::io("run", program))?;
    let mut ended = false;
    let settled = wait_until(START_WITHIN, || {
        ended = server.has_ended();
        ended || answers(port, password)
    });
    if settled && !ended {
        return Ok(server);
    }
    let log = home.log_path();
    if !settled {
        let seconds = START_WITHIN.as_secs();
        return Err(Error::TimedOut {
            program: "redis-server",
            what: "start",
            seconds,
            log,
        });
    }
    let words = home.log_since(log_size);
    if words.contains("Address already in use") {
        return Err(Error::PortBusy { port });
    }
    Err(Error::Failed {
        program: "redis-server",
        last_words: last_words(&words),
        log,
    })
}

/// Whether the server on this port knows the password, hence is ours and ready.
fn answers(port: u16, password: &str) -> bool {
    let ask = || {
        let mut stream = TcpStream::connect((Ipv4Addr::LOCALHOST, port))?;
        stream.set_read_timeout(Some(Duration::from_secs(1)))?;
        stream.write_all(format!("AUTH {password}\r\nPING\r\n").as_bytes())?;
        let mut reply = [0_u8; 12];
        stream.read_exact(&mut reply)?;
        Ok::<_, std::io::Error>(&reply == b"+OK\r\n+PONG\r\n")
    };
    ask().unwrap_or(false)
}
