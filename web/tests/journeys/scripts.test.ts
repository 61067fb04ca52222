/** What anybody can type, stored as a script in every field, runs on no page, in no mail and in no paper. */
import { expect, test } from "vitest";
import { Visitor, call, remove, replace, useWorld } from "../world";

const world = useWorld();
const EVIL = `<img src=x onerror=alert(1)><script>alert(2)</script>"'`;
const texts = { en: EVIL, am: `ሀ${EVIL}` };
const etb = (amount: number) => ({ amount, currency: "ETB" });

/** Nothing of it became an element, and nothing of it ran. */
async function isHarmless({ page, faults }: Visitor, path: string): Promise<void> {
  await page.goto(path);
  await page.locator("h1").first().waitFor();
  await expect.poll(() => page.locator("[aria-busy=true], .skeleton").count(), { message: path }).toBe(0);
  expect(await page.locator("img[src=x], script:not([src])").count(), path).toBe(0);
  expect(faults, path).toEqual([]);
}

test("stored scripts run nowhere", async () => {
  const staff = await Visitor.come(world.get());
  await staff.signIn("/admin/");
  const admin = "/api/v1/admin";
  const brand = await call(staff, "POST", `${admin}/catalogue/brands/`, { name: texts, slug: `evil-${Date.now()}` });
  const category = await call(staff, "POST", `${admin}/catalogue/categories/`, { name: texts, slug: `evil-${Date.now()}` });
  const [pictured] = (await call(staff, "GET", `${admin}/catalogue/products/?q=rose&limit=1`)).body.data as { image_url: string }[];
  const product = await call(staff, "POST", `${admin}/catalogue/products/`, {
    title: texts, slug: `evil-${Date.now()}`, description: texts, status: "published", brand_id: brand.id, category_ids: [category.id],
    options: [{ name: texts, values: [texts] }], images: [{ url: pictured?.image_url, alt: texts }],
    variants: [{ sku: `EVIL-${Date.now()}`, price: etb(10_000), on_hand: 5, option_values: [0] }],
  });
  const [variant] = product.body.variants as { id: string }[];
  const slug = String(product.body.slug);
  const collection = await call(staff, "POST", `${admin}/catalogue/collections/`, { title: texts, description: texts, is_published: true, slug: `evil-${Date.now()}` });
  const promotion = await call(staff, "POST", `${admin}/promotions/`, { name: EVIL.slice(0, 60), kind: "percentage", percentage: "10", product_ids: [product.id] });
  const sale = await call(staff, "POST", `${admin}/sales/`, { name: EVIL, starts_at: new Date(Date.now() - 86_400_000).toISOString(), variant_ids: [variant?.id] });
  await replace(staff, `${admin}/shipping/`, { zones: [{ name: EVIL.slice(0, 60), country: "ET", methods: [{ name: EVIL.slice(0, 60), kind: "flat", price: etb(100) }] }] });
  const taxes = (await call(staff, "GET", `${admin}/taxes/`)).body;
  await replace(staff, `${admin}/taxes/`, { ...taxes, rates: [{ name: EVIL.slice(0, 60), class: "standard", country: "ET" }] });
  await call(staff, "POST", `${admin}/webhooks/endpoints/`, { url: `https://hooks.example.com/${Date.now()}`, description: EVIL, events: ["order.paid"] });
  await call(staff, "POST", `${admin}/inventory/locations/`, { name: EVIL, code: `evil-${Date.now()}` }).catch(() => null);

  const buyer = await Visitor.come(world.get());
  const { page } = buyer;
  await isHarmless(buyer, "/");
  await isHarmless(buyer, `/?q=${encodeURIComponent(EVIL)}`);
  await isHarmless(buyer, `/products/${slug}`);
  await page.getByRole("button", { name: "Add to cart" }).click();
  await page.getByText("In your cart.").waitFor();
  await isHarmless(buyer, "/cart");
  await isHarmless(buyer, "/checkout");
  for (const label of ["Name of the recipient", "Sub-city", "Woreda", "Landmark", "Anything to add?"]) await page.getByLabel(label).fill(EVIL.slice(0, 60));
  await page.getByLabel("Kebele or house number").fill(EVIL.slice(0, 60));
  await page.getByLabel("E-mail").fill("evil@example.com");
  await page.getByLabel("Phone").fill("0911 22 33 44");
  await page.getByLabel("Do you have a coupon?").fill(EVIL.slice(0, 40));
  await page.getByRole("button", { name: "Use it" }).click();
  await page.locator("#coupon-problem").waitFor();
  buyer.faults = buyer.faults.filter((fault) => !/status of 4/.test(fault));
  await page.getByRole("button", { name: /^Order and pay/ }).click();
  await page.getByRole("button", { name: /^Pay ETB/ }).click();
  await page.getByRole("heading", { name: "Paid. Thank you!" }).waitFor();
  const order = /orders\/([0-9a-f-]+)/.exec(page.url())?.[1] ?? "";
  await isHarmless(buyer, `/orders/${order}`);
  const mailbox = (await page.getByRole("link", { name: "See the mail that was sent" }).getAttribute("href")) ?? "";
  await expect.poll(async () => (await fetch(mailbox)).text(), { timeout: 20_000 }).toContain("evil@example.com");
  await page.goto(mailbox);
  expect(await page.locator("img[src=x]").count()).toBe(0);
  for (const frame of page.frames()) expect(await frame.locator("img[src=x]").count()).toBe(0);
  await page.getByRole("link").first().click({ timeout: 5_000 }).catch(() => {});
  expect(await page.locator("img[src=x]").count()).toBe(0);
  await buyer.leave();

  await call(staff, "POST", `${admin}/orders/${order}/notes/`, { text: EVIL, is_for_buyer: true });
  await call(staff, "POST", `${admin}/orders/${order}/fulfilments/`, { carrier: EVIL.slice(0, 60), tracking_number: "EVIL-1" });
  const back = await call(staff, "POST", `${admin}/orders/${order}/returns/`, { lines: [{ variant_id: variant?.id, quantity: 1, reason: "other", resolution: "refund" }], note: EVIL });
  const refund = await call(staff, "POST", `${admin}/payments/refunds/`, { order_id: order, amount: etb(100), reason: EVIL });
  for (const path of [
    "/", "/orders", `/orders/${order}`, "/orders/papers", "/packing", "/packing/parcels", "/returns", `/returns/${back.id}`, "/products", `/products/${product.id}`, `/products/${product.id}/variants/${variant?.id}`,
    "/products/collections", `/products/collections/${collection.id}`, "/products/sales", `/products/sales/${sale.id}`, "/promotions", `/promotions/${promotion.id}`, "/delivery", "/delivery/taxes",
    "/stock?q=onerror", "/payments", "/payments/refunds", `/payments/refunds/${refund.id}`, "/webhooks", "/jobs", "/staff",
  ]) await isHarmless(staff, `/admin${path}`);
  await staff.page.goto("/admin/");
  await staff.page.getByRole("heading", { level: 1 }).waitFor();
  await staff.page.keyboard.press("Control+k");
  await staff.page.getByRole("combobox").fill("onerror");
  await staff.page.getByRole("option", { name: /onerror/ }).first().waitFor();
  expect(await staff.page.locator("img[src=x]").count()).toBe(0);
  await staff.page.keyboard.press("Escape");

  await remove(staff, `${admin}/catalogue/collections/${collection.id}/`);
  await remove(staff, `${admin}/promotions/${promotion.id}/`);
  await remove(staff, `${admin}/sales/${sale.id}/`);
  await replace(staff, `${admin}/shipping/`, { zones: [] });
  await replace(staff, `${admin}/taxes/`, taxes);
  const { body } = await call(staff, "GET", `${admin}/catalogue/products/${product.id}/`);
  await call(staff, "PATCH", `${admin}/catalogue/products/${product.id}/`, { status: "archived", category_ids: [], brand_id: null }, `"v${String(body.version)}"`);
  await remove(staff, `${admin}/catalogue/categories/${category.id}/`);
  await remove(staff, `${admin}/catalogue/brands/${brand.id}/`);
  await staff.leave();
}, 240_000);
