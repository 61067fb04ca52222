/** One order: what it is, how its payment stands, what happened, and the one thing to do next. */
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Link, useParams } from "@tanstack/react-router";
import { useState } from "react";
import { shownPhone } from "../../../../packages/shared/format";
import { type Schemas, api, may, take } from "../api";
import { Icon, type IconName } from "../icons";
import { t, useSpoken, word } from "../texts";
import { toast } from "../toasts";
import { Badge, Bones, Failure, PageHead, Sheet } from "../ui";
import { NoteBox, Papers } from "./papers";
import { CallOffDialog, Parcels, ShipDialog, canShip, useFulfilment } from "./parcels";
import { RefundDialog } from "./refund";
import { OrderReturns } from "./returns";

type Order = Schemas["OrderView"];
type Attempt = Schemas["AttemptAdminView"];
type Refund = Schemas["RefundView"];
type Booked = Schemas["LedgerTransferView"];
type Told = Schemas["TimelineEntryView"];

export function OrderPage() {
  const { id } = useParams({ strict: false }) as { id: string };
  const order = useQuery({
    queryKey: ["order", id],
    queryFn: ({ signal }) => take(api.GET("/api/v1/orders/{id}/", { params: { path: { id } }, signal })),
  });
  const back = { to: "/orders", label: t("orders") };
  if (order.isPending) return <><PageHead title={t("loading")} back={back} /><Bones lines={8} /></>;
  if (order.isError) return <><PageHead title={t("orders")} back={back} /><Failure error={order.error} again={() => void order.refetch()} /></>;
  return <Shown order={order.data} />;
}

function useAround(id: string) {
  const attempts = useQuery({
    queryKey: ["order", id, "attempts"],
    queryFn: ({ signal }) => take(api.GET("/api/v1/admin/payments/attempts/", { params: { query: { order_id: id, limit: 100 } }, signal })),
  });
  const refunds = useQuery({
    queryKey: ["order", id, "refunds"],
    queryFn: ({ signal }) => take(api.GET("/api/v1/admin/payments/refunds/", { params: { query: { order_id: id, limit: 100 } }, signal })),
    // A refund goes on by itself; one looks until it is over.
    refetchInterval: ({ state }) => (state.data?.data.some((each) => !each.finished_at) ? 3_000 : false),
  });
  const booked = useQuery({
    queryKey: ["order", id, "booked"],
    enabled: may("ledger.read"),
    queryFn: ({ signal }) => take(api.GET("/api/v1/admin/ledger/transfers/", { params: { query: { order_id: id, limit: 100 } }, signal })),
  });
  const told = useQuery({
    queryKey: ["order", id, "timeline"],
    queryFn: ({ signal }) => take(api.GET("/api/v1/admin/orders/{id}/timeline/", { params: { path: { id } }, signal })),
  });
  return { attempts, refunds, booked, told };
}

function Shown({ order }: { order: Order }) {
  const { at } = useSpoken();
  const { attempts, refunds, booked, told } = useAround(order.id);
  const fulfilment = useFulfilment(order.id);
  const [doing, setDoing] = useState<"refund" | "ship" | "callOff" | null>(null);
  const close = () => setDoing(null);
  const tries = attempts.data?.data ?? [];
  const given = refunds.data?.data ?? [];
  return (
    <>
      <PageHead
        back={{ to: "/orders", label: t("orders") }}
        name={t("order", { n: order.number })}
        title={<>{t("order", { n: order.number })}<Badge value={order.payment_status === "unpaid" ? order.status : order.payment_status} /></>}
      >
        <NextStep order={order} attempts={tries} refund={() => setDoing("refund")} ship={canShip(order, fulfilment.data) ? () => setDoing("ship") : undefined} />
      </PageHead>
      {order.status === "pending_payment" && <p className="mb-6 rounded-xl bg-warn-soft px-4 py-3">{t("payLater", { time: at(order.expires_at) })}</p>}
      <div className="grid gap-6 lg:grid-cols-[1fr_20rem]">
        <div className="min-w-0 space-y-6">
          <Lines order={order} refunds={given} />
          <Parcels order={order} callOff={() => setDoing("callOff")} />
          <Sheet title={t("timeline")}>
            <NoteBox order={order} />
            {(attempts.error ?? told.error) && <Failure error={attempts.error ?? told.error} />}
            <Timeline order={order} attempts={tries} refunds={given} booked={booked.data?.data ?? []} told={told.data?.entries ?? []} />
          </Sheet>
        </div>
        <Side order={order} attempts={tries} refunds={given} />
      </div>
      {doing === "refund" && <RefundDialog order={order} refunds={given} close={close} />}
      {doing === "ship" && fulfilment.data && <ShipDialog order={order} fulfilment={fulfilment.data} close={close} />}
      {doing === "callOff" && fulfilment.data && <CallOffDialog order={order} fulfilment={fulfilment.data} close={close} />}
    </>
  );
}

/** First what is usual now: ask about money that may be there, confirm what a person sees, ship, or give it back. */
function NextStep({ order, attempts, refund, ship }: { order: Order; attempts: Attempt[]; refund: () => void; ship: (() => void) | undefined }) {
  const queries = useQueryClient();
  const live = attempts.find((each) => ["created", "unknown", "pending", "review"].includes(each.state));
  const ask = useMutation({
    mutationFn: (attempt: Attempt) => take(api.POST("/api/v1/admin/payments/attempts/{attempt_id}/verify/", { params: { path: { attempt_id: attempt.id } } })),
    onSuccess: (answer) => {
      toast(t("asked", { state: word(answer.state) }));
      void queries.invalidateQueries({ queryKey: ["order", order.id] });
    },
    onError: (error) => toast(error.message || t("offline"), { isBad: true }),
  });
  if (order.payment_status === "paid" || order.payment_status === "partially_refunded") {
    return (
      <div className="flex flex-wrap gap-3">
        {may("payments.refund") && <button type="button" className={ship ? "act-quiet" : "act"} onClick={refund}>{t("refund")}</button>}
        {ship && <button type="button" className="act" onClick={ship}>{t("ship")}</button>}
      </div>
    );
  }
  if (!live || !may("payments.manage")) return null;
  if (live.provider !== "chapa") return <Link to={`/payments/attempts/${live.id}`} className="act">{t("confirmMoney")}</Link>;
  return <button type="button" className="act" disabled={ask.isPending} onClick={() => ask.mutate(live)}>{t("askProvider")}</button>;
}

function Lines({ order, refunds }: { order: Order; refunds: Refund[] }) {
  const { price, said } = useSpoken();
  const back = (variant: string) => refunds.filter((each) => each.state !== "failed" && each.state !== "reversed").flatMap((each) => each.lines).filter((line) => line.variant_id === variant).reduce((sum, line) => sum + line.quantity, 0);
  const sums = ([["subtotal", order.subtotal], ["discount", order.discount], ["shipping", order.shipping], ["tax", order.tax]] as const).filter(([name, amount]) => name === "subtotal" || amount.amount !== 0);
  return (
    <Sheet title={t("items")}>
      <ul className="divide-y divide-line">
        {order.lines.map((line) => (
          <li key={line.variant_id} className="flex items-start justify-between gap-4 py-3">
            <span className="min-w-0">
              <Link to={`/products/${line.product_id}`} className="font-medium hover:underline">{said(line.title)}</Link>
              <span className="block text-sm text-muted">{[...line.options.map((option) => said(option.label)), line.sku].join(" · ")}</span>
              {back(line.variant_id) > 0 && <span className="text-sm text-muted">{t("refunded")}: {back(line.variant_id)}</span>}
            </span>
            <span className="tabular shrink-0 text-right">
              <span className="block">{price(line.total)}</span>
              <span className="block text-sm text-muted">{line.quantity} × {price(line.unit_price)}</span>
            </span>
          </li>
        ))}
      </ul>
      <dl className="tabular ml-auto max-w-xs space-y-1 border-t border-line pt-3">
        {sums.map(([name, amount]) => <div key={name} className="flex justify-between text-muted"><dt>{t(name)}</dt><dd>{price(amount)}</dd></div>)}
        <div className="flex justify-between text-lg font-semibold"><dt>{t("total")}</dt><dd>{price(order.total)}</dd></div>
        {order.refunded.amount > 0 && <div className="flex justify-between text-muted"><dt>{t("refunded")}</dt><dd>−{price(order.refunded)}</dd></div>}
      </dl>
    </Sheet>
  );
}

interface Moment {
  at: string;
  icon: IconName;
  text: string;
  to?: string;
  hint?: string;
}

/** What the API tells of parcels, returns and notes; payments and refunds are shown from their own. */
function momentOf(each: Told): Moment | null {
  const moment = (icon: IconName, text: string): Moment => ({ at: each.occurred_at, icon, text, hint: each.text });
  if (each.kind === "parcel") return moment("parcel", t(each.what === "delivered" ? "tlArrived" : "tlShipped"));
  if (each.kind === "cancellation") return moment("close", t("calledOff"));
  if (each.kind === "return") return { ...moment("returns", word(`return_${each.what}`)), ...(each.subject_id ? { to: `/returns/${each.subject_id}` } : {}) };
  if (each.kind === "note") return moment("person", t(each.what === "for_buyer" ? "noteForBuyer" : "note"));
  return null;
}

function Timeline({ order, attempts, refunds, booked, told }: { order: Order; attempts: Attempt[]; refunds: Refund[]; booked: Booked[]; told: Told[] }) {
  const { at, price } = useSpoken();
  const moments: Moment[] = [{ at: order.placed_at, icon: "orders", text: t("tlPlaced"), hint: order.email }];
  for (const each of attempts) {
    const to = `/payments/attempts/${each.id}`;
    moments.push({ at: each.created_at, icon: "payments", text: t("tlAttempt", { provider: word(each.provider) }), to, hint: each.tx_ref });
    if (each.charged_at) moments.push({ at: each.charged_at, icon: "check", text: t("tlCharged", { amount: price(each.amount) }), to });
    else if (!["created", "pending"].includes(each.state)) moments.push({ at: each.updated_at, icon: "alert", text: word(each.state), to, hint: each.failure ?? "" });
  }
  for (const each of refunds) {
    moments.push({ at: each.finished_at ?? each.created_at, icon: "back", text: t("tlRefund", { amount: price(each.amount), state: word(each.state) }), to: `/payments/refunds/${each.id}`, hint: each.reason });
  }
  for (const each of booked) moments.push({ at: each.posted_at, icon: "books", text: t("tlBooked", { title: price(each.amount) }), hint: `${each.debit_account} → ${each.credit_account}` });
  moments.push(...told.map(momentOf).filter((each) => each !== null));
  if (order.status === "expired") moments.push({ at: order.expires_at, icon: "clock", text: t("tlExpired") });
  moments.sort((a, b) => (a.at < b.at ? 1 : -1));
  return (
    <ol className="relative space-y-5 before:absolute before:top-3 before:bottom-3 before:left-[1.05rem] before:w-px before:bg-line">
      {moments.map((moment, index) => (
        <li key={index} className="relative flex gap-4">
          <span className="grid size-9 shrink-0 place-items-center rounded-full border border-line bg-sheet text-muted"><Icon name={moment.icon} className="size-4" /></span>
          <span className="min-w-0">
            {moment.to ? <Link to={moment.to} className="font-medium hover:underline">{moment.text}</Link> : <span className="font-medium">{moment.text}</span>}
            <time className="block text-sm text-muted" dateTime={moment.at}>{at(moment.at)}</time>
            {moment.hint && <span className="block text-sm wrap-anywhere whitespace-pre-line text-muted">{moment.hint}</span>}
          </span>
        </li>
      ))}
    </ol>
  );
}

function Side({ order, attempts, refunds }: { order: Order; attempts: Attempt[]; refunds: Refund[] }) {
  const { price } = useSpoken();
  const to = order.shipping_address;
  return (
    <div className="space-y-6">
      <Sheet title={t("payment")}>
        <ul className="space-y-3">
          {attempts.map((each) => (
            <li key={each.id} className="flex items-center justify-between gap-3">
              <Link to={`/payments/attempts/${each.id}`} className="link">{word(each.provider)}</Link>
              <Badge value={each.state} />
            </li>
          ))}
          {refunds.map((each) => (
            <li key={each.id} className="flex items-center justify-between gap-3">
              <Link to={`/payments/refunds/${each.id}`} className="link">−{price(each.amount)}</Link>
              <Badge value={each.state} />
            </li>
          ))}
          {attempts.length === 0 && <li className="text-muted">{t("noAttempts")}</li>}
        </ul>
      </Sheet>
      <OrderReturns order={order} />
      <Papers order={order} />
      <Sheet title={t("contact")}>
        <p className="wrap-anywhere"><a className="link" href={`mailto:${order.email}`}>{order.email}</a></p>
        {order.phone && <p className="tabular mt-1"><a className="link" href={`tel:${order.phone}`}>{shownPhone(order.phone)}</a></p>}
      </Sheet>
      <Sheet title={t("deliverTo")}>
        <p className="font-medium">{to.name}</p>
        {[to.landmark, to.line, [to.kebele, to.woreda].filter(Boolean).join(", "), [to.city, to.region].filter(Boolean).join(", ")].filter(Boolean).map((line) => <p key={line}>{line}</p>)}
      </Sheet>
      {order.note && <Sheet title={t("buyerNote")}><p className="whitespace-pre-line">{order.note}</p></Sheet>}
    </div>
  );
}

