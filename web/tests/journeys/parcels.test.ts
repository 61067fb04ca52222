/** After the money: what is packed, sent, called off, sent back and given back. */
import { expect, test } from "vitest";
import { Visitor, buy, useWorld } from "../world";

const world = useWorld();

test("a parcel leaves, arrives, and a unit of it comes back for its money", async () => {
  const id = await buy(world.get(), "rose-water-mist", "Almaz Parcel");
  const visitor = await Visitor.come(world.get());
  const { page } = visitor;
  await visitor.signIn(`/admin/orders/${id}`);
  // The invoice follows from the payment.
  await page.getByRole("button", { name: /^INV-\d{6}$/ }).waitFor();
  await page.getByRole("button", { name: "Ship", exact: true }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByLabel("Carrier").fill("EthioPost");
  await dialog.getByLabel("Tracking number").fill("EP123456789ET");
  await visitor.isAccessible();
  await dialog.getByRole("button", { name: "Ship 1" }).click();
  await page.getByText("Parcel 1 is on its way. The buyer is told.").waitFor();
  await page.getByText("EthioPost · EP123456789ET").first().waitFor();
  await page.getByRole("button", { name: "It has arrived" }).click();
  await page.getByText("A parcel arrived").waitFor();
  await page.getByLabel("Note", { exact: true }).fill("Left with the neighbour.");
  await page.getByLabel("The buyer sees it too").check();
  await page.getByRole("button", { name: "Write it down" }).click();
  await page.getByText("Note to the buyer").waitFor();
  await visitor.isAccessible();
  await visitor.fits();

  await page.getByRole("button", { name: "Open a return" }).click();
  await dialog.getByLabel(/^How many/).fill("1");
  await dialog.getByLabel("Reason").selectOption("damaged");
  await dialog.getByRole("button", { name: "Open a return" }).click();
  await page.getByText("Return 1 is open.").waitFor();
  await page.getByRole("link", { name: "Return 1" }).first().click();
  await page.getByRole("button", { name: "It has come" }).click();
  await dialog.getByLabel(/^How many/).first().fill("0");
  await dialog.getByLabel(/^How many/).last().fill("1");
  await visitor.isAccessible();
  await dialog.getByRole("button", { name: "It has come" }).click();
  await page.getByText("Came: 0 to the shelf, 1 written off").waitFor();
  await page.getByRole("button", { name: "Give money back" }).click();
  await dialog.getByRole("button", { name: "Give money back" }).click();
  await page.getByText("Settled: 1 by money, 0 by another").waitFor();
  await visitor.isAccessible();
  await page.getByRole("link", { name: "Refund 1" }).click();
  await page.locator("#main h1").waitFor();
  await visitor.leave();
});

test("many orders leave at once from a phone, and another is called off", async () => {
  const paths: string[] = [];
  for (const name of ["Bulk One", "Bulk Two"]) paths.push(`/admin/orders/${await buy(world.get(), "mefakia-tooth-sticks", name)}`);
  const id = await buy(world.get(), "mefakia-tooth-sticks", "Called Off");
  const visitor = await Visitor.come(world.get(), { isPhone: true });
  const { page } = visitor;
  await visitor.signIn(`/admin/orders/${id}`);
  await page.getByRole("button", { name: "Call off" }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByRole("button", { name: "Call off" }).click();
  await page.getByText("Please fill this in.").waitFor();
  await dialog.getByLabel("Reason").fill("The buyer rang.");
  await dialog.getByRole("button", { name: "Call off" }).click();
  await page.getByText("The buyer rang.").first().waitFor();
  await page.goto("/admin/packing");
  // Only what is paid for and was not called off.
  const rowOf = (path: string) => page.getByRole("listitem").filter({ has: page.locator(`a[href="${path}"]`) });
  for (const path of paths) await rowOf(path).getByRole("checkbox").check();
  expect(await rowOf(`/admin/orders/${id}`).count()).toBe(0);
  await visitor.isAccessible();
  await visitor.fits();
  await page.getByRole("button", { name: "Ship 2 orders" }).click();
  await dialog.getByRole("button", { name: "Ship", exact: true }).click();
  await page.getByText("2 orders are on their way.").waitFor();
  for (const path of paths) await rowOf(path).waitFor({ state: "detached" });
  await page.getByRole("link", { name: "Parcels" }).click();
  await page.getByText("Sent").first().waitFor();
  await visitor.fits();
  await visitor.leave();
});

test("background work is seen, kind by kind, in Amharic too", async () => {
  const visitor = await Visitor.come(world.get(), { language: "am" });
  const { page } = visitor;
  await visitor.signIn("/admin/jobs");
  await page.getByText("send_receipt").first().waitFor();
  await page.getByText("የተተወ ሥራ የለም።").waitFor();
  await page.getByRole("button", { name: "ተጠናቋል" }).click();
  await page.locator("a.row-link").first().click();
  await page.locator("#main h1").waitFor();
  await visitor.isAccessible();
  await visitor.leave();
});
