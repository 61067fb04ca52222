/** One product: edit it, publish it, see why it cannot be bought. */
import { useMutation, useQueries, useQuery, useQueryClient } from "@tanstack/react-query";
import { Link, useParams } from "@tanstack/react-router";
import { Refusal, api, may, take } from "../api";
import { type Editing, EditingFoot, type Read, useEditing } from "../editing";
import { Icon } from "../icons";
import { t, useSpoken } from "../texts";
import { toast } from "../toasts";
import { Area, Badge, Bones, Failure, Field, PageHead, Select, Sheet } from "../ui";
import { CategoryBoxes, useBrands } from "./categories";
import { type Form, type Product, type VariantForm, changes, formOf, problems, productPatch, variantPatch } from "./draft";
import { PicturesSheet } from "./pictures";

const tag = (version: number) => `"v${version}"`;

function read(id: string, signal?: AbortSignal): Promise<Product> {
  return take(api.GET("/api/v1/admin/catalogue/products/{id}/", { params: { path: { id } }, ...(signal ? { signal } : {}) }));
}

/** Sends what differs: the product's part, then each variant's, with the versions that were read; `landed` hears of each. */
async function send(product: Product, base: Form, form: Form, landed: (step: (from: Product) => Product) => void): Promise<Product> {
  const patch = productPatch(base, form);
  if (patch) {
    const params = { path: { id: product.id }, header: { "If-Match": tag(product.version) } };
    const now = await take(api.PATCH("/api/v1/admin/catalogue/products/{id}/", { params, body: patch }));
    landed((from) => ({ ...now, variants: from.variants }));
  }
  for (const variant of product.variants) {
    const [was, now] = [base.variants[variant.id], form.variants[variant.id]];
    const part = was && now ? variantPatch(was, now, variant.price.currency) : null;
    if (!part) continue;
    const params = { path: { id: variant.id }, header: { "If-Match": tag(variant.version) } };
    const done = await take(api.PATCH("/api/v1/admin/catalogue/variants/{id}/", { params, body: part }));
    landed((from) => ({ ...from, variants: from.variants.map((each) => (each.id === done.id ? done : each)) }));
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

const readOf = (product: Product): Read<Product> => ({ value: product, etag: [product, ...product.variants].map((part) => part.version).join() });

function Editor({ product }: { product: Product }) {
  const { said } = useSpoken();
  const queries = useQueryClient();
  const currency = (id: string) => product.variants.find((variant) => variant.id === id)?.price.currency ?? "ETB";
  const editing: Editing<Product, Form> = useEditing<Product, Form>({
    place: `draft.product.${product.id}`, read: readOf(product), formOf, tell: changes, wrong: (form) => problems(form, currency),
    send: async (from, form, base) => readOf(await send(from.value, base, form, (step) => editing.carry(({ value }) => readOf(step(value))))),
    again: async () => readOf(await read(product.id)),
    settled: (now) => {
      queries.setQueryData(["product", product.id], now.value);
      void queries.invalidateQueries({ queryKey: ["products"] });
    },
  });
  const { form, set, wrong } = editing;
  // Publishing is a change of one's own: what was typed meanwhile stays, and fits the new version.
  const published = (now: Product) => {
    queries.setQueryData(["product", product.id], now);
    editing.carry((from) => (from.value.version + 1 === now.version ? readOf({ ...from.value, status: now.status, version: now.version }) : from));
    void queries.invalidateQueries({ queryKey: ["products"] });
  };
  const setVariant = (id: string, part: Partial<VariantForm>) => {
    const was = form.variants[id];
    if (was) set({ variants: { ...form.variants, [id]: { ...was, ...part } } });
  };
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
          <PicturesSheet product={product.id} />
          <Variants product={product} form={form} wrong={wrong} change={setVariant} />
        </div>
        <div className="space-y-6">
          <WhyNot product={product} />
          <Placement form={form} set={set} />
        </div>
      </div>
      <EditingFoot editing={editing} />
    </>
  );
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
              <div className="flex flex-wrap items-center gap-x-4 sm:mt-7">
                <label className="flex min-h-11 items-center gap-2">
                  <input type="checkbox" className="size-5 accent-(--accent)" checked={now.is_active} onChange={(event) => change(variant.id, { is_active: event.target.checked })} />
                  {t("isActive")}
                </label>
                <Link className="link text-sm" to={`/products/${product.id}/variants/${variant.id}`} aria-label={`${t("variantMore")}: ${variant.sku}`}>{t("variantMore")}</Link>
              </div>
            </li>
          );
        })}
      </ul>
    </Sheet>
  );
}

function Placement({ form, set }: { form: Form; set: (part: Partial<Form>) => void }) {
  const brands = useBrands();
  return (
    <Sheet>
      <div className="space-y-4 pt-3">
        <Select label={t("brand")} value={form.brand_id} onChange={(event) => set({ brand_id: event.target.value })}>
          <option value="">{t("noBrand")}</option>
          {brands.data?.data.map((brand) => <option key={brand.id} value={brand.id}>{brand.name}</option>)}
        </Select>
        <CategoryBoxes chosen={form.category_ids} choose={(category_ids) => set({ category_ids })} />
        <Field label={t("tags")} isOptional hint={t("byCommas")} value={form.tags} onChange={(event) => set({ tags: event.target.value })} />
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
