/** The stock grid: type, paste, walk with the arrows; each row says what became of it. */
import { useQueryClient } from "@tanstack/react-query";
import clsx from "clsx";
import { type ClipboardEvent, type KeyboardEvent, useRef, useState } from "react";
import { Refusal, type Schemas, api, take, takeTagged } from "../api";
import { Icon } from "../icons";
import { t, useSpoken } from "../texts";
import { toast } from "../toasts";
import { Bones, Choice, Empty, Failure, Filters, PageHead, SearchBox, rowsOf, useList, useQueryState } from "../ui";

type Level = Schemas["StockLevelView"];

interface Row {
  id: string;
  productId: string;
  title: string;
  options: string;
  sku: string;
  level: Level;
  etag: string;
}

type Outcome = { state: "saving" } | { state: "saved" } | { state: "refused"; text: string };

const LOW = 5;
const PRODUCTS = 12;

async function readLevel(id: string, signal?: AbortSignal) {
  const options = { params: { path: { variant_id: id } }, ...(signal ? { signal } : {}) };
  return takeTagged(api.GET("/api/v1/admin/inventory/levels/{variant_id}/", options));
}

/** The variants of some products with their levels: read one by one, as the API has them. */
async function readRows(products: Schemas["ProductSummary"][], language: string, signal: AbortSignal): Promise<Row[]> {
  const read = products.map(async ({ id }) => {
    const params = { path: { id_or_slug: id }, query: { language } };
    const product = await take(api.GET("/api/v1/catalogue/products/{id_or_slug}/", { params, signal }));
    return Promise.all(product.variants.map(async (variant) => {
      const { value, etag } = await readLevel(variant.id, signal);
      const options = variant.option_values.map((each) => each.label).join(" · ");
      return { id: variant.id, productId: id, title: product.title, options, sku: variant.sku, level: value, etag };
    }));
  });
  return (await Promise.all(read)).flat();
}

/** A count as people type it; null when it is none. */
export function parseCount(text: string): number | null {
  const plain = text.trim().replaceAll(/[,\s]/g, "");
  return /^\d{1,9}$/.test(plain) ? Number(plain) : null;
}

export function Stock() {
  const { language } = useSpoken();
  const [{ q, low }, change] = useQueryState();
  const queries = useQueryClient();
  const key = ["stock", q, low, language];
  const list = useList(key, async (cursor, signal) => {
    const query = { limit: PRODUCTS, language, ...(cursor ? { cursor } : {}), ...(q ? { q } : {}) };
    const page = await take(api.GET("/api/v1/catalogue/products/", { params: { query }, signal }));
    const rows = await readRows(page.data, language, signal);
    return { data: low ? rows.filter((row) => row.level.available <= LOW) : rows, page: page.page };
  });
  const [typed, setTyped] = useState<Record<string, string>>({});
  const [outcomes, setOutcomes] = useState<Record<string, Outcome>>({});
  const grid = useRef<HTMLTableElement>(null);
  const rows = rowsOf(list);
  const isChanged = (row: Row) => typed[row.id] !== undefined && parseCount(typed[row.id] ?? "") !== row.level.on_hand;
  const changed = rows.filter(isChanged);
  const outcome = (id: string, next: Outcome) => setOutcomes((all) => ({ ...all, [id]: next }));

  /** Puts a fresh level into the list that is shown. */
  const renew = (id: string, level: Level, etag: string) => {
    queries.setQueryData<typeof list.data>(key, (data) => data && {
      ...data,
      pages: data.pages.map((page) => ({ ...page, data: page.data.map((row) => (row.id === id ? { ...row, level, etag } : row)) })),
    });
  };
  const put = async (id: string, etag: string, onHand: number) => {
    const params = { path: { variant_id: id }, header: { "If-Match": etag } };
    const answer = await takeTagged(api.PUT("/api/v1/admin/inventory/levels/{variant_id}/", { params, body: { on_hand: onHand } }));
    renew(id, answer.value, answer.etag);
    return answer.etag;
  };
  const forget = (id: string) => setTyped(({ [id]: _, ...rest }) => rest);

  /** Saves one row; what it was before, for the way back. */
  const save = async (row: Row): Promise<{ row: Row; etag: string } | null> => {
    const count = parseCount(typed[row.id] ?? "");
    if (count === null) {
      outcome(row.id, { state: "refused", text: t("badNumber") });
      return null;
    }
    outcome(row.id, { state: "saving" });
    try {
      const etag = await put(row.id, row.etag, count);
      outcome(row.id, { state: "saved" });
      forget(row.id);
      return { row, etag };
    } catch (error) {
      const refusal = error instanceof Refusal ? error : new Refusal(0, null, "");
      if (refusal.status === 412) {
        const fresh = await readLevel(row.id).catch(() => null);
        if (fresh) {
          renew(row.id, fresh.value, fresh.etag);
          outcome(row.id, { state: "refused", text: t("staleLevel", { n: fresh.value.on_hand }) });
          return null;
        }
      }
      outcome(row.id, { state: "refused", text: refusal.status === 0 ? t("offline") : refusal.message || t("failed") });
      return null;
    }
  };
  const saveMany = async (some: Row[]) => {
    const done: { row: Row; etag: string }[] = [];
    // A few at a time: a spreadsheet's column is no reason to be served before everybody else.
    const rest = [...some];
    await Promise.all(Array.from({ length: 4 }, async () => {
      for (let row = rest.shift(); row; row = rest.shift()) {
        const saved = await save(row);
        if (saved) done.push(saved);
      }
    }));
    if (done.length === 0) return;
    const undo = () => void Promise.allSettled(done.map(({ row, etag }) => put(row.id, etag, row.level.on_hand))).then((all) => {
      setOutcomes({});
      toast(all.every((each) => each.status === "fulfilled") ? t("undone") : t("someoneChanged"));
    });
    toast(t("saved"), { undo });
  };

  const cells = () => [...(grid.current?.querySelectorAll<HTMLInputElement>("input[data-row]") ?? [])];
  const step = (from: HTMLInputElement, by: number) => {
    const all = cells();
    const next = all[all.indexOf(from) + by];
    next?.focus();
    next?.select();
  };
  const pressed = (event: KeyboardEvent<HTMLInputElement>, row: Row) => {
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      step(event.currentTarget, event.key === "ArrowDown" ? 1 : -1);
    } else if (event.key === "Enter") {
      event.preventDefault();
      if (isChanged(row)) void saveMany([row]);
      step(event.currentTarget, event.shiftKey ? -1 : 1);
    } else if (event.key === "Escape") {
      forget(row.id);
      setOutcomes(({ [row.id]: _, ...rest }) => rest);
    }
  };
  const pasted = (event: ClipboardEvent<HTMLInputElement>, from: number) => {
    const lines = event.clipboardData.getData("text/plain").replace(/\r?\n$/, "").split(/\r?\n/);
    if (lines.length < 2) return;
    event.preventDefault();
    const next = { ...typed };
    const values = lines.slice(0, rows.length - from);
    values.forEach((line, index) => {
      const row = rows[from + index];
      // Of several columns the last one counts: "SKU <tab> number" is what people copy.
      if (row) next[row.id] = (line.split("\t").at(-1) ?? "").trim();
    });
    setTyped(next);
    toast(t("pastedRows", { n: values.length }));
  };

  return (
    <>
      <PageHead title={t("stock")}>
        {changed.length > 0 && <button type="button" className="act" onClick={() => void saveMany(changed)}>{t("saveAll", { n: changed.length })}</button>}
      </PageHead>
      <p className="-mt-3 mb-5 max-w-2xl text-muted">{t("stockText")}</p>
      <Filters>
        <SearchBox name="q" label={t("products")} />
        <Choice name="low" label={t("lowOnly")} options={[{ value: "true", label: t("lowOnly") }]} />
      </Filters>
      <section className="sheet overflow-hidden">
        {list.isPending && <Bones lines={8} />}
        {list.isError && <div className="p-5"><Failure error={list.error} again={() => void list.refetch()} /></div>}
        {list.isSuccess && rows.length === 0 && !list.hasNextPage && (
          <Empty icon="stock" title={t("nothingMatches")}><button type="button" className="act-quiet" onClick={() => change({ q: undefined, low: undefined })}>{t("clearFilters")}</button></Empty>
        )}
        {rows.length > 0 && (
          <table ref={grid} className="rows cards" aria-label={t("stock")}>
            <thead>
              <tr>
                <th scope="col">{t("products")}</th>
                <th scope="col" className="end">{t("reserved")}</th>
                <th scope="col" className="end">{t("available")}</th>
                <th scope="col" className="end">{t("counted")}</th>
                <th scope="col" className="w-48"><span className="sr-only">{t("state")}</span></th>
              </tr>
            </thead>
            <tbody>
              {rows.map((row, index) => (
                <tr key={row.id} className={clsx(isChanged(row) && "bg-accent-soft/50")}>
                  <td data-head={t("products")}>
                    <span>
                      {row.title}
                      <span className="block text-sm font-normal text-muted">{[row.options, row.sku].filter(Boolean).join(" · ")}</span>
                    </span>
                  </td>
                  <td data-head={t("reserved")} className="end text-muted">{row.level.reserved}</td>
                  <td data-head={t("available")} className={clsx("end", row.level.available <= 0 ? "text-bad" : row.level.available <= LOW && "text-warn")}>{row.level.available}</td>
                  <td data-head={t("counted")} className="end">
                    <input
                      data-row={index}
                      inputMode="numeric"
                      autoComplete="off"
                      aria-label={`${t("counted")}: ${row.title} ${row.sku}`}
                      aria-invalid={typed[row.id] !== undefined && parseCount(typed[row.id] ?? "") === null ? true : undefined}
                      className="field ml-auto w-28! text-right tabular"
                      value={typed[row.id] ?? row.level.on_hand}
                      onFocus={(event) => event.currentTarget.select()}
                      onChange={(event) => {
                        setTyped({ ...typed, [row.id]: event.target.value });
                        setOutcomes(({ [row.id]: _, ...rest }) => rest);
                      }}
                      onKeyDown={(event) => pressed(event, row)}
                      onPaste={(event) => pasted(event, index)}
                    />
                  </td>
                  <td data-head="" className="text-sm" role="status"><Said outcome={outcomes[row.id]} /></td>
                </tr>
              ))}
            </tbody>
          </table>
        )}
        {list.hasNextPage && (
          <div className="border-t border-line p-3 text-center">
            <button type="button" className="act-quiet" disabled={list.isFetchingNextPage} onClick={() => void list.fetchNextPage()}>{list.isFetchingNextPage ? t("loading") : t("more")}</button>
          </div>
        )}
      </section>
    </>
  );
}

function Said({ outcome }: { outcome: Outcome | undefined }) {
  if (!outcome) return null;
  if (outcome.state === "saving") return <span className="text-muted">{t("loading")}</span>;
  if (outcome.state === "saved") return <span className="inline-flex items-center gap-1 text-accent"><Icon name="check" className="size-4" />{t("rowSaved")}</span>;
  return <span className="text-bad">{outcome.text}</span>;
}
