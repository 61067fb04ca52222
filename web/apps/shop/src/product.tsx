/** One product: pictures, options, price, what is left, into the cart. */
import "./buying";
import { useState } from "preact/hooks";
import { Link } from "wouter-preact";
import { Refusal } from "../../../packages/api/client";
import { facts } from "../../../packages/shared/facts";
import { type Product, api, take } from "./api";
import { addToCart } from "./cart";
import { Failure, Heading, Icon, Picture, Stepper, price, useAsked, usePage } from "./parts";
import { language, t } from "./texts";

export function ProductPage({ slug }: { slug: string }) {
  const { asked, again } = useAsked(`${slug} ${language.value}`, (signal) => {
    const params = { path: { id_or_slug: slug }, query: { language: language.value } };
    return take(api.GET("/api/v1/catalogue/products/{id_or_slug}/", { params, signal }));
  });
  const title = asked.state === "here" ? asked.value.title : t("loading");
  usePage(`${title} · ${facts().shop_name}`);
  return (
    <div>
      <Link href="/" class="mb-4 inline-flex min-h-10 items-center gap-1 text-sm text-muted hover:text-ink">
        <Icon name="back" class="size-4" />
        {t("back")}
      </Link>
      {asked.state === "refused" && <Failure refusal={asked.refusal} again={again} />}
      {asked.state === "asking" && (
        <div class="grid gap-8 sm:grid-cols-2" aria-busy="true">
          <div class="skeleton aspect-square" />
          <div class="space-y-4"><div class="skeleton h-9 w-3/4" /><div class="skeleton h-6 w-1/4" /><div class="skeleton h-32" /></div>
        </div>
      )}
      {asked.state === "here" && <Shown product={asked.value} />}
    </div>
  );
}

type Variant = Product["variants"][number];

/** The variant with exactly these values. */
function variantOf(product: Product, chosen: Record<string, string>): Variant | undefined {
  return product.variants.find((variant) => {
    return variant.option_values.every((value) => chosen[value.option_id] === value.value_id);
  });
}

function Shown({ product }: { product: Product }) {
  const first = product.variants.find((variant) => variant.is_available) ?? product.variants[0];
  const [chosen, setChosen] = useState(() => {
    return Object.fromEntries((first?.option_values ?? []).map((value) => [value.option_id, value.value_id]));
  });
  const variant = variantOf(product, chosen) ?? first;
  const [view, setView] = useState(0);
  const picture = product.images[view];
  return (
    <article class="grid gap-8 md:grid-cols-2 lg:gap-14">
      <div>
        <Picture url={picture?.url ?? ""} alt={picture?.alt ?? ""} isFirst class="aspect-square" />
        {product.images.length > 1 && (
          <div class="mt-3 flex gap-3">
            {product.images.map((image, index) => (
              <button type="button" key={image.url} aria-label={`${image.alt} ${index + 1}`} aria-pressed={index === view} onClick={() => setView(index)} class={`w-20 overflow-hidden rounded-2xl border-2 ${index === view ? "border-accent" : "border-transparent"}`}>
                <Picture url={image.url} alt="" class="aspect-square" />
              </button>
            ))}
          </div>
        )}
      </div>
      <div>
        {product.brand && <p class="mb-1 text-sm text-muted">{product.brand.name}</p>}
        <Heading>{product.title}</Heading>
        {variant && <PriceLine variant={variant} />}
        {product.options.map((option) => (
          <fieldset key={option.id} class="mt-6">
            <legend class="mb-2 text-sm font-medium">{option.name}</legend>
            <div class="flex flex-wrap gap-2">
              {option.values.map((value) => {
                const isOn = chosen[option.id] === value.id;
                const look = isOn ? "border-accent bg-accent-soft" : "border-line-strong hover:bg-well";
                return (
                  <label key={value.id} class={`flex min-h-11 cursor-pointer items-center rounded-xl border px-4 has-focus-visible:outline-2 has-focus-visible:outline-accent ${look}`}>
                    <input type="radio" class="sr-only" name={option.id} checked={isOn} onChange={() => setChosen({ ...chosen, [option.id]: value.id })} />
                    {value.label}
                  </label>
                );
              })}
            </div>
          </fieldset>
        ))}
        {variant && <Add key={variant.id} variant={variant} />}
        <p class="mt-8 leading-relaxed whitespace-pre-line text-pretty">{product.description}</p>
        {variant && <p class="mt-6 font-mono text-xs text-muted">{variant.sku}</p>}
      </div>
    </article>
  );
}

function PriceLine({ variant }: { variant: Variant }) {
  const state = !variant.is_available ? t("soldOut") : variant.available <= 5 ? t("left", { n: variant.available }) : t("inStock");
  return (
    <p class="mt-3 flex flex-wrap items-baseline gap-x-3">
      <span class="text-2xl font-medium tabular-nums">{price(variant.price)}</span>
      {variant.compare_at_price && <s class="text-muted tabular-nums">{price(variant.compare_at_price)}</s>}
      <span class={variant.is_available ? "text-sm text-accent" : "text-sm text-bad"}>{state}</span>
    </p>
  );
}

function Add({ variant }: { variant: Variant }) {
  const [quantity, setQuantity] = useState(1);
  const [isBusy, setBusy] = useState(false);
  const [isIn, setIn] = useState(false);
  const [refusal, setRefusal] = useState<Refusal | null>(null);
  if (!variant.is_available) return null;
  const add = async () => {
    setBusy(true);
    setRefusal(null);
    try {
      await addToCart(variant.id, quantity);
      setIn(true);
    } catch (error) {
      setRefusal(error instanceof Refusal ? error : new Refusal(0, null, ""));
    }
    setBusy(false);
  };
  return (
    <div class="mt-6 space-y-4">
      <div class="flex flex-wrap gap-3">
        <Stepper value={quantity} max={Math.min(99, variant.available)} label={t("quantity")} change={setQuantity} />
        <button type="button" class="act grow sm:grow-0 sm:px-8" disabled={isBusy} onClick={add}>
          {t("add")}
        </button>
      </div>
      <div role="status">
        {isIn && (
          <p class="flex flex-wrap items-center gap-3 rounded-xl bg-accent-soft px-4 py-3">
            <Icon name="check" class="text-accent" />
            {t("added")}
            <Link href="/cart" class="link ml-auto font-medium">{t("cart")}</Link>
          </p>
        )}
      </div>
      {refusal && <Failure refusal={refusal} />}
    </div>
  );
}
