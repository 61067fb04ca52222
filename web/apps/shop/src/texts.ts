/** Every sentence of the shop, in English and Amharic: a missing one does not compile. */
import { computed, signal } from "@preact/signals";
import type { Language } from "../../../packages/shared/format";
import { recall, remember } from "../../../packages/shared/kept";

const en = {
  skip: "Skip to the content",
  search: "Search",
  searchFor: "Search coffee, gabi, jebena…",
  cart: "Cart",
  account: "Account",
  orders: "Orders",
  signIn: "Sign in",
  signOut: "Sign out",
  register: "Create an account",
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
  filters: "Filters",
  clear: "Clear all",
  more: "Show more",
  nothing: "Nothing here matches.",
  from: "from {price}",
  soldOut: "Sold out",
  left: "Only {n} left",
  inStock: "In stock",
  quantity: "Quantity",
  add: "Add to cart",
  added: "In your cart.",
  less: "One less",
  oneMore: "One more",
  back: "Back to all goods",
  emptyCart: "Your cart is empty.",
  goShopping: "Look around",
  remove: "Remove",
  removed: "Removed {title}.",
  undo: "Undo",
  subtotal: "Subtotal",
  delivery: "Delivery",
  tax: "Tax",
  discount: "Discount",
  total: "Total",
  checkout: "Check out",
  contact: "Where do we reach you?",
  email: "E-mail",
  phone: "Phone",
  phoneHint: "Ethio telecom 09… or Safaricom 07…",
  deliverTo: "Where does it go?",
  name: "Name of the recipient",
  region: "Region",
  city: "City or town",
  subCity: "Sub-city",
  woreda: "Woreda",
  kebele: "Kebele or house number",
  landmark: "Landmark",
  landmarkHint: "What the courier looks for: “behind Edna Mall, blue gate”",
  note: "Anything to add?",
  pay: "How do you pay?",
  chapa: "Chapa",
  chapaText: "telebirr, CBE Birr, M-Pesa, card",
  cash_on_delivery: "Cash at the door",
  cash_on_deliveryText: "Pay the courier",
  bank_transfer: "Bank transfer",
  bank_transferText: "With a reference we give you",
  place: "Order and pay {price}",
  placing: "Placing your order…",
  optional: "optional",
  needed: "Please fill this in.",
  badPhone: "This is no Ethiopian mobile number.",
  badEmail: "This is no e-mail address.",
  changed: "Prices or stock changed while you were here. Look once more, then order.",
  offline: "No answer from the server. What you did is kept; try again.",
  retry: "Try again",
  failed: "That did not work.",
  reference: "Request {id}",
  order: "Order {n}",
  waiting: "Waiting for your payment",
  waitingText: "This page asks by itself. If you have paid, it shows within seconds.",
  paid: "Paid. Thank you!",
  paidText: "We have sent a receipt to {email}.",
  expired: "The time to pay is over",
  expiredText: "Nothing was charged. The goods are back on the shelf.",
  cancelled: "Cancelled",
  unpaid: "Not paid yet",
  inReview: "We are looking at your payment",
  inReviewText: "It came in an unusual way. A person looks at it and writes to you.",
  refunded: "Money given back",
  partially_refunded: "Partly given back",
  payNow: "Pay now",
  payUntil: "The goods are kept for you until {time}.",
  instructions: "How to pay",
  receipt: "Receipt",
  print: "Print",
  placedAt: "Ordered",
  paidAt: "Paid",
  sendTo: "Goes to",
  seeMail: "See the mail that was sent",
  seeDashboard: "This order in the dashboard",
  notYours: "This order is not among yours on this device.",
  noOrders: "No orders yet.",
  password: "Password",
  passwordHint: "At least ten characters.",
  firstName: "First name",
  lastName: "Last name",
  haveAccount: "I have an account",
  noAccount: "I am new here",
  welcome: "Signed in as {email}",
  merged: "The cart of this device is in your account now.",
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
  chooseRegion: "Choose…",
  seeAll: "See all",
  loading: "One moment…",
};

export type Key = keyof typeof en;


/** What is spoken now; Amharic is fetched when it is chosen. */
const spoken = signal<{ language: Language; texts: Record<Key, string> }>({ language: "en", texts: en });
export const language = computed(() => spoken.value.language);

export async function speak(wanted: Language): Promise<void> {
  const texts = wanted === "am" ? (await import("./amharic")).am : en;
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
