/** How the shop taxes: classes of goods, rates by place, in the prices or on top of them. */
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { REGIONS } from "../../../../packages/shared/ethiopia";
import { type Schemas, api, takeTagged } from "../api";
import { type Change, EditingFoot, type Read, differences, rowDifferences, useEditing } from "../editing";
import { Icon } from "../icons";
import { t, useSpoken } from "../texts";
import { Bones, Empty, Failure, Field, Select, Sheet } from "../ui";
import { TermsHead } from "./shipping";

type Terms = Schemas["TaxTerms"];

interface RateForm {
  name: string;
  class: string;
  country: string;
  region: string;
  percentage: string;
}

interface Form {
  isIncluded: boolean;
  country: string;
  region: string;
  shippingClass: string;
  rates: RateForm[];
}

const VAT: RateForm = { name: "VAT", class: "standard", country: "ET", region: "", percentage: "15" };
const isClass = (text: string) => /^[a-z0-9_-]{1,40}$/.test(text);

function formOf(terms: Terms): Form {
  return {
    isIncluded: terms.prices_include_tax,
    country: terms.home.country,
    region: terms.home.region ?? "",
    shippingClass: terms.shipping_class ?? "",
    rates: terms.rates.map((rate) => ({ name: rate.name, class: rate.class, country: rate.country, region: rate.region ?? "", percentage: rate.percentage ?? "15" })),
  };
}

function bodyOf(form: Form): Terms {
  return {
    prices_include_tax: form.isIncluded,
    home: { country: form.country, region: form.region.trim() },
    rates: form.rates.map((rate) => ({
      name: rate.name.trim(), class: rate.class.trim(), country: rate.country.trim(), percentage: rate.percentage.trim(), ...(rate.region.trim() ? { region: rate.region.trim() } : {}),
    })),
    ...(form.shippingClass ? { shipping_class: form.shippingClass } : {}),
  };
}

function wrong(form: Form): Record<string, string> {
  const found: Record<string, string> = {};
  if (!/^[A-Z]{2}$/.test(form.country)) found["/home/country"] = t("badCountry");
  for (const [n, rate] of form.rates.entries()) {
    const at = `/rates/${n}`;
    if (!rate.name.trim()) found[`${at}/name`] = t("needed");
    if (!isClass(rate.class.trim())) found[`${at}/class`] = t("badClass");
    if (!/^[A-Z]{2}$/.test(rate.country.trim())) found[`${at}/country`] = t("badCountry");
    if (!(/^\d{1,3}(\.\d{1,4})?$/.test(rate.percentage.trim()) && Number(rate.percentage) <= 100)) found[`${at}/percentage`] = t("badPercentage");
  }
  return found;
}

function tell(base: Form, form: Form): Change[] {
  const name = (rate: RateForm) => `${rate.class} ${rate.country} ${rate.region}`.trim();
  const say = (rate: RateForm) => `${rate.name} ${rate.percentage} %`;
  return [
    ...differences<Form>({
      isIncluded: [t("taxInPrices"), (is) => t(is ? "yes" : "no")], country: [t("country")], region: [t("region")], shippingClass: [t("shippingClass")],
    }, base, form),
    ...rowDifferences(t("rate"), name, say, base.rates, form.rates),
  ];
}

function read(signal?: AbortSignal): Promise<Read<Terms>> {
  return takeTagged(api.GET("/api/v1/admin/taxes/", signal ? { signal } : {}));
}

/** The classes that rates speak of, and the one that all goods have without another. */
export function useTaxClasses(): string[] {
  const terms = useQuery({ queryKey: ["taxes"], queryFn: ({ signal }) => read(signal), refetchOnWindowFocus: false });
  return [...new Set(["standard", ...(terms.data?.value.rates ?? []).map((rate) => rate.class)])];
}

export function TaxesPage() {
  useSpoken();
  const terms = useQuery({ queryKey: ["taxes"], queryFn: ({ signal }) => read(signal), refetchOnWindowFocus: false });
  return (
    <>
      <TermsHead />
      {terms.isPending && <Bones lines={6} />}
      {terms.isError && <Failure error={terms.error} again={() => void terms.refetch()} />}
      {terms.data && <Editor read={terms.data} />}
    </>
  );
}

function Editor({ read: first }: { read: Read<Terms> }) {
  const queries = useQueryClient();
  const editing = useEditing<Terms, Form>({
    place: "draft.taxes", read: first, formOf, tell, wrong,
    send: (from, form) => takeTagged(api.PUT("/api/v1/admin/taxes/", { params: { header: { "If-Match": from.etag } }, body: bodyOf(form) })),
    again: () => read(),
    settled: (now) => queries.setQueryData(["taxes"], now),
  });
  const { form, set } = editing;
  const problem = (pointer: string) => editing.wrong[pointer] ?? editing.at(pointer);
  const add = (
    <button type="button" className="act-quiet" onClick={() => set({ rates: [...form.rates, form.rates.length === 0 ? VAT : { ...VAT, name: "", class: "", percentage: "" }] })}>
      <Icon name="plus" className="size-4" />{t("newRate")}
    </button>
  );
  const classes = [...new Set(form.rates.map((rate) => rate.class).filter(isClass))];
  return (
    <div className="space-y-6 pb-28">
      <Sheet title={t("rates")} aside={form.rates.length > 0 && add}>
        {form.rates.length === 0 && <Empty icon="delivery" title={t("noRates")} text={t("noRatesText")}>{add}</Empty>}
        <ul className="divide-y divide-line">
          {form.rates.map((rate, n) => (
            <Rate
              key={n} rate={rate} at={`/rates/${n}`} problem={problem}
              change={(next) => set({ rates: form.rates.map((each, at) => (at === n ? next : each)) })}
              drop={() => set({ rates: form.rates.filter((_, at) => at !== n) })}
            />
          ))}
        </ul>
        {form.rates.length > 0 && <p className="mt-3 text-sm text-muted">{t("ratesText")}</p>}
      </Sheet>
      <div className="grid gap-6 lg:grid-cols-2">
        <Sheet title={t("pricesAndTax")}>
          <fieldset className="space-y-2">
            <legend className="sr-only">{t("pricesAndTax")}</legend>
            {([[true, "taxInPrices", "taxInPricesText"], [false, "taxOnTop", "taxOnTopText"]] as const).map(([is, title, text]) => (
              <label key={title} className="flex min-h-11 items-start gap-3">
                <input type="radio" name="included" className="mt-1 size-5 shrink-0 accent-(--accent)" checked={form.isIncluded === is} onChange={() => set({ isIncluded: is })} />
                <span>{t(title)}<span className="block text-sm text-muted">{t(text)}</span></span>
              </label>
            ))}
          </fieldset>
          <div className="mt-4">
            <Select label={t("shippingClass")} hint={t("shippingClassHint")} value={form.shippingClass} onChange={(event) => set({ shippingClass: event.target.value })}>
              <option value="">{t("notTaxed")}</option>
              {[...new Set([...classes, ...(form.shippingClass ? [form.shippingClass] : [])])].map((each) => <option key={each}>{each}</option>)}
            </Select>
          </div>
        </Sheet>
        <Sheet title={t("homePlace")}>
          <p className="mb-4 text-sm text-muted">{t("homePlaceText")}</p>
          <div className="grid gap-4 sm:grid-cols-2">
            <Field label={t("countryCode")} maxLength={2} value={form.country} onChange={(event) => set({ country: event.target.value.toUpperCase() })} problem={problem("/home/country")} />
            <Region country={form.country} value={form.region} change={(region) => set({ region })} problem={problem("/home/region")} />
          </div>
        </Sheet>
      </div>
      <EditingFoot editing={editing} />
    </div>
  );
}

function Region({ country, value, change, problem }: { country: string; value: string; change: (region: string) => void; problem: string | undefined }) {
  const { language } = useSpoken();
  if (country !== "ET") return <Field label={t("region")} isOptional maxLength={120} value={value} onChange={(event) => change(event.target.value)} problem={problem} />;
  return (
    <Select label={t("region")} isOptional value={value} onChange={(event) => change(event.target.value)} problem={problem}>
      <option value="">{t("wholeCountry")}</option>
      {!REGIONS.some(([en]) => en === value) && value && <option>{value}</option>}
      {REGIONS.map(([en, am]) => <option key={en} value={en}>{language === "am" ? am : en}</option>)}
    </Select>
  );
}

interface RateProps {
  rate: RateForm;
  at: string;
  problem: (pointer: string) => string | undefined;
  change: (rate: RateForm) => void;
  drop: () => void;
}

function Rate({ rate, at, problem, change, drop }: RateProps) {
  const set = (part: Partial<RateForm>) => change({ ...rate, ...part });
  const name = rate.name || t("newRate");
  return (
    <li className="grid grid-cols-2 items-start gap-4 py-4 sm:grid-cols-[2fr_2fr_1fr_2fr_1fr_auto]" aria-label={name}>
      <Field label={t("rateName")} maxLength={60} value={rate.name} onChange={(event) => set({ name: event.target.value })} problem={problem(`${at}/name`)} />
      <Field label={t("taxClass")} maxLength={40} spellCheck={false} value={rate.class} onChange={(event) => set({ class: event.target.value })} problem={problem(`${at}/class`)} />
      <Field label={t("countryCode")} maxLength={2} value={rate.country} onChange={(event) => set({ country: event.target.value.toUpperCase() })} problem={problem(`${at}/country`)} />
      <Region country={rate.country} value={rate.region} change={(region) => set({ region })} problem={problem(`${at}/region`)} />
      <Field label={t("percentage")} inputMode="decimal" value={rate.percentage} onChange={(event) => set({ percentage: event.target.value })} problem={problem(`${at}/percentage`)} />
      <button type="button" className="grid size-10 place-items-center justify-self-end rounded-full hover:bg-well sm:mt-7" aria-label={`${t("takeAway")}: ${name}`} onClick={drop}><Icon name="close" className="size-4" /></button>
    </li>
  );
}
