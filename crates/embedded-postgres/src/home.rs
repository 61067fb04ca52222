//! The folder of one server: where it really is, who holds it, its secret and its log.
//! Never: what the server keeps inside.

use std::fs::{self, DirBuilder, File, OpenOptions, Permissions, TryLockError};
use std::io::{self, Read, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt, PermissionsExt, symlink};
use std::path::{Path, PathBuf};

use crate::Error;
use crate::account::Account;
use crate::data::UNFINISHED;

/// Where data go when root asks for a folder that the server's account cannot reach.
const ELSEWHERE: &str = "/var/lib/ecommerce-nexus";
/// In the wanted folder, the symbolic link to where the data really are.
const POINTER: &str = "moved-to";
/// The files and folders of a server, apart from its data.
const OURS: [&str; 7] = [
    "socket",
    "password",
    "redis.conf",
    "server.log",
    "server.log.old",
    "lock",
    POINTER,
];
/// Logs beyond this size are set aside at the next start.
const LOG_LIMIT_BYTES: u64 = 10 * 1024 * 1024;

/// A server's folder, held by this process until dropped.
#[derive(Debug)]
pub(crate) struct Home {
    pub(crate) path: PathBuf,
    pub(crate) account: Account,
    lock: File,
}

impl Home {
    /// Finds or creates the folder and takes hold of it. Fails when another process holds it.
    pub(crate) fn open(wanted: &Path) -> Result<Self, Error> {
        let wanted = std::path::absolute(wanted).map_err(Error::unwritable(wanted))?;
        create_folder(&wanted)?;
        let wanted = wanted.canonicalize().map_err(Error::unwritable(&wanted))?;
        let pointer = wanted.join(POINTER);
        let here = pointer.canonicalize().unwrap_or_else(|_| wanted.clone());
        let account = Account::choose(&here.join("data"))?;
        let path = if here != wanted || account.can_enter(&wanted) {
            here
        } else {
            move_elsewhere(&wanted, &pointer)?
        };
        let lock = take_lock(&path)?;
        Ok(Self {
            path,
            account,
            lock,
        })
    }

    /// Creates a folder inside that only the server's account can enter, and returns its path.
    pub(crate) fn private_folder(&self, name: &str) -> Result<PathBuf, Error> {
        let folder = self.path.join(name);
        match DirBuilder::new().mode(0o700).create(&folder) {
            Err(error) if error.kind() != io::ErrorKind::AlreadyExists => {
                return Err(Error::unwritable(&self.path)(error));
            }
            _ => self.account.own(&folder)?,
        }
        let closed = Permissions::from_mode(0o700);
        fs::set_permissions(&folder, closed).map_err(Error::io("close", &folder))?;
        Ok(folder)
    }

    /// Writes a file that only the server's account (and root) can read.
    pub(crate) fn write_secret(&self, name: &str, text: &str) -> Result<PathBuf, Error> {
        let path = self.path.join(name);
        // A new file, so that the permissions hold from its first byte.
        match fs::remove_file(&path) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => {
                return Err(Error::unwritable(&self.path)(error));
            }
            _ => {}
        }
        let created = OpenOptions::new()
            .write(true)
            .create_new(true)
            .mode(0o600)
            .open(&path);
        let mut file = created.map_err(Error::unwritable(&self.path))?;
        file.write_all(text.as_bytes())
            .map_err(Error::io("write", &path))?;
        file.sync_all().map_err(Error::io("write", &path))?;
        self.account.own(&path)?;
        Ok(path)
    }

    /// Opens the server's log for appending; returns it with its size so far in bytes.
    pub(crate) fn open_log(&self) -> Result<(File, u64), Error> {
        let path = self.log_path();
        if path.metadata().is_ok_and(|log| log.len() > LOG_LIMIT_BYTES) {
            let aside = path.with_extension("log.old");
            fs::rename(&path, aside).map_err(Error::io("set aside", &path))?;
        }
        let opened = OpenOptions::new()
            .append(true)
            .create(true)
            .mode(0o600)
            .open(&path);
        let log = opened.map_err(Error::unwritable(&self.path))?;
        let size = log.metadata().map_err(Error::io("read", &path))?.len();
        Ok((log, size))
    }

    /// Removes every folder whose name begins so. What cannot be removed yet, because a process
    /// of an earlier life still writes to it, is left for the next time.
    pub(crate) fn sweep(&self, prefix: &str) {
        for entry in fs::read_dir(&self.path).into_iter().flatten().flatten() {
            if entry
                .file_name()
                .as_encoded_bytes()
                .starts_with(prefix.as_bytes())
            {
                let _ = fs::remove_dir_all(entry.path());
            }
        }
    }

    /// Where the server's messages are kept.
    pub(crate) fn log_path(&self) -> PathBuf {
        self.path.join("server.log")
    }

    /// What the server has written to its log since it had this size.
    pub(crate) fn log_since(&self, size: u64) -> String {
        let text = fs::read(self.log_path()).unwrap_or_default();
        let start = usize::try_from(size).unwrap_or(usize::MAX).min(text.len());
        String::from_utf8_lossy(&text[start..]).into_owned()
    }
}

impl Drop for Home {
    fn drop(&mut self) {
        // Explicitly, because a child that is between fork and exec still shares the open file;
        // a failure leaves the lock to the end of this process, which is harmless.
        let _ = self.lock.unlock();
    }
}

/// Removes a private server's data, wherever they really are, and its folder when nothing else
/// is in it.
///
/// A folder that does not exist is no error; one that a running program holds is refused.
///
/// # Errors
/// [`Error::InUse`] while another program holds the folder; [`Error::Unwritable`].
pub fn remove(directory: &Path) -> Result<(), Error> {
    if !directory.exists() {
        return Ok(());
    }
    let home = Home::open(directory)?;
    crate::data::stop_leftover(&home, None)?;
    let data = home.path.join("data");
    if data.exists() {
        // Renamed first, so that an interrupted removal is not mistaken for whole data.
        let aside = home.path.join(format!("{UNFINISHED}removal"));
        fs::rename(&data, aside).map_err(Error::unwritable(&home.path))?;
    }
    home.sweep(UNFINISHED);
    for place in [home.path.as_path(), directory] {
        for path in OURS.map(|name| place.join(name)) {
            let is_folder = path.is_dir() && !path.is_symlink();
            let removed = if is_folder {
                fs::remove_dir_all(&path)
            } else {
                fs::remove_file(&path)
            };
            match removed {
                Err(error) if error.kind() != io::ErrorKind::NotFound => {
                    return Err(Error::unwritable(place)(error));
                }
                _ => {}
            }
        }
        // Fails when something else lives there, which is then none of our business.
        let _ = fs::remove_dir(place);
    }
    Ok(())
}

/// A fresh secret of 48 hexadecimal digits from the system's own source.
pub(crate) fn random_secret() -> Result<String, Error> {
    let source = Path::new("/dev/urandom");
    let mut bytes = [0_u8; 24];
    let mut urandom = File::open(source).map_err(Error::io("read", source))?;
    urandom
        .read_exact(&mut bytes)
        .map_err(Error::io("read", source))?;
    Ok(bytes.iter().map(|byte| format!("{byte:02x}")).collect())
}

/// Creates a folder that other accounts may pass through but not list.
fn create_folder(folder: &Path) -> Result<(), Error> {
    if folder.is_dir() {
        return Ok(());
    }
    fs::create_dir_all(folder).map_err(Error::unwritable(folder))?;
    let passable = Permissions::from_mode(0o711);
    fs::set_permissions(folder, passable).map_err(Error::unwritable(folder))
}

/// Chooses a new folder that the server's account can reach, and leaves a link to it. An earlier
/// one without a link is never taken up again: whoever removed the link wanted a fresh start.
fn move_elsewhere(wanted: &Path, pointer: &Path) -> Result<PathBuf, Error> {
    // Data that stand here already and cannot be reached are not to be forgotten for new ones.
    let data = wanted.join("data");
    if data.exists() {
        return Err(Error::Foreign { path: data });
    }
    let base = Path::new(ELSEWHERE);
    fs::create_dir_all(base).map_err(Error::unwritable(base))?;
    fs::set_permissions(base, Permissions::from_mode(0o755)).map_err(Error::unwritable(base))?;
    let folder = new_folder(base, fingerprint(wanted)).map_err(Error::unwritable(base))?;
    // A dangling link of an earlier time would be in the way.
    if pointer.is_symlink() {
        fs::remove_file(pointer).map_err(Error::unwritable(wanted))?;
    }
    symlink(&folder, pointer).map_err(Error::unwritable(wanted))?;
    Ok(folder)
}

/// Creates the first folder of this fingerprint that does not exist yet.
fn new_folder(base: &Path, fingerprint: u64) -> io::Result<PathBuf> {
    let mut count = 0_u32;
    loop {
        let folder = base.join(format!("{fingerprint:016x}-{count}"));
        match DirBuilder::new().mode(0o711).create(&folder) {
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => count += 1,
            result => return result.map(|()| folder),
        }
    }
}

/// FNV-1a: names a folder after a path, the same in every release.
fn fingerprint(path: &Path) -> u64 {
    let bytes = path.as_os_str().as_encoded_bytes();
    bytes.iter().fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
        (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3)
    })
}

/// Takes the folder's lock, which the system releases when this process ends in any way.
fn take_lock(folder: &Path) -> Result<File, Error> {
    let path = folder.join("lock");
    let options = OpenOptions::new()
        .read(true)
        .write(true)
        .create(true)
        .truncate(false)
        .mode(0o600)
        .clone();
    let mut file = options.open(&path).map_err(Error::unwritable(folder))?;
    match file.try_lock() {
        Ok(()) => {}
        Err(TryLockError::WouldBlock) => {
            let mut holder = String::new();
            // Only for the message: the holder may be writing its number right now.
            let _ = file.read_to_string(&mut holder);
            let holder = holder.trim();
            let holder = if holder.is_empty() { "unknown" } else { holder }.to_owned();
            return Err(Error::InUse {
                path: folder.to_path_buf(),
                holder,
            });
        }
        Err(TryLockError::Error(source)) => return Err(Error::unwritable(folder)(source)),
    }
    file.set_len(0).map_err(Error::unwritable(folder))?;
    writeln!(file, "{}", std::process::id()).map_err(Error::unwritable(folder))?;
    Ok(file)
}
