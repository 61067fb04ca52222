/** The list of goods: browse, search as you type, filter, sort. Its state is the address. */
import { useEffect, useState } from "preact/hooks";
import { Link, useLocation, useSearch } from "wouter-preact";
import { type Category, type Summary, api, take } from "./api";
import { Failure, Heading, Picture, price, useAsked, usePage } from "./parts";
import { facts } from "../../../packages/shared/facts";
import { parseAmount, plainAmount } from "../../../packages/shared/format";
import { language, t } from "./texts";

const PAGE = 24;

/** The address with some of its parameters changed; null takes one away. */
export function useQuery() {
  const query = new URLSearchParams(useSearch());
  const [, go] = useLocation();
  const change = (changes: Record<string, string | null>, isTyping = false) => {
    const next = new URLSearchParams(query);
    for (const [name, value] of Object.entries(changes)) {
      if (value) next.set(name, value);
      else next.delete(name);
    }
    const text = next.toString();
    go(text ? `/?${text}` : "/", { replace: isTyping });
  };
  return { query, change };
}

export function Goods() {
  const { query, change } = useQuery();
  const tree = useAsked(language.value, (signal) => {
    const params = { query: { language: language.value } };
    return take(api.GET("/api/v1/catalogue/categories/", { params, signal }));
  });
  const categories = tree.asked.state === "here" ? tree.asked.value : [];
  const path = trail(categories, query.get("category"));
  const category = path.at(-1);
  const q = query.get("q");
  const isFront = [...query.keys()].length === 0;
  const title = q ? t("resultsFor", { q }) : (category?.name ?? t("allGoods"));
  usePage(`${isFront ? "" : `${title} · `}${facts().shop_name}`);
  return (
    <div>
      {isFront && <Hero />}
      <CategoryRow roots={categories} path={path} pick={(slug) => change({ category: slug })} />
      {isFront && <Shelves categories={categories} />}
      <div class="mt-8 flex flex-wrap items-end justify-between gap-x-6 gap-y-3">
        {isFront ? <h2 class="text-xl font-semibold tracking-tight">{title}</h2> : <Heading>{title}</Heading>}
        <Filters />
      </div>
      <Results />
    </div>
  );
}

function Hero() {
  return (
    <section class="relative mb-8 overflow-hidden rounded-3xl bg-accent-soft">
      <Weave />
      <div class="relative px-6 py-10 sm:px-12 sm:py-16">
        <h1 class="max-w-xl text-3xl leading-tight font-semibold tracking-tight text-balance sm:text-5xl sm:leading-[1.1]">
          {t("heroTitle")}
        </h1>
        <p class="mt-4 max-w-md text-lg text-muted">{t("heroText")}</p>
      </div>
    </section>
  );
}

/** The border of a woven cotton dress, in the one colour. */
function Weave() {
  return (
    <svg class="absolute inset-y-0 right-0 h-full w-20 text-accent sm:w-64" aria-hidden="true">
      <defs>
        <pattern id="weave" width="64" height="64" patternUnits="userSpaceOnUse">
          <g fill="none" stroke="currentColor" stroke-width="2">
            <path d="M32 4 60 32 32 60 4 32Z" opacity=".55" />
            <path d="M32 18 46 32 32 46 18 32Z" opacity=".8" />
            <path d="M0 0 14 14M64 0 50 14M0 64l14-14M64 64 50 50" opacity=".35" />
          </g>
          <path d="M32 27 37 32 32 37 27 32Z" fill="currentColor" />
        </pattern>
      </defs>
      <rect width="100%" height="100%" fill="url(#weave)" />
    </svg>
  );
}

const SHELF = 4;

/** A few goods of each kind, so that the front shows how wide the shop is. */
function Shelves({ categories }: { categories: Category[] }) {
  return (
    <>
      {categories.filter((node) => node.product_count >= SHELF).slice(0, 3).map((node) => <Shelf key={node.id} node={node} />)}
    </>
  );
}

function Shelf({ node }: { node: Category }) {
  const { change } = useQuery();
  const { asked } = useAsked(`${node.slug} ${language.value}`, (signal) => {
    const query = { category: node.slug, is_available: true, limit: SHELF, language: language.value };
    return take(api.GET("/api/v1/catalogue/products/", { params: { query }, signal }));
  });
  const goods = asked.state === "here" ? asked.value.data : [];
  if (asked.state === "refused") return null;
  return (
    <section class="mt-8">
      <div class="flex items-baseline justify-between gap-4">
        <h2 class="text-xl font-semibold tracking-tight">{node.name}</h2>
        <button type="button" class="link min-h-10 text-sm" onClick={() => change({ category: node.slug })}>
          {t("seeAll")}<span class="sr-only">: {node.name}</span>
        </button>
      </div>
      <ul class="mt-3 grid grid-cols-2 gap-x-4 gap-y-8 lg:grid-cols-4">
        {asked.state === "asking" && Array.from({ length: SHELF }, (_, index) => <li key={index} class="skeleton aspect-square" />)}
        {goods.map((good) => <Card key={good.id} good={good} isFirst />)}
      </ul>
    </section>
  );
}

/** From the root to the category of this slug. */
function trail(nodes: Category[], slug: string | null): Category[] {
  for (const node of nodes) {
    if (node.slug === slug) return [node];
    const below = trail(node.children as Category[], slug);
    if (below.length > 0) return [node, ...below];
  }
  return [];
}

function CategoryRow(props: { roots: Category[]; path: Category[]; pick: (slug: string | null) => void }) {
  const rows = [props.roots, ...props.path.map((node) => node.children as Category[])];
  return (
    <nav aria-label={t("categories")} class="space-y-2">
      {rows.filter((row) => row.length > 0).map((row, depth) => (
        <div key={depth} class="-mx-4 flex gap-2 overflow-x-auto px-4 py-1 sm:mx-0 sm:flex-wrap sm:px-0">
          {depth === 0 && (
            <Chip isOn={props.path.length === 0} pick={() => props.pick(null)}>
              {t("all")}
            </Chip>
          )}
          {row.map((node) => (
            <Chip key={node.id} isOn={props.path[depth]?.id === node.id} pick={() => props.pick(node.slug)}>
              {node.name}
            </Chip>
          ))}
        </div>
      ))}
      {props.roots.length === 0 && <div class="skeleton h-10 w-full max-w-xl" />}
    </nav>
  );
}

function Chip(props: { isOn: boolean; pick: () => void; children: string }) {
  const look = props.isOn ? "border-ink bg-ink text-ground" : "border-line bg-sheet hover:border-line-strong";
  return (
    <button type="button" aria-pressed={props.isOn} onClick={props.pick} class={`min-h-10 rounded-full border px-4 text-sm whitespace-nowrap ${look}`}>
      {props.children}
    </button>
  );
}

function Filters() {
  const { query, change } = useQuery();
  const some = ["is_available", "price_min", "price_max"].some((name) => query.has(name));
  return (
    <div class="flex flex-wrap items-center gap-x-4 gap-y-2 text-sm">
      <label class="flex min-h-10 items-center gap-2">
        <input
          type="checkbox"
          class="size-4 accent-(--accent)"
          checked={query.get("is_available") === "true"}
          onChange={(event) => change({ is_available: event.currentTarget.checked ? "true" : null })}
        />
        {t("onlyAvailable")}
      </label>
      <Bound name="price_min" label={t("priceFrom")} />
      <Bound name="price_max" label={t("priceTo")} />
      <label class="flex items-center gap-2">
        <span class="sr-only">{t("sort")}</span>
        <select
          class="min-h-10 rounded-lg border border-line-strong bg-sheet px-2"
          value={query.get("sort") ?? ""}
          onChange={(event) => change({ sort: event.currentTarget.value || null })}
        >
          <option value="">{t("newest")}</option>
          <option value="price">{t("cheapest")}</option>
          <option value="-price">{t("dearest")}</option>
        </select>
      </label>
      {some && (
        <button type="button" class="link" onClick={() => change({ is_available: null, price_min: null, price_max: null })}>
          {t("clear")}
        </button>
      )}
    </div>
  );
}

/** A bound of the price in birr; the address holds it in cents, as the API does. */
function Bound({ name, label }: { name: string; label: string }) {
  const { query, change } = useQuery();
  const set = query.get(name);
  const shown = set ? plainAmount({ amount: Number(set), currency: "ETB" }).replace(/\.00$/, "") : "";
  return (
    <input
      class="min-h-10 w-28 rounded-lg border border-line-strong bg-sheet px-2"
      inputMode="decimal"
      aria-label={label}
      placeholder={label}
      key={shown}
      defaultValue={shown}
      onChange={(event) => {
        const amount = parseAmount(event.currentTarget.value, "ETB");
        change({ [name]: amount ? String(amount.amount) : null });
      }}
    />
  );
}

interface Found {
  goods: Summary[];
  cursor: string | null;
}

function Results() {
  const { query, change } = useQuery();
  const key = `${language.value}?${query}`;
  const page = async (cursor: string | null, signal?: AbortSignal): Promise<Found> => {
    const bound = (name: string) => (/^\d+$/.test(query.get(name) ?? "") ? Number(query.get(name)) : undefined);
    const asked = {
      limit: PAGE,
      cursor: cursor ?? undefined,
      q: query.get("q") ?? undefined,
      category: query.get("category") ?? undefined,
      is_available: query.get("is_available") === "true" ? true : undefined,
      price_min: bound("price_min"),
      price_max: bound("price_max"),
      sort: query.get("sort") ?? undefined,
      language: language.value,
    };
    const given = Object.fromEntries(Object.entries(asked).filter(([, value]) => value !== undefined));
    const options = { params: { query: given }, ...(signal ? { signal } : {}) };
    const found = await take(api.GET("/api/v1/catalogue/products/", options));
    return { goods: found.data, cursor: found.page.next_cursor ?? null };
  };
  const { asked, again, setAsked } = useAsked(key, (signal) => page(null, signal));
  const [isLoading, setLoading] = useState(false);
  useEffect(() => setLoading(false), [key]);
  if (asked.state === "refused") return <div class="mt-6"><Failure refusal={asked.refusal} again={again} /></div>;
  if (asked.state === "asking") return <Placeholders />;
  const { goods, cursor } = asked.value;
  if (goods.length === 0) {
    return (
      <div class="py-20 text-center">
        <p class="text-lg">{t("nothing")}</p>
        <button type="button" class="act mt-4" onClick={() => change(Object.fromEntries([...query.keys()].map((name) => [name, null])))}>
          {t("allGoods")}
        </button>
      </div>
    );
  }
  const more = async () => {
    setLoading(true);
    const next = await page(cursor).catch(() => null);
    if (next) setAsked({ state: "here", value: { goods: [...goods, ...next.goods], cursor: next.cursor } });
    setLoading(false);
  };
  return (
    <>
      <ul class="mt-6 grid grid-cols-2 gap-x-4 gap-y-8 sm:grid-cols-3 lg:grid-cols-4">
        {goods.map((good, index) => <Card key={good.id} good={good} isFirst={index < 4} />)}
      </ul>
      {cursor && (
        <div class="mt-10 text-center">
          <button type="button" class="act-quiet" disabled={isLoading} onClick={more}>
            {isLoading ? t("loading") : t("more")}
          </button>
        </div>
      )}
    </>
  );
}

function Card({ good, isFirst }: { good: Summary; isFirst: boolean }) {
  return (
    <li>
      <Link href={`/products/${good.slug}`} class="group block rounded-2xl">
        <Picture url={good.image?.url ?? ""} alt="" isFirst={isFirst} class={`aspect-square transition group-hover:opacity-90 ${good.is_available ? "" : "opacity-50"}`} />
        <span class="mt-3 block leading-snug font-medium text-pretty group-hover:underline">{good.title}</span>
        {good.brand && <span class="block text-sm text-muted">{good.brand.name}</span>}
        <span class="mt-1 block tabular-nums">
          {good.is_available && good.price_from ? price(good.price_from) : <span class="text-muted">{t("soldOut")}</span>}
        </span>
      </Link>
    </li>
  );
}

function Placeholders() {
  return (
    <div class="mt-6 grid grid-cols-2 gap-x-4 gap-y-8 sm:grid-cols-3 lg:grid-cols-4" aria-busy="true">
      {Array.from({ length: 8 }, (_, index) => (
        <div key={index}>
          <div class="skeleton aspect-square" />
          <div class="skeleton mt-3 h-5 w-3/4" />
          <div class="skeleton mt-2 h-4 w-1/3" />
        </div>
      ))}
    </div>
  );
}
