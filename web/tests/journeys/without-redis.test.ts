/** Redis may go away: buying and running the shop go on. */
import { expect, test } from "vitest";
import { Visitor, endRedis, orderAsGuest, useWorld } from "../world";

const world = useWorld();

test.skipIf(process.env.NEXUS_URL)("without Redis one buys, signs in and looks at the order", async () => {
  expect(endRedis()).toBe(true);
  const visitor = await Visitor.come(world.get());
  const { page } = visitor;
  await orderAsGuest(visitor, "rose-water-mist");
  await page.getByRole("button", { name: /^Pay ETB/ }).click();
  await page.getByRole("heading", { name: "Paid. Thank you!" }).waitFor();
  await visitor.signIn("/admin/orders");
  await page.getByRole("link", { name: /^#\d+/ }).first().click();
  await page.getByRole("button", { name: "Give money back" }).waitFor();
  await page.getByText("Order placed").waitFor();
  await visitor.leave();
});
