/** One variant: how it is taxed and sent, how many somebody may have, what it is made of, what it cost. */
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useParams } from "@tanstack/react-router";
import { parseMoment, typedMoment, keptMoment } from "../../../../packages/shared/moments";
import { type Schemas, api, may, take, takeTagged } from "../api";
import { type Change, type Editing, EditingFoot, type Read, differences, useEditing } from "../editing";
import { GoodsFinder, useVariantName, useVariants } from "../goods";
import { Icon } from "../icons";
import { t, useSpoken } from "../texts";
import { Bones, Empty, Failure, Field, PageHead, Select, Sheet } from "../ui";
import { useTaxClasses } from "./taxes";

type Goods = Schemas["VariantTerms"];
type Limits = Schemas["StockTermsView"];
type Bundle = Schemas["BundleView"];

/** All that is set of a variant beside its price, each with its own version. */
interface Whole {
  goods: Read<Goods> | null;
  limits: Read<Limits> | null;
  bundle: Read<Bundle> | null;
}

interface Part {
  id: string;
  quantity: string;
}

interface Form {
  taxClass: string;
  weight: string;
  perOrder: string;
  perBuyer: string;
  perDays: string;
  low: string;
  beyond: "" | "backorder" | "preorder";
  beyondMax: string;
  expected: string;
  parts: Part[];
}

const typed = (count: number | null | undefined) => (count === null || count === undefined ? "" : String(count));

function formOf({ goods, limits, bundle }: Whole): Form {
  const beyond = limits?.value.backorder;
  return {
    taxClass: goods?.value.tax_class ?? "standard",
    weight: typed(goods?.value.weight_grams),
    perOrder: typed(limits?.value.per_order_max),
    perBuyer: typed(limits?.value.per_customer_max),
    perDays: typed(limits?.value.per_customer_days),
    low: typed(limits?.value.low_stock_threshold),
    beyond: beyond?.kind ?? "",
    beyondMax: beyond?.kind ? typed(beyond.max) : "",
    expected: typedMoment(beyond?.expected_at),
    parts: (bundle?.value.parts ?? []).map((part) => ({ id: part.variant_id, quantity: String(part.quantity) })),
  };
}

function count(text: string, least: number, most: number): number | null {
  const n = /^\d{1,10}$/.test(text.trim()) ? Number(text.trim()) : NaN;
  return n >= least && n <= most ? n : null;
}

const LIMITS = ["perOrder", "perBuyer", "perDays", "low"] as const;

function wrong(form: Form): Record<string, string> {
  const found: Record<string, string> = {};
  const bad = (name: keyof Form, text: string, least: number, most: number, says = t("badCount")) => { if (text.trim() && count(text, least, most) === null) found[name] = says; };
  if (count(form.weight, 0, 100_000_000) === null) found.weight = t("badNumber");
  bad("perOrder", form.perOrder, 1, 1_000_000_000);
  bad("perBuyer", form.perBuyer, 1, 1_000_000_000);
  bad("perDays", form.perDays, 1, 3_660);
  bad("low", form.low, 0, 1_000_000_000, t("badNumber"));
  if (form.perDays.trim() && !form.perBuyer.trim()) found.perBuyer = t("needed");
  if (form.beyond && count(form.beyondMax, 1, 1_000_000_000) === null) found.beyondMax = t("badCount");
  if (form.beyond === "preorder" && !parseMoment(form.expected)) found.expected = t("needed");
  for (const part of form.parts) if (count(part.quantity, 1, 1_000) === null) found[`part ${part.id}`] = t("badCount");
  return found;
}

function tell(base: Form, form: Form): Change[] {
  return differences<Form>({
    taxClass: [t("taxClass")], weight: [t("weight")], perOrder: [t("perOrder")], perBuyer: [t("perBuyer")], perDays: [t("perDays")], low: [t("lowAt")],
    beyond: [t("beyondStock"), (kind) => (kind ? t(`beyond_${kind}`) : t("beyond_none"))], beyondMax: [t("beyondMax")], expected: [t("expectedAt")],
    parts: [t("madeOf"), (parts) => String(parts.length)],
  }, base, form);
}

const readOf = (value: Whole): Read<Whole> => ({ value, etag: [value.goods, value.limits, value.bundle].map((each) => each?.etag ?? "").join() });

async function read(id: string, signal?: AbortSignal): Promise<Read<Whole>> {
  const rest = signal ? { signal } : {};
  const [goods, limits, bundle] = await Promise.all([
    may("terms.edit") ? takeTagged(api.GET("/api/v1/admin/terms/variants/{id}/", { params: { path: { id } }, ...rest })) : null,
    may("stock.edit") ? takeTagged(api.GET("/api/v1/admin/inventory/terms/{variant_id}/", { params: { path: { variant_id: id } }, ...rest })) : null,
    may("stock.edit") ? takeTagged(api.GET("/api/v1/admin/inventory/bundles/{variant_id}/", { params: { path: { variant_id: id } }, ...rest })) : null,
  ]);
  return readOf({ goods, limits, bundle });
}

function limitsPatch(base: Form, form: Form, was: Limits): Schemas["UpdateStockTerms"] {
  const patch: Schemas["UpdateStockTerms"] = {};
  const number = (text: string) => (text.trim() ? Number(text.trim()) : null);
  if (base.perOrder !== form.perOrder) patch.per_order_max = number(form.perOrder);
  if (base.perBuyer !== form.perBuyer) patch.per_customer_max = number(form.perBuyer);
  if (base.perDays !== form.perDays) patch.per_customer_days = number(form.perDays);
  if (base.low !== form.low) patch.low_stock_threshold = number(form.low);
  if (base.beyond !== form.beyond || base.beyondMax !== form.beyondMax || base.expected !== form.expected) {
    const expected = keptMoment(form.expected, was.backorder?.expected_at);
    patch.backorder = form.beyond ? { kind: form.beyond, max: Number(form.beyondMax), ...(expected ? { expected_at: expected } : {}) } : null;
  }
  return patch;
}

/** Each part goes to where it belongs, with the version that was read of it; `landed` hears of each. */
async function send(id: string, { value }: Read<Whole>, form: Form, base: Form, landed: (part: Partial<Whole>) => void): Promise<Read<Whole>> {
  if (value.goods && (base.taxClass !== form.taxClass || base.weight !== form.weight)) {
    const params = { path: { id }, header: { "If-Match": value.goods.etag } };
    landed({ goods: await takeTagged(api.PUT("/api/v1/admin/terms/variants/{id}/", { params, body: { tax_class: form.taxClass.trim(), weight_grams: Number(form.weight) } })) });
  }
  if (value.limits) {
    const body = limitsPatch(base, form, value.limits.value);
    const params = { path: { variant_id: id }, header: { "If-Match": value.limits.etag } };
    if (Object.keys(body).length > 0) landed({ limits: await takeTagged(api.PATCH("/api/v1/admin/inventory/terms/{variant_id}/", { params, body })) });
  }
  if (value.bundle && JSON.stringify(base.parts) !== JSON.stringify(form.parts)) {
    const params = { path: { variant_id: id }, header: { "If-Match": value.bundle.etag } };
    const body = { parts: form.parts.map((part) => ({ variant_id: part.id, quantity: Number(part.quantity) })) };
    landed({ bundle: await takeTagged(api.PUT("/api/v1/admin/inventory/bundles/{variant_id}/", { params, body })) });
  }
  return read(id);
}

export function VariantPage() {
  const { id: product, variant: id } = useParams({ strict: false }) as { id: string; variant: string };
  const known = useVariants([id]);
  const nameOf = useVariantName();
  const whole = useQuery({ queryKey: ["variant", id], queryFn: ({ signal }) => read(id, signal), refetchOnWindowFocus: false });
  const variant = known.data?.get(id);
  const name = variant ? nameOf(variant) : t("loading");
  return (
    <>
      <PageHead back={{ to: `/products/${product}`, label: t("product") }} name={name} title={<>{name}{variant && <span className="font-mono text-base font-normal text-muted">{variant.sku}</span>}</>} />
      {whole.isPending && <Bones lines={8} />}
      {whole.isError && <Failure error={whole.error} again={() => void whole.refetch()} />}
      {whole.data && <Editor key={id} id={id} read={whole.data} />}
    </>
  );
}

type Problem = (field: string, pointer?: string) => string | undefined;

function Editor({ id, read: first }: { id: string; read: Read<Whole> }) {
  const queries = useQueryClient();
  const editing: Editing<Whole, Form> = useEditing<Whole, Form>({
    place: `draft.variant.${id}`, read: first, formOf, tell,
    wrong: (form) => wrong(first.value.goods ? form : { ...form, weight: "0" }),
    send: (from, form, base) => send(id, from, form, base, (part) => editing.carry(({ value }) => readOf({ ...value, ...part }))),
    again: () => read(id),
    settled: (now) => queries.setQueryData(["variant", id], now),
  });
  const { form, set } = editing;
  const problem: Problem = (field, pointer) => editing.wrong[field] ?? (pointer ? editing.at(pointer) : undefined);
  return (
    <div className="grid gap-6 pb-28 lg:grid-cols-2">
      <div className="space-y-6">
        {first.value.limits && <LimitsSheet form={form} set={set} problem={problem} waiting={first.value.limits.value.backorder?.waiting ?? 0} />}
        {first.value.goods && <GoodsSheet form={form} set={set} problem={problem} />}
      </div>
      <div className="space-y-6">
        {first.value.bundle && <PartsSheet id={id} form={form} set={set} problem={problem} />}
        {may("catalogue.edit") && <Prices id={id} />}
      </div>
      <EditingFoot editing={editing} />
    </div>
  );
}

interface SheetProps {
  form: Form;
  set: (part: Partial<Form>) => void;
  problem: Problem;
}

function GoodsSheet({ form, set, problem }: SheetProps) {
  const classes = useTaxClasses();
  return (
    <Sheet title={t("taxAndWeight")}>
      <div className="grid gap-4 sm:grid-cols-2">
        <Select label={t("taxClass")} value={form.taxClass} onChange={(event) => set({ taxClass: event.target.value })} problem={problem("taxClass", "/tax_class")}>
          {[...new Set([...classes, form.taxClass])].map((each) => <option key={each}>{each}</option>)}
        </Select>
        <Field label={t("weight")} hint={t("weightHint")} inputMode="numeric" value={form.weight} onChange={(event) => set({ weight: event.target.value })} problem={problem("weight", "/weight_grams")} />
      </div>
    </Sheet>
  );
}

function LimitsSheet({ form, set, problem, waiting }: SheetProps & { waiting: number }) {
  const pointers = { perOrder: "/per_order_max", perBuyer: "/per_customer_max", perDays: "/per_customer_days", low: "/low_stock_threshold" };
  const labels = { perOrder: t("perOrder"), perBuyer: t("perBuyer"), perDays: t("perDays"), low: t("lowAt") };
  const hints = { perOrder: undefined, perBuyer: t("perBuyerHint"), perDays: t("perDaysHint"), low: t("lowAtHint") };
  return (
    <Sheet title={t("limits")}>
      <div className="grid gap-4 sm:grid-cols-2">
        {LIMITS.map((name) => (
          <Field key={name} label={labels[name]} isOptional hint={hints[name]} inputMode="numeric" value={form[name]} onChange={(event) => set({ [name]: event.target.value })} problem={problem(name, pointers[name])} />
        ))}
      </div>
      <div className="mt-6 grid gap-4 sm:grid-cols-2">
        <Select label={t("beyondStock")} value={form.beyond} onChange={(event) => set({ beyond: event.target.value as Form["beyond"] })} problem={problem("beyond", "/backorder")}>
          <option value="">{t("beyond_none")}</option>
          <option value="backorder">{t("beyond_backorder")}</option>
          <option value="preorder">{t("beyond_preorder")}</option>
        </Select>
        {form.beyond && <Field label={t("beyondMax")} hint={t("beyondWaiting", { n: waiting })} inputMode="numeric" value={form.beyondMax} onChange={(event) => set({ beyondMax: event.target.value })} problem={problem("beyondMax", "/backorder/max")} />}
        {form.beyond && <Field label={t("expectedAt")} isOptional={form.beyond === "backorder"} type="datetime-local" hint={t("addisTime")} value={form.expected} onChange={(event) => set({ expected: event.target.value })} problem={problem("expected", "/backorder/expected_at")} />}
      </div>
    </Sheet>
  );
}

function PartsSheet({ id, form, set, problem }: SheetProps & { id: string }) {
  const known = useVariants(form.parts.map((part) => part.id)).data;
  const nameOf = useVariantName();
  return (
    <Sheet title={t("madeOf")}>
      <p className="mb-3 text-sm text-muted">{t(form.parts.length === 0 ? "noBundleText" : "bundleText")}</p>
      <ul className="mb-3 divide-y divide-line">
        {form.parts.map((part) => (
          <li key={part.id} className="flex items-start gap-3 py-2">
            <span className="mr-auto min-w-0 self-center wrap-anywhere">{nameOf(known?.get(part.id))}</span>
            <Field
              className="w-24 shrink-0" label={t("units")} inputMode="numeric" aria-label={`${t("units")}: ${nameOf(known?.get(part.id))}`} value={part.quantity} problem={problem(`part ${part.id}`)}
              onChange={(event) => set({ parts: form.parts.map((each) => (each.id === part.id ? { ...each, quantity: event.target.value } : each)) })}
            />
            <button type="button" className="mt-7 grid size-10 shrink-0 place-items-center rounded-full hover:bg-well" aria-label={`${t("takeAway")}: ${nameOf(known?.get(part.id))}`} onClick={() => set({ parts: form.parts.filter((each) => each.id !== part.id) })}><Icon name="close" className="size-4" /></button>
          </li>
        ))}
      </ul>
      {may("catalogue.edit") && <GoodsFinder label={t("addPart")} chosen={[id, ...form.parts.map((part) => part.id)]} variant={(one) => set({ parts: [...form.parts, { id: one.id, quantity: "1" }] })} />}
      {problem("parts", "/parts") && <p className="mt-1 text-sm text-bad">{problem("parts", "/parts")}</p>}
    </Sheet>
  );
}

/** What it cost, from when on: a step for each change, the latest first. */
function Prices({ id }: { id: string }) {
  const { price, at } = useSpoken();
  const prices = useQuery({ queryKey: ["prices", id], queryFn: ({ signal }) => take(api.GET("/api/v1/admin/catalogue/variants/{id}/prices/", { params: { path: { id } }, signal })) });
  const rows = prices.data?.data ?? [];
  return (
    <Sheet title={t("priceHistory")}>
      {prices.isPending && <Bones lines={3} />}
      {prices.isError && <Failure error={prices.error} again={() => void prices.refetch()} />}
      {prices.isSuccess && rows.length === 0 && <Empty icon="clock" title={t("noPrices")} />}
      <ol className="space-y-3">
        {rows.map((row, n) => {
          const before = rows[n + 1];
          const by = before && before.price.currency === row.price.currency ? row.price.amount - before.price.amount : 0;
          return (
            <li key={row.changed_at} className="flex flex-wrap items-baseline gap-x-3 border-l-2 border-line pl-3">
              <span className="tabular font-medium">{price(row.price)}</span>
              {row.compare_at_price && <del className="tabular text-sm text-muted">{price(row.compare_at_price)}</del>}
              {by !== 0 && <span className={by > 0 ? "text-sm text-warn" : "text-sm text-accent"}>{by > 0 ? "▲" : "▼"} {price({ ...row.price, amount: Math.abs(by) })}</span>}
              {!row.is_active && <span className="text-sm text-muted">{t("notForSale")}</span>}
              <span className="ml-auto text-sm text-muted">{at(row.changed_at)}</span>
            </li>
          );
        })}
      </ol>
    </Sheet>
  );
}
