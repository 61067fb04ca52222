//! Whatever is killed, and whenever: the next start works and nothing committed is lost.

use std::fs;
use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};

use embedded_postgres::{Cluster, Options};

use crate::world::{Folder, accepts, eventually, installation, is_alive, parent_of, query, signal};

/// Another program that holds a cluster in the folder, with its URL and its server's process id.
fn holder(folder: &Folder) -> (Child, String, u32) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_private-postgres"));
    command
        .arg(&folder.0)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped());
    let mut child = command.spawn().unwrap();
    let mut line = String::new();
    BufReader::new(child.stdout.take().unwrap())
        .read_line(&mut line)
        .unwrap();
    let (url, pid) = line
        .trim()
        .split_once(' ')
        .expect("the holder says its URL and server");
    let (url, pid) = (url.to_owned(), pid.parse().unwrap());
    (child, url, pid)
}

fn port_of(url: &str) -> u16 {
    url.rsplit_once(':')
        .unwrap()
        .1
        .trim_end_matches("/postgres")
        .parse()
        .unwrap()
}

#[test]
fn a_killed_program_takes_its_server_with_it() {
    let folder = Folder::new("orphan");
    let (mut program, url, server) = holder(&folder);
    crate::world::ask(
        &url,
        "create table kept (n int); insert into kept values (7)",
    );
    assert!(accepts(port_of(&url)));
    program.kill().unwrap();
    program.wait().unwrap();
    eventually("the port is closed", || !accepts(port_of(&url)));
    eventually("the server is gone", || !is_alive(server));

    let cluster = Cluster::start(&installation(), &Options::for_tests(&folder.0)).unwrap();
    assert_eq!(query(&cluster, "select n from kept"), "7");
}

#[test]
fn a_start_right_after_the_kill_waits_for_the_old_server() {
    let folder = Folder::new("heir");
    let (mut program, _, server) = holder(&folder);
    program.kill().unwrap();
    program.wait().unwrap();
    let cluster = Cluster::start(&installation(), &Options::for_tests(&folder.0)).unwrap();
    assert!(!is_alive(server));
    assert_eq!(query(&cluster, "select 1"), "1");
}

#[test]
fn a_killed_watchdog_and_server_leave_a_cluster_that_recovers() {
    let folder = Folder::new("killed");
    let options = Options::new(&folder.0);
    let cluster = Cluster::start(&installation(), &options).unwrap();
    query(
        &cluster,
        "create table kept (n int); insert into kept values (1)",
    );
    signal("KILL", parent_of(cluster.pid()));
    signal("KILL", cluster.pid());
    drop(cluster);
    let again = Cluster::start(&installation(), &options).unwrap();
    assert_eq!(query(&again, "select n from kept"), "1");
}

#[test]
fn a_server_whose_watch_was_killed_is_shut_down_by_the_next_start() {
    let folder = Folder::new("unwatched");
    let (mut program, url, server) = holder(&folder);
    crate::world::ask(
        &url,
        "create table kept (n int); insert into kept values (3)",
    );
    // The whole group of the watchdog: the script and the part that reads the pipe.
    let watchdog = parent_of(server);
    let list = Command::new("ps")
        .args(["-A", "-o", "pid=,pgid="])
        .output()
        .unwrap();
    for line in String::from_utf8(list.stdout).unwrap().lines() {
        let mut numbers = line
            .split_whitespace()
            .map(|number| number.parse::<u32>().unwrap());
        let (pid, group) = (numbers.next().unwrap(), numbers.next().unwrap());
        if group == watchdog && pid != server && parent_of(pid) != server {
            signal("KILL", pid);
        }
    }
    program.kill().unwrap();
    program.wait().unwrap();
    assert!(is_alive(server), "nobody was left to stop it");

    let cluster = Cluster::start(&installation(), &Options::for_tests(&folder.0)).unwrap();
    assert!(!is_alive(server));
    assert_eq!(query(&cluster, "select n from kept"), "3");
}

#[test]
fn stopping_works_even_when_the_watchdog_was_killed() {
    let folder = Folder::new("stopped");
    let cluster = Cluster::start(&installation(), &Options::for_tests(&folder.0)).unwrap();
    let server = cluster.pid();
    signal("KILL", parent_of(server));
    cluster.stop().unwrap();
    assert!(!is_alive(server));
}

#[test]
fn a_program_killed_in_the_middle_of_a_creation_does_no_harm() {
    let folder = Folder::new("creation");
    let mut command = Command::new(env!("CARGO_BIN_EXE_private-postgres"));
    command
        .arg(&folder.0)
        .stdin(Stdio::piped())
        .stdout(Stdio::null());
    let mut program = command.spawn().unwrap();
    let home = || fs::canonicalize(folder.0.join("moved-to")).unwrap_or_else(|_| folder.0.clone());
    let begun = || {
        home()
            .join(format!("unfinished-{}/base", program.id()))
            .exists()
    };
    eventually("the creation has begun", begun);
    program.kill().unwrap();
    program.wait().unwrap();
    assert!(!home().join("data").exists(), "killed before the end");

    let cluster = Cluster::start(&installation(), &Options::for_tests(&folder.0)).unwrap();
    assert_eq!(query(&cluster, "select 1"), "1");
}

#[test]
fn a_half_made_cluster_is_made_anew() {
    let folder = Folder::new("half");
    let (mut program, _, server) = holder(&folder);
    program.kill().unwrap();
    program.wait().unwrap();
    eventually("the server is gone", || !is_alive(server));
    // As a creation leaves it that was killed before its end.
    let home = fs::canonicalize(folder.0.join("moved-to")).unwrap_or_else(|_| folder.0.clone());
    fs::rename(home.join("data"), home.join("unfinished-1")).unwrap();
    fs::remove_file(home.join("unfinished-1/global/pg_control")).unwrap();

    let cluster = Cluster::start(&installation(), &Options::for_tests(&folder.0)).unwrap();
    assert_eq!(query(&cluster, "select 1"), "1");
    assert!(!home.join("unfinished-1").exists());
}

#[test]
fn a_stale_process_number_that_now_belongs_to_another_program_does_no_harm() {
    let folder = Folder::new("stale");
    let options = Options::for_tests(&folder.0);
    let cluster = Cluster::start(&installation(), &options).unwrap();
    let file = cluster.directory().join("data/postmaster.pid");
    let stale = fs::read_to_string(&file).unwrap();
    let server = cluster.pid().to_string();
    cluster.stop().unwrap();
    let mut bystander = Command::new("sleep")
        .arg("600")
        .stdin(Stdio::null())
        .spawn()
        .unwrap();
    fs::write(
        &file,
        stale.replacen(&server, &bystander.id().to_string(), 1),
    )
    .unwrap();

    let again = Cluster::start(&installation(), &options).unwrap();
    assert_eq!(query(&again, "select 1"), "1");
    assert!(
        is_alive(bystander.id()),
        "another program is never signalled"
    );
    bystander.kill().unwrap();
    bystander.wait().unwrap();
}
