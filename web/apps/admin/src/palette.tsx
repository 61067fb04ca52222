/** ⌘K: go to a page, find an order or a product, do something. */
import { useQuery } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { Command } from "cmdk";
import { useEffect, useRef, useState } from "react";
import { api, signOut, take } from "./api";
import { PAGES } from "./navigation";
import { reckon, speak, t, useSpoken } from "./texts";
import { turn } from "./theme";

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

/** What the words find: products by title, orders by number or by id. */
function useFound(text: string) {
  const { language } = useSpoken();
  return useQuery({
    queryKey: ["palette", text, language],
    enabled: text.length > 1,
    queryFn: async ({ signal }) => {
      const products = take(api.GET("/api/v1/catalogue/products/", { params: { query: { q: text, limit: 6, language } }, signal })).catch(() => null);
      const number = /^#?(\d+)$/.exec(text)?.[1];
      const orders = number ? take(api.GET("/api/v1/orders/", { params: { query: { limit: 100 } }, signal })).catch(() => null) : null;
      const hits: { to: string; label: string; hint: string }[] = [];
      for (const order of (await orders)?.data ?? []) {
        if (String(order.number) === number) hits.push({ to: `/orders/${order.id}`, label: t("order", { n: order.number }), hint: order.email });
      }
      if (UUID.test(text)) hits.push({ to: `/orders/${text}`, label: `${t("orders")}: ${text}`, hint: "" });
      for (const product of (await products)?.data ?? []) hits.push({ to: `/products/${product.id}`, label: product.title, hint: product.brand?.name ?? "" });
      return hits;
    },
  });
}

export function Palette({ close, showKeys }: { close: () => void; showKeys: () => void }) {
  const [text, setText] = useState("");
  const element = useRef<HTMLDialogElement>(null);
  const navigate = useNavigate();
  const { language, calendar } = useSpoken();
  const found = useFound(text.trim());
  useEffect(() => {
    element.current?.showModal();
    element.current?.querySelector("input")?.focus();
  }, []);
  const go = (to: string) => {
    close();
    void navigate({ to });
  };
  const act = (action: () => void) => {
    close();
    action();
  };
  const item = "flex min-h-11 cursor-pointer items-center justify-between gap-4 rounded-lg px-3 data-[selected=true]:bg-well";
  const group = "**:[[cmdk-group-heading]]:px-3 **:[[cmdk-group-heading]]:pt-3 **:[[cmdk-group-heading]]:pb-1 **:[[cmdk-group-heading]]:text-xs **:[[cmdk-group-heading]]:text-muted";
  return (
    <dialog ref={element} className="panel" aria-label={t("searchTitle")} onCancel={(event) => { event.preventDefault(); close(); }} onClick={(event) => event.target === element.current && close()}>
      <Command label={t("searchTitle")} loop>
        <Command.Input value={text} onValueChange={setText} placeholder={t("search")} className="h-14 w-full border-b border-line bg-transparent px-5 text-lg outline-none" />
        <Command.List className="max-h-[60dvh] overflow-auto p-2">
          <Command.Empty className="p-6 text-center text-muted">{found.isFetching ? t("loading") : t("noHits")}</Command.Empty>
          {found.data && found.data.length > 0 && (
            <Command.Group heading={t("found")} className={group} forceMount>
              {found.data.map((hit) => (
                <Command.Item key={hit.to} value={`${hit.label} ${hit.to} ${text}`} forceMount onSelect={() => go(hit.to)} className={item}>
                  <span className="truncate">{hit.label}</span><span className="text-sm text-muted">{hit.hint}</span>
                </Command.Item>
              ))}
            </Command.Group>
          )}
          <Command.Group heading={t("pages")} className={group}>
            {PAGES.map((page) => <Command.Item key={page.to} value={`${t(page.label)} ${page.to}`} onSelect={() => go(page.to)} className={item}>{t(page.label)}</Command.Item>)}
          </Command.Group>
          <Command.Group heading={t("actions")} className={group}>
            <Command.Item onSelect={() => go("/products/new")} className={item}>{t("newProduct")}</Command.Item>
            <Command.Item onSelect={() => act(turn)} className={item}>{t("theme")}</Command.Item>
            <Command.Item onSelect={() => act(() => void speak(language === "en" ? "am" : "en"))} className={item} value="language english amharic አማርኛ">{t("language")}</Command.Item>
            <Command.Item onSelect={() => act(() => reckon(calendar === "ethiopic" ? "gregorian" : "ethiopic"))} className={item}>{calendar === "ethiopic" ? t("calendarGregorian") : t("calendarEthiopic")}</Command.Item>
            <Command.Item onSelect={() => act(showKeys)} className={item}>{t("keys")}</Command.Item>
            <Command.Item onSelect={() => act(() => void signOut())} className={item}>{t("signOut")}</Command.Item>
          </Command.Group>
        </Command.List>
      </Command>
    </dialog>
  );
}
