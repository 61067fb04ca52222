//! Every refusal is one clear sentence with its remedy.

use std::fs;
use std::net::TcpListener;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use embedded_postgres::{Cluster, Error, Installation, Options, Port};

use crate::world::{Folder, installation, query};

fn refusal(options: &Options) -> Error {
    Cluster::start(&installation(), options).unwrap_err()
}

#[test]
fn a_second_user_of_the_folder_is_refused() {
    let folder = Folder::new("second");
    let options = Options::for_tests(&folder.0);
    let first = Cluster::start(&installation(), &options).unwrap();
    let sentence = refusal(&options).to_string();
    let path = first.directory().display();
    let me = std::process::id();
    assert_eq!(
        sentence,
        format!(
            "the folder {path} is in use by process {me}: \
             stop that process or choose another folder"
        )
    );
    assert_eq!(query(&first, "select 1"), "1", "the first is not disturbed");
}

#[test]
fn a_busy_port_is_named() {
    let folder = Folder::new("busy");
    let other = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = other.local_addr().unwrap().port();
    let mut options = Options::for_tests(&folder.0);
    options.port = Port::Fixed(port);
    assert_eq!(
        refusal(&options).to_string(),
        format!(
            "port {port} of 127.0.0.1 is used by another program: \
             stop that program or choose another port"
        )
    );
    drop(other);
    let cluster = Cluster::start(&installation(), &options).unwrap();
    assert_eq!(cluster.port(), port);
}

#[test]
fn a_folder_that_cannot_be_written_is_named() {
    let remedy = "cannot be written by this user: change its owner or choose another folder";
    let impossible = Path::new("/dev/null/cluster");
    assert_eq!(
        refusal(&Options::for_tests(impossible)).to_string(),
        format!("the folder /dev/null/cluster {remedy}")
    );

    let folder = Folder::new("closed");
    fs::create_dir(&folder.0).unwrap();
    fs::set_permissions(&folder.0, fs::Permissions::from_mode(0o500)).unwrap();
    if fs::write(folder.0.join("probe"), "").is_ok() {
        // Root may write everywhere, so there is nothing to refuse.
        fs::remove_file(folder.0.join("probe")).unwrap();
    } else {
        let path = folder.0.display();
        let sentence = refusal(&Options::for_tests(&folder.0)).to_string();
        assert_eq!(sentence, format!("the folder {path} {remedy}"));
    }
    fs::set_permissions(&folder.0, fs::Permissions::from_mode(0o700)).unwrap();
    fs::remove_dir(&folder.0).unwrap();
}

#[test]
fn a_folder_without_programs_is_named() {
    let sentence = Installation::at(Path::new("/nowhere"))
        .unwrap_err()
        .to_string();
    assert_eq!(
        sentence,
        "/nowhere holds no PostgreSQL 15 or newer (`postgres` is missing): \
         name the folder that holds `postgres`, `initdb` and `pg_ctl`"
    );
}

#[test]
fn data_of_someone_else_are_left_alone() {
    let folder = Folder::new("foreign");
    let precious = folder.0.join("data/precious");
    fs::create_dir_all(precious.parent().unwrap()).unwrap();
    fs::write(&precious, "gold").unwrap();
    let sentence = refusal(&Options::for_tests(&folder.0)).to_string();
    let end = "exists but was not created as a private server's data: choose another folder";
    assert!(sentence.ends_with(end), "{sentence}");
    assert_eq!(fs::read_to_string(&precious).unwrap(), "gold");
    // Not ours, so the folder's own clean-up leaves it alone.
    fs::remove_dir_all(folder.0.join("data")).unwrap();
}

#[test]
fn data_of_a_version_that_is_not_installed_are_named() {
    let folder = Folder::new("version");
    let options = Options::for_tests(&folder.0);
    let cluster = Cluster::start(&installation(), &options).unwrap();
    let version = cluster.directory().join("data/PG_VERSION");
    cluster.stop().unwrap();
    fs::write(&version, "99\n").unwrap();
    let sentence = refusal(&options).to_string();
    assert!(
        sentence.contains("were written by PostgreSQL 99 and only"),
        "{sentence}"
    );
    assert!(
        sentence.ends_with("install PostgreSQL 99 or choose another folder"),
        "{sentence}"
    );
}

#[test]
fn a_wrong_setting_is_told_in_the_servers_own_words() {
    let folder = Folder::new("setting");
    let mut options = Options::for_tests(&folder.0);
    options.settings = vec![("work_mem".into(), "plenty".into())];
    let sentence = refusal(&options).to_string();
    assert!(sentence.starts_with("postgres failed: "), "{sentence}");
    assert!(
        sentence.contains("invalid value for parameter \"work_mem\""),
        "{sentence}"
    );
}

#[test]
fn a_folder_that_the_servers_account_cannot_reach_is_linked_elsewhere() {
    let folder = Folder::new("unreachable");
    let closed = folder.0.join("closed");
    fs::create_dir_all(&closed).unwrap();
    fs::set_permissions(&closed, fs::Permissions::from_mode(0o700)).unwrap();
    let wanted = closed.join("cluster");
    let options = Options::for_tests(&wanted);
    let cluster = Cluster::start(&installation(), &options).unwrap();
    query(
        &cluster,
        "create table kept (n int); insert into kept values (5)",
    );
    let directory = cluster.directory().to_owned();
    drop(cluster);
    if wanted.join("moved-to").exists() {
        assert!(
            directory.starts_with("/var/lib/ecommerce-nexus"),
            "{}",
            directory.display()
        );
    } else {
        // An ordinary user's server runs as that user and reaches what the user reaches.
        assert_eq!(directory, wanted.canonicalize().unwrap());
    }
    let again = Cluster::start(&installation(), &options).unwrap();
    assert_eq!(again.directory(), directory);
    assert_eq!(query(&again, "select n from kept"), "5");
    drop(again);
    embedded_postgres::remove(&wanted).unwrap();
    assert!(!directory.exists());
    fs::remove_dir_all(&closed).unwrap();
}
