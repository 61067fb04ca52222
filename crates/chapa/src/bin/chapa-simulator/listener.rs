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
pub(crate) struct BreakableListener(pub(crate) TcpListener);

/// A connection that may be broken.
#[derive(Debug)]
pub(crate) struct Wire {
    stream: TcpStream,
    broken: Arc<AtomicBool>,
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
        let (stream, address) = Listener::accept(&mut self.0).await;
        // Answers are small; waiting to fill a packet only costs time.
        let _ = stream.set_nodelay(true);
        (
            Wire {
                stream,
                broken: Arc::default(),
            },
            address,
        )
    }

    fn local_addr(&self) -> io::Result<SocketAddr> {
        self.0.local_addr()
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
