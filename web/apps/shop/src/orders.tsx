/** An order's page, where the payment returns to, and the list of the visitor's orders. */
import "./buying";
import { useEffect, useState } from "preact/hooks";
import { Link, useLocation } from "wouter-preact";
import type { Schemas } from "../../../packages/api/client";
import { facts } from "../../../packages/shared/facts";
import { date, shownPhone, time } from "../../../packages/shared/format";
import { recall } from "../../../packages/shared/kept";
import { type Order, api, take } from "./api";
import { Options, said } from "./cartpage";
import { pay } from "./checkout";
import { Failure, Heading, Icon, price, useAsked, usePage } from "./parts";
import { type Key, language, t } from "./texts";

type Started = Schemas["PaymentPage"];

const PATIENCE_MS = 2_000;

function when(instant: string): string {
  return time(instant, language.value, language.value === "am" ? "ethiopic" : "gregorian");
}

export function OrderPage({ id }: { id: string }) {
  const started = recall<Started | null>(`payment.${id}`, null);
  const [status, setStatus] = useState<string | null>(null);
  const { asked, again } = useAsked(`${id} ${status}`, (signal) => {
    return take(api.GET("/api/v1/orders/{id}/", { params: { path: { id } }, signal }));
  });
  const order = asked.state === "here" ? asked.value : null;
  const isWaiting = order !== null && order.payment_status === "unpaid" && new Date(order.expires_at) > new Date();
  const reference = started?.tx_ref;
  // The answer of the payment is followed by asking: the browser may be back before the money is.
  useEffect(() => {
    if (!isWaiting || !reference) return;
    let timer = 0;
    const abort = new AbortController();
    const ask = async () => {
      const params = { path: { tx_ref: reference } };
      const found = await take(api.GET("/api/v1/payment/verify/{tx_ref}/", { params, signal: abort.signal })).catch(() => null);
      if (abort.signal.aborted) return;
      if (found && found.status !== "pending") setStatus(found.status);
      else timer = window.setTimeout(ask, PATIENCE_MS);
    };
    void ask();
    return () => { abort.abort(); clearTimeout(timer); };
  }, [isWaiting, reference]);
  usePage(`${order ? t("order", { n: order.number }) : t("orders")} · ${facts().shop_name}`);
  if (asked.state === "asking") return <div class="skeleton mx-auto h-96 max-w-2xl" />;
  if (asked.state === "refused") {
    return (
      <div class="mx-auto max-w-2xl space-y-4">
        {asked.refusal.status === 404 && <Heading>{t("notYours")}</Heading>}
        <Failure refusal={asked.refusal} again={again} />
      </div>
    );
  }
  return <Shown order={asked.value} started={started} attempt={status} />;
}

/** What the order's payment comes to, in one word. */
function standing(order: Order, attempt: string | null): { key: Key; text: Key | null; tone: string } {
  if (order.payment_status === "paid") return { key: "paid", text: "paidText", tone: "good" };
  if (order.payment_status !== "unpaid") return { key: order.payment_status, text: null, tone: "good" };
  if (attempt === "review") return { key: "inReview", text: "inReviewText", tone: "wait" };
  if (order.status === "cancelled") return { key: "cancelled", text: null, tone: "bad" };
  if (order.status === "expired" || new Date(order.expires_at) <= new Date()) return { key: "expired", text: "expiredText", tone: "bad" };
  if (attempt === "failed" || attempt === "cancelled" || attempt === "expired") return { key: "unpaid", text: null, tone: "bad" };
  return { key: "waiting", text: "waitingText", tone: "wait" };
}

function Shown({ order, started, attempt }: { order: Order; started: Started | null; attempt: string | null }) {
  const { key, text, tone } = standing(order, attempt);
  const [, go] = useLocation();
  const isOpen = order.payment_status === "unpaid" && tone !== "bad";
  const mayPay = key === "unpaid" || (isOpen && key === "waiting");
  const tint = { good: "bg-accent-soft text-accent", wait: "bg-warn-soft text-warn", bad: "bg-bad-soft text-bad" }[tone];
  return (
    <div class="mx-auto max-w-2xl">
      <div class="flex items-start gap-4" role="status">
        <span class={`grid size-12 shrink-0 place-items-center rounded-full ${tint}`}>
          <Icon name={tone === "good" ? "check" : "clock"} class="size-6" />
        </span>
        <div>
          <Heading>{t(key)}</Heading>
          {text && <p class="mt-1 text-muted">{t(text, { email: order.email })}</p>}
        </div>
      </div>
      {started?.instructions && isOpen && <Instructions of={started.instructions} />}
      {mayPay && (
        <div class="mt-6 space-y-3">
          {!started?.instructions && (
            <button type="button" class="act w-full sm:w-auto" onClick={() => started?.payment_url && isOpen ? location.assign(started.payment_url) : void pay(order.id, started?.provider ?? "chapa", go)}>
              {t("payNow")}
            </button>
          )}
          <p class="text-sm text-muted">{t("payUntil", { time: when(order.expires_at) })}</p>
        </div>
      )}
      <Receipt order={order} />
      <Around order={order} />
    </div>
  );
}

function Instructions({ of }: { of: NonNullable<Started["instructions"]> }) {
  return (
    <section class="sheet mt-6 p-6">
      <h2 class="text-lg font-semibold">{t("instructions")}</h2>
      <p class="mt-2">{of.text}</p>
      <dl class="mt-4 grid gap-x-6 gap-y-2 sm:grid-cols-[auto_1fr]">
        {of.lines.map((line) => (
          <div key={line.name} class="contents">
            <dt class="text-muted">{line.label}</dt>
            <dd class="font-medium select-all">{line.value}</dd>
          </div>
        ))}
      </dl>
    </section>
  );
}

function Receipt({ order }: { order: Order }) {
  const parts: [Key, Order["total"]][] = [
    ["subtotal", order.subtotal], ["discount", order.discount], ["delivery", order.shipping], ["tax", order.tax],
  ];
  const to = order.shipping_address;
  const place = [to.landmark, to.kebele, to.woreda, to.city, to.region].filter(Boolean).join(", ");
  return (
    <section class="sheet mt-8 overflow-hidden">
      <div class="hem" aria-hidden="true" />
      <div class="p-6 sm:p-8">
        <div class="flex flex-wrap items-baseline justify-between gap-2">
          <h2 class="text-lg font-semibold">{t("order", { n: order.number })}</h2>
          <p class="text-sm text-muted">{t("placedAt")} {when(order.placed_at)}</p>
        </div>
        <ul class="mt-5 space-y-3">
          {order.lines.map((line) => (
            <li key={line.variant_id} class="flex justify-between gap-4">
              <span>
                <span class="text-muted tabular-nums">{line.quantity} × </span>
                {said(line.title)}
                <Options options={line.options} />
              </span>
              <span class="tabular-nums">{price(line.total)}</span>
            </li>
          ))}
        </ul>
        <dl class="mt-5 space-y-1 border-t border-line pt-4">
          {parts.filter(([name, amount]) => name === "subtotal" || amount.amount !== 0).map(([name, amount]) => (
            <div key={name} class="flex justify-between text-muted">
              <dt>{t(name)}</dt>
              <dd class="tabular-nums">{price(amount)}</dd>
            </div>
          ))}
          <div class="flex justify-between pt-1 text-lg font-semibold">
            <dt>{t("total")}</dt>
            <dd class="tabular-nums">{price(order.total)}</dd>
          </div>
          {order.refunded.amount > 0 && (
            <div class="flex justify-between text-muted">
              <dt>{t("refunded")}</dt>
              <dd class="tabular-nums">{price(order.refunded)}</dd>
            </div>
          )}
        </dl>
        <div class="mt-6 grid gap-4 border-t border-line pt-5 text-sm sm:grid-cols-2">
          <div>
            <h3 class="text-muted">{t("sendTo")}</h3>
            <p class="mt-1">{to.name}</p>
            <p>{place}</p>
            {order.phone && <p class="tabular-nums">{shownPhone(order.phone)}</p>}
          </div>
          {order.paid_at && (
            <div>
              <h3 class="text-muted">{t("paidAt")}</h3>
              <p class="mt-1">{when(order.paid_at)}</p>
            </div>
          )}
        </div>
      </div>
    </section>
  );
}

function Around({ order }: { order: Order }) {
  const { demo } = facts();
  return (
    <div class="no-print mt-6 flex flex-wrap gap-3">
      <button type="button" class="act-quiet" onClick={() => window.print()}>{t("print")}</button>
      {demo && <a class="act-quiet" href={demo.mailbox} target="_blank" rel="noopener">{t("seeMail")}</a>}
      {demo && <a class="act-quiet" href={`/admin/orders/${order.id}`}>{t("seeDashboard")}</a>}
    </div>
  );
}

export function Orders() {
  usePage(`${t("orders")} · ${facts().shop_name}`);
  const { asked, again } = useAsked("orders", (signal) => take(api.GET("/api/v1/orders/", { signal })));
  // A visitor who never had a cart has no orders, and nothing to ask with.
  const isNobody = asked.state === "refused" && asked.refusal.status === 401;
  const orders = asked.state === "here" ? asked.value.data : [];
  return (
    <div class="mx-auto max-w-2xl">
      <Heading>{t("orders")}</Heading>
      {asked.state === "asking" && <div class="skeleton mt-6 h-40" />}
      {asked.state === "refused" && !isNobody && <div class="mt-6"><Failure refusal={asked.refusal} again={again} /></div>}
      {(isNobody || (asked.state === "here" && orders.length === 0)) && (
        <div class="py-20 text-center">
          <p class="text-lg">{t("noOrders")}</p>
          <Link href="/" class="act mt-4">{t("goShopping")}</Link>
        </div>
      )}
      <ul class="mt-6 space-y-3">
        {orders.map((order) => (
          <li key={order.id}>
            <Link href={`/orders/${order.id}`} class="sheet flex items-center justify-between gap-4 p-5 hover:border-line-strong">
              <span>
                <span class="block font-medium">{t("order", { n: order.number })}</span>
                <span class="block text-sm text-muted">{date(order.placed_at, language.value, language.value === "am" ? "ethiopic" : "gregorian")}</span>
              </span>
              <span class="text-right">
                <span class="block font-medium tabular-nums">{price(order.total)}</span>
                <span class="block text-sm text-muted">{t(standing(order, null).key)}</span>
              </span>
            </Link>
          </li>
        ))}
      </ul>
    </div>
  );
}
