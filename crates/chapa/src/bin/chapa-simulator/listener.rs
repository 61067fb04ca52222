//! Connections that can be broken on purpose: a handler asks for a reset, and the socket is
//! closed without an answer.

use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll};

use axum::extract::connect_info::Connected;
use axum::serve::{IncomingStream, Listener};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;

/// Who is at the other end, and the handle to break the connection with.
#[derive(Debug, Clone)]
pub(crate) struct Peer {
    pub(crate) address: SocketAddr,
    broken: Arc<AtomicBool>,
}

impl Peer {
    /// The next write fails and the connection is reset.
    pub(crate) fn break_connection(&self) {
        self.broken.store(true, Ordering::SeqCst);
    }
}

/// A TCP listener whose connections are [`Wire`]s.
#[derive(Debug)]
pub(crate) struct BreakableListener {
    /// Taken only by the end.
    listening: Option<TcpListener>,
    told: Option<Told>,
}

/// Who hears of a listener.
#[derive(Debug, Clone)]
pub(crate) struct Told {
    /// Whether it listens.
    pub(crate) listening: watch::Sender<bool>,
    /// How many connections there are.
    pub(crate) wires: watch::Sender<usize>,
}

/// One connection in the count.
#[derive(Debug)]
struct Counted(watch::Sender<usize>);

impl Counted {
    fn new(wires: &watch::Sender<usize>) -> Self {
        wires.send_modify(|count| *count += 1);
        Self(wires.clone())
    }
}

impl Drop for Counted {
    fn drop(&mut self) {
        self.0.send_modify(|count| *count -= 1);
    }
}

impl BreakableListener {
    pub(crate) fn new(listening: TcpListener, told: Option<Told>) -> Self {
        if let Some(told) = &told {
            told.listening.send_replace(true);
        }
        Self {
            listening: Some(listening),
            told,
        }
    }
}

impl Drop for BreakableListener {
    fn drop(&mut self) {
        // The port first: whoever is told may try it at once.
        drop(self.listening.take());
        if let Some(told) = &self.told {
            told.listening.send_replace(false);
        }
    }
}

/// A connection that may be broken.
#[derive(Debug)]
pub(crate) struct Wire {
    stream: TcpStream,
    broken: Arc<AtomicBool>,
    /// After the stream: it is closed before it is counted out.
    _counted: Option<Counted>,
}

impl Wire {
    fn check(&self) -> io::Result<()> {
        if self.broken.load(Ordering::SeqCst) {
            // Best effort: without it the peer sees an ordinary close, which is as bad for it.
            let _ = self.stream.set_zero_linger();
            return Err(io::ErrorKind::ConnectionReset.into());
        }
        Ok(())
    }
}

impl Listener for BreakableListener {
    type Io = Wire;
    type Addr = SocketAddr;

    async fn accept(&mut self) -> (Wire, SocketAddr) {
        let Some(listening) = &mut self.listening else {
            return std::future::pending().await;
        };
        let (stream, address) = Listener::accept(listening).await;
        // Answers are small; waiting to fill a packet only costs time.
        let _ = stream.set_nodelay(true);
        (
            Wire {
                stream,
                broken: Arc::default(),
                _counted: self.told.as_ref().map(|told| Counted::new(&told.wires)),
            },
            address,
        )
    }

    fn local_addr(&self) -> io::Result<SocketAddr> {
        let listening = self.listening.as_ref();
        listening.ok_or(io::ErrorKind::NotConnected)?.local_addr()
    }
}

impl Connected<IncomingStream<'_, BreakableListener>> for Peer {
    fn connect_info(stream: IncomingStream<'_, BreakableListener>) -> Self {
        Self {
            address: *stream.remote_addr(),
            broken: Arc::clone(&stream.io().broken),
        }
    }
}

impl AsyncRead for Wire {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_read(context, buffer)
    }
}

impl AsyncWrite for Wire {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &[u8],
    ) -> Poll<io::Result<usize>> {
        self.check()?;
        Pin::new(&mut self.stream).poll_write(context, buffer)
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }
}
