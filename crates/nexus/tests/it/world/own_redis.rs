//! A Redis of one test, which it may flush, kill and start again.

use super::{
    process::{Process, free_ports},
    wait::until,
};

/// A Redis that the test may kill.
pub(crate) struct OwnRedis {
    process: Process,
    port: u16,
}

fn process(port: u16) -> Process {
    let program = embedded_postgres::redis::find().expect("Redis is installed");
    let port = port.to_string();
    let args = ["--port", &port, "--bind", "127.0.0.1", "--save", ""];
    Process::start(&program, &args, &[])
}

impl OwnRedis {
    pub(crate) async fn start() -> Self {
        let port = free_ports(1);
        let own = Self {
            process: process(port),
            port,
        };
        until("Redis", async || own.ask(&["PING"]).await).await;
        own
    }

    pub(crate) fn url(&self) -> String {
        format!("redis://127.0.0.1:{}/", self.port)
    }

    /// `kill -9`: what it held is gone.
    pub(crate) async fn kill(&mut self) {
        self.process.kill().await;
    }

    /// At the same address, with nothing in it.
    pub(crate) async fn start_again(&mut self) {
        self.process = process(self.port);
        until("Redis", async || self.ask(&["PING"]).await).await;
    }

    /// What it answers to a command, if it is there.
    pub(crate) async fn ask(&self, command: &[&str]) -> Option<redis::Value> {
        let client = redis::Client::open(self.url()).unwrap();
        let mut connection = client.get_multiplexed_async_connection().await.ok()?;
        let mut asked = redis::cmd(command[0]);
        asked.arg(&command[1..]);
        asked.query_async(&mut connection).await.ok()
    }

    /// How many keys it holds.
    pub(crate) async fn keys(&self) -> Option<i64> {
        match self.ask(&["DBSIZE"]).await? {
            redis::Value::Int(keys) => Some(keys),
            other => panic!("{other:?}"),
        }
    }
}
