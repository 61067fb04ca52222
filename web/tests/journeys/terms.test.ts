/** What a purchase costs beyond its goods: set by staff, seen and accepted by a buyer. */
import { expect, test } from "vitest";
import { type World, Visitor, useWorld } from "../world";

const world = useWorld();

/** Puts a product into the cart and fills in all that checkout asks for. */
async function toCheckout({ page }: Visitor, slug = "rose-water-mist"): Promise<void> {
  await page.goto(`/products/${slug}`);
  await page.getByRole("button", { name: "Add to cart" }).click();
  await page.getByText("In your cart.").waitFor();
  await page.goto("/checkout");
  await page.getByLabel("E-mail").fill("terms@example.com");
  await page.getByLabel("Phone").fill("0911 22 33 44");
  await page.getByLabel("Name of the recipient").fill("Hiwot Tesfaye");
  await page.getByLabel("Sub-city").fill("Bole");
  await page.getByLabel("Landmark").fill("Behind Edna Mall, blue gate");
}

/** Two zones: a courier in Addis Ababa, or one comes for it; by weight elsewhere. */
async function setZones(of: World): Promise<void> {
  const visitor = await Visitor.come(of);
  const { page } = visitor;
  await visitor.signIn("/admin/delivery");
  await page.getByText("Deliveries cost nothing, anywhere.").waitFor();
  await page.getByRole("button", { name: "New zone" }).click();
  await page.getByLabel("What you call it").fill("Addis Ababa");
  await page.getByRole("group", { name: "Regions" }).getByRole("button", { name: "Addis Ababa" }).click();
  await page.getByLabel("Name", { exact: true }).fill("Courier");
  // What is missing is said where it is missing, and nothing can be saved before.
  await page.getByText("This is no amount.").waitFor();
  expect(await page.getByRole("button", { name: "Save", exact: true }).isDisabled()).toBe(true);
  await page.getByLabel("Price (ETB)").fill("150");
  await page.getByRole("button", { name: "Another way" }).click();
  await page.getByLabel("Name", { exact: true }).nth(1).fill("At the shop");
  await page.getByLabel("How it is priced").nth(1).selectOption("pick_up");
  await page.getByRole("button", { name: "New zone" }).click();
  await page.getByLabel("What you call it").nth(1).fill("Elsewhere");
  await page.getByLabel("Name", { exact: true }).nth(2).fill("Post");
  await page.getByLabel("How it is priced").nth(2).selectOption("by_weight");
  await page.getByLabel("Up to (kg)").fill("2.5");
  await page.getByRole("group", { name: "Post" }).getByLabel("Price (ETB)").fill("90.50");
  await visitor.isAccessible();
  await visitor.fits();
  // A reload loses nothing that was typed.
  await page.reload();
  expect(await page.getByLabel("Up to (kg)").inputValue()).toBe("2.5");
  await page.keyboard.press("Control+s");
  await page.getByText("Saved.").waitFor();
  await page.getByRole("button", { name: "The API calls of this screen" }).click();
  await page.getByRole("button", { name: /PUT\s*\/api\/v1\/admin\/shipping\// }).click();
  await page.getByText(/-H 'if-match: "v\d+"'/).waitFor();
  await visitor.leave();
}

async function takeZonesAway(of: World): Promise<void> {
  const visitor = await Visitor.come(of);
  const { page } = visitor;
  await visitor.signIn("/admin/delivery");
  const away = page.getByRole("button", { name: /^Take away: (Addis Ababa|Elsewhere)$/ });
  await away.first().waitFor();
  while ((await away.count()) > 0) await away.first().click();
  await page.getByRole("button", { name: "Save", exact: true }).click();
  await page.getByText("Saved.").waitFor();
  await visitor.leave();
}

test("deliveries and a coupon are set, and a buyer pays what was accepted", async () => {
  await setZones(world.get());
  const staff = await Visitor.come(world.get());
  await staff.signIn("/admin/delivery/taxes");
  // The demo shop taxes as Ethiopia does, inside of its prices.
  await staff.page.getByLabel("Tax is in the prices").waitFor();
  expect(await staff.page.getByLabel("Tax is in the prices").isChecked()).toBe(true);
  await staff.isAccessible();

  const code = `selam-${Date.now()}`;
  await staff.page.goto("/admin/promotions/new");
  await staff.page.getByRole("button", { name: "Create" }).click();
  await staff.page.getByText("Please fill this in.").waitFor();
  await staff.page.getByLabel("Name").fill("Ten per cent for friends");
  await staff.page.getByLabel("Coupon").fill(code);
  await staff.page.getByLabel("Per cent", { exact: true }).fill("10");
  await staff.page.getByLabel("Orders in all").fill("5");
  await staff.page.getByLabel(/^Find goods: Which goods/).fill("rose water");
  await staff.page.getByRole("button", { name: /^Choose: Highland Rose Water/ }).click();
  await staff.page.getByRole("button", { name: /^Take away: Highland Rose Water/ }).waitFor();
  await staff.isAccessible();
  await staff.page.getByRole("button", { name: "Create" }).click();
  await staff.page.getByText("Created. It applies as you set it.").waitFor();
  await staff.page.getByText("0 / 5").waitFor();

  const buyer = await Visitor.come(world.get(), { isPhone: true });
  const { page } = buyer;
  await toCheckout(buyer);
  await page.getByRole("radio", { name: /Courier/ }).waitFor();
  await page.getByRole("button", { name: "Order and pay ETB 460" }).waitFor();
  await page.getByRole("radio", { name: /At the shop/ }).check();
  await page.getByRole("button", { name: "Order and pay ETB 310" }).waitFor();
  await page.getByRole("radio", { name: /Courier/ }).check();
  await page.getByLabel("Do you have a coupon?").fill("nobody-knows-me");
  await page.getByRole("button", { name: "Use it" }).click();
  await page.getByText("There is no such coupon.").waitFor();
  await page.getByLabel("Do you have a coupon?").fill(code);
  await page.keyboard.press("Enter");
  await page.getByRole("button", { name: "Order and pay ETB 429" }).waitFor();
  await page.getByText(/Of it VAT/).waitFor();
  await buyer.isAccessible();
  await buyer.fits();
  // Another region has other ways; nothing of what was typed goes.
  await page.getByLabel("Region").selectOption("Afar");
  await page.getByRole("radio", { name: /Post.*ETB 90\.50/ }).waitFor();
  await page.getByLabel("Region").selectOption("Addis Ababa");
  await page.getByRole("button", { name: "Order and pay ETB 429" }).waitFor();

  // Meanwhile the courier has become dearer.
  await staff.page.goto("/admin/delivery");
  await staff.page.getByLabel("Price (ETB)").first().fill("200");
  await staff.page.getByRole("button", { name: "Save", exact: true }).click();
  await staff.page.getByText("Saved.").waitFor();
  await page.getByRole("button", { name: "Order and pay ETB 429" }).click();
  await page.getByRole("heading", { name: "This changed while you were here" }).waitFor();
  const changed = page.getByRole("alert");
  expect((await changed.innerText()).replaceAll(/\s+/g, " ")).toMatch(/Delivery before ETB 150 → now ETB 200 Total before ETB 429 → now ETB 479/);
  await buyer.isAccessible();
  await buyer.fits();
  await page.getByRole("button", { name: "Accept, and pay ETB 479" }).click();
  await page.getByRole("button", { name: /^Pay ETB 479/ }).click();
  await page.getByRole("heading", { name: "Paid. Thank you!" }).waitFor();
  buyer.faults = buyer.faults.filter((fault) => !/status of (409|422)/.test(fault));
  await buyer.leave();

  await staff.page.goto("/admin/promotions");
  await staff.page.getByRole("row", { name: new RegExp(code, "i") }).getByText("1 / 5").waitFor();
  await staff.page.getByRole("link", { name: "Ten per cent for friends" }).first().click();
  await staff.page.getByRole("button", { name: "End it" }).click();
  await staff.page.getByRole("group", { name: "End it" }).getByRole("button", { name: "End it" }).click();
  await staff.page.getByText("Ended. No later order has it.").waitFor();
  await staff.page.getByText("It has ended. Orders that had it keep it.").waitFor();
  await staff.isAccessible();
  await staff.leave();
  await takeZonesAway(world.get());
}, 180_000);

test("two people set deliveries: nobody's work is lost unseen", async () => {
  const [one, two] = [await Visitor.come(world.get()), await Visitor.come(world.get())];
  for (const visitor of [one, two]) {
    await visitor.signIn("/admin/delivery");
    await visitor.page.getByRole("button", { name: "New zone" }).click();
    await visitor.page.getByLabel("Name", { exact: true }).fill("Courier");
    await visitor.page.getByLabel("Price (ETB)").fill("100");
  }
  await one.page.getByLabel("What you call it").fill("Addis Ababa");
  await two.page.getByLabel("What you call it").fill("Elsewhere");
  await one.page.getByRole("button", { name: "Save", exact: true }).click();
  await one.page.getByText("Saved.").waitFor();
  await two.page.getByRole("button", { name: "Save", exact: true }).click();
  await two.page.getByRole("heading", { name: "Someone changed this while you did." }).waitFor();
  // That theirs would go is said before it goes.
  await two.page.getByRole("dialog").getByText("Zone: Addis Ababa").first().waitFor();
  await two.isAccessible();
  two.faults = two.faults.filter((fault) => !fault.includes("412"));
  await two.page.getByRole("button", { name: "Take theirs" }).click();
  await expect.poll(() => two.page.getByLabel("What you call it").inputValue()).toBe("Addis Ababa");
  await one.page.getByRole("button", { name: "Undo" }).click();
  await one.page.getByText("Deliveries cost nothing, anywhere.").waitFor();
  for (const visitor of [one, two]) await visitor.leave();
});
