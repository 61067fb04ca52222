/** Checkout on one page. What was typed is kept, whatever happens. */
import "./buying";
import { useEffect, useRef, useState } from "preact/hooks";
import { Link, useLocation } from "wouter-preact";
import { Refusal, type Schemas } from "../../../packages/api/client";
import { ADDIS_SUB_CITIES, REGIONS } from "../../../packages/shared/ethiopia";
import { facts } from "../../../packages/shared/facts";
import { phone } from "../../../packages/shared/format";
import { recall, remember } from "../../../packages/shared/kept";
import { api, customer, newKey, take } from "./api";
import { cart, isCartKnown, keepCart, loadCart } from "./cart";
import { Options, said } from "./cartpage";
import { Failure, Field, Heading, Hint, Label, price, useAsked, usePage } from "./parts";
import { Amounts, Changed, Coupons, Deliveries, type Difference, type Quote, type Seen, chosenOf, differences, quoteOf, useQuote } from "./terms";
import { type Key, language, t } from "./texts";

const EMPTY = {
  email: "", phone: "", name: "", region: "Addis Ababa", city: "", woreda: "", kebele: "", landmark: "", note: "", provider: "chapa", method: "",
};
type Form = typeof EMPTY;
type Problems = Partial<Record<keyof Form, string>>;

/** Where the API's pointers stand in the form. */
const POINTERS: Record<string, keyof Form> = {
  "/email": "email", "/phone": "phone", "/note": "note",
  "/shipping_address/name": "name", "/shipping_address/region": "region", "/shipping_address/city": "city",
  "/shipping_address/woreda": "woreda", "/shipping_address/kebele": "kebele", "/shipping_address/landmark": "landmark",
};

function start(): Form {
  const known = customer.value;
  const typed = recall<Partial<Form>>("checkout", {});
  const name = known ? `${known.first_name} ${known.last_name}`.trim() : "";
  return { ...EMPTY, email: known?.email ?? "", phone: known?.phone ?? "", name, ...typed };
}

function problemsOf(form: Form): Problems {
  const found: Problems = {};
  for (const name of ["email", "phone", "name", "city", "landmark"] as const) {
    if (!form[name].trim()) found[name] = t("needed");
  }
  if (!found.email && !/^[^\s@]+@[^\s@]+\.[^\s@]+$/.test(form.email.trim())) found.email = t("badEmail");
  if (!found.phone && !phone(form.phone)) found.phone = t("badPhone");
  return found;
}

export function Checkout() {
  usePage(`${t("checkout")} · ${facts().shop_name}`);
  useEffect(() => void loadCart(), []);
  const shown = cart.value;
  if (!isCartKnown.value) return <div class="skeleton h-96" />;
  if (!shown || shown.items.length === 0) {
    return (
      <div class="py-20 text-center">
        <p class="text-lg">{t("emptyCart")}</p>
        <Link href="/" class="act mt-4">{t("goShopping")}</Link>
      </div>
    );
  }
  return <OnePage />;
}

function OnePage() {
  const [form, setForm] = useState(start);
  const [problems, setProblems] = useState<Problems>({});
  const [refusal, setRefusal] = useState<Refusal | null>(null);
  const [changed, setChanged] = useState<Difference[]>([]);
  const [isBusy, setBusy] = useState(false);
  const [, go] = useLocation();
  const element = useRef<HTMLFormElement>(null);
  const { quote, isFresh, refusal: notQuoted, again } = useQuote(form.region, form.method);
  // One key for one intention: a second click, or a retry after a lost answer, is the same order.
  const key = useRef(newKey());
  const put = (part: Partial<Form>) => {
    const next = { ...form, ...part };
    setForm(next);
    setProblems({ ...problems, ...Object.fromEntries(Object.keys(part).map((name) => [name, undefined])) });
    key.current = newKey();
    remember("checkout", next);
  };
  const set = (name: keyof Form) => (event: { currentTarget: { value: string } }) => put({ [name]: event.currentTarget.value });
  const refuse = (found: Problems) => {
    setProblems(found);
    const name = Object.keys(found)[0];
    requestAnimationFrame(() => element.current?.querySelector<HTMLElement>(`[name="${name}"]`)?.focus());
  };
  /** What is so by now, held against what the buyer saw. */
  const compare = async (seen: Seen) => {
    await loadCart();
    const now = cart.value && (await quoteOf(cart.value.id, form.region, form.method).catch(() => null));
    again();
    if (!cart.value || !now) return;
    setChanged(differences(seen, { cart: cart.value, quote: now }));
  };
  const order = async () => {
    const found = problemsOf(form);
    if (Object.keys(found).length > 0) return refuse(found);
    if (!quote || !isFresh || !cart.value) return;
    const seen = { cart: cart.value, quote };
    setBusy(true);
    setRefusal(null);
    setChanged([]);
    try {
      await placeAndPay(form, quote, key.current, go);
    } catch (error) {
      const refusal = error instanceof Refusal ? error : new Refusal(0, null, "");
      const parts = refusal.problem?.errors ?? [];
      const named = parts.flatMap((part) => {
        const name = POINTERS[part.pointer];
        return name ? [[name, part.message] as const] : [];
      });
      if (named.length > 0) refuse(Object.fromEntries(named));
      setRefusal(refusal);
      // Another attempt after a clear "no" is another intention.
      if (refusal.status >= 400 && refusal.status < 500) {
        key.current = newKey();
        await compare(seen);
      }
      setBusy(false);
    }
  };
  const field = (name: keyof Form, label: Key) => ({ name, label: t(label), value: form[name], onInput: set(name), problem: problems[name] ?? "" });
  return (
    <form ref={element} noValidate class="grid gap-10 lg:grid-cols-[1fr_22rem]" onSubmit={(event) => { event.preventDefault(); void order(); }}>
      <div class="space-y-10">
        <Heading>{t("checkout")}</Heading>
        <fieldset class="space-y-4">
          <legend class="mb-3 text-lg font-semibold">{t("contact")}</legend>
          <div class="grid gap-4 sm:grid-cols-2">
            <Field {...field("email", "email")} type="email" autoComplete="email" inputMode="email" />
            <Field {...field("phone", "phone")} type="tel" autoComplete="tel" inputMode="tel" hint={t("phoneHint")} />
          </div>
        </fieldset>
        <fieldset class="space-y-4">
          <legend class="mb-3 text-lg font-semibold">{t("deliverTo")}</legend>
          <Field {...field("name", "name")} autoComplete="name" />
          <div class="grid gap-4 sm:grid-cols-2">
            <Region value={form.region} change={set("region")} />
            <Field {...field("city", form.region === "Addis Ababa" ? "subCity" : "city")} list="cities" autoComplete="address-level2" />
            <datalist id="cities">
              {form.region === "Addis Ababa" && ADDIS_SUB_CITIES.map(([en, am]) => <option key={en} value={language.value === "am" ? am : en} />)}
            </datalist>
            <Field {...field("woreda", "woreda")} isOptional />
            <Field {...field("kebele", "kebele")} isOptional />
          </div>
          <Field {...field("landmark", "landmark")} hint={t("landmarkHint")} />
          <div>
            <Label name="note" label={t("note")} isOptional />
            <textarea id="note" name="note" rows={2} class="field" value={form.note} onInput={set("note")} />
            <Hint name="note" problem={problems.note} />
          </div>
        </fieldset>
        <Deliveries quote={quote} wanted={form.method} choose={(method) => put({ method })} />
        <Providers chosen={form.provider} choose={set("provider")} />
      </div>
      <Summary isBusy={isBusy} refusal={refusal ?? notQuoted} again={notQuoted ? again : null} quote={quote} isFresh={isFresh} changed={changed} />
    </form>
  );
}

function Region({ value, change }: { value: string; change: (event: { currentTarget: { value: string } }) => void }) {
  return (
    <div>
      <Label name="region" label={t("region")} />
      <select id="region" name="region" class="field" value={value} onChange={change} autoComplete="address-level1">
        {REGIONS.map(([en, am]) => <option key={en} value={en}>{language.value === "am" ? am : en}</option>)}
      </select>
    </div>
  );
}

type Provider = Schemas["ProviderView"];
type Way = Provider & { provider: Exclude<Provider["provider"], "credit"> };

function Providers({ chosen, choose }: { chosen: string; choose: (event: { currentTarget: { value: string } }) => void }) {
  const { asked } = useAsked("providers", (signal) => take(api.GET("/api/v1/payment/providers/", { signal })));
  const total = cart.value?.total;
  const fits = (provider: Provider) => {
    const limit = provider.amount_max.find((most) => most.currency === total?.currency);
    return !limit || !total || total.amount <= limit.amount;
  };
  // Credit is no way of its own: it takes a part of what another one pays.
  const isWay = (provider: Provider): provider is Way => provider.provider !== "credit" && fits(provider);
  const ways = asked.state === "here" ? asked.value.providers.filter(isWay) : [];
  return (
    <fieldset>
      <legend class="mb-3 text-lg font-semibold">{t("pay")}</legend>
      {asked.state === "asking" && <div class="skeleton h-20" />}
      {asked.state === "refused" && <Failure refusal={asked.refusal} />}
      <div class="grid gap-3">
        {ways.map(({ provider }) => (
          <label key={provider} class={`flex min-h-16 cursor-pointer items-center gap-4 rounded-2xl border px-5 py-3 has-focus-visible:outline-2 has-focus-visible:outline-accent ${chosen === provider ? "border-accent bg-accent-soft" : "border-line-strong"}`}>
            <input type="radio" name="provider" value={provider} checked={chosen === provider} onChange={choose} class="size-4 accent-(--accent)" />
            <span>
              <span class="block font-medium">{t(provider)}</span>
              <span class="block text-sm text-muted">{t(`${provider}Text`)}</span>
            </span>
          </label>
        ))}
      </div>
    </fieldset>
  );
}

interface SummaryProps {
  isBusy: boolean;
  refusal: Refusal | null;
  again: (() => void) | null;
  quote: Quote | null;
  isFresh: boolean;
  changed: Difference[];
}

function Summary({ isBusy, refusal, again, quote, isFresh, changed }: SummaryProps) {
  const shown = cart.value;
  if (!shown) return null;
  const says = isBusy ? t("placing") : quote && isFresh ? t(changed.length > 0 ? "acceptAndPlace" : "place", { price: price(quote.total) }) : t("loading");
  return (
    <aside class="h-fit rounded-3xl bg-well p-6 lg:sticky lg:top-24">
      <ul class="space-y-3">
        {shown.items.map((item) => (
          <li key={item.id} class="flex justify-between gap-4">
            <span class="min-w-0">
              <span class="text-muted tabular-nums">{item.quantity} × </span>
              {said(item.title)}
              <Options options={item.options} />
              {item.problems.map((problem) => <span key={problem.code} class="block text-sm text-bad">{problem.message}</span>)}
            </span>
            <span class="tabular-nums">{price(item.total)}</span>
          </li>
        ))}
      </ul>
      <Coupons />
      <div class="mt-5 border-t border-line-strong pt-4" aria-live="polite">
        {quote ? <Amounts quote={quote} /> : <div class="skeleton h-8" />}
      </div>
      {changed.length > 0 && <Changed of={changed} />}
      {refusal && changed.length === 0 && <div class="mt-4"><Failure refusal={refusal} {...(again ? { again } : {})} /></div>}
      <button type="submit" class="act mt-5 w-full text-lg" disabled={isBusy || !isFresh || !quote?.is_orderable}>{says}</button>
    </aside>
  );
}

/** Places the order at the total that is shown, starts its payment, and leads there. */
async function placeAndPay(form: Form, quote: Quote, key: string, go: (to: string) => void): Promise<void> {
  const shown = cart.value;
  if (!shown) return;
  const { name, region, city, woreda, kebele, landmark } = form;
  const shipping_address = { country: "ET", name, region, city, woreda, kebele, landmark };
  const shipping_method_id = chosenOf(quote);
  // The way is the cart's; the order takes it from there.
  if (shipping_method_id) {
    await take(api.PUT("/api/v1/cart/{id}/delivery/", { params: { path: { id: shown.id } }, body: { shipping_address, shipping_method_id } }));
  }
  const body = {
    cart_id: shown.id,
    email: form.email.trim(),
    phone: phone(form.phone),
    note: form.note,
    language: language.value,
    expected_total: quote.total,
    shipping_address,
  };
  const params = { header: { "Idempotency-Key": key } };
  const order = await take(api.POST("/api/v1/orders/", { params, body }));
  keepCart(null);
  await pay(order.id, form.provider, go);
}

/** Starts a payment; a failure leads to the order's page, which offers it again. */
export async function pay(orderId: string, provider: string, go: (to: string) => void): Promise<void> {
  const params = { path: { order_id: orderId } };
  const started = await take(
    api.POST("/api/v1/payment/initiate/{order_id}/", { params, body: { provider } }),
  ).catch(() => null);
  if (!started) return go(`/orders/${orderId}`);
  remember(`payment.${orderId}`, started);
  if (started.payment_url) location.assign(started.payment_url);
  else go(`/orders/${orderId}`);
}
