/** The goods in the shop, and a new one. */
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Link, useNavigate } from "@tanstack/react-router";
import { useRef, useState } from "react";
import { parseAmount } from "../../../../packages/shared/format";
import { Refusal, type Schemas, api, newKey, take } from "../api";
import { t, useSpoken } from "../texts";
import { toast } from "../toasts";
import { Choice, Empty, Failure, Field, Filters, List, PageHead, SearchBox, Sheet, useList, useQueryState } from "../ui";

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

export function Products() {
  const { price, language } = useSpoken();
  const [{ q, category, is_available: available }, change] = useQueryState();
  const categories = useCategories();
  const list = useList(["products", q, category, available, language], (cursor, signal) => {
    const query = {
      limit: 25,
      language,
      ...(cursor ? { cursor } : {}),
      ...(q ? { q } : {}),
      ...(category ? { category } : {}),
      ...(available ? { is_available: available === "true" } : {}),
    };
    return take(api.GET("/api/v1/catalogue/products/", { params: { query }, signal }));
  });
  return (
    <>
      <PageHead title={t("products")}>
        <Link to="/products/new" className="act">{t("newProduct")}</Link>
      </PageHead>
      <Filters>
        <SearchBox name="q" label={t("products")} />
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
        empty={<Empty icon="products" title={t("noProducts")}><button type="button" className="act-quiet" onClick={() => change({ q: undefined, category: undefined, is_available: undefined })}>{t("clearFilters")}</button></Empty>}
        columns={[
          {
            head: t("products"),
            cell: (product) => (
              <span className="flex items-center gap-3">
                {product.image ? <img src={product.image.url} alt="" width="44" height="44" loading="lazy" className="size-11 rounded-lg bg-well object-cover" /> : <span className="size-11 rounded-lg bg-well" />}
                <span>{product.title}</span>
              </span>
            ),
          },
          { head: t("brand"), cell: (product) => product.brand?.name ?? "—" },
          { head: t("status"), cell: (product) => <span className={product.is_available ? "whitespace-nowrap text-accent" : "whitespace-nowrap text-bad"}>{product.is_available ? t("isAvailable") : t("soldOut")}</span> },
          { head: t("price"), cell: (product) => (product.price_from ? price(product.price_from) : "—"), isFigure: true },
        ]}
      />
      <p className="mt-4 text-sm text-muted">{t("draftHint")}</p>
    </>
  );
}

/** A new product is short: what it is called, what it costs, how many there are. */
export function NewProduct() {
  const navigate = useNavigate();
  const queries = useQueryClient();
  const [form, setForm] = useState({ en: "", am: "", sku: "", price: "", stock: "" });
  const [isTried, setTried] = useState(false);
  const key = useRef(newKey());
  const set = (name: keyof typeof form) => (event: { target: { value: string } }) => {
    key.current = newKey();
    setForm({ ...form, [name]: event.target.value });
  };
  const price = parseAmount(form.price, "ETB");
  const stock = /^\d{0,9}$/.test(form.stock.trim()) ? Number(form.stock.trim() || 0) : null;
  const make = useMutation({
    mutationFn: () => {
      const title = { en: form.en.trim(), ...(form.am.trim() ? { am: form.am.trim() } : {}) };
      const variants = [{ sku: form.sku.trim(), price: price ?? { amount: 0, currency: "ETB" }, on_hand: stock ?? 0 }];
      const params = { header: { "Idempotency-Key": key.current } };
      return take(api.POST("/api/v1/admin/catalogue/products/", { params, body: { title, variants, status: "draft" } }));
    },
    onSuccess: (product) => {
      toast(t("created"));
      void queries.invalidateQueries({ queryKey: ["products"] });
      void navigate({ to: `/products/${product.id}` });
    },
    onError: (error) => {
      if (error instanceof Refusal && error.status >= 400 && error.status < 500) key.current = newKey();
    },
  });
  const refusal = make.error instanceof Refusal ? make.error : null;
  const needed = (text: string) => (isTried && !text.trim() ? t("needed") : undefined);
  const isReady = form.en.trim() && form.sku.trim() && price && price.amount > 0 && stock !== null;
  return (
    <div className="mx-auto max-w-xl">
      <PageHead title={t("newProduct")} back={{ to: "/products", label: t("products") }} />
      <Sheet>
        <form noValidate className="space-y-4 pt-3" onSubmit={(event) => { event.preventDefault(); setTried(true); if (isReady) make.mutate(); }}>
          <Field label={t("titleEn")} autoFocus maxLength={200} value={form.en} onChange={set("en")} problem={needed(form.en) ?? refusal?.at("/title/en")} />
          <Field label={t("titleAm")} lang="am" isOptional maxLength={200} value={form.am} onChange={set("am")} problem={refusal?.at("/title/am")} />
          <Field label={t("sku")} maxLength={64} value={form.sku} onChange={set("sku")} problem={needed(form.sku) ?? refusal?.at("/variants/0/sku")} />
          <div className="grid grid-cols-2 gap-4">
            <Field label={`${t("price")} (ETB)`} inputMode="decimal" value={form.price} onChange={set("price")} problem={isTried && (!price || price.amount === 0) ? t("badAmount") : undefined} />
            <Field label={t("firstStock")} inputMode="numeric" isOptional value={form.stock} onChange={set("stock")} problem={stock === null ? t("badNumber") : undefined} />
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
