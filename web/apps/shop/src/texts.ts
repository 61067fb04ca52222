/** What the shop says, in English and Amharic: a missing sentence does not compile. */
import { computed, signal } from "@preact/signals";
import type { Language } from "../../../packages/shared/format";
import { recall, remember } from "../../../packages/shared/kept";
import type { Buying } from "./buying";

const en = {
  skip: "Skip to the content",
  search: "Search",
  searchFor: "Search coffee, gabi, jebena…",
  cart: "Cart",
  account: "Account",
  orders: "Orders",
  signIn: "Sign in",
  language: "አማርኛ",
  theme: "Light or dark",
  heroTitle: "Made in the highlands, sent to your door.",
  heroText: "Coffee, cloth, spices and craft from makers across Ethiopia.",
  all: "Everything",
  allGoods: "All goods",
  categories: "Categories",
  resultsFor: "Results for “{q}”",
  onlyAvailable: "In stock",
  sort: "Sort",
  newest: "Newest",
  cheapest: "Price, low to high",
  dearest: "Price, high to low",
  priceFrom: "From (birr)",
  priceTo: "To (birr)",
  clear: "Clear all",
  more: "Show more",
  nothing: "Nothing here matches.",
  soldOut: "Sold out",
  less: "One less",
  oneMore: "One more",
  region: "Region",
  optional: "optional",
  offline: "No answer from the server. What you did is kept; try again.",
  retry: "Try again",
  failed: "That did not work.",
  reference: "Request {id}",
  demo: "Demo: nothing here is for sale, and no money moves.",
  strip: "API calls of this page",
  stripHint: "Every click of this shop is a call of the public API.",
  noCalls: "No calls yet.",
  docs: "API documentation",
  dashboard: "Dashboard",
  notFound: "There is no such page.",
  home: "Home",
  item: "item",
  items: "items",
  seeAll: "See all",
  loading: "One moment…",
};

/** What is said here, and what the pages of a purchase bring along. */
export type Key = keyof typeof en | keyof Buying;

/** English as far as it is here. */
const english = en as Record<Key, string>;

/** Takes in what a page brings along that is fetched when it is wanted. */
export function learn(texts: Buying): void {
  Object.assign(english, texts);
}

/** What is spoken now; Amharic is fetched when it is chosen. */
const spoken = signal<{ language: Language; texts: Record<Key, string> }>({ language: "en", texts: english });
export const language = computed(() => spoken.value.language);

export async function speak(wanted: Language): Promise<void> {
  const texts = wanted === "am" ? (await import("./amharic")).am : english;
  spoken.value = { language: wanted, texts };
  document.documentElement.lang = wanted;
  remember("language", wanted);
}

/** What this visitor chose before, or what the browser prefers. */
export function firstLanguage(): Language {
  return recall<Language>("language", navigator.language.startsWith("am") ? "am" : "en");
}

/** The sentence in the visitor's language, `{name}` filled in. */
export function t(key: Key, values: Record<string, string | number> = {}): string {
  return spoken.value.texts[key].replace(/\{(\w+)\}/g, (whole, name: string) => {
    return String(values[name] ?? whole);
  });
}
