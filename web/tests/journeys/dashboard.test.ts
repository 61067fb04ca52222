/** Running the shop: every screen, refunds, two people at one product, stock, lost sessions. */
import { expect, test } from "vitest";
import { Visitor, type World, buy, orderAsGuest, useWorld } from "../world";

const world = useWorld();

async function idOf(of: World, slug: string): Promise<string> {
  const answer = await fetch(`${of.url}/api/v1/catalogue/products/${slug}/`);
  return ((await answer.json()) as { id: string }).id;
}

const SCREENS = [
  "/", "/orders", "/orders/papers", "/packing", "/packing/parcels", "/returns", "/jobs", "/products", "/products/new", "/products/collections", "/products/sales", "/products/sales/new", "/promotions", "/promotions/new",
  "/delivery", "/delivery/taxes", "/stock?q=rose", "/payments", "/payments/refunds", "/payments/decisions",
  "/payments/received", "/payments/comparison", "/books", "/books/entries", "/books/days", "/webhooks", "/webhooks/deliveries", "/staff",
];

test("a line of an order is given back, and the timeline tells it", async () => {
  const id = await buy(world.get(), "rose-water-mist");
  const visitor = await Visitor.come(world.get());
  const { page } = visitor;
  await visitor.signIn(`/admin/orders/${id}`);
  await page.getByRole("button", { name: "Give money back" }).click();
  await visitor.isAccessible();
  await page.getByText("By line").click();
  await page.getByRole("spinbutton").fill("1");
  // Without a reason nothing is given back.
  await page.getByRole("button", { name: "Give back ETB 310" }).click();
  await page.getByText("Please fill this in.").waitFor();
  await page.getByLabel("Reason").fill("Bottle was broken");
  await page.getByRole("button", { name: "Give back ETB 310" }).click();
  await page.getByText("Refund of ETB 310 is on its way.").waitFor();
  await page.getByText("Bottle was broken").first().waitFor();
  await page.getByRole("link", { name: /^−ETB 310/ }).click();
  await page.getByText("Bottle was broken").first().waitFor();
  await visitor.isAccessible();
  // The refund reaches the buyer without anybody's doing, or is asked about.
  const check = page.getByRole("button", { name: "Ask how far it is" });
  const isBack = page.locator("h1").getByText("Given back");
  while (!(await isBack.isVisible())) {
    if (await check.isEnabled({ timeout: 1_000 }).catch(() => false)) await check.click().catch(() => {});
    await isBack.waitFor({ timeout: 2_000 }).catch(() => {});
  }
  await page.goto(`/admin/orders/${id}`);
  await page.locator("h1").getByText("Given back").waitFor();
  expect(await page.getByRole("button", { name: "Give money back" }).count()).toBe(0);
  await visitor.leave();
});

test("two people edit one product: nobody's work is lost unseen", async () => {
  const id = await idOf(world.get(), "rose-water-mist");
  const [one, two] = [await Visitor.come(world.get()), await Visitor.come(world.get())];
  for (const visitor of [one, two]) await visitor.signIn(`/admin/products/${id}`);
  const description = (visitor: Visitor) => visitor.page.getByLabel("Description (English)");
  const before = await description(one).inputValue();
  await description(one).fill("Distilled from open roses.");
  await two.page.getByLabel("Title (Amharic)").fill("ጽጌረዳ ውኃ");
  await description(two).fill("Roses, distilled.");
  await one.page.getByRole("button", { name: "Save" }).click();
  await one.page.getByText("Saved.").waitFor();
  await two.page.getByRole("button", { name: "Save" }).click();
  await two.page.getByRole("heading", { name: "Someone changed this while you did." }).waitFor();
  await two.page.locator("ins", { hasText: "Distilled from open roses." }).waitFor();
  await two.isAccessible();
  // The browser tells of every refused call; this one is part of the story.
  two.faults = two.faults.filter((fault) => !fault.includes("412"));
  await two.page.getByRole("button", { name: "Save mine over it" }).click();
  await two.page.getByText("Saved.").waitFor();
  await one.page.reload();
  expect(await description(one).inputValue()).toBe("Roses, distilled.");
  expect(await one.page.getByLabel("Title (Amharic)").inputValue()).toBe("ጽጌረዳ ውኃ");
  // Undo is the way back, here of everything that the save changed.
  await description(one).fill(before);
  await one.page.keyboard.press("Control+s");
  await one.page.getByText("Saved.").waitFor();
  await one.page.getByRole("button", { name: "Undo" }).click();
  await expect.poll(() => description(one).inputValue()).toBe("Roses, distilled.");
  for (const visitor of [one, two]) await visitor.leave();
});

test("stock is pasted from a spreadsheet, saved at once, and taken back", async () => {
  const visitor = await Visitor.come(world.get());
  const { page } = visitor;
  await visitor.signIn("/admin/stock?q=rose");
  const cells = page.getByRole("textbox", { name: /^Counted/ });
  await cells.first().waitFor();
  const before = await cells.evaluateAll((all) => all.map((cell) => (cell as HTMLInputElement).value));
  expect(before.length).toBeGreaterThanOrEqual(4);
  await page.evaluate(() => navigator.clipboard.writeText("A\t61\nB\t62\nC\tmany\nD\t1,064\n"));
  await cells.first().focus();
  await page.keyboard.press("Control+v");
  await page.getByText("4 values pasted.").waitFor();
  await page.getByRole("button", { name: "Save 4" }).click();
  // Three are saved, and the one that is no number says so and stays as typed.
  await expect.poll(() => page.getByText("Saved", { exact: true }).count()).toBe(3);
  await page.getByText("A whole number, zero or more").waitFor();
  expect(await cells.nth(2).inputValue()).toBe("many");
  expect(await cells.nth(3).inputValue()).toBe("1064");
  await visitor.isAccessible();
  await page.getByRole("button", { name: "Undo" }).click();
  await page.getByText("Undone.").waitFor();
  await cells.nth(2).press("Escape");
  await expect.poll(() => cells.evaluateAll((all) => all.map((cell) => (cell as HTMLInputElement).value))).toEqual(before);
  // By keyboard: type, Enter saves and goes down.
  await cells.first().focus();
  await page.keyboard.type("77");
  await page.keyboard.press("Enter");
  await page.getByText("Saved", { exact: true }).waitFor();
  expect(await cells.nth(1).evaluate((cell) => cell === document.activeElement)).toBe(true);
  // Less than orders hold is refused, in words, and nothing is lost.
  const buyer = await Visitor.come(world.get());
  await orderAsGuest(buyer, "rose-water-mist");
  await buyer.leave();
  await page.reload();
  await cells.first().fill("0");
  await cells.first().press("Enter");
  await page.getByRole("row", { name: /BEA-ROS-100ML/ }).locator(".text-bad").last().waitFor();
  expect(await cells.first().inputValue()).toBe("0");
  // What moved is told, the newest first.
  await page.getByRole("button", { name: /^Highland Rose Water/ }).first().click();
  await page.getByRole("dialog").getByText("Counted").first().waitFor();
  await visitor.isAccessible();
  visitor.faults = visitor.faults.filter((fault) => !/status of 4(09|22)/.test(fault));
  await visitor.leave();
});

test("a session that is over loses nothing that was typed", async () => {
  const id = await idOf(world.get(), "rose-water-mist");
  const visitor = await Visitor.come(world.get());
  const { page } = visitor;
  await visitor.signIn(`/admin/products/${id}`);
  await page.getByLabel("Description (English)").fill("Typed before the session was over.");
  // Elsewhere the session is ended: neither token is good any more.
  await page.route("**/api/v1/admin/**", async (route) => {
    const headers = { ...route.request().headers(), authorization: "Bearer gone" };
    await (route.request().url().includes("/auth/") ? route.continue() : route.continue({ headers }));
  });
  await page.evaluate(() => localStorage.removeItem("nexus.staff-session"));
  await page.getByRole("button", { name: "Save" }).click();
  await page.getByRole("heading", { name: "Your session is over" }).waitFor();
  await visitor.isAccessible();
  await page.unroute("**/api/v1/admin/**");
  const dialog = page.getByRole("dialog");
  expect(await dialog.getByLabel("E-mail").inputValue()).toBe(world.get().staffEmail);
  await dialog.getByLabel("Password").fill(world.get().staffPassword);
  await dialog.getByRole("button", { name: "Sign in" }).click();
  // What was sent goes on by itself.
  await page.getByText("Saved.").waitFor();
  expect(await page.getByLabel("Description (English)").inputValue()).toBe("Typed before the session was over.");
  visitor.faults = visitor.faults.filter((fault) => !fault.includes("401"));
  await visitor.leave();
});

test.each([
  ["light, at a desk", {}],
  ["dark, on a phone, in Amharic", { isDark: true, isPhone: true, language: "am" }],
] as const)("every screen: %s", async (_, look) => {
  const visitor = await Visitor.come(world.get(), look);
  const { page } = visitor;
  await visitor.signIn();
  const isAmharic = "language" in look;
  for (const screen of SCREENS) {
    await page.goto(`/admin${screen}`);
    await page.locator("main h1").waitFor();
    await expect.poll(() => page.locator("[aria-busy=true]").count(), { message: screen }).toBe(0);
    await visitor.isAccessible();
    await visitor.fits();
    if (isAmharic) {
      const heading = await page.locator("main h1").innerText();
      expect(heading, screen).toMatch(/[\u1200-\u137f]/);
      const said = await page.locator("main").innerText();
      expect(said, screen).not.toMatch(/\b(State|Status|Date|Amount|Total|All|Open|Details|Price|Reason)\b/);
    }
  }
  await visitor.leave();
}, 240_000);

test("the dashboard by keyboard: find, walk, open, see the calls", async () => {
  await buy(world.get(), "rose-water-mist");
  const visitor = await Visitor.come(world.get());
  const { page } = visitor;
  await visitor.signIn();
  await page.keyboard.press("Control+k");
  await page.getByRole("combobox").waitFor();
  await page.keyboard.type("rose water");
  await page.getByRole("option", { name: /Highland Rose Water/ }).waitFor();
  await visitor.isAccessible();
  await page.keyboard.press("Enter");
  await page.getByLabel("Title (English)").waitFor();
  await page.keyboard.press("g");
  await page.keyboard.press("o");
  await page.getByRole("heading", { name: "Orders" }).waitFor();
  await page.locator("a.row-link").first().waitFor();
  await page.keyboard.press("j");
  await page.keyboard.press("Enter");
  await page.getByRole("heading", { name: /^Order \d+/ }).waitFor();
  await page.getByText("Order placed").waitFor();
  await page.getByRole("button", { name: "The API calls of this screen" }).focus();
  await page.keyboard.press("Enter");
  await page.getByText(/^curl 'http/).waitFor();
  await visitor.isAccessible();
  await page.getByRole("button", { name: "TypeScript" }).click();
  await page.getByText(/await fetch\(/).waitFor();
  expect(await page.locator("pre").last().innerText()).not.toMatch(/eyJ/);
  await page.keyboard.press("Escape");
  await page.keyboard.press("?");
  await page.getByRole("heading", { name: "Keys" }).waitFor();
  await page.keyboard.press("Escape");
  await expect.poll(() => page.getByRole("dialog").count()).toBe(0);
  await visitor.leave();
});

test("a receiver of webhooks is made, tried, paused and deleted", async () => {
  const visitor = await Visitor.come(world.get());
  const { page } = visitor;
  await visitor.signIn("/admin/webhooks");
  await page.getByRole("button", { name: "New endpoint" }).first().click();
  const url = `https://hooks.example.com/${Date.now()}`;
  await page.getByLabel("Address").fill(url);
  await page.getByLabel("Description").fill("Warehouse");
  await page.getByLabel("order.paid").check();
  await visitor.isAccessible();
  await page.getByRole("button", { name: "Create" }).click();
  await page.getByText("Copy it now. It is shown this once.").waitFor();
  await page.getByRole("dialog").getByRole("button", { name: "Close" }).last().click();
  await page.getByRole("heading", { name: url }).waitFor();
  await page.getByRole("button", { name: "Send a test" }).click();
  await page.getByText("Test is on its way.").waitFor();
  await page.getByRole("button", { name: "Pause" }).click();
  await page.getByText("Paused. Deliveries wait.").waitFor();
  await page.getByRole("button", { name: "Delete" }).click();
  await page.getByRole("dialog").getByLabel("Address").fill(url);
  await page.getByRole("dialog").getByRole("button", { name: "Delete" }).click();
  await page.getByText("Deleted.").waitFor();
  await visitor.leave();
});
