/** Every order, newest first. */
import { Link } from "@tanstack/react-router";
import { api, take } from "../api";
import { DownloadCsv } from "../download";
import { t, useSpoken } from "../texts";
import { Badge, Choice, Empty, Filters, List, PageHead, useList, useQueryState, words } from "../ui";

export function Orders() {
  const { price, at } = useSpoken();
  const [{ status }] = useQueryState();
  const list = useList(["orders", status], (cursor, signal) => {
    const query = { limit: 25, ...(cursor ? { cursor } : {}), ...(status ? { status } : {}) };
    return take(api.GET("/api/v1/orders/", { params: { query }, signal }));
  });
  return (
    <>
      <PageHead title={t("orders")}>
        <Link to="/orders/papers" className="act-quiet">{t("papers")}</Link>
        <DownloadCsv path="/api/v1/admin/orders/export/" name="orders.csv" query={status ? { status } : {}} />
      </PageHead>
      <Filters>
        <Choice name="status" label={t("status")} options={words("pending_payment", "paid", "expired", "cancelled")} />
      </Filters>
      <List
        label={t("orders")}
        list={list}
        id={(order) => order.id}
        to={(order) => `/orders/${order.id}`}
        empty={status ? <Empty icon="orders" title={t("nothingMatches")} /> : <Empty icon="orders" title={t("noOrders")} text={t("noOrdersText")} />}
        columns={[
          { head: t("number"), cell: (order) => `#${order.number}` },
          { head: t("buyer"), cell: (order) => <span>{order.shipping_address.name}<span className="hidden text-sm font-normal text-muted sm:block">{order.email}</span></span> },
          { head: t("payment"), cell: (order) => <Badge value={order.payment_status === "unpaid" ? order.status : order.payment_status} /> },
          { head: t("parcels"), cell: (order) => (order.status === "paid" ? <Badge value={order.fulfilment_status} /> : "—") },
          { head: t("placed"), cell: (order) => at(order.placed_at) },
          { head: t("total"), cell: (order) => price(order.total), isFigure: true },
        ]}
      />
    </>
  );
}
