/** Sessions outlive pages that are left, tabs that come at once, and bad connections. */
import { expect, test } from "vitest";
import { Visitor, useWorld } from "../world";

const world = useWorld();

/** As after five minutes: the access token is over, the session is not. */
const tire = () => {
  const kept = JSON.parse(localStorage.getItem("nexus.staff-session") ?? "{}") as Record<string, unknown>;
  localStorage.setItem("nexus.staff-session", JSON.stringify({ ...kept, until: 0 }));
};

test("a page that is left while it refreshes keeps its session", async () => {
  const visitor = await Visitor.come(world.get());
  const { page } = visitor;
  await visitor.signIn("/admin/orders");
  // The server has answered; the page is gone before it hears it.
  let left = 0;
  await page.route("**/auth/jwt/refresh/", async (route) => {
    await route.fetch();
    left += 1;
    await route.abort();
  }, { times: 1 });
  await page.evaluate(tire);
  await page.goto("/admin/products");
  await expect.poll(() => left).toBe(1);
  visitor.faults = visitor.faults.filter((fault) => !/ERR_FAILED/.test(fault));
  await page.goto("/admin/stock?q=rose");
  await page.getByRole("textbox", { name: /^Counted/ }).first().waitFor();
  expect(await page.getByLabel("Password").count()).toBe(0);
  await visitor.leave();
});

test("three tabs that wake up together stay signed in", async () => {
  const visitor = await Visitor.come(world.get());
  const { page } = visitor;
  await visitor.signIn("/admin/orders");
  const tabs = [page, await page.context().newPage(), await page.context().newPage()];
  await page.evaluate(tire);
  await Promise.all(tabs.map((tab) => tab.goto("/admin/products")));
  for (const tab of tabs) {
    await tab.locator("a.row-link").first().waitFor();
    expect(await tab.getByLabel("Password").count()).toBe(0);
  }
  await visitor.leave();
});

test("a refresh without an answer signs nobody out", async () => {
  const visitor = await Visitor.come(world.get());
  const { page } = visitor;
  await visitor.signIn("/admin/orders");
  await page.route("**/auth/jwt/refresh/", (route) => route.abort());
  await page.evaluate(tire);
  await page.goto("/admin/products");
  await page.getByText("No answer from the server. Nothing you typed is lost.").waitFor();
  await page.unroute("**/auth/jwt/refresh/");
  await page.getByRole("button", { name: "Try again" }).first().click();
  await page.locator("a.row-link").first().waitFor();
  visitor.faults = visitor.faults.filter((fault) => !/ERR_FAILED/.test(fault));
  await visitor.leave();
});
