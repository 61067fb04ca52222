/** What is to be packed now: units that are paid for and stand on a shelf, the oldest order first. */
import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { type Schemas, api, may, take } from "../api";
import { t, useSpoken } from "../texts";
import { toast } from "../toasts";
import { Badge, Bones, Choice, Dialog, DialogActions, Empty, Failure, Field, Filters, PageHead, Sheet, Tabs, List, rowsOf, useList, useQueryState, words } from "../ui";
import { useWish } from "../wish";
import { usePlaces } from "./parcels";
import { given } from "./payments";

type Pick = Schemas["PickView"];

function Head() {
  return (
    <>
      <PageHead title={t("packing")} />
      <Tabs label={t("packing")} of={[{ to: "/packing", label: t("pickList") }, { to: "/packing/parcels", label: t("parcels") }]} />
    </>
  );
}

interface Packed {
  id: string;
  number: number;
  paidAt: string;
  picks: Pick[];
}

/** The list has a row for each line; people pack orders. */
function byOrder(picks: Pick[]): Packed[] {
  const orders = new Map<string, Packed>();
  for (const pick of picks) {
    const own = orders.get(pick.order_id) ?? { id: pick.order_id, number: pick.number, paidAt: pick.paid_at, picks: [] };
    own.picks.push(pick);
    orders.set(pick.order_id, own);
  }
  return [...orders.values()];
}

export function Packing() {
  const { at, said } = useSpoken();
  const places = usePlaces();
  const [{ location_id: place }] = useQueryState();
  const [chosen, choose] = useState<string[]>([]);
  const [isShipping, setShipping] = useState(false);
  const list = useList(["pick-list", place], (cursor, signal) => take(api.GET("/api/v1/admin/pick-list/", { params: { query: { limit: 50, ...given({ cursor, location_id: place }) } }, signal })));
  const orders = byOrder(rowsOf(list));
  // The API takes a hundred at once.
  const picked = orders.filter((order) => chosen.includes(order.id)).slice(0, 100);
  return (
    <>
      <Head />
      {places.length > 1 && <Filters><Choice name="location_id" label={t("location")} options={places.map((each) => ({ value: each.id, label: each.name }))} /></Filters>}
      {list.isPending && <Bones />}
      {list.isError && <Failure error={list.error} again={() => void list.refetch()} />}
      {list.isSuccess && orders.length === 0 && <Sheet><Empty icon="check" title={t("nothingToPack")} text={t("nothingToPackText")} /></Sheet>}
      <ul className="space-y-4">
        {orders.map((order) => (
          <li key={order.id} className="sheet p-5">
            <div className="flex flex-wrap items-center gap-3">
              {may("orders.manage") && (
                <input type="checkbox" className="size-5 accent-(--accent)" aria-label={t("order", { n: order.number })} checked={chosen.includes(order.id)} onChange={(event) => choose(event.target.checked ? [...chosen, order.id] : chosen.filter((each) => each !== order.id))} />
              )}
              <a className="mr-auto font-medium hover:underline" href={`/admin/orders/${order.id}`}>{t("order", { n: order.number })}</a>
              <span className="text-sm text-muted">{at(order.paidAt)}</span>
            </div>
            <ul className="mt-2 space-y-1">
              {order.picks.map((pick) => (
                <li key={pick.variant_id + pick.location_id} className="flex gap-3">
                  <span className="tabular w-10 shrink-0 text-right font-semibold">{pick.quantity} ×</span>
                  <span className="min-w-0 wrap-anywhere">{said(pick.title)}<span className="block text-sm text-muted">{[pick.sku, places.find((each) => each.id === pick.location_id)?.name].filter(Boolean).join(" · ")}</span></span>
                </li>
              ))}
            </ul>
          </li>
        ))}
      </ul>
      {list.hasNextPage && <p className="mt-4 text-center"><button type="button" className="act-quiet" disabled={list.isFetchingNextPage} onClick={() => void list.fetchNextPage()}>{t("more")}</button></p>}
      {picked.length > 0 && (
        <div className="sticky bottom-4 mt-6 flex justify-end">
          <button type="button" className="act shadow-raised" onClick={() => setShipping(true)}>{t("shipOrders", { n: picked.length })}</button>
        </div>
      )}
      {isShipping && <ShipMany orders={picked} place={place} close={() => setShipping(false)} done={() => choose([])} />}
    </>
  );
}

function ShipMany({ orders, place, close, done }: { orders: Packed[]; place: string | undefined; close: () => void; done: () => void }) {
  const queries = useQueryClient();
  const [carrier, setCarrier] = useState("");
  const [refused, setRefused] = useState<{ number: number; why: string }[]>([]);
  const { wish: ship, changed } = useWish((key) => {
    const params = { header: { "Idempotency-Key": key } };
    return take(api.POST("/api/v1/admin/fulfilments/bulk/", { params, body: { orders: orders.map((order) => ({ order_id: order.id, carrier: carrier.trim(), ...(place ? { location_id: place } : {}) })) } }));
  }, ({ results }) => {
    const failed = results.flatMap((result, index) => (result.is_done ? [] : [{ number: orders[index]?.number ?? 0, why: result.refusal?.detail ?? t("failed") }]));
    toast(t("ordersLeft", { n: results.length - failed.length }), { isBad: failed.length === results.length });
    void queries.invalidateQueries({ queryKey: ["pick-list"] });
    void queries.invalidateQueries({ queryKey: ["parcels"] });
    done();
    if (failed.length === 0) close();
    else setRefused(failed);
  });
  return (
    <Dialog title={t("shipOrders", { n: orders.length || refused.length })} close={close} submit={() => orders.length > 0 && ship.mutate()}>
      {refused.length > 0 ? (
        <ul className="space-y-2">{refused.map((each) => <li key={each.number}><span className="font-medium">{t("order", { n: each.number })}</span><span className="block text-sm text-bad">{each.why}</span></li>)}</ul>
      ) : (
        <>
          <p className="text-muted">{t("shipOrdersText")}</p>
          <Field label={t("carrier")} isOptional maxLength={120} value={carrier} onChange={(event) => { changed(); setCarrier(event.target.value); }} />
        </>
      )}
      {ship.isError && <Failure error={ship.error} />}
      <DialogActions>
        <button type="button" className="act-quiet" onClick={close}>{t(refused.length > 0 ? "close" : "cancel")}</button>
        {refused.length === 0 && <button type="submit" className="act" disabled={ship.isPending}>{t("ship")}</button>}
      </DialogActions>
    </Dialog>
  );
}

export function ParcelsPage() {
  const { at } = useSpoken();
  const [{ state }] = useQueryState();
  const list = useList(["parcels", state], (cursor, signal) => take(api.GET("/api/v1/admin/fulfilments/", { params: { query: { limit: 25, ...given({ cursor, state }) } }, signal })));
  return (
    <>
      <Head />
      <Filters><Choice name="state" label={t("state")} options={words("shipped", "delivered")} /></Filters>
      <List
        label={t("parcels")}
        list={list}
        id={(each) => each.id}
        to={(each) => `/orders/${each.order_id}`}
        empty={<Empty icon="parcel" title={state ? t("nothingMatches") : t("noParcels")} />}
        columns={[
          { head: t("date"), cell: (each) => at(each.shipped_at) },
          { head: t("state"), cell: (each) => <Badge value={each.state} /> },
          { head: t("carrier"), cell: (each) => [each.carrier, each.tracking_number].filter(Boolean).join(" · ") || "—" },
          { head: t("units"), cell: (each) => each.items.reduce((sum, item) => sum + item.quantity, 0), isFigure: true },
        ]}
      />
    </>
  );
}
