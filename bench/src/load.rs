//! Our own load generator: a closed loop, each connection sending its next request when the
//! answer to the one before is whole. Never chooses what is sent.

use std::{
    net::SocketAddr,
    sync::atomic::{AtomicBool, Ordering},
    time::{Duration, Instant},
};

use anyhow::{Context, Result, bail};
use bytes::Bytes;
use futures_util::{
    future::try_join_all,
    stream::{FuturesUnordered, TryStreamExt},
};
use http::{Request, StatusCode};
use http_body_util::{BodyExt, Full};
use hyper::client::conn::http1::{self, Connection, SendRequest};
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;

use crate::{
    accounting::{Meter, Reading},
    measure::{Outcome, Side},
    random::Random,
    requests::Requests,
};

/// How long the connections are busy before it counts.
const LEAD: Duration = Duration::from_millis(300);

/// A connection that is kept alive, with the half that does its reading and writing.
pub(crate) struct Wire {
    sender: SendRequest<Full<Bytes>>,
    connection: Connection<TokioIo<TcpStream>, Full<Bytes>>,
}

/// When an answer was whole, and how long it took.
struct Answer {
    at: Instant,
    took: Duration,
    body_bytes: usize,
}

impl Wire {
    pub(crate) async fn open(address: SocketAddr) -> Result<Self> {
        let stream = TcpStream::connect(address)
            .await
            .context("connect to the server")?;
        stream.set_nodelay(true)?;
        let (sender, connection) = http1::handshake(TokioIo::new(stream)).await?;
        Ok(Self { sender, connection })
    }

    /// One request; the connection stays open.
    pub(crate) async fn ask_once(&mut self, request: Request<Full<Bytes>>) -> Result<StatusCode> {
        tokio::select! {
            biased;
            ended = &mut self.connection => {
                ended.context("the connection broke")?;
                bail!("the server closed the connection without an answer")
            }
            answer = exchange(&mut self.sender, request) => Ok(answer?.0),
        }
    }

    /// Sends requests until it is told to stop; answers `false` when the carts are used up.
    async fn drive(
        self,
        requests: &Requests<'_>,
        mut random: Random,
        stop: &AtomicBool,
        answers: &mut Vec<Answer>,
    ) -> Result<bool> {
        let Self {
            mut sender,
            connection,
        } = self;
        let work = async {
            while !stop.load(Ordering::Relaxed) {
                let Some(request) = requests.next(&mut random)? else {
                    return Ok(false);
                };
                let began = Instant::now();
                let (status, body) = exchange(&mut sender, request).await?;
                let at = Instant::now();
                if status != requests.case().expected() {
                    let body = String::from_utf8_lossy(&body);
                    bail!(
                        "{}: the server answered {status}: {body}",
                        requests.case().title()
                    );
                }
                answers.push(Answer {
                    at,
                    took: at - began,
                    body_bytes: body.len(),
                });
            }
            Ok(true)
        };
        tokio::select! {
            // The connection first: what it reads is what the work waits for.
            biased;
            ended = connection => {
                ended.context("a connection broke")?;
                bail!("the server closed a connection in the middle of a measurement")
            }
            outcome = work => outcome,
        }
    }
}

async fn exchange(
    sender: &mut SendRequest<Full<Bytes>>,
    request: Request<Full<Bytes>>,
) -> Result<(StatusCode, Bytes)> {
    sender.ready().await.context("the connection is gone")?;
    let response = sender
        .send_request(request)
        .await
        .context("send a request")?;
    let status = response.status();
    let body = response
        .into_body()
        .collect()
        .await
        .context("read an answer")?
        .to_bytes();
    Ok((status, body))
}

/// One request on a connection of its own.
pub(crate) async fn ask(
    address: SocketAddr,
    request: Request<Full<Bytes>>,
) -> Result<(StatusCode, Bytes)> {
    let Wire {
        mut sender,
        connection,
    } = Wire::open(address).await?;
    tokio::select! {
        biased;
        answer = exchange(&mut sender, request) => answer,
        ended = connection => {
            ended.context("the connection broke")?;
            bail!("the server closed the connection without an answer")
        }
    }
}

/// Keeps `connections` busy, shared out among the servers, and measures for `length`, after a lead
/// that does not count.
pub(crate) async fn measure(
    servers: &[SocketAddr],
    requests: &Requests<'_>,
    connections: u32,
    length: Duration,
    meter: &Meter,
) -> Result<Outcome> {
    let of_each = servers.iter().cycle().take(usize::try_from(connections)?);
    let wires = try_join_all(of_each.map(|server| Wire::open(*server))).await?;
    let stop = AtomicBool::new(false);
    let mut answers: Vec<Vec<Answer>> = wires.iter().map(|_| Vec::new()).collect();
    let drivers: FuturesUnordered<_> = wires
        .into_iter()
        .zip(&mut answers)
        .zip(1_u64..)
        .map(|((wire, answers), seed)| wire.drive(requests, Random::new(seed), &stop, answers))
        .collect();
    let drivers = drivers.try_collect::<Vec<bool>>();
    let watch = async {
        tokio::time::sleep(LEAD).await;
        let from = meter.read(std::process::id())?;
        tokio::time::sleep(length).await;
        let to = meter.read(std::process::id())?;
        stop.store(true, Ordering::Relaxed);
        Ok((from, to))
    };
    let (had_carts, (from, to)) = tokio::try_join!(drivers, watch)?;
    if had_carts.contains(&false) {
        return Ok(Outcome::OutOfCarts);
    }
    Ok(Outcome::Measured(side(&answers, &from, &to, meter)))
}

#[expect(
    clippy::cast_precision_loss,
    reason = "counts of requests are far below 2^52"
)]
fn side(answers: &[Vec<Answer>], from: &Reading, to: &Reading, meter: &Meter) -> Side {
    let counted = || {
        answers
            .iter()
            .flatten()
            .filter(|answer| answer.at > from.at && answer.at <= to.at)
    };
    let mut times_us: Vec<f64> = counted()
        .map(|answer| answer.took.as_secs_f64() * 1e6)
        .collect();
    times_us.sort_unstable_by(f64::total_cmp);
    let count = times_us.len() as f64;
    let body_bytes: usize = counted().map(|answer| answer.body_bytes).sum();
    Side {
        count,
        mean_us: times_us.iter().sum::<f64>() / count,
        p50_us: percentile(&times_us, 50),
        p99_us: percentile(&times_us, 99),
        body_bytes: Some(body_bytes as f64 / count),
        usage: meter.between(from, to),
    }
}

/// The smallest value that so many percent of the sorted values do not exceed.
pub(crate) fn percentile(sorted: &[f64], percent: usize) -> Option<f64> {
    let rank = (sorted.len() * percent).div_ceil(100);
    sorted.get(rank.checked_sub(1)?).copied()
}

#[cfg(test)]
mod tests {
    use super::percentile;

    #[test]
    fn percentiles_are_values_that_occurred() {
        let values: Vec<f64> = (1..=200).map(f64::from).collect();
        assert_eq!(percentile(&values, 50), Some(100.0));
        assert_eq!(percentile(&values, 99), Some(198.0));
        assert_eq!(percentile(&[7.0], 99), Some(7.0));
        assert_eq!(percentile(&[], 50), None);
    }
}
