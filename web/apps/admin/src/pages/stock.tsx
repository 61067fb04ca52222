/** The stock grid: type, paste, walk with the arrows; each row says what became of it. */
import { useQuery, useQueryClient } from "@tanstack/react-query";
import clsx from "clsx";
import { type ClipboardEvent, type KeyboardEvent, useRef, useState } from "react";
import { Refusal, type Schemas, api, newKey, take, takeTagged } from "../api";
import { Icon } from "../icons";
import { t, useSpoken, word } from "../texts";
import { toast } from "../toasts";
import { Bones, Choice, Dialog, Empty, Failure, Filters, List, PageHead, SearchBox, rowsOf, useList, useQueryState } from "../ui";

type Level = Schemas["StockLevelView"];

interface Row {
  id: string;
  productId: string;
  title: string;
  options: string;
  sku: string;
  level: Level;
  /** The level's version: a change by somebody else since it was read is refused. */
  version: number;
}

/** A row's count before and after, as one movement. */
interface Wish {
  row: Row;
  version: number;
  by: number;
}

type Outcome = { state: "saving" } | { state: "saved" } | { state: "refused"; text: string };

const LOW = 5;
const PRODUCTS = 12;

async function readLevel(id: string, location: string | undefined, signal?: AbortSignal) {
  const params = { path: { variant_id: id }, query: location ? { location_id: location } : {} };
  const answer = await takeTagged(api.GET("/api/v1/admin/inventory/levels/{variant_id}/", { params, ...(signal ? { signal } : {}) }));
  return { level: answer.value, version: Number(answer.etag.replaceAll(/\D/g, "")) };
}

/** The variants of some products with their levels: read one by one, as the API has them. */
async function readRows(products: Schemas["ProductSummary"][], language: string, location: string | undefined, signal: AbortSignal): Promise<Row[]> {
  const read = products.map(async ({ id }) => {
    const params = { path: { id_or_slug: id }, query: { language } };
    const product = await take(api.GET("/api/v1/catalogue/products/{id_or_slug}/", { params, signal }));
    return Promise.all(product.variants.map(async (variant) => {
      const { level, version } = await readLevel(variant.id, location, signal);
      const options = variant.option_values.map((each) => each.label).join(" · ");
      return { id: variant.id, productId: id, title: product.title, options, sku: variant.sku, level, version };
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
  const [{ q, low, location }, change] = useQueryState();
  const locations = useQuery({
    queryKey: ["locations"],
    staleTime: 60_000,
    queryFn: ({ signal }) => take(api.GET("/api/v1/admin/inventory/locations/", { params: { query: { limit: 100 } }, signal })),
  });
  const places = locations.data?.data ?? [];
  const queries = useQueryClient();
  const key = ["stock", q, low, location, language];
  const list = useList(key, async (cursor, signal) => {
    const query = { limit: PRODUCTS, language, ...(cursor ? { cursor } : {}), ...(q ? { q } : {}) };
    const page = await take(api.GET("/api/v1/catalogue/products/", { params: { query }, signal }));
    const rows = await readRows(page.data, language, location, signal);
    return { data: low ? rows.filter((row) => row.level.available <= LOW) : rows, page: page.page };
  });
  const [typed, setTyped] = useState<Record<string, string>>({});
  const [outcomes, setOutcomes] = useState<Record<string, Outcome>>({});
  const [told, setTold] = useState<Row | null>(null);
  const grid = useRef<HTMLTableElement>(null);
  const rows = rowsOf(list);
  const isChanged = (row: Row) => typed[row.id] !== undefined && parseCount(typed[row.id] ?? "") !== row.level.on_hand;
  const changed = rows.filter(isChanged);
  const outcome = (id: string, next: Outcome) => setOutcomes((all) => ({ ...all, [id]: next }));

  /** Puts a fresh level into the list that is shown. */
  const renew = (id: string, level: Level, version: number) => {
    queries.setQueryData<typeof list.data>(key, (data) => data && {
      ...data,
      pages: data.pages.map((page) => ({ ...page, data: page.data.map((row) => (row.id === id ? { ...row, level, version } : row)) })),
    });
  };
  const forget = (id: string) => setTyped(({ [id]: _, ...rest }) => rest);

  const refused = async (row: Row, why: Schemas["MovementRefusal"] | null | undefined) => {
    if (why?.code === "stock_level_changed") {
      const fresh = await readLevel(row.id, location).catch(() => null);
      if (fresh) {
        renew(row.id, fresh.level, fresh.version);
        return outcome(row.id, { state: "refused", text: t("staleLevel", { n: fresh.level.on_hand }) });
      }
    }
    outcome(row.id, { state: "refused", text: why?.detail ?? t("failed") });
  };
  /** Writes movements down, all in one call; each has an answer of its own. */
  const record = async (wishes: Wish[], reasonCode: Schemas["ReasonCode"]): Promise<Wish[]> => {
    const movements = wishes.map(({ row, version, by }) => ({
      kind: "adjustment" as const, variant_id: row.id, quantity: by, version, reason_code: reasonCode, ...(location ? { location_id: location } : {}),
    }));
    const params = { header: { "Idempotency-Key": newKey() } };
    const { results } = await take(api.POST("/api/v1/admin/inventory/movements/", { params, body: { movements } }));
    const done: Wish[] = [];
    for (const [index, wish] of wishes.entries()) {
      const result = results[index];
      if (!result?.is_recorded || !result.level || !result.version) {
        await refused(wish.row, result?.refusal);
        continue;
      }
      renew(wish.row.id, result.level, result.version);
      done.push({ ...wish, version: result.version });
    }
    return done;
  };
  const undo = async (done: Wish[]) => {
    const back = done.map((wish) => ({ ...wish, by: -wish.by }));
    const undone = await record(back, "correction").catch(() => []);
    setOutcomes({});
    toast(undone.length === done.length ? t("undone") : t("someoneChanged"), { isBad: undone.length !== done.length });
  };
  const saveMany = async (some: Row[]) => {
    const wishes: Wish[] = [];
    for (const row of some) {
      const count = parseCount(typed[row.id] ?? "");
      if (count === null) outcome(row.id, { state: "refused", text: t("badNumber") });
      else wishes.push({ row, version: row.version, by: count - row.level.on_hand });
    }
    if (wishes.length === 0) return;
    for (const { row } of wishes) outcome(row.id, { state: "saving" });
    try {
      const done = await record(wishes, "count");
      for (const { row } of done) {
        outcome(row.id, { state: "saved" });
        forget(row.id);
      }
      if (done.length > 0) toast(t("saved"), { undo: () => void undo(done) });
    } catch (error) {
      const refusal = error instanceof Refusal ? error : new Refusal(0, null, "");
      for (const { row } of wishes) outcome(row.id, { state: "refused", text: refusal.status === 0 ? t("offline") : refusal.message || t("failed") });
    }
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
        {places.length > 1 && (
          <select aria-label={t("location")} className="h-10 rounded-full border border-line-strong bg-sheet px-3 text-sm" value={location ?? places[0]?.id} onChange={(event) => change({ location: event.target.value })}>
            {places.map((place) => <option key={place.id} value={place.id}>{place.name}</option>)}
          </select>
        )}
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
                      <button type="button" className="text-left hover:underline" onClick={() => setTold(row)}>{row.title}<span className="sr-only">: {t("movements")}</span></button>
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
      {told && <Movements row={told} location={location} close={() => setTold(null)} />}
    </>
  );
}

/** Where the units came from and where they went. */
function Movements({ row, location, close }: { row: Row; location: string | undefined; close: () => void }) {
  const { at } = useSpoken();
  const list = useList(["movements", row.id, location], (cursor, signal) => {
    const query = { limit: 20, variant_id: row.id, ...(cursor ? { cursor } : {}), ...(location ? { location_id: location } : {}) };
    return take(api.GET("/api/v1/admin/inventory/movements/", { params: { query }, signal }));
  });
  return (
    <Dialog title={`${row.title} · ${row.sku}`} close={close} isWide>
      <List
        label={t("movements")}
        list={list}
        id={(each) => each.id}
        empty={<Empty icon="stock" title={t("noMovements")} />}
        columns={[
          { head: t("class"), cell: (each) => word(each.kind) },
          { head: t("reason"), cell: (each) => each.reason || (each.reason_code ? word(each.reason_code) : "—") },
          { head: t("date"), cell: (each) => at(each.occurred_at) },
          { head: t("units"), cell: (each) => (each.quantity > 0 ? `+${each.quantity}` : `−${-each.quantity}`), isFigure: true },
        ]}
      />
    </Dialog>
  );
}

function Said({ outcome }: { outcome: Outcome | undefined }) {
  if (!outcome) return null;
  if (outcome.state === "saving") return <span className="text-muted">{t("loading")}</span>;
  if (outcome.state === "saved") return <span className="inline-flex items-center gap-1 text-accent"><Icon name="check" className="size-4" />{t("rowSaved")}</span>;
  return <span className="text-bad">{outcome.text}</span>;
}
