/** The pictures of docs/screens, taken anew: `npm run screens`. */
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { type Look, Visitor, type World, call, orderAsGuest, replace, useWorld } from "../world";

const world = useWorld();
const FOLDER = join(import.meta.dirname, "../../../docs/screens");

const BUYERS = [
  ["rose-water-mist", "Selam Bekele"], ["rose-water-mist", "ሐና ታደሰ"], ["mefakia-tooth-sticks", "Dawit Alemu"],
  ["rose-water-mist", "Meron Tesfaye"], ["mefakia-tooth-sticks", "Yonas Girma"],
] as const;

const PICTURES: { name: string; path: string; look: Look; isStaff?: boolean; press?: string }[] = [
  { name: "shop", path: "/", look: {} },
  { name: "shop-phone", path: "/products/rose-water-mist", look: { isPhone: true, language: "am" } },
  { name: "dashboard", path: "/admin/", look: {}, isStaff: true },
  { name: "order", path: "/admin/orders", look: {}, isStaff: true, press: "a.row-link" },
  { name: "stock", path: "/admin/stock?q=honey", look: { isDark: true }, isStaff: true },
  { name: "books", path: "/admin/books", look: { isDark: true, language: "am" }, isStaff: true },
  { name: "orders-phone", path: "/admin/orders", look: { isPhone: true, language: "am" }, isStaff: true },
  { name: "product", path: "/admin/products?q=rose", look: {}, isStaff: true, press: "a.row-link" },
  { name: "variant-phone", path: "/admin/products?q=rose", look: { isPhone: true, language: "am" }, isStaff: true, press: "a.row-link, a[href*='/variants/']" },
  { name: "promotions", path: "/admin/promotions", look: {}, isStaff: true },
  { name: "promotion", path: "/admin/promotions", look: { isDark: true }, isStaff: true, press: "a.row-link" },
  { name: "promotion-phone", path: "/admin/promotions", look: { isPhone: true, language: "am" }, isStaff: true, press: "a.row-link" },
  { name: "delivery", path: "/admin/delivery", look: {}, isStaff: true },
  { name: "delivery-phone", path: "/admin/delivery", look: { isPhone: true, isDark: true, language: "am" }, isStaff: true },
  { name: "taxes", path: "/admin/delivery/taxes", look: { isDark: true, language: "am" }, isStaff: true },
  { name: "collection", path: "/admin/products/collections", look: {}, isStaff: true, press: "a.row-link" },
  { name: "sale", path: "/admin/products/sales", look: { isDark: true }, isStaff: true, press: "a.row-link" },
];

const etb = (amount: number) => ({ amount, currency: "ETB" });

/** What the pictures of promotions, deliveries and collections show. */
async function furnish(of: World): Promise<void> {
  const staff = await Visitor.come(of);
  await staff.signIn("/admin/");
  const admin = "/api/v1/admin";
  const goods = async (category: string) => {
    const { body } = await call(staff, "GET", `${admin}/catalogue/products/?category=${category}&status=published&limit=3`);
    return (body.data as { id: string }[]).map((each) => each.id);
  };
  const [coffee, honey] = [await goods("coffee"), await goods("honey")];
  await replace(staff, `${admin}/shipping/`, { zones: [
    { name: "Addis Ababa", country: "ET", regions: ["Addis Ababa"], methods: [{ name: "Courier", kind: "flat", price: etb(15_000), free_above: etb(500_000) }, { name: "At the shop", kind: "pick_up" }] },
    { name: "Everywhere else", country: "ET", methods: [{ name: "Post", kind: "by_weight", steps: [{ up_to_grams: 2_000, price: etb(25_000) }, { up_to_grams: 20_000, price: etb(60_000) }] }] },
  ] });
  await replace(staff, `${admin}/taxes/`, { prices_include_tax: true, home: { country: "ET", region: "Addis Ababa" }, shipping_class: "standard", rates: [{ name: "VAT", class: "standard", country: "ET" }, { name: "Books", class: "books", country: "ET", percentage: "0" }] });
  const promote = (body: object) => call(staff, "POST", `${admin}/promotions/`, body);
  await promote({ name: "Free delivery in December", kind: "free_shipping", minimum_subtotal: etb(200_000), starts_at: "2030-12-01T00:00:00+03:00", ends_at: "2031-01-01T00:00:00+03:00" });
  await promote({ name: "Three coffees for two", kind: "buy_get", buy_quantity: 2, get_quantity: 1, percentage: "100", product_ids: coffee });
  await promote({ name: "Ten per cent for new friends", code: "SELAM10", kind: "percentage", percentage: "10", usage_limit: 500, customer_limit: 1, minimum_subtotal: etb(100_000), product_ids: honey });
  const collection = await call(staff, "POST", `${admin}/catalogue/collections/`, { title: { en: "Buna at home", am: "ቡና በቤት" }, is_published: true });
  await call(staff, "PUT", `${admin}/catalogue/collections/${collection.id}/products/`, { product_ids: [...new Set([...coffee, ...honey])] }, '"v1"');
  const { body } = await call(staff, "GET", `${admin}/catalogue/variants/?product_ids=${coffee[0]}`);
  const day = new Date(Date.now() + 40 * 86_400_000).toISOString().slice(0, 10);
  await call(staff, "POST", `${admin}/sales/`, { name: "Genna hour", starts_at: `${day}T08:00:00+03:00`, ends_at: `${day}T09:00:00+03:00`, queue: { slots: 100, token_seconds: 300 }, variant_ids: (body.data as { id: string }[]).map((each) => each.id) });
  await staff.leave();
}

test("the checkout", async () => {
  await furnish(world.get());
  mkdirSync(FOLDER, { recursive: true });
  for (const [name, look] of [["checkout", {}], ["checkout-phone", { isPhone: true, language: "am" }]] as const) {
    const buyer = await Visitor.come(world.get(), look);
    await buyer.page.goto("/products/rose-water-mist");
    await buyer.page.locator("button.act").first().click();
    await buyer.page.locator("main [role=status]").first().waitFor();
    await buyer.page.waitForTimeout(500);
    await buyer.page.goto("/checkout");
    await buyer.page.locator("input[name=method]").first().waitFor();
    await buyer.page.screenshot({ path: join(FOLDER, `${name}.png`), fullPage: true });
    await buyer.leave();
  }
});

test("the pictures", async () => {
  mkdirSync(FOLDER, { recursive: true });
  for (const [index, [slug, name]] of BUYERS.entries()) {
    const buyer = await Visitor.come(world.get());
    await orderAsGuest(buyer, slug, name);
    if (index !== 3) {
      await buyer.page.getByRole("button", { name: /^Pay ETB/ }).click();
      await buyer.page.getByRole("heading", { name: "Paid. Thank you!" }).waitFor();
    }
    await buyer.leave();
  }
  for (const { name, path, look, isStaff, press } of PICTURES) {
    const visitor = await Visitor.come(world.get(), look);
    if (isStaff) await visitor.signIn(path);
    else await visitor.page.goto(path);
    await visitor.page.locator("h1").first().waitFor();
    await visitor.page.waitForLoadState("load");
    for (const each of press?.split(", ") ?? []) {
      await visitor.page.locator(each).first().click();
      await visitor.page.locator("#main h1").waitFor();
    }
    await visitor.page.waitForTimeout(500);
    await expect.poll(() => visitor.page.locator("[aria-busy=true], .skeleton").count(), { timeout: 30_000 }).toBe(0);
    await visitor.page.screenshot({ path: join(FOLDER, `${name}.png`) });
    await visitor.leave();
  }
});
