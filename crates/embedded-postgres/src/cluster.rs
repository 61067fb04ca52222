//! A running private cluster: started, reached, stopped. Never: what its databases hold.

use std::io;
use std::net::{Ipv4Addr, TcpListener};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

use crate::data::{Data, PidFile, STOP_WITHIN, SUPERUSER, stop_leftover};
use crate::home::Home;
use crate::watchdog::{Watched, wait_until};
use crate::{Error, Installation, Options, Port};

/// A start may replay much work after a crash.
const START_WITHIN: Duration = Duration::from_secs(120);
/// How long the last processes of a killed server may hold its shared memory.
const SETTLE_WITHIN: Duration = Duration::from_secs(15);
/// How often another free port is tried when one is taken between looking and listening.
const PORT_ATTEMPTS: u32 = 5;
/// The longest path of a socket that every supported system can address, in bytes.
const SOCKET_PATH_LIMIT: usize = 103;

/// A running PostgreSQL cluster that only this program uses. Dropping it stops the server.
#[derive(Debug)]
pub struct Cluster {
    // The server must be down before the folder is given up: fields drop in this order.
    server: Watched,
    pub(crate) home: Home,
    pub(crate) data: Data,
    port: u16,
    socket: Option<PathBuf>,
}

impl Cluster {
    /// Starts the cluster in the options' folder and returns once it accepts connections.
    ///
    /// A missing cluster is created. What a crash left behind is repaired first: a half-made
    /// cluster is made anew, a server that still runs is shut down. Data of an older major
    /// version run on that version if it is installed. A caller that is root gets a server that
    /// runs as `postgres` or `nobody`; where that account cannot reach the folder, the data live
    /// under `/var/lib/ecommerce-nexus` and the folder holds a link to them, see
    /// [`Cluster::directory`]. Blocks; call it from a thread that may wait.
    ///
    /// # Errors
    /// Each variant of [`Error`] is one sentence with its remedy.
    pub fn start(installation: &Installation, options: &Options) -> Result<Self, Error> {
        let home = Home::open(&options.directory)?;
        let data = Data::open(&home, installation, options.durability)?;
        let socket = home.private_folder("socket")?;
        // 15 bytes for `/.s.PGSQL.65535`.
        let is_short = socket.as_os_str().len() + 15 <= SOCKET_PATH_LIMIT;
        let socket = is_short.then_some(socket);
        let mut attempt = 1;
        loop {
            let port = choose_port(options.port)?;
            let launch = Launch {
                home: &home,
                data: &data,
                socket: socket.as_deref(),
                port,
            };
            match launch.run(options) {
                Err(Error::PortBusy { .. })
                    if options.port == Port::Any && attempt < PORT_ATTEMPTS =>
                {
                    attempt += 1;
                }
                Err(error) => return Err(error),
                Ok(server) => {
                    return Ok(Self {
                        server,
                        home,
                        data,
                        port,
                        socket,
                    });
                }
            }
        }
    }

    /// The URL of a database over TCP, with the password: `postgres://user:…@127.0.0.1:port/name`.
    /// The name is inserted as it is.
    pub fn url(&self, database: &str) -> String {
        let Self { port, data, .. } = self;
        let password = &data.password;
        format!("postgres://{SUPERUSER}:{password}@127.0.0.1:{port}/{database}")
    }

    /// The same over the Unix socket, without a password: faster to connect, and open only to
    /// root and the server's own account. `None` when the folder's path is too long for a socket.
    pub fn socket_url(&self, database: &str) -> Option<String> {
        let folder = self.socket.as_ref()?.to_str()?;
        let port = self.port;
        let host: String = folder.bytes().map(percent_encoded).collect();
        Some(format!("postgres://{SUPERUSER}@{host}:{port}/{database}"))
    }

    /// The port of 127.0.0.1 it listens on.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// The server's process id.
    pub fn pid(&self) -> u32 {
        self.server.pid()
    }

    /// Where the data really are: the wanted folder, or the one its link leads to.
    pub fn directory(&self) -> &Path {
        &self.home.path
    }

    /// The file with the server's messages.
    pub fn log(&self) -> PathBuf {
        self.home.log_path()
    }

    /// The installation that runs it; of the data's major version, not always the one given.
    pub fn installation(&self) -> &Installation {
        &self.data.installation
    }

    /// Creates an empty database unless it exists. The name may hold letters, digits and `_`.
    ///
    /// # Errors
    /// [`Error::Failed`] with the words of `psql`, also for any other name.
    pub fn ensure_database(&self, name: &str) -> Result<(), Error> {
        let fail = |words: &str| {
            let last_words = words.trim().to_owned();
            Err(Error::Failed {
                program: "psql",
                last_words,
                log: self.log(),
            })
        };
        if name.is_empty()
            || !name
                .chars()
                .all(|sign| sign.is_ascii_alphanumeric() || sign == '_')
        {
            return fail("a database's name may hold only letters, digits and `_`");
        }
        let program = self.data.installation.program("psql");
        let mut psql = Command::new(&program);
        psql.env_clear()
            .env("PGPASSWORD", &self.data.password)
            .stdin(Stdio::null());
        psql.args([
            "--no-psqlrc",
            "--quiet",
            "--host=127.0.0.1",
            "--dbname=postgres",
        ]);
        psql.args(["--username", SUPERUSER, "--port", &self.port.to_string()]);
        psql.args(["--command", &format!("create database \"{name}\"")]);
        let output = psql.output().map_err(Error::io("run", &program))?;
        let words = String::from_utf8_lossy(&output.stderr);
        if output.status.success() || words.contains("already exists") {
            return Ok(());
        }
        fail(&words)
    }

    /// Shuts the server down: open connections are ended, everything committed is on disk.
    ///
    /// # Errors
    /// [`Error::TimedOut`] when it does not end within a minute.
    pub fn stop(mut self) -> Result<(), Error> {
        self.server.stop();
        // The watchdog may have been killed; then the server is stopped like any leftover one.
        stop_leftover(&self.home, Some(&self.data.installation))
    }
}

/// One attempt to start a server.
struct Launch<'a> {
    home: &'a Home,
    data: &'a Data,
    socket: Option<&'a Path>,
    port: u16,
}

impl Launch<'_> {
    /// Tries until the leftovers of a killed server have let go of the data.
    fn run(&self, options: &Options) -> Result<Watched, Error> {
        let mut result = self.run_once(options);
        wait_until(SETTLE_WITHIN, || {
            let is_settling = matches!(&result, Err(Error::Failed { last_words, .. })
                if last_words.contains("pre-existing shared memory block"));
            if is_settling {
                result = self.run_once(options);
            }
            !is_settling
        });
        result
    }

    fn run_once(&self, options: &Options) -> Result<Watched, Error> {
        let program = self.data.installation.program("postgres");
        let (log, log_size) = self.home.open_log()?;
        let command = self.command(&program, options);
        let started = Watched::start(self.home.account, "INT", &command, log, STOP_WITHIN);
        let mut server = started.map_err(Error::io("run", &program))?;
        let pid = server.pid();
        let mut ended = false;
        let settled = wait_until(START_WITHIN, || {
            ended = server.has_ended();
            let state = PidFile::read(&self.data.path);
            ended || state.is_some_and(|file| file.pid == pid && file.is_ready)
        });
        if settled && !ended {
            return Ok(server);
        }
        let log = self.home.log_path();
        if !settled {
            let seconds = START_WITHIN.as_secs();
            return Err(Error::TimedOut {
                program: "postgres",
                what: "start",
                seconds,
                log,
            });
        }
        let words = self.home.log_since(log_size);
        if words.contains("could not bind") || words.contains("could not create any TCP/IP") {
            return Err(Error::PortBusy { port: self.port });
        }
        Err(Error::Failed {
            program: "postgres",
            last_words: last_words(&words),
            log,
        })
    }

    fn command(&self, program: &Path, options: &Options) -> Command {
        let mut command = Command::new(program);
        let mut set = |name: &str, value: &str| {
            command.arg("-c").arg(format!("{name}={value}"));
        };
        for (name, value) in options.server_settings() {
            set(&name, &value);
        }
        // These keep the server private and reachable, so they cannot be overridden.
        set("listen_addresses", "127.0.0.1");
        set("port", &self.port.to_string());
        set(
            "unix_socket_directories",
            self.socket.and_then(Path::to_str).unwrap_or_default(),
        );
        set("unix_socket_permissions", "0700");
        set("logging_collector", "off");
        set("log_destination", "stderr");
        command.arg("-D").arg(&self.data.path);
        command
    }
}

/// A port that nobody listens on at this moment.
pub(crate) fn choose_port(wanted: Port) -> Result<u16, Error> {
    let port = match wanted {
        Port::Any => 0,
        Port::Fixed(port) => port,
    };
    TcpListener::bind((Ipv4Addr::LOCALHOST, port))
        .and_then(|listener| listener.local_addr())
        .map(|address| address.port())
        .map_err(|error| match error.kind() {
            io::ErrorKind::AddrInUse => Error::PortBusy { port },
            _ => Error::Io {
                action: "listen on",
                path: "127.0.0.1".into(),
                source: error,
            },
        })
}

/// The last few lines of a log as one sentence.
pub(crate) fn last_words(log: &str) -> String {
    let lines: Vec<&str> = log
        .lines()
        .map(str::trim)
        .filter(|line| !line.is_empty())
        .collect();
    lines[lines.len().saturating_sub(4)..].join(" ")
}

/// A byte of a path as it may stand in a URL's host.
fn percent_encoded(byte: u8) -> String {
    match byte {
        b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' => char::from(byte).into(),
        _ => format!("%{byte:02X}"),
    }
}
