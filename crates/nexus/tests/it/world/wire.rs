//! A way to PostgreSQL that counts the statements that are sent along it. Never what they say.

use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt, copy},
    net::{
        TcpListener, TcpStream,
        tcp::{OwnedReadHalf, OwnedWriteHalf},
    },
};

/// Requests for encryption, which come before the connection's first message.
const TLS_REQUESTS: [u32; 2] = [80_877_103, 80_877_104];

/// A listener in front of a database.
pub(crate) struct Wire {
    /// The database's address by this way.
    pub(crate) url: String,
    sent: Arc<AtomicUsize>,
}

impl Wire {
    /// Opens a way to the database at `url`, which names a host and a port.
    pub(crate) fn to(url: &str) -> Self {
        let (head, tail) = url.split_once('@').unwrap();
        let (address, name) = tail.split_once('/').unwrap();
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        listener.set_nonblocking(true).unwrap();
        let here = listener.local_addr().unwrap();
        let listener = TcpListener::from_std(listener).unwrap();
        let sent = Arc::new(AtomicUsize::new(0));
        let (database, counter) = (address.to_owned(), Arc::clone(&sent));
        // Ends with the test's runtime.
        drop(kit::tasks::Tasks::default().spawn(async move {
            loop {
                let (client, _) = listener.accept().await.unwrap();
                let server = TcpStream::connect(&database).await.unwrap();
                drop(kit::tasks::Tasks::default().spawn(join(
                    client,
                    server,
                    Arc::clone(&counter),
                )));
            }
        }));
        Self {
            url: format!("{head}@{here}/{name}"),
            sent,
        }
    }

    /// How many statements were executed along it so far.
    pub(crate) fn sent(&self) -> usize {
        self.sent.load(Ordering::SeqCst)
    }
}

async fn join(client: TcpStream, server: TcpStream, counter: Arc<AtomicUsize>) {
    let (from_client, mut to_client) = client.into_split();
    let (mut from_server, to_server) = server.into_split();
    let there = forward(from_client, to_server, &counter);
    let back = copy(&mut from_server, &mut to_client);
    // A connection that ends is the end of both.
    tokio::select! {
        _ = there => {}
        _ = back => {}
    }
}

/// Passes messages on and counts those that execute something.
async fn forward(
    mut from: OwnedReadHalf,
    mut to: OwnedWriteHalf,
    counter: &AtomicUsize,
) -> std::io::Result<()> {
    loop {
        let body = message(&mut from, &mut to).await?;
        let code = body.first_chunk().map(|code| u32::from_be_bytes(*code));
        if !code.is_some_and(|code| TLS_REQUESTS.contains(&code)) {
            break;
        }
    }
    loop {
        let kind = from.read_u8().await?;
        if matches!(kind, b'E' | b'Q') {
            counter.fetch_add(1, Ordering::SeqCst);
        }
        to.write_u8(kind).await?;
        message(&mut from, &mut to).await?;
    }
}

/// Passes on a message from its length on; answers what follows the length.
async fn message(from: &mut OwnedReadHalf, to: &mut OwnedWriteHalf) -> std::io::Result<Vec<u8>> {
    let length = from.read_u32().await?;
    let mut body = vec![0; usize::try_from(length).unwrap() - 4];
    from.read_exact(&mut body).await?;
    to.write_u32(length).await?;
    to.write_all(&body).await?;
    Ok(body)
}
