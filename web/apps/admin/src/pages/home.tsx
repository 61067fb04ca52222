/** Home: what waits first, then the figures, then what is happening. */
import { useQueries, useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useEffect, useState } from "react";
import type { Money, Page } from "../../../../packages/api/client";
import { type Schemas, api, may, send, staff, take, useWatched } from "../api";
import { Icon } from "../icons";
import { type Key, t, useSpoken } from "../texts";
import { Badge, Bones, Failure, PageHead, Rows, Sheet } from "../ui";

const FEW = 100;

export function Home() {
  const who = useWatched(staff);
  useSpoken();
  return (
    <>
      <PageHead title={t("goodMorning", { name: who?.name ?? "" })} name={t("home")} />
      <div className="space-y-6">
        <Tasks />
        <div className="grid gap-6 xl:grid-cols-[3fr_2fr]">
          {may("ledger.read") && <Taken />}
          {may("webhooks.manage") && <Live />}
        </div>
        {may("orders.read") && <Newest />}
      </div>
    </>
  );
}

interface Task {
  name: string;
  permission: string;
  title: Key;
  text: Key;
  to: string;
  search: Record<string, string>;
  ask: (signal: AbortSignal) => Promise<Page<unknown>>;
}

const TASKS: Task[] = [
  {
    name: "reviews", permission: "orders.read", title: "taskReviews", text: "taskReviewsText", to: "/payments/decisions", search: { is_open: "true" },
    ask: (signal) => take(api.GET("/api/v1/admin/payments/reviews/", { params: { query: { is_open: true, limit: FEW } }, signal })),
  },
  {
    name: "breaks", permission: "orders.read", title: "taskBreaks", text: "taskBreaksText", to: "/payments/comparison", search: { state: "open" },
    ask: (signal) => take(api.GET("/api/v1/admin/payments/reconciliation-breaks/", { params: { query: { state: "open", limit: FEW } }, signal })),
  },
  {
    name: "transfers", permission: "orders.read", title: "taskByHand", text: "taskByHandText", to: "/payments", search: { provider: "bank_transfer", state: "pending" },
    ask: (signal) => take(api.GET("/api/v1/admin/payments/attempts/", { params: { query: { provider: "bank_transfer", state: "pending", limit: FEW } }, signal })),
  },
  {
    name: "refunds", permission: "orders.read", title: "taskRefunds", text: "taskRefundsText", to: "/payments/refunds", search: { state: "unknown" },
    ask: (signal) => take(api.GET("/api/v1/admin/payments/refunds/", { params: { query: { state: "unknown", limit: FEW } }, signal })),
  },
  {
    name: "soldout", permission: "stock.edit", title: "taskSoldOut", text: "taskSoldOutText", to: "/products", search: { status: "published", is_available: "false" },
    ask: (signal) => take(api.GET("/api/v1/catalogue/products/", { params: { query: { is_available: false, limit: FEW } }, signal })),
  },
  {
    name: "dead", permission: "webhooks.manage", title: "taskDead", text: "taskDeadText", to: "/webhooks/deliveries", search: { state: "dead" },
    ask: (signal) => take(api.GET("/api/v1/admin/webhooks/deliveries/", { params: { query: { state: "dead", limit: FEW } }, signal })),
  },
];

function Tasks() {
  const mine = TASKS.filter((task) => may(task.permission));
  const asked = useQueries({
    queries: mine.map((task) => ({ queryKey: ["task", task.name], queryFn: ({ signal }: { signal: AbortSignal }) => task.ask(signal) })),
  });
  const isPending = asked.some((each) => each.isPending);
  const error = asked.find((each) => each.error)?.error;
  const waiting = mine.flatMap((task, index) => {
    const page = asked[index]?.data;
    return page && page.data.length > 0 ? [{ task, count: `${page.data.length}${page.page.has_more ? "+" : ""}` }] : [];
  });
  return (
    <section aria-labelledby="tasks">
      <h2 id="tasks" className="mb-3 font-semibold">{t("tasks")}</h2>
      {isPending && <div className="skeleton h-20" />}
      {error && <Failure error={error} again={() => asked.forEach((each) => void each.refetch())} />}
      {!isPending && !error && waiting.length === 0 && (
        <p className="sheet flex items-center gap-3 px-5 py-4"><Icon name="check" className="text-accent" />{t("nothingWaits")}</p>
      )}
      <ul className="grid gap-3 sm:grid-cols-2 xl:grid-cols-3">
        {waiting.map(({ task, count }) => (
          <li key={task.name}>
            <Link to={task.to} search={task.search as never} className="sheet flex h-full items-center gap-4 p-5 hover:border-line-strong">
              <span className="tabular grid h-11 min-w-11 shrink-0 place-items-center rounded-full bg-warn-soft px-2 text-lg font-semibold text-warn">{count}</span>
              <span>
                <span className="block font-medium">{t(task.title)}</span>
                <span className="block text-sm text-muted">{t(task.text)}</span>
              </span>
              <Icon name="right" className="ml-auto size-4 text-muted" />
            </Link>
          </li>
        ))}
      </ul>
    </section>
  );
}

const DAY_MS = 86_400_000;
/** Addis Ababa is three hours ahead of UTC, all year. */
const AHEAD_MS = 3 * 3_600_000;

/** The ends of the last eight days in Ethiopia; the last of them is now. */
function edges(now: number): string[] {
  const midnight = Math.floor((now + AHEAD_MS) / DAY_MS) * DAY_MS - AHEAD_MS;
  const past = Array.from({ length: 7 }, (_, index) => new Date(midnight - (6 - index) * DAY_MS).toISOString());
  return [...past, ""];
}

function Taken() {
  const { price, language, calendar } = useSpoken();
  const [now] = useState(() => Date.now());
  const asked = useQueries({
    queries: edges(now).map((edge) => ({
      queryKey: ["balances", edge || "now"],
      // What was booked up to a time gone by does not change.
      staleTime: edge ? Infinity : 5_000,
      queryFn: ({ signal }: { signal: AbortSignal }) => {
        return take(api.GET("/api/v1/admin/ledger/balances/", { params: { query: edge ? { as_of: edge } : {} }, signal }));
      },
    })),
  });
  const error = asked.find((each) => each.error)?.error;
  const all = asked.map((each) => each.data);
  const last = all.at(-1);
  const currency = last?.currencies[0]?.currency ?? "ETB";
  const isHere = all.every((each) => each !== undefined);
  const sum = (index: number): number => {
    const found = all[index]?.currencies.find((each) => each.currency === currency);
    return found?.accounts.find((each) => each.account === "orders")?.balance.amount ?? 0;
  };
  const days = Array.from({ length: 7 }, (_, index) => ({ amount: sum(index + 1) - sum(index), start: now - (6 - index) * DAY_MS }));
  const amount = (minor: number): Money => ({ amount: minor, currency });
  const owed = last?.currencies.find((each) => each.currency === currency)?.owes;
  const weekday = (instant: number) => new Intl.DateTimeFormat(language === "am" ? "am-ET" : "en-ET", { weekday: "short", timeZone: "Africa/Addis_Ababa" }).format(instant);
  void calendar;
  const most = Math.max(1, ...days.map((day) => day.amount));
  return (
    <Sheet title={t("taken")} aside={<span className="text-sm text-muted">{t("takenText")}</span>}>
      {error && <Failure error={error} />}
      {!error && !isHere && <Bones lines={4} />}
      {!error && isHere && (
        <>
          <dl className="mb-6 grid gap-x-8 gap-y-3 sm:grid-cols-3">
            {([["today", amount(days[6]?.amount ?? 0)], ["week", amount(sum(7) - sum(0))], ["owed", owed ?? amount(0)]] as [Key, Money][]).map(([name, value]) => (
              <div key={name}>
                <dt className="text-sm text-muted">{t(name)}</dt>
                <dd className="tabular mt-0.5 text-xl font-semibold tracking-tight">{price(value)}</dd>
              </div>
            ))}
          </dl>
          <ol className="flex h-40 items-end gap-2 sm:gap-4" aria-label={t("taken")}>
            {days.map((day) => (
              <li key={day.start} className="flex h-full grow basis-0 flex-col justify-end text-center" title={price(amount(day.amount))}>
                <span className="sr-only">{price(amount(day.amount))}</span>
                <svg className="min-h-0 w-full grow" viewBox="0 0 10 100" preserveAspectRatio="none" aria-hidden="true">
                  <rect x="0" width="10" y={100 - Math.max(1.5, (100 * Math.max(0, day.amount)) / most)} height="100" fill={day.amount > 0 ? "var(--accent)" : "var(--line)"} />
                </svg>
                <span className="mt-2 text-xs text-muted">{weekday(day.start)}</span>
              </li>
            ))}
          </ol>
        </>
      )}
    </Sheet>
  );
}

type Happened = Schemas["EventView"];
const SHOWN = 7;

/** The stream of events, read with `fetch`: the browser's own reader of streams sends no token. */
async function follow(signal: AbortSignal, tell: (happened: Happened) => void): Promise<void> {
  let last = "";
  while (!signal.aborted) {
    const headers: Record<string, string> = { accept: "text/event-stream" };
    if (last) headers["last-event-id"] = last;
    const response = await send(new Request(new URL("/api/v1/admin/events/stream/", location.origin), { headers, signal }));
    if (!response.ok || !response.body) return;
    const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
    let rest = "";
    for (;;) {
      const { value, done } = await reader.read();
      if (done) break;
      rest += value;
      const parts = rest.split("\n\n");
      rest = parts.pop() ?? "";
      for (const part of parts) {
        const line = (name: string) => part.split("\n").find((each) => each.startsWith(`${name}:`))?.slice(name.length + 1).trim();
        const data = line("data");
        last = line("id") ?? last;
        if (data) tell(JSON.parse(data) as Happened);
      }
    }
  }
}

function Live() {
  const { at } = useSpoken();
  const [happened, setHappened] = useState<Happened[]>([]);
  useEffect(() => {
    const abort = new AbortController();
    follow(abort.signal, (next) => setHappened((all) => [next, ...all].slice(0, SHOWN))).catch(() => {});
    return () => abort.abort();
  }, []);
  return (
    <Sheet title={t("live")}>
      <p className="mb-4 text-sm text-muted">{t("liveText")}</p>
      <ol className="space-y-2" aria-live="polite">
        {happened.map((each) => (
          <li key={each.id} className="flex flex-wrap items-baseline justify-between gap-x-3">
            {each.event.startsWith("order.") ? <Link to={`/orders/${each.object_id}`} className="link font-mono text-[0.8125rem]">{each.event}</Link> : <span className="font-mono text-[0.8125rem]">{each.event}</span>}
            <time className="text-sm text-muted" dateTime={each.occurred_at}>{at(each.occurred_at)}</time>
          </li>
        ))}
      </ol>
      {happened.length === 0 && <p className="rounded-xl bg-well px-4 py-6 text-center text-muted">{t("liveWaiting")}</p>}
    </Sheet>
  );
}

function Newest() {
  const { price, at } = useSpoken();
  const asked = useQuery({
    queryKey: ["orders", "newest"],
    queryFn: ({ signal }) => take(api.GET("/api/v1/orders/", { params: { query: { limit: 6 } }, signal })),
  });
  return (
    <Sheet title={t("lastOrders")} flush aside={<Link to="/orders" className="link text-sm">{t("seeAll")}</Link>}>
      {asked.isPending && <Bones lines={3} />}
      {asked.isError && <div className="p-5"><Failure error={asked.error} again={() => void asked.refetch()} /></div>}
      {asked.data?.data.length === 0 && <p className="px-5 py-8 text-center text-muted">{t("noOrders")}</p>}
      {asked.data && asked.data.data.length > 0 && (
        <Rows
          label={t("lastOrders")}
          rows={asked.data.data}
          id={(order) => order.id}
          to={(order) => `/orders/${order.id}`}
          columns={[
            { head: t("number"), cell: (order) => `#${order.number}` },
            { head: t("buyer"), cell: (order) => order.shipping_address.name },
            { head: t("payment"), cell: (order) => <Badge value={order.payment_status === "unpaid" ? order.status : order.payment_status} /> },
            { head: t("placed"), cell: (order) => at(order.placed_at) },
            { head: t("total"), cell: (order) => price(order.total), isFigure: true },
          ]}
        />
      )}
    </Sheet>
  );
}
