/** Goods that come back: asked for, decided, taken in, settled by money or by the same again. */
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Link, useParams } from "@tanstack/react-router";
import { useState } from "react";
import { Refusal, type Schemas, api, may, take } from "../api";
import { t, useSpoken, word } from "../texts";
import { toast } from "../toasts";
import { Area, Badge, Bones, Choice, Dialog, DialogActions, Empty, Failure, Field, Filters, List, PageHead, Select, Sheet, useList, useQueryState, words } from "../ui";
import { CountLines, type Counts, chosen } from "../units";
import { useWish } from "../wish";
import { usePlaces } from "./parcels";
import { given } from "./payments";

type Order = Schemas["OrderView"];
type Return = Schemas["ReturnView"];
type Line = Return["lines"][number];
type Reason = Schemas["ReturnReason"];
type Resolution = Schemas["Resolution"];

const REASONS: Reason[] = ["damaged", "defective", "wrong_item", "not_as_described", "no_longer_wanted", "undeliverable", "other"];

const came = (line: Line) => line.restocked + line.written_off;
/** Came, and waits for money or for another one. */
const unsettled = (line: Line) => came(line) - line.refunded - line.exchanged;

export function Returns() {
  const { at } = useSpoken();
  const [{ state }] = useQueryState();
  const list = useList(["returns", state], (cursor, signal) => take(api.GET("/api/v1/admin/returns/", { params: { query: { limit: 25, ...given({ cursor, state }) } }, signal })));
  return (
    <>
      <PageHead title={t("returns")} />
      <Filters><Choice name="state" label={t("state")} options={words("requested", "approved", "received", "rejected", "cancelled")} /></Filters>
      <List
        label={t("returns")}
        list={list}
        id={(each) => each.id}
        to={(each) => `/returns/${each.id}`}
        empty={<Empty icon="returns" title={state ? t("nothingMatches") : t("noReturns")} />}
        columns={[
          { head: t("date"), cell: (each) => at(each.requested_at) },
          { head: t("state"), cell: (each) => <Badge value={`return_${each.state}`} /> },
          { head: t("reason"), cell: (each) => [...new Set(each.lines.map((line) => word(line.reason)))].join(", ") },
          { head: t("units"), cell: (each) => each.lines.reduce((sum, line) => sum + line.quantity, 0), isFigure: true },
        ]}
      />
    </>
  );
}

/** The returns of one order, and how to open another. */
export function OrderReturns({ order }: { order: Order }) {
  const { at } = useSpoken();
  const [isOpening, setOpening] = useState(false);
  const list = useQuery({
    queryKey: ["order", order.id, "returns"],
    queryFn: ({ signal }) => take(api.GET("/api/v1/admin/returns/", { params: { query: { order_id: order.id, limit: 100 } }, signal })),
  });
  const hasLeft = ["partially_shipped", "shipped", "partially_delivered", "delivered"].includes(order.fulfilment_status);
  const all = list.data?.data ?? [];
  if (!hasLeft && all.length === 0) return null;
  return (
    <Sheet title={t("returns")} aside={hasLeft && may("orders.manage") && <button type="button" className="link text-sm" onClick={() => setOpening(true)}>{t("openReturn")}</button>}>
      {list.isError && <Failure error={list.error} again={() => void list.refetch()} />}
      <ul className="space-y-3">
        {all.map((each) => (
          <li key={each.id} className="flex items-start justify-between gap-3">
            <span><Link to={`/returns/${each.id}`} className="link">{t("return", { n: each.number })}</Link><span className="block text-sm text-muted">{at(each.requested_at)}</span></span>
            <Badge value={`return_${each.state}`} />
          </li>
        ))}
      </ul>
      {list.isSuccess && all.length === 0 && <p className="text-muted">{t("noReturns")}</p>}
      {isOpening && <OpenReturn order={order} close={() => setOpening(false)} />}
    </Sheet>
  );
}

function OpenReturn({ order, close }: { order: Order; close: () => void }) {
  const queries = useQueryClient();
  const [counts, setCounts] = useState<Counts>({});
  const [reason, setReason] = useState<Reason>("no_longer_wanted");
  const [resolution, setResolution] = useState<Resolution>("refund");
  const [note, setNote] = useState("");
  const lines = chosen(counts).map((line) => ({ ...line, reason, resolution }));
  const { wish: ask, changed } = useWish((key) => {
    const params = { path: { id: order.id }, header: { "Idempotency-Key": key } };
    return take(api.POST("/api/v1/admin/orders/{id}/returns/", { params, body: { lines, note: note.trim() } }));
  }, (opened) => {
    toast(t("returnOpened", { n: opened.number }));
    void queries.invalidateQueries({ queryKey: ["order", order.id] });
    void queries.invalidateQueries({ queryKey: ["returns"] });
    close();
  });
  const change = <T,>(set: (value: T) => void) => (value: T) => {
    changed();
    set(value);
  };
  return (
    <Dialog title={t("openReturn")} close={close} submit={() => lines.length > 0 && ask.mutate()}>
      <CountLines lines={order.lines.map((line) => ({ ...line, hint: line.sku, most: line.quantity }))} counts={counts} change={change(setCounts)} />
      <div className="grid gap-4 sm:grid-cols-2">
        <Select label={t("reason")} value={reason} onChange={(event) => change(setReason)(event.target.value as Reason)}>
          {REASONS.map((each) => <option key={each} value={each}>{word(each)}</option>)}
        </Select>
        <Select label={t("wantsFor")} value={resolution} onChange={(event) => change(setResolution)(event.target.value as Resolution)}>
          {(["refund", "exchange"] as const).map((each) => <option key={each} value={each}>{word(`wants_${each}`)}</option>)}
        </Select>
      </div>
      <Area label={t("note")} isOptional rows={2} maxLength={1000} value={note} onChange={(event) => change(setNote)(event.target.value)} />
      {ask.isError && <Failure error={ask.error} />}
      <DialogActions>
        <button type="button" className="act-quiet" onClick={close}>{t("cancel")}</button>
        <button type="submit" className="act" disabled={ask.isPending || lines.length === 0}>{t("openReturn")}</button>
      </DialogActions>
    </Dialog>
  );
}

export function ReturnPage() {
  const { id } = useParams({ strict: false }) as { id: string };
  const found = useQuery({
    queryKey: ["returns", "one", id],
    queryFn: ({ signal }) => take(api.GET("/api/v1/admin/returns/{id}/", { params: { path: { id } }, signal })),
  });
  const orderId = found.data?.order_id ?? "";
  const order = useQuery({
    queryKey: ["order", orderId],
    enabled: orderId !== "",
    queryFn: ({ signal }) => take(api.GET("/api/v1/orders/{id}/", { params: { path: { id: orderId } }, signal })),
  });
  const back = { to: "/returns", label: t("returns") };
  const failure = found.error ?? order.error;
  if (failure) return <><PageHead title={t("returns")} back={back} /><Failure error={failure} again={() => { void found.refetch(); void order.refetch(); }} /></>;
  if (!found.data || !order.data) return <><PageHead title={t("loading")} back={back} /><Bones lines={6} /></>;
  return <Shown found={found.data} order={order.data} />;
}

type Step = "approve" | "reject" | "cancel" | "receive" | "refund" | "exchange";

/** What may be done now, the usual thing first. */
function stepsOf(found: Return): Step[] {
  if (found.state === "requested") return ["approve", "reject"];
  if (found.state === "approved") return ["receive", "cancel"];
  if (found.state !== "received") return [];
  const waits = (resolution: Resolution) => found.lines.some((line) => line.resolution === resolution && unsettled(line) > 0);
  return [...(waits("refund") && may("payments.refund") ? ["refund" as const] : []), ...(waits("exchange") ? ["exchange" as const] : [])];
}

function Shown({ found, order }: { found: Return; order: Order }) {
  const { at, said, price } = useSpoken();
  const [step, setStep] = useState<Step | null>(null);
  const lineOf = (variant: string) => order.lines.find((line) => line.variant_id === variant);
  const steps = may("orders.manage") || may("payments.refund") ? stepsOf(found) : [];
  return (
    <>
      <PageHead
        back={{ to: "/returns", label: t("returns") }}
        name={t("return", { n: found.number })}
        title={<>{t("order", { n: order.number })} · {t("return", { n: found.number })}<Badge value={`return_${found.state}`} /></>}
      >
        {steps.map((each, index) => <button key={each} type="button" className={index === 0 ? "act" : "act-quiet"} onClick={() => setStep(each)}>{t(`return_${each}`)}</button>)}
      </PageHead>
      <div className="grid gap-6 lg:grid-cols-[1fr_20rem]">
        <div className="min-w-0 space-y-6">
          <Sheet title={t("whatComesBack")}>
            <ul className="divide-y divide-line">
              {found.lines.map((line) => (
                <li key={line.variant_id} className="flex items-start justify-between gap-4 py-3">
                  <span className="min-w-0">
                    <span className="font-medium">{said(lineOf(line.variant_id)?.title ?? {})}</span>
                    <span className="block text-sm text-muted">{[lineOf(line.variant_id)?.sku, word(line.reason), word(`wants_${line.resolution}`)].filter(Boolean).join(" · ")}</span>
                    {came(line) > 0 && <span className="block text-sm">{t("cameBack", { good: line.restocked, bad: line.written_off })}</span>}
                    {line.refunded + line.exchanged > 0 && <span className="block text-sm">{t("settledBy", { refunded: line.refunded, exchanged: line.exchanged })}</span>}
                  </span>
                  <span className="tabular shrink-0 text-right">{line.quantity} ×<span className="block text-sm text-muted">{lineOf(line.variant_id) && price(lineOf(line.variant_id)!.unit_price)}</span></span>
                </li>
              ))}
            </ul>
            {found.note && <p className="mt-3 rounded-xl bg-well px-4 py-3 whitespace-pre-line">{found.note}</p>}
          </Sheet>
          <Sheet title={t("history")}>
            <ol className="space-y-4">
              {found.history.map((each, index) => (
                <li key={index}>
                  <span className="flex flex-wrap items-center gap-2"><Badge value={`return_${each.to}`} /><time className="text-sm text-muted" dateTime={each.occurred_at}>{at(each.occurred_at)}</time></span>
                  {each.note && <span className="mt-1 block whitespace-pre-line">{each.note}</span>}
                </li>
              ))}
            </ol>
          </Sheet>
        </div>
        <div className="space-y-6">
          <Sheet title={t("theOrder")}>
            <p><Link to={`/orders/${order.id}`} className="link">{t("order", { n: order.number })}</Link></p>
            <p className="mt-1">{order.shipping_address.name}</p>
            <p className="wrap-anywhere text-muted">{order.email}</p>
          </Sheet>
          {found.refund_ids.length > 0 && <Sheet title={t("refunds")}>{found.refund_ids.map((id, index) => <p key={id}><Link to={`/payments/refunds/${id}`} className="link">{t("refundNumber", { n: index + 1 })}</Link></p>)}</Sheet>}
        </div>
      </div>
      {(step === "approve" || step === "reject" || step === "cancel") && <Decide found={found} step={step} close={() => setStep(null)} />}
      {step === "receive" && <Receive found={found} order={order} close={() => setStep(null)} />}
      {(step === "refund" || step === "exchange") && <Settle found={found} order={order} step={step} close={() => setStep(null)} />}
    </>
  );
}

function useNews(found: Return, close: () => void) {
  const queries = useQueryClient();
  return (after: Return) => {
    toast(word(`return_${after.state}`));
    for (const key of [["returns"], ["order", found.order_id]]) void queries.invalidateQueries({ queryKey: key });
    close();
  };
}

function Decide({ found, step, close }: { found: Return; step: "approve" | "reject" | "cancel"; close: () => void }) {
  const [note, setNote] = useState("");
  const done = useNews(found, close);
  const decide = useMutation({
    mutationFn: () => {
      const init = { params: { path: { id: found.id }, header: { "If-Match": `"v${found.version}"` } }, body: { note: note.trim() } };
      if (step === "approve") return take(api.POST("/api/v1/admin/returns/{id}/approve/", init));
      if (step === "reject") return take(api.POST("/api/v1/admin/returns/{id}/reject/", init));
      return take(api.POST("/api/v1/admin/returns/{id}/cancel/", init));
    },
    onSuccess: done,
  });
  const isStale = decide.error instanceof Refusal && decide.error.status === 412;
  return (
    <Dialog title={t(`return_${step}`)} close={close} submit={() => decide.mutate()}>
      <Area label={t("toTheBuyer")} hint={t("toTheBuyerHint")} isOptional rows={3} maxLength={1000} value={note} onChange={(event) => setNote(event.target.value)} />
      {isStale ? <p role="alert" className="text-bad">{t("someoneChanged")}</p> : decide.isError && <Failure error={decide.error} />}
      <DialogActions>
        <button type="button" className="act-quiet" onClick={close}>{t("close")}</button>
        <button type="submit" className="act" disabled={decide.isPending}>{t(`return_${step}`)}</button>
      </DialogActions>
    </Dialog>
  );
}

function Receive({ found, order, close }: { found: Return; order: Order; close: () => void }) {
  const places = usePlaces().filter((each) => each.is_active);
  const [good, setGood] = useState<Counts>(() => Object.fromEntries(found.lines.map((line) => [line.variant_id, line.quantity - came(line)])));
  const [bad, setBad] = useState<Counts>({});
  const [place, setPlace] = useState("");
  const [note, setNote] = useState("");
  const done = useNews(found, close);
  const lines = found.lines.map(({ variant_id }) => ({ variant_id, restocked: good[variant_id] ?? 0, written_off: bad[variant_id] ?? 0 })).filter((line) => line.restocked + line.written_off > 0);
  const { wish: receive, changed } = useWish((key) => {
    const params = { path: { id: found.id }, header: { "Idempotency-Key": key } };
    return take(api.POST("/api/v1/admin/returns/{id}/receive/", { params, body: { lines, note: note.trim(), ...(place ? { location_id: place } : {}) } }));
  }, done);
  const change = <T,>(set: (value: T) => void) => (value: T) => {
    changed();
    set(value);
  };
  const countable = (other: Counts) => found.lines.map((line) => ({
    variant_id: line.variant_id,
    title: order.lines.find((each) => each.variant_id === line.variant_id)?.title ?? {},
    most: line.quantity - came(line) - (other[line.variant_id] ?? 0),
  }));
  return (
    <Dialog title={t("return_receive")} close={close} submit={() => lines.length > 0 && receive.mutate()}>
      <section><h3 className="text-sm font-medium">{t("comesToShelf")}</h3><CountLines lines={countable(bad)} counts={good} change={change(setGood)} /></section>
      <section><h3 className="text-sm font-medium">{t("isSpoiled")}</h3><CountLines lines={countable(good)} counts={bad} change={change(setBad)} /></section>
      {places.length > 1 && (
        <Select label={t("location")} value={place} onChange={(event) => change(setPlace)(event.target.value)}>
          <option value="">{t("mainPlace")}</option>
          {places.map((each) => <option key={each.id} value={each.id}>{each.name}</option>)}
        </Select>
      )}
      <Area label={t("note")} isOptional rows={2} maxLength={1000} value={note} onChange={(event) => change(setNote)(event.target.value)} />
      {receive.isError && <Failure error={receive.error} />}
      <DialogActions>
        <button type="button" className="act-quiet" onClick={close}>{t("cancel")}</button>
        <button type="submit" className="act" disabled={receive.isPending || lines.length === 0}>{t("return_receive")}</button>
      </DialogActions>
    </Dialog>
  );
}

function Settle({ found, order, step, close }: { found: Return; order: Order; step: "refund" | "exchange"; close: () => void }) {
  const waiting = found.lines.filter((line) => line.resolution === step && unsettled(line) > 0);
  const [counts, setCounts] = useState<Counts>(() => Object.fromEntries(waiting.map((line) => [line.variant_id, unsettled(line)])));
  const [carrier, setCarrier] = useState("");
  const [tracking, setTracking] = useState("");
  const done = useNews(found, close);
  const lines = chosen(counts);
  const { wish: settle, changed } = useWish((key) => {
    const params = { path: { id: found.id }, header: { "Idempotency-Key": key } };
    if (step === "refund") return take(api.POST("/api/v1/admin/returns/{id}/refund/", { params, body: { lines } }));
    return take(api.POST("/api/v1/admin/returns/{id}/exchange/", { params, body: { lines, carrier: carrier.trim(), tracking_number: tracking.trim() } }));
  }, done);
  const change = <T,>(set: (value: T) => void) => (value: T) => {
    changed();
    set(value);
  };
  return (
    <Dialog title={t(`return_${step}`)} close={close} submit={() => lines.length > 0 && settle.mutate()}>
      <CountLines
        lines={waiting.map((line) => ({ variant_id: line.variant_id, title: order.lines.find((each) => each.variant_id === line.variant_id)?.title ?? {}, most: unsettled(line) }))}
        counts={counts}
        change={change(setCounts)}
      />
      {step === "exchange" && (
        <div className="grid gap-4 sm:grid-cols-2">
          <Field label={t("carrier")} isOptional maxLength={120} value={carrier} onChange={(event) => change(setCarrier)(event.target.value)} />
          <Field label={t("trackingNumber")} isOptional maxLength={120} value={tracking} onChange={(event) => change(setTracking)(event.target.value)} />
        </div>
      )}
      {settle.isError && <Failure error={settle.error} />}
      <DialogActions>
        <button type="button" className="act-quiet" onClick={close}>{t("cancel")}</button>
        <button type="submit" className="act" disabled={settle.isPending || lines.length === 0}>{t(`return_${step}`)}</button>
      </DialogActions>
    </Dialog>
  );
}
