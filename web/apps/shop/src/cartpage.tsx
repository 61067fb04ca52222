/** The cart: quantities, what is wrong with a line, undo. */
import "./buying";
import { useEffect, useState } from "preact/hooks";
import { Link } from "wouter-preact";
import { Refusal } from "../../../packages/api/client";
import { facts } from "../../../packages/shared/facts";
import type { Cart } from "./api";
import { addToCart, cart, isCartKnown, loadCart, removeItem, setQuantity } from "./cart";
import { Failure, Heading, Picture, Stepper, price, usePage } from "./parts";
import { language, t } from "./texts";

type Item = Cart["items"][number];

/** A text in the visitor's language, else in English, else in any. */
export function said(texts: Record<string, unknown>): string {
  const found = texts[language.value] ?? texts.en ?? Object.values(texts)[0];
  return typeof found === "string" ? found : "";
}

export function CartPage() {
  usePage(`${t("cart")} · ${facts().shop_name}`);
  const [refusal, setRefusal] = useState<Refusal | null>(null);
  const [gone, setGone] = useState<Item | null>(null);
  useEffect(() => void loadCart(), []);
  const doing = async (action: () => Promise<void>) => {
    setRefusal(null);
    try {
      await action();
    } catch (error) {
      setRefusal(error instanceof Refusal ? error : new Refusal(0, null, ""));
      await loadCart();
    }
  };
  const shown = cart.value;
  const remove = (item: Item) => doing(async () => {
    await removeItem(item.id);
    setGone(item);
  });
  return (
    <div class="mx-auto max-w-3xl">
      <Heading>{t("cart")}</Heading>
      <div role="status">
        {gone && (
          <p class="mt-4 flex items-center gap-4 rounded-xl bg-well px-4 py-3">
            {t("removed", { title: said(gone.title) })}
            <button type="button" class="link ml-auto font-medium" onClick={() => doing(async () => {
              await addToCart(gone.variant_id, gone.quantity);
              setGone(null);
            })}>
              {t("undo")}
            </button>
          </p>
        )}
      </div>
      {refusal && <div class="mt-4"><Failure refusal={refusal} /></div>}
      {!isCartKnown.value && <div class="skeleton mt-6 h-40" />}
      {isCartKnown.value && (!shown || shown.items.length === 0) && (
        <div class="py-20 text-center">
          <p class="text-lg">{t("emptyCart")}</p>
          <Link href="/" class="act mt-4">{t("goShopping")}</Link>
        </div>
      )}
      {shown && shown.items.length > 0 && (
        <>
          <ul class="mt-4 divide-y divide-line">
            {shown.items.map((item) => (
              <Row key={item.id} item={item} remove={() => remove(item)} change={(n) => doing(() => setQuantity(item.id, n))} />
            ))}
          </ul>
          <Around cart={shown} />
          <div class="mt-4 flex items-baseline justify-between border-t border-line-strong pt-4 text-lg">
            <span>{t("total")}</span>
            <strong class="text-xl font-semibold tabular-nums">{price(shown.total)}</strong>
          </div>
          {shown.is_orderable && (
            <Link href="/checkout" class="act mt-6 w-full text-lg sm:ml-auto sm:flex sm:w-auto sm:max-w-xs">{t("checkout")}</Link>
          )}
        </>
      )}
    </div>
  );
}

/** What stands between the goods and the total, as far as it is known before checkout. */
function Around({ cart: of }: { cart: Cart }) {
  const rows = ([["discount", { ...of.discount, amount: -of.discount.amount }], ["delivery", of.shipping], ["tax", of.tax]] as const).filter(([, amount]) => amount.amount !== 0);
  if (rows.length === 0) return null;
  return (
    <dl class="mt-4 space-y-1 text-muted">
      {rows.map(([name, amount]) => <div key={name} class="flex justify-between"><dt>{t(name)}</dt><dd class="tabular-nums">{price(amount)}</dd></div>)}
    </dl>
  );
}

function Row({ item, remove, change }: { item: Item; remove: () => void; change: (n: number) => void }) {
  const title = said(item.title);
  return (
    <li class="flex gap-4 py-5">
      <Link href={`/products/${item.product_slug}`} class="w-24 shrink-0 sm:w-28" tabIndex={-1} aria-hidden="true">
        <Picture url={item.image_url ?? ""} alt="" class="aspect-square" />
      </Link>
      <div class="min-w-0 grow">
        <div class="flex flex-wrap items-start justify-between gap-x-4">
          <Link href={`/products/${item.product_slug}`} class="leading-snug font-medium hover:underline">{title}</Link>
          <span class="font-medium tabular-nums">{price(item.total)}</span>
        </div>
        <Options options={item.options} />
        <div class="mt-3 flex flex-wrap items-center gap-4">
          <Stepper value={item.quantity} max={Math.max(item.available, item.quantity)} label={`${t("quantity")}: ${title}`} change={change} />
          <button type="button" class="min-h-10 text-sm text-muted underline hover:text-ink" aria-label={`${t("remove")}: ${title}`} onClick={remove}>{t("remove")}</button>
        </div>
        {item.problems.map((problem) => <p key={problem.code} class="mt-2 text-sm text-bad">{problem.message}</p>)}
      </div>
    </li>
  );
}

export function Options({ options }: { options: Item["options"] }) {
  if (options.length === 0) return null;
  return <p class="text-sm text-muted">{options.map((option) => said(option.label)).join(" · ")}</p>;
}
