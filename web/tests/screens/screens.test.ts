/** The pictures of docs/screens, taken anew: `npm run screens`. */
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { type Look, Visitor, orderAsGuest, useWorld } from "../world";

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
];

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
    if (press) await visitor.page.locator(press).first().click();
    await visitor.page.waitForTimeout(500);
    await expect.poll(() => visitor.page.locator("[aria-busy=true], .skeleton").count(), { timeout: 30_000 }).toBe(0);
    await visitor.page.screenshot({ path: join(FOLDER, `${name}.png`) });
    await visitor.leave();
  }
});
