/** Collections: products that are chosen by hand and put in order, or by a rule. */
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useNavigate, useParams } from "@tanstack/react-router";
import { useState } from "react";
import { parseAmount, plainAmount } from "../../../../packages/shared/format";
import { Refusal, type Schemas, api, take, takeTagged } from "../api";
import { type Change, type Editing, EditingFoot, type Read, differences, useEditing } from "../editing";
import { GoodsFinder, useProducts } from "../goods";
import { Icon } from "../icons";
import { Ordering } from "../ordering";
import { t, useSpoken } from "../texts";
import { toast } from "../toasts";
import { Area, Badge, Bones, Dialog, DialogActions, Empty, Failure, Field, List, Mono, PageHead, Sheet, SureButton, useList } from "../ui";
import { useWish } from "../wish";
import { BrandBoxes, CategoryBoxes } from "./categories";
import { tagsOf } from "./draft";
import { given } from "./payments";
import { ProductsHead } from "./products";

type Collection = Schemas["CollectionAdminView"];
type Rule = Schemas["RuleView"];

/** A collection with the products that were chosen for it. */
interface Whole {
  collection: Collection;
  product_ids: string[];
}

interface Form {
  en: string;
  am: string;
  aboutEn: string;
  aboutAm: string;
  slug: string;
  isPublished: boolean;
  byRule: boolean;
  products: string[];
  categories: string[];
  brands: string[];
  tags: string;
  attributes: string;
  priceMin: string;
  priceMax: string;
}

const CURRENCY = "ETB";
const amountOf = (minor: number | null | undefined) => (minor === null || minor === undefined ? "" : plainAmount({ amount: minor, currency: CURRENCY }));

export function Collections() {
  const { said } = useSpoken();
  const [isNew, setNew] = useState(false);
  const list = useList(["collections"], (cursor, signal) => take(api.GET("/api/v1/admin/catalogue/collections/", { params: { query: { limit: 25, ...given({ cursor }) } }, signal })));
  const add = <button type="button" className="act" onClick={() => setNew(true)}>{t("newCollection")}</button>;
  return (
    <>
      <ProductsHead>{add}</ProductsHead>
      <List
        label={t("collections")}
        list={list}
        id={(each) => each.id}
        to={(each) => `/products/collections/${each.id}`}
        empty={<Empty icon="products" title={t("noCollections")} text={t("noCollectionsText")}>{add}</Empty>}
        columns={[
          { head: t("collection"), cell: (each) => said(each.title) },
          { head: t("chosenBy"), cell: (each) => t(each.rule ? "byRule" : "byHand") },
          { head: t("address"), cell: (each) => <Mono>{each.slug}</Mono> },
          { head: t("status"), cell: (each) => <Badge value={each.is_published ? "published" : "draft"} /> },
        ]}
      />
      {isNew && <NewCollection close={() => setNew(false)} />}
    </>
  );
}

function NewCollection({ close }: { close: () => void }) {
  const navigate = useNavigate();
  const queries = useQueryClient();
  const [form, setForm] = useState({ en: "", am: "", byRule: false });
  const [isTried, setTried] = useState(false);
  const { wish, changed } = useWish(
    (key) => {
      const title = { en: form.en.trim(), ...(form.am.trim() ? { am: form.am.trim() } : {}) };
      return take(api.POST("/api/v1/admin/catalogue/collections/", { params: { header: { "Idempotency-Key": key } }, body: { title, ...(form.byRule ? { rule: {} } : {}) } }));
    },
    (made) => {
      void queries.invalidateQueries({ queryKey: ["collections"] });
      void navigate({ to: `/products/collections/${made.id}` });
    },
  );
  const set = (part: Partial<typeof form>) => { changed(); setForm({ ...form, ...part }); };
  const refusal = wish.error instanceof Refusal ? wish.error : null;
  return (
    <Dialog title={t("newCollection")} close={close} submit={() => { setTried(true); if (form.en.trim()) wish.mutate(); }}>
      <Field data-first label={t("titleEn")} maxLength={200} value={form.en} onChange={(event) => set({ en: event.target.value })} problem={isTried && !form.en.trim() ? t("needed") : refusal?.at("/title/en")} />
      <Field label={t("titleAm")} lang="am" isOptional maxLength={200} value={form.am} onChange={(event) => set({ am: event.target.value })} />
      <ByRule byRule={form.byRule} choose={(byRule) => set({ byRule })} />
      {wish.isError && <Failure error={wish.error} />}
      <DialogActions>
        <button type="button" className="act-quiet" onClick={close}>{t("cancel")}</button>
        <button type="submit" className="act" disabled={wish.isPending}>{t("create")}</button>
      </DialogActions>
    </Dialog>
  );
}

function ByRule({ byRule, choose }: { byRule: boolean; choose: (byRule: boolean) => void }) {
  return (
    <fieldset className="space-y-1">
      <legend className="mb-1 text-sm font-medium">{t("chosenBy")}</legend>
      {([[false, "byHand", "byHandText"], [true, "byRule", "byRuleText"]] as const).map(([is, title, text]) => (
        <label key={title} className="flex min-h-11 items-start gap-3">
          <input type="radio" name="by-rule" className="mt-1 size-5 shrink-0 accent-(--accent)" checked={byRule === is} onChange={() => choose(is)} />
          <span>{t(title)}<span className="block text-sm text-muted">{t(text)}</span></span>
        </label>
      ))}
    </fieldset>
  );
}

async function read(id: string, signal?: AbortSignal): Promise<Read<Whole>> {
  const options = { params: { path: { id } }, ...(signal ? { signal } : {}) };
  const { value, etag } = await takeTagged(api.GET("/api/v1/admin/catalogue/collections/{id}/", options));
  const { product_ids } = await take(api.GET("/api/v1/admin/catalogue/collections/{id}/products/", options));
  return { value: { collection: value, product_ids }, etag };
}

function formOf({ collection, product_ids: products }: Whole): Form {
  const said = (texts: Record<string, unknown>, language: string) => (typeof texts[language] === "string" ? texts[language] : "");
  const rule = collection.rule;
  return {
    en: said(collection.title, "en"), am: said(collection.title, "am"), aboutEn: said(collection.description, "en"), aboutAm: said(collection.description, "am"),
    slug: collection.slug, isPublished: collection.is_published, byRule: Boolean(rule), products,
    categories: [...(rule?.category_ids ?? [])].sort(), brands: [...(rule?.brand_ids ?? [])].sort(), tags: (rule?.tags ?? []).join(", "), attributes: (rule?.attributes ?? []).join(", "),
    priceMin: amountOf(rule?.price_min), priceMax: amountOf(rule?.price_max),
  };
}

function ruleOf(form: Form): Rule {
  const minor = (text: string) => (text.trim() ? parseAmount(text, CURRENCY)?.amount ?? null : null);
  return { category_ids: form.categories, brand_ids: form.brands, tags: tagsOf(form.tags), attributes: tagsOf(form.attributes), price_min: minor(form.priceMin), price_max: minor(form.priceMax) };
}

const RULED = ["byRule", "categories", "brands", "tags", "attributes", "priceMin", "priceMax"] as const;

/** The collection's own part of what is sent. */
function patchOf(base: Form, form: Form): Schemas["UpdateCollection"] {
  const texts = (en: string, am: string) => ({ ...(en.trim() ? { en: en.trim() } : {}), ...(am.trim() ? { am: am.trim() } : {}) }) as Schemas["Texts"];
  const patch: Schemas["UpdateCollection"] = {};
  if (base.en !== form.en || base.am !== form.am) patch.title = texts(form.en, form.am);
  if (base.aboutEn !== form.aboutEn || base.aboutAm !== form.aboutAm) patch.description = form.aboutEn.trim() || form.aboutAm.trim() ? texts(form.aboutEn, form.aboutAm) : null;
  if (base.slug !== form.slug) patch.slug = form.slug.trim();
  if (base.isPublished !== form.isPublished) patch.is_published = form.isPublished;
  if (RULED.some((name) => JSON.stringify(base[name]) !== JSON.stringify(form[name]))) patch.rule = form.byRule ? ruleOf(form) : null;
  return patch;
}

async function send({ value, etag: first }: Read<Whole>, form: Form, base: Form, landed: (now: Read<Whole>) => void): Promise<Read<Whole>> {
  const { id } = value.collection;
  let etag = first;
  const header = () => ({ path: { id }, header: { "If-Match": etag } });
  const patch = patchOf(base, form);
  if (Object.keys(patch).length > 0) {
    const now = await takeTagged(api.PATCH("/api/v1/admin/catalogue/collections/{id}/", { params: header(), body: patch }));
    ({ etag } = now);
    landed({ value: { ...value, collection: now.value }, etag });
  }
  if (!form.byRule && base.products.join() !== form.products.join()) await take(api.PUT("/api/v1/admin/catalogue/collections/{id}/products/", { params: header(), body: { product_ids: form.products } }));
  return read(id);
}

function wrong(form: Form): Record<string, string> {
  const found: Record<string, string> = {};
  if (!form.en.trim()) found.en = t("needed");
  for (const name of ["priceMin", "priceMax"] as const) if (form[name].trim() && !parseAmount(form[name], CURRENCY)) found[name] = t("badAmount");
  if (tagsOf(form.attributes).some((each) => !/^[a-z0-9_-]+:[a-z0-9_-]+$/.test(each))) found.attributes = t("badAttributes");
  return found;
}

function tell(base: Form, form: Form): Change[] {
  const many = (ids: string[]) => String(ids.length);
  const yes = (is: boolean) => t(is ? "yes" : "no");
  return differences<Form>({
    en: [t("titleEn")], am: [t("titleAm")], aboutEn: [t("descriptionEn")], aboutAm: [t("descriptionAm")], slug: [t("address")], isPublished: [t("inTheShop"), yes],
    byRule: [t("byRule"), yes], products: [t("chosenProducts"), many], categories: [t("categories"), many], brands: [t("brands"), many], tags: [t("tags")],
    attributes: [t("attributes")], priceMin: [t("priceFrom")], priceMax: [t("priceTo")],
  }, base, form);
}

export function CollectionPage() {
  const { id } = useParams({ strict: false }) as { id: string };
  const collection = useQuery({ queryKey: ["collection", id], queryFn: ({ signal }) => read(id, signal), refetchOnWindowFocus: false });
  const back = { to: "/products/collections", label: t("collections") };
  if (collection.isPending) return <><PageHead title={t("loading")} back={back} /><Bones lines={8} /></>;
  if (collection.isError) return <><PageHead title={t("collections")} back={back} /><Failure error={collection.error} again={() => void collection.refetch()} /></>;
  return <Editor key={id} read={collection.data} />;
}

function Editor({ read: first }: { read: Read<Whole> }) {
  const { said } = useSpoken();
  const queries = useQueryClient();
  const navigate = useNavigate();
  const { collection } = first.value;
  const { id } = collection;
  const editing: Editing<Whole, Form> = useEditing<Whole, Form>({
    place: `draft.collection.${id}`, read: first, formOf, tell, wrong,
    send: (from, form, base) => send(from, form, base, (now) => editing.carry(() => now)),
    again: () => read(id),
    settled: (now) => {
      queries.setQueryData(["collection", id], now);
      void queries.invalidateQueries({ queryKey: ["collections"] });
    },
  });
  const drop = useMutation({
    mutationFn: () => take(api.DELETE("/api/v1/admin/catalogue/collections/{id}/", { params: { path: { id }, header: { "If-Match": first.etag } } })),
    onSuccess: () => {
      editing.discard();
      toast(t("deleted"));
      void queries.invalidateQueries({ queryKey: ["collections"] });
      void navigate({ to: "/products/collections" });
    },
    onError: (error) => toast(error instanceof Refusal && error.status === 412 ? t("someoneChanged") : error.message || t("offline"), { isBad: true }),
  });
  const { form, set } = editing;
  const problem = (field: keyof Form, pointer: string) => editing.wrong[field] ?? editing.at(pointer);
  return (
    <>
      <PageHead back={{ to: "/products/collections", label: t("collections") }} name={said(collection.title)} title={<>{said(collection.title)}<Badge value={collection.is_published ? "published" : "draft"} /></>}>
        <SureButton label={t("delete")} text={t("deleteCollectionText")} isBusy={drop.isPending} act={() => drop.mutate()} />
      </PageHead>
      <div className="grid gap-6 pb-28 lg:grid-cols-[1fr_20rem]">
        <div className="min-w-0 space-y-6">
          <Sheet>
            <div className="space-y-4 pt-3">
              <div className="grid gap-4 sm:grid-cols-2">
                <Field label={t("titleEn")} value={form.en} maxLength={200} onChange={(event) => set({ en: event.target.value })} problem={problem("en", "/title/en")} />
                <Field label={t("titleAm")} lang="am" value={form.am} maxLength={200} onChange={(event) => set({ am: event.target.value })} problem={problem("am", "/title/am")} />
              </div>
              <Area label={t("descriptionEn")} isOptional rows={3} value={form.aboutEn} onChange={(event) => set({ aboutEn: event.target.value })} problem={editing.at("/description/en")} />
              <Area label={t("descriptionAm")} isOptional rows={3} lang="am" value={form.aboutAm} onChange={(event) => set({ aboutAm: event.target.value })} />
            </div>
          </Sheet>
          {form.byRule ? <RuleSheet form={form} set={set} problem={problem} /> : <ChosenSheet form={form} set={set} />}
        </div>
        <div className="space-y-6">
          <Sheet>
            <div className="space-y-4 pt-3">
              <label className="flex min-h-11 items-center gap-3">
                <input type="checkbox" className="size-5 accent-(--accent)" checked={form.isPublished} onChange={(event) => set({ isPublished: event.target.checked })} />
                {t("inTheShop")}
              </label>
              <ByRule byRule={form.byRule} choose={(byRule) => set({ byRule })} />
              <Field label={t("address")} value={form.slug} maxLength={100} onChange={(event) => set({ slug: event.target.value })} problem={editing.at("/slug")} />
            </div>
          </Sheet>
        </div>
      </div>
      <EditingFoot editing={editing} />
    </>
  );
}

type Set = (part: Partial<Form>) => void;

function ChosenSheet({ form, set }: { form: Form; set: Set }) {
  const { said } = useSpoken();
  const known = useProducts(form.products).data;
  const nameOf = (id: string) => { const one = known?.get(id); return one ? said(one.title) : "…"; };
  return (
    <Sheet title={`${t("chosenProducts")} · ${form.products.length}`}>
      <div className="space-y-4">
        <GoodsFinder label={t("findProducts")} chosen={form.products} product={(one) => set({ products: [...form.products, one.id] })} />
        {form.products.length === 0 && <p className="py-4 text-center text-muted">{t("noneChosen")}</p>}
        <Ordering
          label={t("chosenProducts")} rows={form.products} id={(id) => id} name={nameOf} className="divide-y divide-line"
          order={(products) => set({ products })}
        >
          {(id, at, handle) => {
            const one = known?.get(id);
            return (
              <div className="flex items-center gap-3 bg-sheet py-2">
                <span className="tabular w-6 shrink-0 text-right text-sm text-muted">{at + 1}</span>
                {one?.image_url ? <img src={one.image_url} alt="" width="40" height="40" loading="lazy" draggable={false} className="size-10 rounded-lg bg-well object-cover" /> : <span className="size-10 rounded-lg bg-well" />}
                <span className="mr-auto min-w-0 wrap-anywhere">{nameOf(id)} {one && one.status !== "published" && <Badge value={one.status} />}</span>
                {handle}
                <button type="button" className="grid size-9 place-items-center rounded-full hover:bg-well" aria-label={`${t("takeAway")}: ${nameOf(id)}`} onClick={() => set({ products: form.products.filter((each) => each !== id) })}><Icon name="close" className="size-4" /></button>
              </div>
            );
          }}
        </Ordering>
      </div>
    </Sheet>
  );
}

function RuleSheet({ form, set, problem }: { form: Form; set: Set; problem: (field: keyof Form, pointer: string) => string | undefined }) {
  return (
    <Sheet title={t("byRule")}>
      <p className="mb-4 text-sm text-muted">{t("ruleText")}</p>
      <div className="grid gap-4 sm:grid-cols-2">
        <CategoryBoxes chosen={form.categories} choose={(categories) => set({ categories })} />
        <BrandBoxes chosen={form.brands} choose={(brands) => set({ brands })} />
        <Field label={t("tags")} isOptional hint={t("byCommas")} value={form.tags} onChange={(event) => set({ tags: event.target.value })} problem={problem("tags", "/rule/tags")} />
        <Field label={t("attributes")} isOptional hint={t("attributesHint")} spellCheck={false} value={form.attributes} onChange={(event) => set({ attributes: event.target.value })} problem={problem("attributes", "/rule/attributes")} />
        <Field label={`${t("priceFrom")} (ETB)`} isOptional inputMode="decimal" value={form.priceMin} onChange={(event) => set({ priceMin: event.target.value })} problem={problem("priceMin", "/rule/price_min")} />
        <Field label={`${t("priceTo")} (ETB)`} isOptional inputMode="decimal" value={form.priceMax} onChange={(event) => set({ priceMax: event.target.value })} problem={problem("priceMax", "/rule/price_max")} />
      </div>
    </Sheet>
  );
}
