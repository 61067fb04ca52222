/** One product: edit it, publish it, see why it cannot be bought. */
import { useMutation, useQueries, useQuery, useQueryClient } from "@tanstack/react-query";
import { Link, useParams } from "@tanstack/react-router";
import clsx from "clsx";
import { useEffect, useRef, useState } from "react";
import { recall, remember } from "../../../../packages/shared/kept";
import { Refusal, api, may, take } from "../api";
import { Icon } from "../icons";
import { t, useSpoken } from "../texts";
import { toast } from "../toasts";
import { Area, Badge, Bones, Dialog, DialogActions, Failure, Field, PageHead, Select, Sheet } from "../ui";
import { type Form, type Product, type VariantForm, changes, formOf, problems, productPatch, rebase, variantPatch } from "./draft";
import { flat, useCategories } from "./products";

const tag = (version: number) => `"v${version}"`;

function read(id: string, signal?: AbortSignal): Promise<Product> {
  return take(api.GET("/api/v1/admin/catalogue/products/{id}/", { params: { path: { id } }, ...(signal ? { signal } : {}) }));
}

/** Sends what differs: the product's part, then each variant's, with the versions that were read. */
async function send(product: Product, base: Form, form: Form): Promise<Product> {
  const patch = productPatch(base, form);
  if (patch) {
    const params = { path: { id: product.id }, header: { "If-Match": tag(product.version) } };
    await take(api.PATCH("/api/v1/admin/catalogue/products/{id}/", { params, body: patch }));
  }
  for (const variant of product.variants) {
    const [was, now] = [base.variants[variant.id], form.variants[variant.id]];
    const part = was && now ? variantPatch(was, now, variant.price.currency) : null;
    if (!part) continue;
    const params = { path: { id: variant.id }, header: { "If-Match": tag(variant.version) } };
    await take(api.PATCH("/api/v1/admin/catalogue/variants/{id}/", { params, body: part }));
  }
  return read(product.id);
}

export function ProductPage() {
  const { id } = useParams({ strict: false }) as { id: string };
  const product = useQuery({ queryKey: ["product", id], queryFn: ({ signal }) => read(id, signal), refetchOnWindowFocus: false });
  const back = { to: "/products", label: t("products") };
  if (product.isPending) return <><PageHead title={t("loading")} back={back} /><Bones lines={8} /></>;
  if (product.isError) return <><PageHead title={t("products")} back={back} /><Failure error={product.error} again={() => void product.refetch()} /></>;
  return <Editor key={product.data.id} product={product.data} />;
}

/** What was read, with its versions, and what has become of it here. */
interface Kept {
  from: Product;
  form: Form;
}

function Editor({ product }: { product: Product }) {
  const { said } = useSpoken();
  const queries = useQueryClient();
  const place = `draft.${product.id}`;
  const [{ from, form }, setKept] = useState<Kept>(() => recall<Kept | null>(place, null) ?? { from: product, form: formOf(product) });
  const base = formOf(from);
  const [theirs, setTheirs] = useState<Product | null>(null);
  const changed = changes(base, form);
  const currency = (id: string) => product.variants.find((variant) => variant.id === id)?.price.currency ?? "ETB";
  const wrong = problems(form, currency);
  // What is typed is kept by the browser, so leaving the page loses nothing.
  useEffect(() => remember(place, changed.length > 0 ? { from, form } : null), [place, from, form, changed.length]);
  const settle = (now: Product) => {
    queries.setQueryData(["product", product.id], now);
    setKept({ from: now, form: formOf(now) });
    void queries.invalidateQueries({ queryKey: ["products"] });
  };
  // Publishing is a change of one's own: what was typed meanwhile stays, and fits the new version.
  const published = (now: Product) => {
    queries.setQueryData(["product", product.id], now);
    setKept({ from: from.version + 1 === now.version ? { ...from, status: now.status, version: now.version } : from, form });
    void queries.invalidateQueries({ queryKey: ["products"] });
  };
  const save = useMutation({
    mutationFn: (wish: { product: Product; base: Form; form: Form }) => send(wish.product, wish.base, wish.form),
    onSuccess: (now, wish) => {
      settle(now);
      setTheirs(null);
      toast(t("saved"), { undo: () => save.mutate({ product: now, base: formOf(now), form: rebase(wish.form, wish.base, formOf(now)) }) });
    },
    onError: async (error) => {
      if (error instanceof Refusal && error.status === 412) setTheirs(await read(product.id));
    },
  });
  const submit = () => {
    if (changed.length > 0 && Object.keys(wrong).length === 0 && !save.isPending) save.mutate({ product: from, base, form });
  };
  useSaveKey(submit);
  const set = (part: Partial<Form>) => setKept({ from, form: { ...form, ...part } });
  const setVariant = (id: string, part: Partial<VariantForm>) => {
    const was = form.variants[id];
    if (was) set({ variants: { ...form.variants, [id]: { ...was, ...part } } });
  };
  const failed = save.error instanceof Refusal && save.error.status === 412 ? null : save.error;
  return (
    <>
      <PageHead
        back={{ to: "/products", label: t("products") }}
        name={said(product.title)}
        title={<>{said(product.title)}<Badge value={product.status} /></>}
      >
        <Publish product={product} settle={published} />
      </PageHead>
      <div className="grid gap-6 pb-28 lg:grid-cols-[1fr_20rem]">
        <div className="min-w-0 space-y-6">
          <Sheet>
            <div className="space-y-4 pt-3">
              <div className="grid gap-4 sm:grid-cols-2">
                <Field label={t("titleEn")} value={form.en} maxLength={200} onChange={(event) => set({ en: event.target.value })} problem={wrong.en} />
                <Field label={t("titleAm")} lang="am" value={form.am} maxLength={200} onChange={(event) => set({ am: event.target.value })} />
              </div>
              <Area label={t("descriptionEn")} value={form.about_en} onChange={(event) => set({ about_en: event.target.value })} />
              <Area label={t("descriptionAm")} lang="am" value={form.about_am} onChange={(event) => set({ about_am: event.target.value })} />
            </div>
          </Sheet>
          <Variants product={product} form={form} wrong={wrong} change={setVariant} />
        </div>
        <div className="space-y-6">
          <WhyNot product={product} />
          <Placement form={form} set={set} />
        </div>
      </div>
      {changed.length > 0 && (
        <div className="fixed inset-x-0 bottom-0 z-20 border-t border-line bg-sheet shadow-raised lg:left-60">
          <div className="mx-auto flex max-w-6xl flex-wrap items-center gap-3 px-4 py-3 sm:px-6">
            <p className="mr-auto min-w-0">
              <span className="font-medium">{changed.length === 1 ? t("oneChange") : t("changes", { n: changed.length })}</span>
              <span className="hidden truncate text-sm text-muted sm:block">{changed.map((each) => each.name).join(", ")}</span>
            </p>
            <button type="button" className="act-quiet" onClick={() => setKept({ from: product, form: formOf(product) })}>{t("discard")}</button>
            <button type="button" className="act" disabled={save.isPending || Object.keys(wrong).length > 0} onClick={submit}>{t("save")}</button>
            {failed && <div className="w-full"><Failure error={failed} /></div>}
          </div>
        </div>
      )}
      {theirs && (
        <Conflict
          base={base}
          form={form}
          theirs={theirs}
          isBusy={save.isPending}
          take={() => { settle(theirs); setTheirs(null); }}
          mine={() => save.mutate({ product: theirs, base: formOf(theirs), form: rebase(base, form, formOf(theirs)) })}
          close={() => setTheirs(null)}
        />
      )}
    </>
  );
}

/** ⌘S and Ctrl S. */
function useSaveKey(save: () => void): void {
  const latest = useRef(save);
  latest.current = save;
  useEffect(() => {
    const pressed = (event: KeyboardEvent) => {
      if ((event.metaKey || event.ctrlKey) && event.key.toLowerCase() === "s") {
        event.preventDefault();
        latest.current();
      }
    };
    document.addEventListener("keydown", pressed);
    return () => document.removeEventListener("keydown", pressed);
  }, []);
}

function Publish({ product, settle }: { product: Product; settle: (now: Product) => void }) {
  const isOut = product.status === "published";
  const turn = useMutation({
    mutationFn: ({ status, version }: { status: string; version: number }) => {
      const params = { path: { id: product.id }, header: { "If-Match": tag(version) } };
      return take(api.PATCH("/api/v1/admin/catalogue/products/{id}/", { params, body: { status } }));
    },
    onSuccess: (now) => {
      settle(now);
      const undo = () => turn.mutate({ status: now.status === "published" ? "draft" : "published", version: now.version });
      toast(t(now.status === "published" ? "published" : "unpublished"), { undo });
    },
    onError: (error) => toast(error instanceof Refusal && error.status === 412 ? t("someoneChanged") : error.message || t("offline"), { isBad: true }),
  });
  return (
    <button type="button" className={isOut ? "act-quiet" : "act"} disabled={turn.isPending} onClick={() => turn.mutate({ status: isOut ? "draft" : "published", version: product.version })}>
      {isOut ? t("unpublish") : t("publish")}
    </button>
  );
}

interface VariantsProps {
  product: Product;
  form: Form;
  wrong: Record<string, string>;
  change: (id: string, part: Partial<VariantForm>) => void;
}

function Variants({ product, form, wrong, change }: VariantsProps) {
  return (
    <Sheet title={t("variants")} aside={may("stock.edit") && <Link className="link text-sm" to="/stock" search={{ q: form.en || form.am } as never}>{t("toStock")}</Link>}>
      <ul className="divide-y divide-line">
        {product.variants.map((variant) => {
          const now = form.variants[variant.id];
          if (!now) return null;
          return (
            <li key={variant.id} className="grid grid-cols-2 items-start gap-4 py-4 sm:grid-cols-[2fr_1fr_1fr_auto]">
              <Field className="col-span-2 sm:col-span-1" label={t("sku")} value={now.sku} maxLength={64} onChange={(event) => change(variant.id, { sku: event.target.value })} problem={wrong[`${variant.id}.sku`]} />
              <Field label={`${t("price")} (${variant.price.currency})`} inputMode="decimal" value={now.price} onChange={(event) => change(variant.id, { price: event.target.value })} problem={wrong[`${variant.id}.price`]} />
              <Field label={t("compareAt")} inputMode="decimal" value={now.compare} onChange={(event) => change(variant.id, { compare: event.target.value })} problem={wrong[`${variant.id}.compare`]} />
              <label className="flex min-h-11 items-center gap-2 sm:mt-7">
                <input type="checkbox" className="size-5 accent-(--accent)" checked={now.is_active} onChange={(event) => change(variant.id, { is_active: event.target.checked })} />
                {t("isActive")}
              </label>
            </li>
          );
        })}
      </ul>
    </Sheet>
  );
}

function Placement({ form, set }: { form: Form; set: (part: Partial<Form>) => void }) {
  const { language } = useSpoken();
  const categories = useCategories();
  const brands = useQuery({
    queryKey: ["brands", language],
    staleTime: 60_000,
    queryFn: ({ signal }) => take(api.GET("/api/v1/catalogue/brands/", { params: { query: { limit: 100, language } }, signal })),
  });
  const [look, setLook] = useState("");
  const all = flat(categories.data ?? []);
  const shown = all.filter(({ node }) => node.name.toLowerCase().includes(look.trim().toLowerCase()));
  const turn = (id: string, isOn: boolean) => {
    const next = isOn ? [...form.category_ids, id] : form.category_ids.filter((each) => each !== id);
    set({ category_ids: next.sort() });
  };
  return (
    <Sheet>
      <div className="space-y-4 pt-3">
        <Select label={t("brand")} value={form.brand_id} onChange={(event) => set({ brand_id: event.target.value })}>
          <option value="">{t("noBrand")}</option>
          {brands.data?.data.map((brand) => <option key={brand.id} value={brand.id}>{brand.name}</option>)}
        </Select>
        <fieldset>
          <legend className="mb-1 text-sm font-medium">{t("categories")}</legend>
          {all.length > 8 && <input type="search" aria-label={`${t("filter")}: ${t("categories")}`} placeholder={t("filter")} className="field mb-2" value={look} onChange={(event) => setLook(event.target.value)} />}
          <div className="max-h-64 overflow-auto rounded-xl border border-line p-2" tabIndex={0} role="group" aria-label={t("categories")}>
            {shown.map(({ node, depth }) => (
              <label key={node.id} className={clsx("flex min-h-9 items-center gap-2", depth === 1 && "pl-5", depth > 1 && "pl-10")}>
                <input type="checkbox" className="size-4 shrink-0 accent-(--accent)" checked={form.category_ids.includes(node.id)} onChange={(event) => turn(node.id, event.target.checked)} />
                {node.name}
              </label>
            ))}
          </div>
        </fieldset>
        <Field label={t("address")} value={form.slug} maxLength={100} onChange={(event) => set({ slug: event.target.value })} />
      </div>
    </Sheet>
  );
}

/** Says why nobody can buy it, and leads to where that is mended. */
function WhyNot({ product }: { product: Product }) {
  const active = product.variants.filter((variant) => variant.is_active);
  const levels = useQueries({
    queries: active.map((variant) => ({
      queryKey: ["level", variant.id],
      enabled: may("stock.edit"),
      queryFn: ({ signal }: { signal: AbortSignal }) => take(api.GET("/api/v1/admin/inventory/levels/{variant_id}/", { params: { path: { variant_id: variant.id } }, signal })),
    })),
  });
  const isKnown = may("stock.edit") && levels.length > 0 && levels.every((level) => level.data);
  const total = levels.reduce((sum, level) => sum + (level.data?.available ?? 0), 0);
  const reasons = [
    ...(product.status !== "published" ? [t("whyDraft")] : []),
    ...(active.length === 0 ? [t("whyNoVariant")] : []),
    ...(isKnown && total === 0 ? [t("whyNoStock")] : []),
  ];
  return (
    <Sheet title={t("canBuy")}>
      {reasons.length === 0 && <p className="flex items-center gap-2 text-accent"><Icon name="check" />{t("canBuyYes")}{isKnown && <span className="text-muted">{t("available")}: {total}</span>}</p>}
      <ul className="space-y-2">
        {reasons.map((reason) => <li key={reason} className="flex items-center gap-2"><Icon name="alert" className="text-warn" />{reason}</li>)}
      </ul>
    </Sheet>
  );
}

interface ConflictProps {
  base: Form;
  form: Form;
  theirs: Product;
  isBusy: boolean;
  take: () => void;
  mine: () => void;
  close: () => void;
}

/** Someone was quicker. Both are shown; whoever is here decides. */
function Conflict({ base, form, theirs, isBusy, take: takeTheirs, mine, close }: ConflictProps) {
  const now = formOf(theirs);
  const ours = changes(now, rebase(base, form, now));
  const others = changes(base, now);
  return (
    <Dialog title={t("someoneChanged")} close={close} isWide>
      <p className="text-muted">{t("someoneChangedText")}</p>
      <Differences title={t("theirs")} of={others} />
      <Differences title={t("mine")} of={ours} />
      <DialogActions>
        <button type="button" className="act-quiet" onClick={takeTheirs}>{t("takeTheirs")}</button>
        <button type="button" className="act" data-first disabled={isBusy} onClick={mine}>{t("saveMine")}</button>
      </DialogActions>
    </Dialog>
  );
}

function Differences({ title, of }: { title: string; of: { name: string; from: string; to: string }[] }) {
  if (of.length === 0) return null;
  return (
    <section>
      <h3 className="mb-2 font-medium">{title}</h3>
      <ul className="divide-y divide-line rounded-xl border border-line">
        {of.map((each) => (
          <li key={each.name} className="px-4 py-2">
            <span className="block text-sm text-muted">{each.name}</span>
            <del className="text-muted">{each.from || "—"}</del> → <ins className="no-underline">{each.to || "—"}</ins>
          </li>
        ))}
      </ul>
    </section>
  );
}
