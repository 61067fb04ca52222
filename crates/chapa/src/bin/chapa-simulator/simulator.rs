//! What all parts share: the book, the switches, simulated time, and tasks that go on after
//! an answer. One lock, never held over an await.

use std::future::Future;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use chrono::{DateTime, Utc};
use tokio::task::JoinSet;

use crate::args::Args;
use crate::book::{Book, Merchant, is_live_key};
use crate::clock::{self, Clock};
use crate::faults::Fault;
use crate::serving::Door;
use crate::variants::{Variants, WebhookBehaviour};

/// Everything that changes.
#[derive(Debug)]
pub(crate) struct World {
    pub(crate) book: Book,
    pub(crate) variants: Variants,
    pub(crate) webhook: WebhookBehaviour,
    pub(crate) faults: Vec<Fault>,
    changed: bool,
}

impl World {
    fn new(args: &Args, mut book: Book) -> Self {
        book.seat_default(Merchant::of_command_line(args));
        Self {
            book,
            variants: Variants::default(),
            webhook: WebhookBehaviour::default(),
            faults: Vec::new(),
            changed: false,
        }
    }

    /// Simulated time.
    pub(crate) fn now(&self) -> DateTime<Utc> {
        self.book.clock.read(clock::machine_now())
    }

    /// Says that the book is to be written to the state file.
    pub(crate) fn touch(&mut self) {
        self.changed = true;
    }
}

/// The simulated Chapa.
#[derive(Debug)]
pub(crate) struct Simulator {
    pub(crate) args: Args,
    /// Without a slash at the end.
    pub(crate) public_url: String,
    pub(crate) http: reqwest::Client,
    /// One round of deliveries at a time, so that no webhook is sent twice by accident.
    pub(crate) delivering: tokio::sync::Mutex<()>,
    pub(crate) door: Door,
    /// One move of the clock at a time.
    pub(crate) travelling: tokio::sync::Mutex<()>,
    world: Mutex<World>,
    tasks: Mutex<JoinSet<()>>,
}

impl Simulator {
    /// Loads the state file, if there is one.
    pub(crate) fn new(args: Args, public_url: &str) -> anyhow::Result<Arc<Self>> {
        let kept = args
            .state_file
            .as_deref()
            .map(Book::load)
            .transpose()?
            .flatten();
        let book = kept.unwrap_or_else(|| new_book(&args));
        let http = reqwest::Client::builder()
            .user_agent("Chapa-Simulator")
            .redirect(reqwest::redirect::Policy::none())
            .connect_timeout(Duration::from_secs(3))
            .timeout(Duration::from_secs(10))
            .no_proxy()
            .build()?;
        Ok(Arc::new(Self {
            world: Mutex::new(World::new(&args, book)),
            args,
            public_url: public_url.trim_end_matches('/').to_owned(),
            http,
            delivering: tokio::sync::Mutex::new(()),
            door: Door::default(),
            travelling: tokio::sync::Mutex::new(()),
            tasks: Mutex::new(JoinSet::new()),
        }))
    }

    /// Reads or changes the world; writes the state file when `touch` was called.
    pub(crate) fn with<T>(&self, work: impl FnOnce(&mut World) -> T) -> T {
        let mut world = locked(&self.world);
        let result = work(&mut world);
        if std::mem::take(&mut world.changed)
            && let Some(path) = &self.args.state_file
            && let Err(error) = world.book.save(path)
        {
            crate::complain(&format!("{error:#}"));
        }
        result
    }

    /// Forgets everything, as if just started without a state file.
    pub(crate) fn reset(&self) {
        self.with(|world| {
            *world = World::new(&self.args, new_book(&self.args));
            world.touch();
        });
    }

    /// Does something after the answer; ends with the program.
    pub(crate) fn later(&self, work: impl Future<Output = ()> + Send + 'static) {
        let mut tasks = locked(&self.tasks);
        while tasks.try_join_next().is_some() {}
        tasks.spawn(work);
    }

    /// `test`, unless a live-like key was allowed.
    pub(crate) fn mode(&self) -> &'static str {
        if is_live_key(&self.args.secret_key) {
            "live"
        } else {
            "test"
        }
    }
}

fn new_book(args: &Args) -> Book {
    let mut book = Book::new(args.seed);
    if let Some(start) = args.start_at {
        book.clock = Clock::standing(start);
    }
    book
}

/// A poisoned lock still guards whole values here: every change is made before any panic could be.
fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
