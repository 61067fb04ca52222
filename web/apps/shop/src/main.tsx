/** The demo shop: a client of the public API and of nothing else. */
import "./shop.css";
import { type ComponentType, render } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { Link, Route, Switch, useLocation } from "wouter-preact";
import { facts } from "../../../packages/shared/facts";
import { recall, remember } from "../../../packages/shared/kept";
import { customer } from "./api";
import { cart, loadCart } from "./cart";
import { Goods, useQuery } from "./goods";
import { Heading, Icon } from "./parts";
import { Strip } from "./strip";
import { firstLanguage, language, speak, t } from "./texts";

/** A page that is fetched when it is first wanted. */
function later<P extends object>(fetching: () => Promise<ComponentType<P>>): ComponentType<P> {
  let known: ComponentType<P> | null = null;
  return function Later(props: P) {
    const [, setHere] = useState(known !== null);
    useEffect(() => {
      if (known) return;
      void fetching().then((page) => {
        known = page;
        setHere(true);
      });
    }, []);
    const Page = known;
    return Page ? <Page {...props} /> : <div class="skeleton h-96" />;
  };
}

const ProductPage = later(() => import("./product").then((page) => page.ProductPage));
const CartPage = later(() => import("./cartpage").then((page) => page.CartPage));
const Checkout = later(() => import("./checkout").then((page) => page.Checkout));
const Orders = later(() => import("./orders").then((page) => page.Orders));
const OrderPage = later(() => import("./orders").then((page) => page.OrderPage));
const Account = later(() => import("./account").then((page) => page.Account));

function wear(theme: string): void {
  document.documentElement.dataset.theme = theme;
}

const preferred = matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light";
wear(recall("theme", preferred));

function Shop() {
  const [address] = useLocation();
  const main = useRef<HTMLElement>(null);
  const isFirst = useRef(true);
  // A new page begins at its top, for eyes and for screen readers alike.
  useEffect(() => {
    if (!isFirst.current) {
      window.scrollTo(0, 0);
      main.current?.focus({ preventScroll: true });
    }
    isFirst.current = false;
  }, [address]);
  return (
    <>
      <a href="#main" class="sr-only focus:not-sr-only focus:fixed focus:z-30 focus:m-2 focus:rounded-lg focus:bg-sheet focus:p-3">
        {t("skip")}
      </a>
      <Top />
      <main id="main" ref={main} tabIndex={-1} class="mx-auto w-full max-w-6xl grow px-4 py-6 outline-none sm:px-6 sm:py-8">
        <Switch>
          <Route path="/" component={Goods} />
          <Route path="/products/:slug">{({ slug }) => <ProductPage key={slug} slug={slug} />}</Route>
          <Route path="/cart"><CartPage /></Route>
          <Route path="/checkout"><Checkout /></Route>
          <Route path="/orders"><Orders /></Route>
          <Route path="/orders/:id">{({ id }) => <OrderPage key={id} id={id} />}</Route>
          <Route path="/account"><Account /></Route>
          <Route>
            <Heading>{t("notFound")}</Heading>
            <Link href="/" class="act mt-6">{t("home")}</Link>
          </Route>
        </Switch>
      </main>
      <Foot />
      {facts().demo && <Strip />}
    </>
  );
}

function Top() {
  const count = cart.value?.item_count ?? 0;
  const turn = () => {
    const next = document.documentElement.dataset.theme === "dark" ? "light" : "dark";
    wear(next);
    remember("theme", next);
  };
  const round = "grid size-10 place-items-center rounded-full hover:bg-well sm:size-11";
  return (
    <header class="no-print sticky top-0 z-20 border-b border-line bg-ground/95 backdrop-blur">
      {facts().demo && <p class="bg-accent px-4 py-1 text-center text-xs text-on-accent">{t("demo")}</p>}
      <div class="mx-auto flex max-w-6xl flex-wrap items-center gap-x-2 gap-y-2 px-4 py-2.5 sm:flex-nowrap sm:gap-x-4 sm:px-6">
        <Link href="/" class="mr-auto font-semibold tracking-tight whitespace-nowrap sm:mr-0 sm:text-lg">{facts().shop_name}</Link>
        <Search />
        <div class="flex items-center">
          <button type="button" class="min-h-11 rounded-full px-2 text-sm hover:bg-well sm:px-3" lang={language.value === "en" ? "am" : "en"} onClick={() => void speak(language.value === "en" ? "am" : "en")}>
            {t("language")}
          </button>
          <button type="button" class={round} aria-label={t("theme")} onClick={turn}><Icon name="moon" /></button>
          <Link href="/account" class={round} aria-label={customer.value ? t("account") : t("signIn")}><Icon name="person" /></Link>
          <Link href="/cart" class={`${round} relative`} aria-label={`${t("cart")}: ${count} ${t(count === 1 ? "item" : "items")}`}>
            <Icon name="bag" />
            {count > 0 && (
              <span class="absolute top-0.5 right-0.5 grid h-5 min-w-5 place-items-center rounded-full bg-accent px-1 text-xs font-semibold text-on-accent tabular-nums">{count}</span>
            )}
          </Link>
        </div>
      </div>
    </header>
  );
}

/** Searches as one types; the address follows without a page of history per letter. */
function Search() {
  const { query, change } = useQuery();
  const timer = useRef(0);
  const box = useRef<HTMLInputElement>(null);
  const q = query.get("q") ?? "";
  useEffect(() => {
    if (box.current && document.activeElement !== box.current) box.current.value = q;
  }, [q]);
  const look = (text: string) => change({ q: text.trim() || null }, true);
  return (
    <form role="search" class="relative order-last w-full sm:order-none sm:mx-auto sm:max-w-md" onSubmit={(event) => { event.preventDefault(); clearTimeout(timer.current); look(box.current?.value ?? ""); }}>
      <Icon name="search" class="pointer-events-none absolute top-3 left-3 text-muted" />
      <input
        ref={box} type="search" maxLength={100} aria-label={t("search")} placeholder={t("searchFor")} defaultValue={q}
        class="h-11 w-full rounded-full border border-line-strong bg-sheet pr-4 pl-10"
        onInput={(event) => {
          const text = event.currentTarget.value;
          clearTimeout(timer.current);
          timer.current = window.setTimeout(() => look(text), 180);
        }}
      />
    </form>
  );
}

function Foot() {
  return (
    <footer class="no-print mt-12 border-t border-line">
      <div class="mx-auto flex max-w-6xl flex-wrap gap-x-6 gap-y-2 px-4 py-8 text-sm text-muted sm:px-6">
        <span>{facts().shop_name}</span>
        <Link href="/orders" class="hover:text-ink hover:underline">{t("orders")}</Link>
        <a href="/admin/" class="hover:text-ink hover:underline">{t("dashboard")}</a>
        <a href="/api/docs/" class="hover:text-ink hover:underline">{t("docs")}</a>
      </div>
    </footer>
  );
}

void loadCart();
const root = document.getElementById("shop");
if (root) {
  root.className = "flex min-h-dvh flex-col";
  void speak(firstLanguage()).then(() => render(<Shop />, root));
}
