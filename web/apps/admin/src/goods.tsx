/** Choosing goods: whole products, or variants of them. */
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useRef, useState } from "react";
import { type Schemas, api, may, take } from "./api";
import { Icon } from "./icons";
import { t, useSpoken } from "./texts";
import { Bones, Failure } from "./ui";

export type Variant = Schemas["VariantAdminSummary"];
export type Summary = Schemas["ProductAdminSummary"];

/** As many ids as one question may name. */
const MANY = 100;

async function inParts<T>(ids: string[], ask: (part: string) => Promise<{ data: T[] }>): Promise<T[]> {
  const parts = Array.from({ length: Math.ceil(ids.length / MANY) }, (_, n) => ids.slice(n * MANY, (n + 1) * MANY));
  const pages = await Promise.all(parts.map((part) => ask(part.join(","))));
  return pages.flatMap((page) => page.data);
}

/** What ids of products stand for. */
export function useProducts(ids: string[]) {
  const sorted = [...new Set(ids)].sort();
  return useQuery({
    queryKey: ["these-products", sorted],
    enabled: sorted.length > 0 && may("catalogue.edit"),
    staleTime: 60_000,
    placeholderData: keepPreviousData,
    queryFn: async ({ signal }) => {
      const found = await inParts(sorted, (part) => take(api.GET("/api/v1/admin/catalogue/products/", { params: { query: { ids: part } }, signal })));
      return new Map(found.map((each) => [each.id, each]));
    },
  });
}

/** What ids of variants stand for. */
export function useVariants(ids: string[]) {
  const sorted = [...new Set(ids)].sort();
  return useQuery({
    queryKey: ["these-variants", sorted],
    enabled: sorted.length > 0 && may("catalogue.edit"),
    staleTime: 60_000,
    placeholderData: keepPreviousData,
    queryFn: async ({ signal }) => {
      const found = await inParts(sorted, (part) => take(api.GET("/api/v1/admin/catalogue/variants/", { params: { query: { ids: part, limit: MANY } }, signal })));
      return new Map(found.map((each) => [each.id, each]));
    },
  });
}

/** "Coffee · 250 g" */
export function useVariantName(): (variant: Variant | undefined) => string {
  const { said } = useSpoken();
  return (variant) => (variant ? [said(variant.title), ...variant.options.map(said)].join(" · ") : "…");
}

/** A box that finds goods while somebody types, and hands over what is chosen. */
export function GoodsFinder({ label, chosen, product, variant }: {
  label: string;
  chosen: string[];
  product?: (product: Summary) => void;
  variant?: (variant: Variant) => void;
}) {
  const { said, language } = useSpoken();
  const [text, setText] = useState("");
  const [opened, setOpened] = useState<string | null>(null);
  const timer = useRef(0);
  const [q, setQ] = useState("");
  const found = useQuery({
    queryKey: ["goods", q, language],
    enabled: q.length > 0,
    queryFn: ({ signal }) => take(api.GET("/api/v1/admin/catalogue/products/", { params: { query: { q, limit: 8 } }, signal })),
  });
  const hits = q ? found.data?.data ?? [] : [];
  return (
    <div>
      <div className="relative">
        <Icon name="search" className="pointer-events-none absolute top-3 left-3 text-muted" />
        <input
          type="search" className="field pl-10!" aria-label={label} placeholder={label} maxLength={100} value={text}
          onKeyDown={(event) => event.key === "Enter" && event.preventDefault()}
          onChange={(event) => {
            const typed = event.target.value;
            setText(typed);
            clearTimeout(timer.current);
            timer.current = window.setTimeout(() => setQ(typed.trim()), 200);
          }}
        />
      </div>
      {q && found.isPending && <Bones lines={2} />}
      {found.isError && <div className="mt-2"><Failure error={found.error} again={() => void found.refetch()} /></div>}
      {q && found.isSuccess && hits.length === 0 && <p className="mt-2 text-sm text-muted" role="status">{t("noHits")}</p>}
      {hits.length > 0 && (
        <ul className="mt-2 divide-y divide-line rounded-xl border border-line" aria-label={t("found")}>
          {hits.map((hit) => (
            <li key={hit.id} className="px-3 py-2">
              <div className="flex flex-wrap items-center gap-x-3 gap-y-1">
                <span className="mr-auto min-w-0 wrap-anywhere">{said(hit.title)}</span>
                {product && (
                  <button type="button" className="min-h-9 rounded-lg px-2 text-sm link disabled:opacity-50" disabled={chosen.includes(hit.id)} aria-label={`${t(chosen.includes(hit.id) ? "isChosen" : "choose")}: ${said(hit.title)}`} onClick={() => product(hit)}>
                    {t(chosen.includes(hit.id) ? "isChosen" : "choose")}
                  </button>
                )}
                {variant && (
                  <button type="button" className="min-h-9 rounded-lg px-2 text-sm link" aria-expanded={opened === hit.id} aria-label={`${t("variants")}: ${said(hit.title)}`} onClick={() => setOpened(opened === hit.id ? null : hit.id)}>
                    {t("variants")}
                  </button>
                )}
              </div>
              {variant && opened === hit.id && <VariantChoice product={hit.id} chosen={chosen} choose={variant} />}
            </li>
          ))}
        </ul>
      )}
    </div>
  );
}

function VariantChoice({ product, chosen, choose }: { product: string; chosen: string[]; choose: (variant: Variant) => void }) {
  const { said, price } = useSpoken();
  const variants = useQuery({
    queryKey: ["variants-of", product],
    queryFn: ({ signal }) => take(api.GET("/api/v1/admin/catalogue/variants/", { params: { query: { product_ids: product, limit: MANY } }, signal })),
  });
  if (variants.isPending) return <Bones lines={1} />;
  if (variants.isError) return <Failure error={variants.error} again={() => void variants.refetch()} />;
  return (
    <ul className="pl-3">
      {variants.data.data.map((each) => {
        const name = each.options.map(said).join(" · ") || each.sku;
        return (
          <li key={each.id} className="flex flex-wrap items-center gap-x-3 text-sm">
            <span className="mr-auto min-w-0 wrap-anywhere">{name} <span className="font-mono text-xs text-muted">{each.sku}</span></span>
            <span className="tabular text-muted">{price(each.price)}</span>
            <button type="button" className="link min-h-9 px-2 disabled:opacity-50" disabled={chosen.includes(each.id)} aria-label={`${t(chosen.includes(each.id) ? "isChosen" : "choose")}: ${each.sku}`} onClick={() => choose(each)}>
              {t(chosen.includes(each.id) ? "isChosen" : "choose")}
            </button>
          </li>
        );
      })}
    </ul>
  );
}

/** Products and variants that something is about; none of them means everything. */
export function GoodsChoice({ label, hint, products, variants, change, problem, isOfVariants }: {
  label: string;
  hint: string;
  products: string[];
  variants: string[];
  change: (products: string[], variants: string[]) => void;
  problem?: string | undefined;
  /** Whole products cannot be chosen. */
  isOfVariants?: boolean;
}) {
  const { said } = useSpoken();
  const names = useProducts(products).data;
  const known = useVariants(variants).data;
  const nameOf = useVariantName();
  const chip = (id: string, name: string, drop: () => void) => (
    <li key={id} className="flex max-w-full items-center gap-1 rounded-full border border-line bg-well pl-3 text-sm">
      <span className="truncate">{name}</span>
      <button type="button" className="grid size-9 shrink-0 place-items-center rounded-full hover:bg-line" aria-label={`${t("takeAway")}: ${name}`} onClick={drop}><Icon name="close" className="size-4" /></button>
    </li>
  );
  return (
    <fieldset className="space-y-2">
      <legend className="text-sm font-medium">{label}</legend>
      {products.length + variants.length === 0 && <p className="text-sm text-muted">{hint}</p>}
      <ul className="flex flex-wrap gap-2">
        {products.map((id) => {
          const one = names?.get(id);
          return chip(id, one ? said(one.title) : "…", () => change(products.filter((each) => each !== id), variants));
        })}
        {variants.map((id) => chip(id, nameOf(known?.get(id)), () => change(products, variants.filter((each) => each !== id))))}
      </ul>
      {may("catalogue.edit") && <GoodsFinder
        label={`${t("findGoods")}: ${label}`}
        chosen={[...products, ...variants]}
        {...(isOfVariants ? {} : { product: (one: Summary) => change([...products, one.id], variants) })}
        variant={(one) => change(products, [...variants, one.id])}
      />}
      {problem && <p className="text-sm text-bad">{problem}</p>}
    </fieldset>
  );
}
