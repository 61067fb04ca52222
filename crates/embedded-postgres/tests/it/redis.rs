//! The private Redis: started, answers only with its password, dies with its program.

use std::io::{Read, Write};
use std::net::{Ipv4Addr, TcpListener, TcpStream};

use embedded_postgres::Port;
use embedded_postgres::redis::{RedisOptions, RedisServer, find};

use crate::world::{Folder, accepts, is_alive};

fn options(folder: &Folder, port: Port) -> RedisOptions {
    RedisOptions {
        directory: folder.0.clone(),
        port,
    }
}

/// What the server answers to lines of commands, until it closes the connection.
fn talk(port: u16, lines: &str) -> String {
    let mut stream = TcpStream::connect((Ipv4Addr::LOCALHOST, port)).unwrap();
    stream.write_all(lines.as_bytes()).unwrap();
    let mut reply = String::new();
    stream.read_to_string(&mut reply).unwrap();
    reply
}

#[test]
fn it_answers_with_the_password_alone_and_ends_with_its_owner() {
    if find().is_none() {
        let refused = RedisServer::start(&options(&Folder::new("no-redis"), Port::Any));
        let sentence = refused.unwrap_err().to_string();
        assert_eq!(
            sentence,
            "`redis-server` was not found in PATH: run `scripts/setup`"
        );
        return;
    }
    let folder = Folder::new("redis");
    let server = RedisServer::start(&options(&folder, Port::Any)).unwrap();
    let (port, pid) = (server.port(), server.pid());
    let url = server.url();
    let password = url
        .strip_prefix("redis://:")
        .unwrap()
        .split('@')
        .next()
        .unwrap();
    assert!(talk(port, "PING\r\nQUIT\r\n").starts_with("-NOAUTH"));
    let said = talk(
        port,
        &format!("AUTH {password}\r\nSET a 1\r\nGET a\r\nQUIT\r\n"),
    );
    assert_eq!(said, "+OK\r\n+OK\r\n$1\r\n1\r\n+OK\r\n");

    let second = RedisServer::start(&options(&folder, Port::Any))
        .unwrap_err()
        .to_string();
    assert!(second.contains("is in use by process"), "{second}");
    server.stop();
    assert!(!accepts(port));
    assert!(!is_alive(pid));

    let other = TcpListener::bind("127.0.0.1:0").unwrap();
    let busy = other.local_addr().unwrap().port();
    let refused = RedisServer::start(&options(&folder, Port::Fixed(busy))).unwrap_err();
    assert!(
        refused
            .to_string()
            .starts_with(&format!("port {busy} of 127.0.0.1 is used"))
    );
}
