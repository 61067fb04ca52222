/** Goods from the draft to the buyer: options, pictures, collections, limits, flash sales. */
import { expect, test } from "vitest";
import { type World, Visitor, useWorld } from "../world";

const world = useWorld();

/** A picture of one colour, as a browser draws it. */
async function drawn({ page }: Visitor, name: string, colour: string) {
  const base64 = await page.evaluate((fill) => {
    const canvas = Object.assign(document.createElement("canvas"), { width: 640, height: 480 });
    const pen = canvas.getContext("2d");
    if (pen) { pen.fillStyle = fill; pen.fillRect(0, 0, 640, 480); }
    return canvas.toDataURL("image/png").split(",")[1] ?? "";
  }, colour);
  return { name, mimeType: "image/png", buffer: Buffer.from(base64, "base64") };
}

async function idOf(of: World, slug: string): Promise<string> {
  const answer = await fetch(`${of.url}/api/v1/catalogue/products/${slug}/`);
  return ((await answer.json()) as { id: string }).id;
}

test("a product with variants and pictures is made, and a shopper buys it", async () => {
  const visitor = await Visitor.come(world.get());
  const { page } = visitor;
  const sku = `GABI-${Date.now()}`;
  await visitor.signIn("/admin/products/new");
  await page.getByLabel("Title (English)").fill(`Handwoven gabi ${Date.now()}`);
  await page.getByLabel("Title (Amharic)").fill("በእጅ የተሸመነ ጋቢ");
  await page.getByLabel("SKU").fill(sku);
  await page.getByLabel("Price (ETB)").fill("1,250.50");
  await page.getByLabel("On the shelf").fill("4");
  await page.getByRole("button", { name: "Add an option" }).click();
  await page.getByLabel("Option", { exact: true }).fill("Size");
  await page.getByLabel("Values").fill("Small, Large");
  await page.getByText("2 variants").waitFor();
  await visitor.isAccessible();
  await page.getByRole("button", { name: "Create" }).click();
  await page.getByText("Created. It is a draft until you publish it.").waitFor();
  await page.getByText("No pictures yet. Drop some here.").waitFor();

  const [red, green] = [await drawn(visitor, "red.png", "#a02020"), await drawn(visitor, "green.png", "#207020")];
  await page.getByLabel("Add pictures").setInputFiles([red, green]);
  const gallery = page.getByRole("list", { name: "Pictures" });
  await expect.poll(() => gallery.getByRole("listitem").count()).toBe(2);
  // What is no picture says so, and takes nothing along.
  await page.getByLabel("Add pictures").setInputFiles([{ name: "notes.png", mimeType: "image/png", buffer: Buffer.from("no picture") }]);
  await page.getByRole("button", { name: "Close: notes.png" }).waitFor();
  await page.getByRole("button", { name: "Close: notes.png" }).click();
  expect(await gallery.getByRole("listitem").count()).toBe(2);
  visitor.faults = visitor.faults.filter((fault) => !fault.includes("status of 4"));
  await gallery.getByRole("button", { name: "Details: Picture 1" }).click();
  await page.getByLabel("What it shows (English)").fill("The red gabi, folded");
  await page.getByLabel("What it shows (Amharic)").fill("የታጠፈ ቀይ ጋቢ");
  await visitor.isAccessible();
  await page.getByRole("dialog").getByRole("button", { name: "Save" }).click();
  await gallery.getByText("The red gabi, folded").waitFor();
  // In order by keyboard; what was moved keeps the focus.
  await gallery.getByRole("button", { name: "Move down: The red gabi, folded" }).focus();
  await page.keyboard.press("Enter");
  await page.getByText("The order is saved.").waitFor();
  const first = () => gallery.getByRole("listitem").first().innerText();
  await expect.poll(first).not.toContain("The red gabi");
  await expect.poll(() => page.evaluate(() => document.activeElement?.getAttribute("aria-label"))).toBe("Move up: The red gabi, folded");
  // And by dragging.
  await gallery.getByRole("listitem").nth(1).dragTo(gallery.getByRole("listitem").nth(0));
  await expect.poll(first).toContain("The red gabi");
  await visitor.isAccessible();
  await visitor.fits();

  await page.getByRole("button", { name: "Publish" }).click();
  await page.getByText("Published: it is in the shop.").waitFor();
  const slug = await page.getByLabel("Address in the shop").inputValue();
  await visitor.leave();

  const buyer = await Visitor.come(world.get(), { isPhone: true });
  await buyer.page.goto(`/products/${slug}`);
  await buyer.page.getByRole("img", { name: "The red gabi, folded" }).first().waitFor();
  await buyer.page.getByText("Large", { exact: true }).click();
  await buyer.isAccessible();
  await buyer.page.getByRole("button", { name: "Add to cart" }).click();
  await buyer.page.getByText("In your cart.").waitFor();
  await buyer.page.goto("/cart");
  await buyer.page.getByText("Large").waitFor();
  await buyer.page.getByText("ETB 1,250.50").first().waitFor();
  await buyer.fits();
  await buyer.leave();
}, 180_000);

test("a collection is chosen by hand and put in order by keyboard, then follows a rule", async () => {
  const visitor = await Visitor.come(world.get());
  const { page } = visitor;
  await visitor.signIn("/admin/products/collections");
  await page.getByRole("button", { name: "New collection" }).first().click();
  await page.getByLabel("Title (English)").fill(`For the feast ${Date.now()}`);
  await page.getByLabel("Title (Amharic)").fill("ለበዓል");
  await visitor.isAccessible();
  await page.getByRole("button", { name: "Create" }).click();
  await page.getByText("None yet. Find the first one above.").waitFor();
  for (const [words, title] of [["rose water", /Highland Rose Water/], ["mefakia", /Mefakia|Tooth/]] as const) {
    await page.getByLabel("Find products").fill(words);
    await page.getByRole("button", { name: new RegExp(`^Choose: .*(${title.source})`) }).first().click();
  }
  const chosen = page.getByRole("list", { name: "Chosen products" });
  await expect.poll(() => chosen.getByRole("listitem").count()).toBe(2);
  await chosen.getByRole("button", { name: /^Move down: Highland Rose Water/ }).focus();
  await page.keyboard.press("Enter");
  await expect.poll(() => chosen.getByRole("listitem").nth(1).innerText()).toContain("Highland Rose Water");
  await page.getByRole("checkbox", { name: "In the shop" }).check();
  await visitor.isAccessible();
  await visitor.fits();
  await page.getByRole("button", { name: "Save", exact: true }).click();
  await page.getByText("Saved.").waitFor();
  const slug = await page.getByLabel("Address in the shop").inputValue();
  const shown = async () => {
    const answer = await fetch(`${world.get().url}/api/v1/catalogue/collections/${slug}/products/`);
    return ((await answer.json()) as { data: { slug: string }[] }).data.map((each) => each.slug);
  };
  expect(await shown()).toEqual(["mefakia-tooth-sticks", "rose-water-mist"]);
  await page.getByLabel("By a rule").check();
  await page.getByLabel("Price from (ETB)").fill("300");
  await page.getByLabel("Price to (ETB)").fill("320");
  await page.keyboard.press("Control+s");
  await page.getByText("Saved.").last().waitFor();
  await expect.poll(shown).toContain("rose-water-mist");
  expect(await shown()).not.toContain("mefakia-tooth-sticks");
  await page.getByRole("button", { name: "Delete" }).click();
  await page.getByRole("group", { name: "Delete" }).getByRole("button", { name: "Delete" }).click();
  await page.getByText("Deleted.").waitFor();
  await visitor.leave();
}, 120_000);

test("a variant has limits, weight and parts, and tells what it cost", async () => {
  const id = await idOf(world.get(), "rose-water-mist");
  const visitor = await Visitor.come(world.get());
  const { page } = visitor;
  await visitor.signIn(`/admin/products/${id}`);
  await page.getByRole("link", { name: /^More…: / }).first().click();
  await page.getByLabel("Units of one order").fill("2");
  await page.getByLabel("Counted over days").fill("30");
  await page.getByText("Please fill this in.").waitFor();
  await page.getByLabel("Units of one buyer").fill("4");
  await page.getByLabel("Weight (g)").fill("350");
  await page.getByText("ETB 310").first().waitFor();
  await visitor.isAccessible();
  await visitor.fits();
  await page.getByRole("button", { name: "Save", exact: true }).click();
  await page.getByText("Saved.").waitFor();
  await page.reload();
  expect(await page.getByLabel("Units of one order").inputValue()).toBe("2");
  expect(await page.getByLabel("Weight (g)").inputValue()).toBe("350");
  // Three are one too many, in words, in the shop.
  const buyer = await Visitor.come(world.get());
  await buyer.page.goto("/products/rose-water-mist");
  await buyer.page.getByRole("button", { name: "Add to cart" }).click();
  await buyer.page.getByText("In your cart.").waitFor();
  await buyer.page.goto("/cart");
  const more = buyer.page.getByRole("button", { name: "One more" });
  for (const n of [2, 3]) {
    if (!(await more.isEnabled())) break;
    await more.click();
    await buyer.page.getByRole("link", { name: `Cart: ${n} items` }).waitFor();
  }
  await buyer.page.locator(".text-bad").first().waitFor();
  buyer.faults = buyer.faults.filter((fault) => !/status of 4(09|22)/.test(fault));
  await buyer.leave();
  await page.getByLabel("Units of one order").fill("");
  await page.getByLabel("Units of one buyer").fill("");
  await page.getByLabel("Counted over days").fill("");
  await page.getByRole("button", { name: "Save", exact: true }).click();
  await page.getByText("Saved.").last().waitFor();
  // A bundle is chosen from what there is; nothing is saved here.
  await page.getByLabel("Add a part").fill("mefakia");
  await page.getByRole("button", { name: /^Variants: / }).first().click();
  await page.getByRole("button", { name: /^Choose: / }).first().click();
  await page.getByRole("button", { name: /^Take away: / }).waitFor();
  await visitor.isAccessible();
  await page.getByRole("button", { name: "Discard" }).click();
  await page.getByText("No bundle. Choose parts").waitFor();
  await visitor.leave();
}, 120_000);

test("a flash sale with a queue is planned, changed and closed, on a phone", async () => {
  const visitor = await Visitor.come(world.get(), { isPhone: true });
  const { page } = visitor;
  await visitor.signIn("/admin/products/sales");
  await page.getByRole("link", { name: "New flash sale" }).first().click();
  const day = new Date(Date.now() + 30 * 86_400_000).toISOString().slice(0, 10);
  await page.getByLabel("Name").fill("Genna hour");
  await page.getByLabel("Starts").fill(`${day}T08:00`);
  await page.getByLabel("Ends").fill(`${day}T07:00`);
  await page.getByRole("button", { name: "Create" }).click();
  await page.getByText("It must end after it starts.").waitFor();
  await page.getByLabel("Ends").fill(`${day}T09:00`);
  await page.getByRole("checkbox", { name: /^A queue/ }).check();
  await page.getByLabel("At once").fill("50");
  await page.getByLabel(/^Find goods: What is sold in it/).fill("mefakia");
  await page.getByRole("button", { name: /^Variants: / }).first().click();
  await page.getByRole("button", { name: /^Choose: / }).first().click();
  await visitor.isAccessible();
  await visitor.fits();
  await page.getByRole("button", { name: "Create" }).click();
  await page.getByText("Created. Nothing of it is ordered before it starts.").waitFor();
  expect(await page.getByLabel("Starts").inputValue()).toBe(`${day}T08:00`);
  await page.getByLabel("Name").fill("Genna morning");
  await page.getByRole("button", { name: "Save", exact: true }).click();
  await page.getByText("Saved.").waitFor();
  await page.getByRole("heading", { name: /^Genna morning/ }).waitFor();
  await page.getByRole("button", { name: "Close it" }).click();
  await page.getByRole("group", { name: "Close it" }).getByRole("button", { name: "Close it" }).click();
  await page.getByText("Closed. What was in it is sold as anything else.").waitFor();
  await visitor.isAccessible();
  await visitor.leave();
}, 120_000);
