/** The parcels of an order: what is still to leave, what left, what was called off. */
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { Refusal, type Schemas, api, may, take } from "../api";
import { t, useSpoken } from "../texts";
import { toast } from "../toasts";
import { Badge, Bones, Dialog, DialogActions, Failure, Field, Mono, Select, Sheet } from "../ui";
import { CountLines, type Counts, chosen } from "../units";
import { useWish } from "../wish";

export type Fulfilment = Schemas["OrderFulfilmentView"];
type Parcel = Schemas["FulfilmentView"];

export function useFulfilment(id: string) {
  return useQuery({
    queryKey: ["order", id, "fulfilment"],
    queryFn: ({ signal }) => take(api.GET("/api/v1/admin/orders/{id}/fulfilment/", { params: { path: { id } }, signal })),
  });
}

/** Names of the places where goods stand; none to whoever may not see them. */
export function usePlaces() {
  return useQuery({
    queryKey: ["locations"],
    enabled: may("stock.edit"),
    staleTime: 60_000,
    queryFn: ({ signal }) => take(api.GET("/api/v1/admin/inventory/locations/", { params: { query: { limit: 100 } }, signal })),
  }).data?.data ?? [];
}

/** Units of a line that can leave, or be called off, now. */
export function openOf(line: Fulfilment["lines"][number]): number {
  return line.open.reduce((sum, each) => sum + each.quantity, 0);
}

export function canShip(order: Schemas["OrderView"], fulfilment: Fulfilment | undefined): boolean {
  return order.status === "paid" && may("orders.manage") && (fulfilment?.lines.some((line) => openOf(line) > 0) ?? false);
}

const wanted = (fulfilment: Fulfilment): Counts => Object.fromEntries(fulfilment.lines.map((line) => [line.variant_id, openOf(line)]));
const countable = (fulfilment: Fulfilment) => fulfilment.lines.map((line) => ({ ...line, hint: line.sku, most: openOf(line) })).filter((line) => line.most > 0);

export function Parcels({ order, callOff }: { order: Schemas["OrderView"]; callOff: () => void }) {
  const { said } = useSpoken();
  const fulfilment = useFulfilment(order.id);
  const places = usePlaces();
  if (fulfilment.isPending) return <Sheet title={t("parcels")}><Bones lines={2} /></Sheet>;
  if (fulfilment.isError) return <Sheet title={t("parcels")}><Failure error={fulfilment.error} again={() => void fulfilment.refetch()} /></Sheet>;
  const { lines, fulfilments, cancellations } = fulfilment.data;
  const title = (variant: string) => said(lines.find((line) => line.variant_id === variant)?.title ?? {});
  const items = (of: { variant_id: string; quantity: number }[]) => of.map((item) => `${item.quantity} × ${title(item.variant_id)}`).join(", ");
  const open = lines.filter((line) => openOf(line) > 0);
  const mayCallOff = may("payments.refund") && (order.status === "pending_payment" || (order.status === "paid" && open.length > 0));
  const place = (id: string) => places.find((each) => each.id === id)?.name;
  return (
    <Sheet
      title={<>{t("parcels")} <Badge value={fulfilment.data.status} /></>}
      aside={mayCallOff && <button type="button" className="link text-sm" onClick={callOff}>{t("callOff")}</button>}
    >
      <ul className="divide-y divide-line">
        {fulfilments.map((parcel) => <ParcelRow key={parcel.id} parcel={parcel} items={items(parcel.items)} place={place(parcel.location_id)} />)}
        {cancellations.map((each) => (
          <li key={each.id} className="py-3">
            <span className="flex flex-wrap items-center gap-2 font-medium">{t("calledOff")} <Badge value="cancelled" /></span>
            <span className="block text-sm text-muted">{[items(each.items), each.reason].filter(Boolean).join(" · ")}</span>
          </li>
        ))}
        {order.status === "paid" && open.map((line) => (
          <li key={line.variant_id} className="flex items-start justify-between gap-4 py-3">
            <span className="min-w-0">{said(line.title)}<span className="block text-sm text-muted">{[line.sku, ...line.open.map((each) => place(each.location_id)).filter(Boolean)].join(" · ")}</span></span>
            <span className="tabular shrink-0 text-sm text-muted">{t("toPack", { n: openOf(line) })}</span>
          </li>
        ))}
        {order.status === "paid" && lines.filter((line) => line.ordered - line.cancelled - line.shipped > openOf(line)).map((line) => (
          <li key={`${line.variant_id}-awaited`} className="flex items-start justify-between gap-4 py-3">
            <span className="min-w-0">{said(line.title)}<span className="block text-sm text-muted">{line.sku}</span></span>
            <span className="tabular shrink-0 text-sm text-warn">{t("awaited", { n: line.ordered - line.cancelled - line.shipped - openOf(line) })}</span>
          </li>
        ))}
      </ul>
      {fulfilments.length + cancellations.length + open.length === 0 && <p className="text-muted">{t(order.status === "paid" ? "nothingLeft" : "nothingLeaves")}</p>}
    </Sheet>
  );
}

function ParcelRow({ parcel, items, place }: { parcel: Parcel; items: string; place: string | undefined }) {
  const { at } = useSpoken();
  const queries = useQueryClient();
  const [isTracking, setTracking] = useState(false);
  const deliver = useMutation({
    mutationFn: () => take(api.POST("/api/v1/admin/fulfilments/{id}/deliver/", { params: { path: { id: parcel.id } } })),
    onSuccess: () => {
      toast(t("delivered"));
      void queries.invalidateQueries({ queryKey: ["order", parcel.order_id] });
    },
    onError: (error) => toast(error.message || t("offline"), { isBad: true }),
  });
  const how = [parcel.carrier, parcel.tracking_number].filter(Boolean).join(" · ");
  return (
    <li className="py-3">
      <span className="flex flex-wrap items-center gap-2">
        <span className="mr-auto font-medium">{t("parcel", { n: parcel.number })}</span>
        <Badge value={parcel.state} />
      </span>
      <span className="block text-sm">{items}</span>
      <span className="block text-sm text-muted">{[at(parcel.delivered_at ?? parcel.shipped_at), place].filter(Boolean).join(" · ")}</span>
      {how && <span className="block text-sm">{parcel.tracking_url ? <a className="link" href={parcel.tracking_url} rel="noreferrer noopener" target="_blank">{how}</a> : <Mono>{how}</Mono>}</span>}
      {may("orders.manage") && (
        <span className="mt-2 flex flex-wrap gap-3 text-sm">
          {parcel.state === "shipped" && <button type="button" className="act-quiet" disabled={deliver.isPending} onClick={() => deliver.mutate()}>{t("hasArrived")}</button>}
          <button type="button" className="act-quiet" onClick={() => setTracking(true)}>{t("tracking")}</button>
        </span>
      )}
      {isTracking && <TrackingDialog parcel={parcel} close={() => setTracking(false)} />}
    </li>
  );
}

interface Way {
  carrier: string;
  tracking_number: string;
  tracking_url: string;
}

function WayFields({ way, change }: { way: Way; change: (way: Way) => void }) {
  return (
    <>
      <div className="grid gap-4 sm:grid-cols-2">
        <Field label={t("carrier")} isOptional maxLength={120} value={way.carrier} onChange={(event) => change({ ...way, carrier: event.target.value })} />
        <Field label={t("trackingNumber")} isOptional maxLength={120} value={way.tracking_number} onChange={(event) => change({ ...way, tracking_number: event.target.value })} />
      </div>
      <Field label={t("trackingUrl")} isOptional type="url" inputMode="url" placeholder="https://" maxLength={500} value={way.tracking_url} onChange={(event) => change({ ...way, tracking_url: event.target.value })} />
    </>
  );
}

const said = ({ carrier, tracking_number, tracking_url }: Way) => ({ carrier: carrier.trim(), tracking_number: tracking_number.trim(), tracking_url: tracking_url.trim() || null });

function TrackingDialog({ parcel, close }: { parcel: Parcel; close: () => void }) {
  const queries = useQueryClient();
  const [way, setWay] = useState<Way>({ carrier: parcel.carrier, tracking_number: parcel.tracking_number, tracking_url: parcel.tracking_url ?? "" });
  const save = useMutation({
    mutationFn: () => {
      const params = { path: { id: parcel.id }, header: { "If-Match": `"v${parcel.version}"` } };
      return take(api.PATCH("/api/v1/admin/fulfilments/{id}/", { params, body: said(way) }));
    },
    onSuccess: () => {
      toast(t("saved"));
      void queries.invalidateQueries({ queryKey: ["order", parcel.order_id] });
      close();
    },
  });
  const isStale = save.error instanceof Refusal && save.error.status === 412;
  return (
    <Dialog title={`${t("parcel", { n: parcel.number })} · ${t("tracking")}`} close={close} submit={() => save.mutate()}>
      <WayFields way={way} change={setWay} />
      {isStale ? <p role="alert" className="text-bad">{t("someoneChanged")}</p> : save.isError && <Failure error={save.error} />}
      <DialogActions>
        <button type="button" className="act-quiet" onClick={close}>{t("cancel")}</button>
        <button type="submit" className="act" disabled={save.isPending}>{t("save")}</button>
      </DialogActions>
    </Dialog>
  );
}

export function ShipDialog({ order, fulfilment, close }: { order: Schemas["OrderView"]; fulfilment: Fulfilment; close: () => void }) {
  const queries = useQueryClient();
  const names = usePlaces();
  const [counts, setCounts] = useState(() => wanted(fulfilment));
  const [way, setWay] = useState<Way>({ carrier: "", tracking_number: "", tracking_url: "" });
  const from = [...new Set(fulfilment.lines.flatMap((line) => line.open.map((each) => each.location_id)))];
  const [place, setPlace] = useState(from[0] ?? "");
  const lines = chosen(counts);
  const { wish: ship, changed } = useWish((key) => {
    const params = { path: { id: order.id }, header: { "Idempotency-Key": key } };
    const where = from.length > 1 ? { location_id: place } : {};
    return take(api.POST("/api/v1/admin/orders/{id}/fulfilments/", { params, body: { lines, ...said(way), ...where } }));
  }, (parcel) => {
    toast(t("hasLeft", { n: parcel.number }));
    void queries.invalidateQueries({ queryKey: ["order", order.id] });
    void queries.invalidateQueries({ queryKey: ["pick-list"] });
    close();
  });
  const change = <T,>(set: (value: T) => void) => (value: T) => {
    changed();
    set(value);
  };
  return (
    <Dialog title={t("ship")} close={close} submit={() => lines.length > 0 && ship.mutate()}>
      <CountLines lines={countable(fulfilment)} counts={counts} change={change(setCounts)} />
      {from.length > 1 && (
        <Select label={t("leavesFrom")} value={place} onChange={(event) => change(setPlace)(event.target.value)}>
          {from.map((id) => <option key={id} value={id}>{names.find((each) => each.id === id)?.name ?? id}</option>)}
        </Select>
      )}
      <WayFields way={way} change={change(setWay)} />
      {ship.isError && <Failure error={ship.error} />}
      <DialogActions>
        <button type="button" className="act-quiet" onClick={close}>{t("cancel")}</button>
        <button type="submit" className="act" disabled={ship.isPending || lines.length === 0}>{t("shipUnits", { n: lines.reduce((sum, line) => sum + line.quantity, 0) })}</button>
      </DialogActions>
    </Dialog>
  );
}

/** An unpaid order goes as a whole; of a paid one what has not left. */
export function CallOffDialog({ order, fulfilment, close }: { order: Schemas["OrderView"]; fulfilment: Fulfilment; close: () => void }) {
  const queries = useQueryClient();
  const isPaid = order.status === "paid";
  const [counts, setCounts] = useState(() => wanted(fulfilment));
  const [isRefunded, setRefunded] = useState(true);
  const [reason, setReason] = useState("");
  const [isTried, setTried] = useState(false);
  const lines = chosen(counts);
  const { wish: call, changed } = useWish((key) => {
    const params = { path: { id: order.id }, header: { "Idempotency-Key": key } };
    const body = { reason: reason.trim(), ...(isPaid ? { lines, is_refunded: isRefunded } : {}) };
    return take(api.POST("/api/v1/admin/orders/{id}/cancel/", { params, body }));
  }, () => {
    toast(t("calledOff"));
    void queries.invalidateQueries({ queryKey: ["order", order.id] });
    void queries.invalidateQueries({ queryKey: ["orders"] });
    close();
  });
  const change = <T,>(set: (value: T) => void) => (value: T) => {
    changed();
    set(value);
  };
  const isReady = reason.trim() !== "" && (!isPaid || lines.length > 0);
  const submit = () => {
    setTried(true);
    if (isReady) call.mutate();
  };
  return (
    <Dialog title={t("callOff")} close={close} submit={submit}>
      <p className="text-muted">{t(isPaid ? "callOffPaid" : "callOffUnpaid")}</p>
      {isPaid && <CountLines lines={countable(fulfilment)} counts={counts} change={change(setCounts)} />}
      {isPaid && (
        <label className="flex min-h-11 items-center gap-3">
          <input type="checkbox" className="size-5 accent-(--accent)" checked={isRefunded} onChange={(event) => change(setRefunded)(event.target.checked)} />
          {t("withMoney")}
        </label>
      )}
      <Field label={t("reason")} hint={t("reasonHint")} maxLength={500} value={reason} onChange={(event) => change(setReason)(event.target.value)} problem={isTried && !reason.trim() ? t("needed") : undefined} />
      {call.isError && <Failure error={call.error} />}
      <DialogActions>
        <button type="button" className="act-quiet" onClick={close}>{t("cancel")}</button>
        <button type="submit" className="act" disabled={call.isPending}>{t("callOff")}</button>
      </DialogActions>
    </Dialog>
  );
}
