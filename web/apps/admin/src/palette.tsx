/** ⌘K: go to a page, find an order or a product, do something. */
import { useQuery } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { Command } from "cmdk";
import { useEffect, useRef, useState } from "react";
import { api, may, signOut, take } from "./api";
import { PAGES } from "./navigation";
import { reckon, speak, t, useSpoken, word } from "./texts";
import { turn } from "./theme";

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;
const SKU = /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/;

/** What the words find: products by title, orders by number or by id. */
function useFound(text: string) {
  const { language, said } = useSpoken();
  return useQuery({
    queryKey: ["palette", text, language],
    enabled: text.length > 1,
    queryFn: async ({ signal }) => {
      const edits = may("catalogue.edit");
      const products = edits ? take(api.GET("/api/v1/admin/catalogue/products/", { params: { query: { q: text, limit: 6 } }, signal })).catch(() => null) : null;
      const skus = edits && SKU.test(text) ? take(api.GET("/api/v1/admin/catalogue/variants/", { params: { query: { sku: text } }, signal })).catch(() => null) : null;
      const number = /^#?(\d+)$/.exec(text)?.[1];
      const orders = number ? take(api.GET("/api/v1/orders/", { params: { query: { limit: 100 } }, signal })).catch(() => null) : null;
      const hits: { to: string; label: string; hint: string }[] = [];
      for (const order of (await orders)?.data ?? []) {
        if (String(order.number) === number) hits.push({ to: `/orders/${order.id}`, label: t("order", { n: order.number }), hint: order.email });
      }
      if (UUID.test(text)) hits.push({ to: `/orders/${text}`, label: `${t("orders")}: ${text}`, hint: "" });
      for (const variant of (await skus)?.data ?? []) hits.push({ to: `/products/${variant.product_id}/variants/${variant.id}`, label: [variant.title, ...variant.options].map(said).join(" · "), hint: variant.sku });
      for (const product of (await products)?.data ?? []) hits.push({ to: `/products/${product.id}`, label: said(product.title), hint: product.status === "published" ? "" : word(product.status) });
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
  const looksLike = (label: string) => label.toLowerCase().includes(text.trim().toLowerCase());
  const pages = PAGES.filter((page) => (!page.permission || may(page.permission)) && looksLike(t(page.label)));
  const actions: { label: string; act: () => void }[] = [
    ...(may("catalogue.edit") ? [{ label: t("newProduct"), act: () => go("/products/new") }] : []),
    ...(may("terms.edit") ? [{ label: t("newPromotion"), act: () => go("/promotions/new") }] : []),
    { label: t("theme"), act: turn },
    { label: t("language"), act: () => void speak(language === "en" ? "am" : "en") },
    { label: calendar === "ethiopic" ? t("calendarGregorian") : t("calendarEthiopic"), act: () => reckon(calendar === "ethiopic" ? "gregorian" : "ethiopic") },
    { label: t("keys"), act: showKeys },
    { label: t("signOut"), act: () => void signOut() },
  ].filter((action) => looksLike(action.label));
  const item = "flex min-h-11 cursor-pointer items-center justify-between gap-4 rounded-lg px-3 data-[selected=true]:bg-well";
  const group = "**:[[cmdk-group-heading]]:px-3 **:[[cmdk-group-heading]]:pt-3 **:[[cmdk-group-heading]]:pb-1 **:[[cmdk-group-heading]]:text-xs **:[[cmdk-group-heading]]:text-muted";
  return (
    <dialog ref={element} className="panel high" aria-label={t("searchTitle")} onCancel={(event) => { event.preventDefault(); close(); }} onClick={(event) => event.target === element.current && close()}>
      <Command label={t("searchTitle")} loop shouldFilter={false}>
        <Command.Input value={text} onValueChange={setText} placeholder={t("search")} className="h-14 w-full border-b border-line bg-transparent px-5 text-lg outline-none" />
        <Command.List className="max-h-[60dvh] overflow-auto p-2">
          <Command.Empty className="p-6 text-center text-muted">{found.isFetching ? t("loading") : t("noHits")}</Command.Empty>
          {found.data && found.data.length > 0 && (
            <Command.Group heading={t("found")} className={group}>
              {found.data.map((hit) => (
                <Command.Item key={hit.to} value={hit.to} onSelect={() => go(hit.to)} className={item}>
                  <span className="truncate">{hit.label}</span><span className="text-sm text-muted">{hit.hint}</span>
                </Command.Item>
              ))}
            </Command.Group>
          )}
          {pages.length > 0 && (
            <Command.Group heading={t("pages")} className={group}>
              {pages.map((page) => <Command.Item key={page.to} value={page.to} onSelect={() => go(page.to)} className={item}>{t(page.label)}</Command.Item>)}
            </Command.Group>
          )}
          {actions.length > 0 && (
            <Command.Group heading={t("actions")} className={group}>
              {actions.map((action) => <Command.Item key={action.label} value={action.label} onSelect={() => act(action.act)} className={item}>{action.label}</Command.Item>)}
            </Command.Group>
          )}
        </Command.List>
      </Command>
    </dialog>
  );
}
