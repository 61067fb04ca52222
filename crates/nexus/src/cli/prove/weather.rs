//! Bad weather at the payment provider: webhooks that get lost, come twice, late or in the wrong
//! order, calls whose answers are cut off. Never a lie about money: the simulator's ledger is what
//! the shop's books are held against.

use std::{
    sync::atomic::{AtomicBool, Ordering},
    time::Duration,
};

use anyhow::Result;
use serde_json::{Value, json};

use super::chance::Chance;

/// How long one kind of weather lasts, at the most.
const SPELL_MS: u64 = 400;

/// What has come over the shop.
#[derive(Debug, Default, Clone, Copy)]
pub(super) struct Weather {
    pub(super) webhook_spells: usize,
    pub(super) call_faults: usize,
}

/// Changes the weather until it is over, then clears it.
pub(super) async fn blow(control: &str, seed: u64, is_over: &AtomicBool) -> Result<Weather> {
    let http = super::client::http()?;
    let mut chance = Chance::of(seed, 0xbad);
    let mut weather = Weather::default();
    while !is_over.load(Ordering::SeqCst) {
        if let Some(habit) = chance.pick(&habits()) {
            let call = http.patch(format!("{control}/__sim/webhook")).json(habit);
            call.send().await?;
            weather.webhook_spells += 1;
        }
        // Those that met no call are over too: otherwise they would pile up.
        http.delete(format!("{control}/__sim/faults"))
            .send()
            .await?;
        if chance.percent(50)
            && let Some((call, kind)) = chance.pick(&FAULTS)
        {
            let fault = json!({ "call": call, "kind": kind, "times": 1 + chance.below(3) });
            let call = http.post(format!("{control}/__sim/faults")).json(&fault);
            call.send().await?;
            weather.call_faults += 1;
        }
        let spell = Duration::from_millis(50) + chance.millis(SPELL_MS);
        tokio::time::sleep(spell).await;
    }
    clear(control).await?;
    Ok(weather)
}

/// The provider as it should be.
pub(super) async fn clear(control: &str) -> Result<()> {
    let http = super::client::http()?;
    let fair = habit(json!({}));
    http.patch(format!("{control}/__sim/webhook"))
        .json(&fair)
        .send()
        .await?;
    http.delete(format!("{control}/__sim/faults"))
        .send()
        .await?;
    Ok(())
}

/// How webhooks are sent: what is not named is as it should be.
fn habit(change: Value) -> Value {
    let mut habit = json!({
        "drop": false, "reorder": 0, "duplicates": 0, "delay_ms": 0, "delay_seconds": 0,
        "bad_signature": false, "times": null,
    });
    if let (Some(habit), Value::Object(change)) = (habit.as_object_mut(), change) {
        habit.extend(change);
    }
    habit
}

fn habits() -> Vec<Value> {
    [
        json!({}),
        json!({ "drop": true }),
        json!({ "duplicates": 1 }),
        json!({ "duplicates": 3 }),
        json!({ "delay_ms": 150 }),
        json!({ "delay_seconds": 900 }),
        json!({ "reorder": 3 }),
        json!({ "bad_signature": true }),
    ]
    .map(habit)
    .into()
}

const FAULTS: [(&str, &str); 8] = [
    ("initialize", "reset"),
    ("initialize", "lost_answer"),
    ("initialize", "error_after"),
    ("verify", "reset"),
    ("verify", "truncated_json"),
    ("verify", "server_error"),
    ("cancel", "lost_answer"),
    ("any", "cut_answer"),
];
