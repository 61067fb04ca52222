/** The goods in the shop, and a new one. */
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { Link, useNavigate } from "@tanstack/react-router";
import { type ReactNode, useState } from "react";
import { parseAmount } from "../../../../packages/shared/format";
import { Refusal, type Schemas, api, take } from "../api";
import { Icon } from "../icons";
import { t, useSpoken } from "../texts";
import { toast } from "../toasts";
import { Badge, Choice, Empty, Failure, Field, Filters, List, PageHead, SearchBox, Sheet, Tabs, useList, useQueryState, words } from "../ui";
import { useWish } from "../wish";
import { tagsOf } from "./draft";
import { given } from "./payments";

type Category = Schemas["CategoryNode"];

/** Every category with its depth, as one list. */
export function flat(nodes: Category[], depth = 0): { node: Category; depth: number }[] {
  return nodes.flatMap((node) => [{ node, depth }, ...flat(node.children as Category[], depth + 1)]);
}

export function useCategories() {
  const { language } = useSpoken();
  return useQuery({
    queryKey: ["categories", language],
    staleTime: 60_000,
    queryFn: ({ signal }) => take(api.GET("/api/v1/catalogue/categories/", { params: { query: { language } }, signal })),
  });
}

export function ProductsHead({ children }: { children?: ReactNode }) {
  return (
    <>
      <PageHead title={t("products")}>{children}</PageHead>
      <Tabs label={t("products")} of={[{ to: "/products", label: t("products") }, { to: "/products/collections", label: t("collections") }, { to: "/products/sales", label: t("sales") }]} />
    </>
  );
}

export function Products() {
  const { price, said } = useSpoken();
  const [{ q, category, status, is_available: available }, change] = useQueryState();
  const categories = useCategories();
  const list = useList(["products", q, category, status, available], (cursor, signal) => {
    const query = { limit: 25, ...given({ cursor, q, category, status, is_available: available ? available === "true" : undefined }) };
    return take(api.GET("/api/v1/admin/catalogue/products/", { params: { query }, signal }));
  });
  return (
    <>
      <ProductsHead><Link to="/products/new" className="act">{t("newProduct")}</Link></ProductsHead>
      <Filters>
        <SearchBox name="q" label={t("products")} />
        <Choice name="status" label={t("status")} options={words("published", "draft", "archived")} />
        <Choice name="is_available" label={t("isAvailable")} options={[{ value: "true", label: t("isAvailable") }, { value: "false", label: t("soldOut") }]} />
        <select aria-label={t("category")} className="h-10 rounded-full border border-line-strong bg-sheet px-3 text-sm" value={category ?? ""} onChange={(event) => change({ category: event.target.value || undefined })}>
          <option value="">{t("category")}: {t("all")}</option>
          {flat(categories.data ?? []).map(({ node, depth }) => <option key={node.id} value={node.slug}>{"\u2003".repeat(depth)}{node.name}</option>)}
        </select>
      </Filters>
      <List
        label={t("products")}
        list={list}
        id={(product) => product.id}
        to={(product) => `/products/${product.id}`}
        empty={<Empty icon="products" title={t("noProducts")}><button type="button" className="act-quiet" onClick={() => change({ q: undefined, category: undefined, status: undefined, is_available: undefined })}>{t("clearFilters")}</button></Empty>}
        columns={[
          {
            head: t("products"),
            cell: (product) => (
              <span className="flex items-center gap-3">
                {product.image_url ? <img src={product.image_url} alt="" width="44" height="44" loading="lazy" className="size-11 rounded-lg bg-well object-cover" /> : <span className="size-11 shrink-0 rounded-lg bg-well" />}
                <span>{said(product.title)}</span>
              </span>
            ),
          },
          { head: t("status"), cell: (product) => <Badge value={product.status} /> },
          { head: t("stock"), cell: (product) => <span className={product.is_available ? "whitespace-nowrap text-accent" : "whitespace-nowrap text-bad"}>{product.is_available ? t("available") : t("soldOut")}</span> },
          { head: t("price"), cell: (product) => (product.price_from ? price(product.price_from) : "—"), isFigure: true },
        ]}
      />
    </>
  );
}

interface OptionForm {
  name: string;
  values: string;
}

const MANY_VARIANTS = 200;

/** Every combination of the options' values, as places in their lists. */
function combinations(options: string[][]): number[][] {
  return options.reduce<number[][]>((all, values) => all.flatMap((row) => values.map((_, n) => [...row, n])), [[]]);
}

/** "GABI-LARGE", or "GABI-2" of what has no Latin letters. */
function skuOf(sku: string, options: string[][], places: number[]): string {
  const parts = places.map((place, n) => (options[n]?.[place] ?? "").toUpperCase().replaceAll(/[^A-Z0-9]+/g, "").slice(0, 10) || String(place + 1));
  return [sku, ...parts].join("-").slice(0, 64);
}

/** A new product is short: what it is called, what it costs, how many there are, what one chooses by. */
export function NewProduct() {
  const navigate = useNavigate();
  const queries = useQueryClient();
  const [form, setForm] = useState({ en: "", am: "", sku: "", price: "", stock: "" });
  const [options, setOptions] = useState<OptionForm[]>([]);
  const [isTried, setTried] = useState(false);
  const price = parseAmount(form.price, "ETB");
  const stock = /^\d{0,9}$/.test(form.stock.trim()) ? Number(form.stock.trim() || 0) : null;
  const lists = options.map((option) => tagsOf(option.values));
  const places = combinations(lists);
  const body = () => {
    const title = { en: form.en.trim(), ...(form.am.trim() ? { am: form.am.trim() } : {}) };
    const variants = places.map((of) => ({ sku: skuOf(form.sku.trim(), lists, of), price: price ?? { amount: 0, currency: "ETB" }, on_hand: stock ?? 0, option_values: of }));
    return { title, variants, status: "draft", options: options.map((option, n) => ({ name: { en: option.name.trim() }, values: (lists[n] ?? []).map((en) => ({ en })) })) };
  };
  const { wish: make, changed } = useWish(
    (key) => take(api.POST("/api/v1/admin/catalogue/products/", { params: { header: { "Idempotency-Key": key } }, body: body() })),
    (product) => {
      toast(t("created"));
      void queries.invalidateQueries({ queryKey: ["products"] });
      void navigate({ to: `/products/${product.id}` });
    },
  );
  const set = (name: keyof typeof form) => (event: { target: { value: string } }) => {
    changed();
    setForm({ ...form, [name]: event.target.value });
  };
  const setOption = (at: number, part: Partial<OptionForm> | null) => {
    changed();
    setOptions(part ? options.map((each, n) => (n === at ? { ...each, ...part } : each)) : options.filter((_, n) => n !== at));
  };
  const refusal = make.error instanceof Refusal ? make.error : null;
  const needed = (text: string) => (isTried && !text.trim() ? t("needed") : undefined);
  const areOptionsWhole = options.every((option, n) => option.name.trim() && (lists[n]?.length ?? 0) > 0) && places.length <= MANY_VARIANTS;
  const isReady = form.en.trim() && form.sku.trim() && price && price.amount > 0 && stock !== null && areOptionsWhole;
  return (
    <div className="mx-auto max-w-xl">
      <PageHead title={t("newProduct")} back={{ to: "/products", label: t("products") }} />
      <Sheet>
        <form noValidate className="space-y-4 pt-3" onSubmit={(event) => { event.preventDefault(); setTried(true); if (isReady && !make.isPending) make.mutate(); }}>
          <Field label={t("titleEn")} autoFocus maxLength={200} value={form.en} onChange={set("en")} problem={needed(form.en) ?? refusal?.at("/title/en")} />
          <Field label={t("titleAm")} lang="am" isOptional maxLength={200} value={form.am} onChange={set("am")} problem={refusal?.at("/title/am")} />
          <Field label={t("sku")} maxLength={64} value={form.sku} onChange={set("sku")} problem={needed(form.sku) ?? refusal?.at("/variants/0/sku")} />
          <div className="grid grid-cols-2 gap-4">
            <Field label={`${t("price")} (ETB)`} inputMode="decimal" value={form.price} onChange={set("price")} problem={isTried && (!price || price.amount === 0) ? t("badAmount") : undefined} />
            <Field label={t("firstStock")} inputMode="numeric" isOptional value={form.stock} onChange={set("stock")} problem={stock === null ? t("badNumber") : undefined} />
          </div>
          {options.map((option, n) => (
            <div key={n} className="grid grid-cols-[1fr_2fr_auto] items-start gap-3">
              <Field label={t("option")} maxLength={60} value={option.name} onChange={(event) => setOption(n, { name: event.target.value })} problem={needed(option.name)} />
              <Field label={t("optionValues")} hint={t("byCommas")} value={option.values} onChange={(event) => setOption(n, { values: event.target.value })} problem={needed(option.values)} />
              <button type="button" className="mt-7 grid size-10 place-items-center rounded-full hover:bg-well" aria-label={`${t("takeAway")}: ${option.name || t("option")}`} onClick={() => setOption(n, null)}><Icon name="close" className="size-4" /></button>
            </div>
          ))}
          <div className="flex flex-wrap items-center gap-4">
            {options.length < 3 && <button type="button" className="link min-h-10 text-sm" onClick={() => setOptions([...options, { name: "", values: "" }])}>{t("newOption")}</button>}
            {options.length > 0 && <span className={places.length > MANY_VARIANTS ? "text-sm text-bad" : "text-sm text-muted"} role="status">{t("variantsMade", { n: places.length })}</span>}
          </div>
          {make.isError && <Failure error={make.error} />}
          <div className="flex justify-end gap-3 pt-2">
            <Link to="/products" className="act-quiet">{t("cancel")}</Link>
            <button type="submit" className="act" disabled={make.isPending}>{t("create")}</button>
          </div>
        </form>
      </Sheet>
    </div>
  );
}
