/** The frame around every page: where to go, what to find, who is here. */
import { Link, Outlet, useLocation, useNavigate } from "@tanstack/react-router";
import clsx from "clsx";
import { useEffect, useRef, useState } from "react";
import { facts } from "../../../packages/shared/facts";
import { calls, hasSession, isDoorOpen, may, signOut, staff, useWatched } from "./api";
import { CodePanel } from "./codepanel";
import { DoorDialog, DoorPage } from "./door";
import { Icon } from "./icons";
import { PAGES } from "./navigation";
import { Palette } from "./palette";
import { reckon, speak, t, useSpoken } from "./texts";
import { turn } from "./theme";
import { Toasts } from "./toasts";
import { Dialog } from "./ui";

export function Shell() {
  const who = useWatched(staff);
  const isOpen = useWatched(isDoorOpen);
  useSpoken();
  if (!who || (isOpen && !who) || (!hasSession() && !isOpen)) return <><DoorPage /><Toasts /></>;
  return (
    <>
      <Frame />
      {isOpen && <DoorDialog email={who.email} />}
      <Toasts />
    </>
  );
}

type Open = "palette" | "code" | "keys" | "menu" | null;

function Frame() {
  const [open, setOpen] = useState<Open>(null);
  const { pathname } = useLocation();
  const main = useRef<HTMLElement>(null);
  const since = useRef(0);
  const isFirst = useRef(true);
  useKeys(setOpen);
  useEffect(() => {
    setOpen(null);
    if (!isFirst.current) {
      main.current?.focus({ preventScroll: true });
      window.scrollTo(0, 0);
    }
    isFirst.current = false;
  }, [pathname]);
  // The calls of a screen are those since it was come to.
  const [seen, setSeen] = useState(pathname);
  if (seen !== pathname) {
    setSeen(pathname);
    since.current = calls.value[0]?.id ?? 0;
  }
  return (
    <div className="lg:grid lg:grid-cols-[15rem_1fr]">
      <a href="#main" className="sr-only focus:not-sr-only focus:fixed focus:z-40 focus:m-2 focus:rounded-lg focus:bg-sheet focus:p-3">{t("skip")}</a>
      <aside className="sticky top-0 hidden h-dvh flex-col border-r border-line px-3 py-5 lg:flex">
        <p className="px-3 pb-5 font-semibold tracking-tight">{facts().shop_name}</p>
        <Nav />
        <Foot />
      </aside>
      <div className="min-w-0">
        <header className="sticky top-0 z-20 flex items-center gap-1 border-b border-line bg-ground/95 px-2 py-2 backdrop-blur sm:px-6">
          <button type="button" className="grid size-11 place-items-center rounded-full hover:bg-well lg:hidden" aria-label={t("menu")} onClick={() => setOpen("menu")}><Icon name="menu" /></button>
          <button type="button" onClick={() => setOpen("palette")} className="flex h-11 min-w-0 grow items-center gap-3 rounded-full border border-line bg-sheet px-4 text-left text-muted hover:border-line-strong sm:max-w-md">
            <Icon name="search" />
            <span className="truncate">{t("search")}</span>
            <kbd className="ml-auto hidden rounded border border-line px-1.5 font-sans text-xs sm:block">⌘K</kbd>
          </button>
          <div className="ml-auto flex items-center">
            <button type="button" className="grid size-11 place-items-center rounded-full hover:bg-well" aria-label={t("showApi")} title={t("showApi")} onClick={() => setOpen("code")}><Icon name="code" /></button>
            <button type="button" className="hidden size-11 place-items-center rounded-full hover:bg-well sm:grid" aria-label={t("theme")} title={t("theme")} onClick={turn}><Icon name="moon" /></button>
          </div>
        </header>
        <main id="main" ref={main} tabIndex={-1} className="mx-auto max-w-6xl px-4 py-6 outline-none sm:px-6 sm:py-8">
          <Outlet />
        </main>
      </div>
      {open === "palette" && <Palette close={() => setOpen(null)} showKeys={() => setOpen("keys")} />}
      {open === "code" && <CodePanel since={since.current} close={() => setOpen(null)} />}
      {open === "keys" && <Keys close={() => setOpen(null)} />}
      {open === "menu" && (
        <Dialog title={facts().shop_name} close={() => setOpen(null)}>
          <Nav />
          <Foot />
        </Dialog>
      )}
    </div>
  );
}

function Nav() {
  return (
    <nav aria-label={t("menu")} className="space-y-0.5">
      {PAGES.filter((page) => !page.permission || may(page.permission)).map((page) => (
        <Link
          key={page.to}
          to={page.to}
          activeOptions={{ exact: page.to === "/" }}
          className="flex min-h-11 items-center gap-3 rounded-xl px-3 text-muted hover:bg-well hover:text-ink"
          activeProps={{ className: "bg-accent-soft! text-accent! font-medium" }}
        >
          <Icon name={page.icon} />
          {t(page.label)}
        </Link>
      ))}
    </nav>
  );
}

function Foot() {
  const who = useWatched(staff);
  const { language, calendar } = useSpoken();
  const row = "flex min-h-10 w-full items-center rounded-xl px-3 text-left text-sm text-muted hover:bg-well hover:text-ink";
  return (
    <div className="mt-auto space-y-0.5 pt-6">
      {facts().demo && <a className={row} href="/">{t("toShop")}</a>}
      <a className={row} href="/api/docs/">{t("apiDocs")}</a>
      <button type="button" className={row} lang={language === "en" ? "am" : "en"} onClick={() => void speak(language === "en" ? "am" : "en")}>{t("language")}</button>
      <button type="button" className={row} onClick={() => reckon(calendar === "ethiopic" ? "gregorian" : "ethiopic")}>{calendar === "ethiopic" ? t("calendarGregorian") : t("calendarEthiopic")}</button>
      <button type="button" className={clsx(row, "sm:hidden")} onClick={turn}>{t("theme")}</button>
      <button type="button" className={row} onClick={() => void signOut()}>{t("signOut")}</button>
      <p className="truncate px-3 pt-3 text-xs text-muted">{who?.email}</p>
    </div>
  );
}

const ROWS: [string, "keyPalette" | "keyHelp" | "keyGo" | "keyRows" | "keySave"][] = [
  ["⌘K / Ctrl K", "keyPalette"], ["?", "keyHelp"], ["g", "keyGo"], ["j  k", "keyRows"], ["⌘S / Ctrl S", "keySave"],
];

function Keys({ close }: { close: () => void }) {
  return (
    <Dialog title={t("keys")} close={close}>
      <dl className="grid grid-cols-[auto_1fr] items-center gap-x-6 gap-y-3">
        {ROWS.map(([key, says]) => (
          <div key={key} className="contents">
            <dt><kbd className="rounded-md border border-line bg-well px-2 py-1 font-mono text-sm">{key}</kbd></dt>
            <dd>{t(says)}</dd>
          </div>
        ))}
      </dl>
    </Dialog>
  );
}

/** Keys that work everywhere but where somebody types. */
function useKeys(setOpen: (open: Open) => void): void {
  const navigate = useNavigate();
  useEffect(() => {
    let isGoing = false;
    const pressed = (event: KeyboardEvent) => {
      if ((event.metaKey || event.ctrlKey) && event.key.toLowerCase() === "k") {
        event.preventDefault();
        if (!isDoorOpen.value) setOpen("palette");
        return;
      }
      const at = event.target as HTMLElement;
      const isTyping = at.matches("input, textarea, select, [contenteditable]");
      if (isTyping || event.metaKey || event.ctrlKey || event.altKey || document.querySelector("dialog[open]")) return;
      const to = isGoing ? { o: "/orders", p: "/products", s: "/stock", h: "/" }[event.key] : undefined;
      isGoing = event.key === "g";
      if (to) void navigate({ to });
      else if (event.key === "?") setOpen("keys");
      else if (event.key === "j" || event.key === "k") walk(event.key === "j" ? 1 : -1);
    };
    document.addEventListener("keydown", pressed);
    return () => document.removeEventListener("keydown", pressed);
  }, [navigate, setOpen]);
}

function walk(by: number): void {
  const links = [...document.querySelectorAll<HTMLElement>("a.row-link")];
  const here = links.indexOf(document.activeElement as HTMLElement);
  links[here < 0 ? 0 : Math.min(links.length - 1, Math.max(0, here + by))]?.focus();
}
