//! What is due is done by priority, then by time; a worker keeps to its queues.

use std::sync::{Arc, Mutex};

use chrono::TimeDelta;
use kit::{
    Error,
    jobs::{Job, JobRun, Outcome, Priority, Registry},
};
use serde::{Deserialize, Serialize};

use super::{plan, worker};
use crate::world::{Deployment, Process, Shop, until};

macro_rules! kinds {
    ($($name:ident $kind:literal $queue:literal $priority:ident)*) => {$(
        #[derive(Serialize, Deserialize)]
        struct $name(i32);

        impl Job for $name {
            const KIND: &'static str = $kind;
            const QUEUE: &'static str = $queue;
            const PRIORITY: Priority = Priority::$priority;

            fn unique_key(&self) -> Option<String> {
                None
            }
        }
    )*};
}

kinds! {
    Letter "letter_for_test" "mail" Low
    Parcel "parcel_for_test" "mail" Normal
    Telegram "telegram_for_test" "wire" Urgent
}

type Done = Arc<Mutex<Vec<String>>>;

fn registry(done: &Done) -> Registry {
    fn note<J: Job>(done: &Done, number: i32) {
        done.lock().unwrap().push(format!("{} {number}", J::KIND));
    }
    let [letters, parcels, telegrams] = [(); 3].map(|()| Arc::clone(done));
    Registry::default()
        .with(move |job: Letter, _: JobRun| {
            note::<Letter>(&letters, job.0);
            async { Ok::<_, Error>(Outcome::Done) }
        })
        .with(move |job: Parcel, _: JobRun| {
            note::<Parcel>(&parcels, job.0);
            async { Ok::<_, Error>(Outcome::Done) }
        })
        .with(move |job: Telegram, _: JobRun| {
            note::<Telegram>(&telegrams, job.0);
            async { Ok::<_, Error>(Outcome::Done) }
        })
}

async fn shop_with_post() -> Shop {
    let shop = Shop::open().await;
    let at = |seconds| shop.now() + TimeDelta::seconds(seconds);
    plan(&shop, &Letter(1), at(-9)).await.unwrap();
    plan(&shop, &Parcel(2), at(-3)).await.unwrap();
    plan(&shop, &Parcel(3), at(-5)).await.unwrap();
    plan(&shop, &Telegram(4), at(-1)).await.unwrap();
    plan(&shop, &Telegram(5), at(1)).await.unwrap();
    shop
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_due_is_done_by_priority_and_then_by_time() {
    let shop = shop_with_post().await;
    let done = Done::default();
    let worker = worker(&shop, registry(&done));
    assert_eq!(worker.run_due().await.unwrap(), 4);
    let order = [
        "telegram_for_test 4",
        "parcel_for_test 3",
        "parcel_for_test 2",
        "letter_for_test 1",
    ];
    assert_eq!(*done.lock().unwrap(), order);
    shop.advance(TimeDelta::seconds(1));
    assert_eq!(worker.run_due().await.unwrap(), 1);
    assert_eq!(done.lock().unwrap()[4], "telegram_for_test 5");
    shop.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_worker_keeps_to_its_queues() {
    let shop = shop_with_post().await;
    let done = Done::default();
    let wire = registry(&done).of_queues(&["wire".to_owned()].into());
    assert_eq!(wire.kinds(), ["telegram_for_test"]);
    assert_eq!(worker(&shop, wire).run_due().await.unwrap(), 1);
    assert_eq!(*done.lock().unwrap(), ["telegram_for_test 4"]);
    let waiting = "select count(*) from jobs where kind like '%for_test' and state = 'ready'";
    assert_eq!(shop.number(waiting).await, 4);
    assert_eq!(worker(&shop, registry(&done)).run_due().await.unwrap(), 3);
    shop.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_worker_process_does_the_queues_that_it_is_given() {
    let shop = Deployment::open().await;
    let wrong = Process::nexus(&["worker", "--queues", "mail,post"], &shop.variables);
    let (code, complaint) = wrong.left().await;
    assert_eq!(code, 2, "{complaint}");
    let known = "there is no queue post; there are imports, mail, orders, payments, upkeep, \
                 webhooks";
    assert!(complaint.contains(known), "{complaint}");
    let mut upkeep = Process::nexus(&["worker", "--queues", "upkeep"], &shop.variables);
    let swept = "select count(*) from jobs where kind = 'sweep' and run_at > now()";
    until("the sweep has run", async || {
        (shop.number(swept).await == 1).then_some(())
    })
    .await;
    upkeep.signal("TERM");
    assert!(upkeep.ended().await.success());
    shop.assert_audit_clean().await;
}
