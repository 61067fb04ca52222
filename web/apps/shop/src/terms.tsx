/** What a purchase costs beyond its goods: deliveries to choose, coupons, each amount explained, and what changed. */
import { useEffect, useRef, useState } from "preact/hooks";
import { Link } from "wouter-preact";
import { type Money, Refusal, type Schemas } from "../../../packages/api/client";
import { type Cart, api, take } from "./api";
import { cart, keepCart } from "./cart";
import { said } from "./cartpage";
import { price } from "./parts";
import { type Key, t } from "./texts";

export type Quote = Schemas["QuoteView"];

/** What the cart costs to a region, by one of its ways; asked anew when either changes, or the cart does. */
export function useQuote(region: string, method: string) {
  const [found, setFound] = useState<{ quote: Quote; key: string } | null>(null);
  const [refusal, setRefusal] = useState<Refusal | null>(null);
  const [round, setRound] = useState(0);
  const id = cart.value?.id;
  const key = `${id} ${cart.value?.updated_at} ${region} ${method} ${round}`;
  useEffect(() => {
    if (!id) return;
    const abort = new AbortController();
    quoteOf(id, region, method, abort.signal)
      .then((quote) => { if (!abort.signal.aborted) { setFound({ quote, key }); setRefusal(null); } })
      .catch((error: unknown) => { if (!abort.signal.aborted) setRefusal(error instanceof Refusal ? error : new Refusal(0, null, "")); });
    return () => abort.abort();
  }, [key]);
  // What is shown stays until the new is here; nothing is ordered by it meanwhile.
  return { quote: found?.quote ?? null, isFresh: found?.key === key, refusal, again: () => setRound((n) => n + 1) };
}

/** A way that is not for this region is no way: what is for it is told instead. */
export async function quoteOf(id: string, region: string, method: string, signal?: AbortSignal): Promise<Quote> {
  const shipping_address = { country: "ET", region, city: region, name: "—" };
  const params = { path: { id } };
  const quote = (chosen: string) => take(api.POST("/api/v1/cart/{id}/quote/", { params, body: { shipping_address, ...(chosen ? { shipping_method_id: chosen } : {}) }, ...(signal ? { signal } : {}) }));
  const found = await quote(method);
  return found.delivery_problem === "shipping_method_not_available" ? quote("") : found;
}

export const chosenOf = (quote: Quote | null) => quote?.shipping_methods.find((method) => method.is_chosen)?.id ?? null;

export function Deliveries({ quote, wanted, choose }: { quote: Quote | null; wanted: string; choose: (id: string) => void }) {
  const isThere = quote?.shipping_methods.some((method) => method.id === wanted);
  const isChosen = (method: Quote["shipping_methods"][number]) => (isThere ? method.id === wanted : method.is_chosen);
  if (!quote || (quote.shipping_methods.length === 0 && !quote.delivery_problem)) return null;
  return (
    <fieldset>
      <legend class="mb-3 text-lg font-semibold">{t("how")}</legend>
      {quote.shipping_methods.length === 0 && <p class="rounded-2xl bg-warn-soft px-5 py-4" role="alert">{t("notThere")}</p>}
      <div class="grid gap-3">
        {quote.shipping_methods.map((method) => (
          <label key={method.id} class={`flex min-h-16 cursor-pointer items-center gap-4 rounded-2xl border px-5 py-3 has-focus-visible:outline-2 has-focus-visible:outline-accent ${isChosen(method) ? "border-accent bg-accent-soft" : "border-line-strong"}`}>
            <input type="radio" name="method" value={method.id} checked={isChosen(method)} onChange={() => choose(method.id)} class="size-4 accent-(--accent)" />
            <span class="min-w-0">
              <span class="block font-medium wrap-anywhere">{method.name}</span>
              {method.is_pick_up && <span class="block text-sm text-muted">{t("pickUp")}</span>}
            </span>
            <span class="ml-auto tabular-nums">{method.price.amount === 0 ? t("free") : price(method.price)}</span>
          </label>
        ))}
      </div>
    </fieldset>
  );
}

/** Coupons are kept with the cart; one that does not count says why. */
export function Coupons() {
  const [code, setCode] = useState("");
  const [problem, setProblem] = useState("");
  const [isBusy, setBusy] = useState(false);
  const shown = cart.value;
  if (!shown) return null;
  const says = (error: unknown) => {
    const refusal = error instanceof Refusal ? error : new Refusal(0, null, "");
    const why = refusal.problem?.errors?.[0]?.code ?? refusal.code;
    return why.startsWith("coupon_") ? t(why as Key) ?? refusal.message : refusal.status === 0 ? t("offline") : refusal.message || t("failed");
  };
  const doing = async (action: () => Promise<Cart>) => {
    setBusy(true);
    setProblem("");
    try {
      keepCart(await action());
      setCode("");
    } catch (error) {
      setProblem(says(error));
    }
    setBusy(false);
  };
  const params = { path: { id: shown.id } };
  const enter = () => code.trim() && doing(() => take(api.POST("/api/v1/cart/{id}/coupons/", { params, body: { code: code.trim() } })));
  const drop = (gone: string) => doing(async () => {
    await take(api.DELETE("/api/v1/cart/{id}/coupons/{code}/", { params: { path: { id: shown.id, code: gone } } }));
    return take(api.GET("/api/v1/cart/{id}/", { params }));
  });
  return (
    <div class="mt-5 border-t border-line-strong pt-4">
      <ul>
        {shown.coupons.map((coupon) => (
          <li key={coupon.code} class="mb-2">
            <span class="inline-flex max-w-full items-center rounded-full border border-line-strong bg-sheet pl-3 text-sm">
              <span class="truncate font-mono">{coupon.code}</span>
              <button type="button" class="grid size-9 shrink-0 place-items-center" disabled={isBusy} aria-label={t("takeOut", { code: coupon.code })} onClick={() => void drop(coupon.code)}>×</button>
            </span>
            {coupon.problem && <p class="mt-1 text-sm text-bad">{t(coupon.problem.code as Key) ?? coupon.problem.message}</p>}
          </li>
        ))}
      </ul>
      <label for="coupon" class="mb-1 block text-sm font-medium">{t("haveCoupon")}</label>
      <div class="flex gap-2">
        <input
          id="coupon" class="field min-w-0 font-mono" maxLength={40} autoComplete="off" autoCapitalize="characters" spellcheck={false} value={code}
          aria-invalid={problem ? "true" : undefined} aria-describedby={problem ? "coupon-problem" : undefined}
          onInput={(event) => setCode(event.currentTarget.value)}
          onKeyDown={(event) => { if (event.key === "Enter") { event.preventDefault(); void enter(); } }}
        />
        <button type="button" class="act-quiet shrink-0" disabled={isBusy || !code.trim()} onClick={() => void enter()}>{t("useCoupon")}</button>
      </div>
      {problem && <p id="coupon-problem" class="mt-1 text-sm text-bad" role="alert">{problem}</p>}
    </div>
  );
}

const less = (amount: Money): Money => ({ ...amount, amount: -amount.amount });

/** Each amount between the goods and the total, where there is one. */
export function Amounts({ quote }: { quote: Quote }) {
  const { explanation } = quote;
  const rows: [string, string, Money][] = [
    ...(explanation.discounts ?? []).map((part) => [part.promotion_id, part.code ? `${part.name} · ${part.code}` : part.name, less(part.amount)] as [string, string, Money]),
    ...(explanation.delivery ? [["delivery", explanation.delivery.name, explanation.delivery.price] as [string, string, Money]] : []),
    ...(explanation.taxes ?? []).filter((part) => !part.is_included).map((part, n) => [`tax ${n}`, `${part.name} ${part.percentage} %`, part.amount] as [string, string, Money]),
  ];
  const inside = (explanation.taxes ?? []).filter((part) => part.is_included && part.amount.amount > 0);
  const names = [...new Set(inside.map((part) => part.name))];
  const sum = (name: string) => inside.filter((part) => part.name === name).reduce((all, part) => all + part.amount.amount, 0);
  return (
    <>
      {rows.length > 0 && (
        <dl class="mb-2 space-y-1 text-muted">
          <div class="flex justify-between gap-4"><dt>{t("subtotal")}</dt><dd class="tabular-nums">{price(quote.subtotal)}</dd></div>
          {rows.map(([key, name, amount]) => (
            <div key={key} class="flex justify-between gap-4"><dt class="min-w-0 wrap-anywhere">{name}</dt><dd class="tabular-nums">{amount.amount === 0 ? t("free") : price(amount)}</dd></div>
          ))}
        </dl>
      )}
      <div class="flex items-baseline justify-between">
        <span>{t("total")}</span>
        <strong class="text-xl font-semibold tabular-nums">{price(quote.total)}</strong>
      </div>
      {names.map((name) => <p key={name} class="text-right text-sm text-muted">{t("taxInside", { name, amount: price({ ...quote.total, amount: sum(name) }) })}</p>)}
    </>
  );
}

/** What the buyer saw last. */
export interface Seen {
  cart: Cart;
  quote: Quote;
}

export interface Difference {
  name: string;
  from: string;
  to: string;
}

/** What is not as the buyer saw it, in words. */
export function differences(before: Seen, now: Seen): Difference[] {
  const found: Difference[] = [];
  const differ = (name: string, from: Money, to: Money) => { if (from.amount !== to.amount) found.push({ name, from: price(from), to: price(to) }); };
  for (const was of before.cart.items) {
    const is = now.cart.items.find((item) => item.id === was.id);
    if (!is) {
      found.push({ name: said(was.title), from: `${was.quantity} ×`, to: t("takenOut") });
      continue;
    }
    differ(said(is.title), was.unit_price, is.unit_price);
    const short = is.problems.find((problem) => problem.code === "insufficient_stock" || problem.code === "limit_exceeded");
    if (short) found.push({ name: said(is.title), from: `${was.quantity} ×`, to: t("unitsLeft", { n: is.available }) });
    else if (is.problems[0]) found.push({ name: said(is.title), from: `${was.quantity} ×`, to: is.problems[0].code === "unpublished" ? t("takenOut") : is.problems[0].message });
  }
  differ(t("discount"), less(before.quote.discount), less(now.quote.discount));
  differ(t("delivery"), before.quote.shipping, now.quote.shipping);
  differ(t("tax"), before.quote.tax, now.quote.tax);
  differ(t("total"), before.quote.total, now.quote.total);
  return found;
}

/** The difference, at the place where the order is placed: the buyer sees it before accepting it. */
export function Changed({ of }: { of: Difference[] }) {
  const element = useRef<HTMLElement>(null);
  useEffect(() => element.current?.focus(), [of]);
  return (
    <section ref={element} tabIndex={-1} role="alert" aria-labelledby="changed" class="mt-4 rounded-2xl border border-warn bg-warn-soft p-4 outline-none">
      <h2 id="changed" class="font-semibold">{t("whatChanged")}</h2>
      <ul class="mt-2 space-y-2">
        {of.map((each) => (
          <li key={each.name + each.to}>
            <span class="block text-sm wrap-anywhere">{each.name}</span>
            <span class="sr-only">{t("was")} </span><del class="tabular-nums">{each.from}</del> → <span class="sr-only">{t("isNow")} </span><strong class="font-semibold tabular-nums">{each.to}</strong>
          </li>
        ))}
      </ul>
      <Link href="/cart" class="link mt-2 inline-flex min-h-10 items-center text-sm">{t("backToCart")}</Link>
    </section>
  );
}
