/** Invoices and credit notes of an order, and what staff write down about it. */
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { type Schemas, api, may, take } from "../api";
import { fetchFile } from "../download";
import { t, useSpoken, word } from "../texts";
import { toast } from "../toasts";
import { Area, Empty, Failure, List, PageHead, Sheet, Choice, Filters, useList, useQueryState, words } from "../ui";
import { useWish } from "../wish";
import { given } from "./payments";

type Order = Schemas["OrderView"];
type Paper = Pick<Schemas["InvoiceView"], "id" | "order_id" | "number">;

async function open(paper: Paper): Promise<void> {
  // Opened at the click: afterwards the browser takes it for a pop-up.
  const tab = window.open("", "_blank");
  try {
    const file = await fetchFile(`/api/v1/orders/${paper.order_id}/invoices/${paper.id}/`);
    const address = URL.createObjectURL(new File([file], `${paper.number}.pdf`, { type: "application/pdf" }));
    if (tab) tab.location.href = address;
    else window.location.href = address;
    setTimeout(() => URL.revokeObjectURL(address), 60_000);
  } catch (error) {
    tab?.close();
    throw error;
  }
}

function usePaper() {
  return useMutation({
    mutationFn: open,
    onError: (error) => toast(error.message || t("failed"), { isBad: true }),
  });
}

export function Papers({ order }: { order: Order }) {
  const { at, price } = useSpoken();
  const queries = useQueryClient();
  const show = usePaper();
  const papers = useQuery({
    queryKey: ["order", order.id, "invoices"],
    queryFn: ({ signal }) => take(api.GET("/api/v1/orders/{id}/invoices/", { params: { path: { id: order.id } }, signal })),
  });
  const issue = useMutation({
    mutationFn: () => take(api.POST("/api/v1/admin/orders/{id}/invoice/", { params: { path: { id: order.id } } })),
    onSuccess: () => void queries.invalidateQueries({ queryKey: ["order", order.id, "invoices"] }),
    onError: (error) => toast(error.message || t("offline"), { isBad: true }),
  });
  const all = papers.data?.invoices ?? [];
  const isMissing = papers.isSuccess && Boolean(order.paid_at) && !all.some((each) => each.kind === "invoice");
  return (
    <Sheet title={t("papers")}>
      {papers.isError && <Failure error={papers.error} again={() => void papers.refetch()} />}
      <ul className="space-y-3">
        {all.map((each) => (
          <li key={each.id} className="flex items-start justify-between gap-3">
            <span>
              <button type="button" className="link" disabled={show.isPending} onClick={() => show.mutate(each)}>{each.number}</button>
              <span className="block text-sm text-muted">{word(each.kind)} · {at(each.issued_at)}</span>
            </span>
            <span className="tabular">{each.kind === "credit_note" && "−"}{price(each.total)}</span>
          </li>
        ))}
      </ul>
      {papers.isSuccess && all.length === 0 && !isMissing && <p className="text-muted">{t("papersLater")}</p>}
      {isMissing && may("orders.manage") && <button type="button" className="act-quiet mt-2" disabled={issue.isPending} onClick={() => issue.mutate()}>{t("issueInvoice")}</button>}
    </Sheet>
  );
}

/** What staff write down, for themselves or for the buyer too. */
export function NoteBox({ order }: { order: Order }) {
  const queries = useQueryClient();
  const [text, setText] = useState("");
  const [isForBuyer, setForBuyer] = useState(false);
  const { wish: write, changed } = useWish((key) => {
    const params = { path: { id: order.id }, header: { "Idempotency-Key": key } };
    return take(api.POST("/api/v1/admin/orders/{id}/notes/", { params, body: { text: text.trim(), is_for_buyer: isForBuyer } }));
  }, () => {
    toast(t("noted"));
    setText("");
    setForBuyer(false);
    void queries.invalidateQueries({ queryKey: ["order", order.id, "timeline"] });
  });
  if (!may("orders.manage")) return null;
  return (
    <form
      className="mb-6 space-y-3"
      onSubmit={(event) => {
        event.preventDefault();
        if (text.trim()) write.mutate();
      }}
    >
      <Area label={t("note")} rows={2} maxLength={2000} value={text} onChange={(event) => { changed(); setText(event.target.value); }} />
      {text && (
        <div className="flex flex-wrap items-center justify-between gap-3">
          <label className="flex min-h-11 items-center gap-3">
            <input type="checkbox" className="size-5 accent-(--accent)" checked={isForBuyer} onChange={(event) => { changed(); setForBuyer(event.target.checked); }} />
            {t("forBuyer")}
          </label>
          <button type="submit" className="act-quiet" disabled={write.isPending || !text.trim()}>{t("writeNote")}</button>
        </div>
      )}
      {write.isError && <Failure error={write.error} />}
    </form>
  );
}

/** All invoices and credit notes of the shop, newest first. */
export function PapersPage() {
  const { at, price } = useSpoken();
  const [{ kind }] = useQueryState();
  const show = usePaper();
  const list = useList(["invoices", kind], (cursor, signal) => take(api.GET("/api/v1/admin/invoices/", { params: { query: { limit: 25, ...given({ cursor, kind }) } }, signal })));
  return (
    <>
      <PageHead title={t("papers")} back={{ to: "/orders", label: t("orders") }} />
      <Filters><Choice name="kind" label={t("class")} options={words("invoice", "credit_note")} /></Filters>
      <List
        label={t("papers")}
        list={list}
        id={(each) => each.id}
        to={(each) => `/orders/${each.order_id}`}
        empty={<Empty icon="books" title={kind ? t("nothingMatches") : t("papersLater")} />}
        columns={[
          { head: t("number"), cell: (each) => each.number },
          { head: t("class"), cell: (each) => word(each.kind) },
          { head: t("date"), cell: (each) => at(each.issued_at) },
          { head: t("amount"), cell: (each) => price(each.total), isFigure: true },
          { head: "PDF", cell: (each) => <button type="button" className="link" disabled={show.isPending} onClick={() => show.mutate(each)}>{t("open")}</button>, isFigure: true },
        ]}
      />
    </>
  );
}
