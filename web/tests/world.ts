/** What every journey needs: a demo of its own, a browser, and eyes on what must never happen. */
import { type ChildProcess, spawn } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, readdirSync, rmSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Browser, type BrowserContext, type Page, chromium } from "playwright-core";
import { afterAll, beforeAll, expect } from "vitest";

const ROOT = join(import.meta.dirname, "../..");
const NEXUS = process.env.NEXUS_BIN ?? join(ROOT, "target/debug/nexus");
const PLACES = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"];
const AXE = join(import.meta.dirname, "../node_modules/axe-core/axe.min.js");

export interface World {
  url: string;
  staffEmail: string;
  staffPassword: string;
  browser: Browser;
  /** The folder of the demo, null when it is somebody else's. */
  folder: string | null;
  /** What browsers that left had remembered of their sessions: signing in is limited. */
  sessions: Record<string, string>[];
}

const REMEMBERED = ["nexus.staff-session", "nexus.staff"];

let child: ChildProcess | null = null;

/** Three ports in a row: the server's, the simulator's, the mailbox's. */
async function freePorts(): Promise<number> {
  const isFree = (port: number) => new Promise<boolean>((answer) => {
    const server = createServer().once("error", () => answer(false));
    server.listen(port, "0.0.0.0", () => server.close(() => answer(true)));
  });
  for (let port = 20_000 + (process.pid % 20_000); ; port += 3) {
    if ((await isFree(port)) && (await isFree(port + 1)) && (await isFree(port + 2))) return port;
  }
}

async function startDemo(folder: string): Promise<string> {
  const port = await freePorts();
  child = spawn(NEXUS, ["demo", "--port", String(port), "--directory", folder], { stdio: ["ignore", "pipe", "inherit"] });
  await new Promise<void>((ready, fail) => {
    child?.once("exit", (code) => fail(new Error(`the demo ended with ${code}`)));
    child?.stdout?.on("data", (text: Buffer) => text.includes("is running") && ready());
  });
  return `http://localhost:${port}`;
}

async function stopDemo(): Promise<void> {
  if (!child) return;
  const ended = new Promise((done) => child?.once("exit", done));
  child.kill("SIGTERM");
  await ended;
  child = null;
}

/** Whether the process was started by this demo, directly or not. */
function isOurs(pid: string): boolean {
  for (let at = pid; Number(at) > 1; ) {
    if (Number(at) === child?.pid) return true;
    // "pid (name) state parent …"; a name may hold spaces and brackets.
    at = readFileSync(`/proc/${at}/stat`, "utf8").replace(/^.*\) /s, "").split(" ")[1] ?? "0";
  }
  return false;
}

/** Ends the demo's Redis, and no other. */
export function endRedis(): boolean {
  for (const pid of readdirSync("/proc").filter((name) => /^\d+$/.test(name))) {
    try {
      if (!readFileSync(`/proc/${pid}/cmdline`, "utf8").includes("redis-server") || !isOurs(pid)) continue;
    } catch {
      // It ended while it was looked at.
      continue;
    }
    process.kill(Number(pid), "SIGKILL");
    return true;
  }
  return false;
}

/** One world for the journeys of a file. NEXUS_URL names a demo that runs already. */
export function useWorld(): { get: () => World } {
  let world: World | null = null;
  beforeAll(async () => {
    const executablePath = PLACES.find((place) => existsSync(place));
    if (!executablePath) throw new Error("no Chromium: scripts/setup web installs it");
    const folder = process.env.NEXUS_URL ? null : mkdtempSync(join(tmpdir(), "nexus-web-"));
    const url = process.env.NEXUS_URL ?? (await startDemo(folder ?? ""));
    const browser = await chromium.launch({ executablePath, args: ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"] });
    const page = await (await fetch(`${url}/admin/`)).text();
    const told = /<meta name="nexus" content="([^"]*)"/.exec(page)?.[1]?.replaceAll("&quot;", '"') ?? "{}";
    const { demo } = JSON.parse(told) as { demo: { staff_email: string; staff_password: string } };
    world = { url, browser, folder, staffEmail: demo.staff_email, staffPassword: demo.staff_password, sessions: [] };
  }, 120_000);
  afterAll(async () => {
    await world?.browser.close();
    await stopDemo();
    if (world?.folder) rmSync(world.folder, { recursive: true, force: true });
  }, 60_000);
  return {
    get: () => {
      if (!world) throw new Error("no world");
      return world;
    },
  };
}

export interface Look {
  isPhone?: boolean;
  isDark?: boolean;
  language?: "en" | "am";
}

/** A visitor with a browser of their own. */
export class Visitor {
  /** What must not happen; a journey that expects one takes it away. */
  faults: string[] = [];
  readonly page: Page;
  readonly #context: BrowserContext;
  readonly #world: World;

  private constructor(page: Page, context: BrowserContext, world: World) {
    this.page = page;
    this.#context = context;
    this.#world = world;
  }

  static async come(world: World, look: Look = {}): Promise<Visitor> {
    const context = await world.browser.newContext({
      viewport: look.isPhone ? { width: 390, height: 844 } : { width: 1280, height: 860 },
      hasTouch: look.isPhone ?? false,
      colorScheme: look.isDark ? "dark" : "light",
      locale: look.language === "am" ? "am-ET" : "en-US",
      timezoneId: "Africa/Addis_Ababa",
      reducedMotion: "reduce",
      baseURL: world.url,
      permissions: ["clipboard-read", "clipboard-write"],
    });
    const page = await context.newPage();
    page.setDefaultTimeout(15_000);
    const visitor = new Visitor(page, context, world);
    const { origin } = new URL(world.url);
    page.on("console", (message) => {
      if (message.type() === "error" || message.type() === "warning") visitor.faults.push(`${message.text()} ${message.location().url}`);
    });
    page.on("pageerror", (error) => visitor.faults.push(String(error)));
    page.on("dialog", (dialog) => {
      visitor.faults.push(`a script ran: ${dialog.message()}`);
      void dialog.dismiss();
    });
    page.on("request", (request) => {
      const from = new URL(request.frame().url() || world.url).origin;
      const to = new URL(request.url());
      const isNavigation = request.isNavigationRequest();
      if (from === origin && !isNavigation && to.origin !== origin && to.protocol.startsWith("http")) visitor.faults.push(`left the origin: ${to.href}`);
    });
    await page.addInitScript(() => {
      document.addEventListener("securitypolicyviolation", (event) => {
        console.error(`policy: ${event.violatedDirective} ${event.blockedURI}`);
      });
    });
    return visitor;
  }

  async signIn(path = "/admin/"): Promise<void> {
    const session = this.#world.sessions.pop();
    if (session) {
      await this.page.addInitScript((remembered) => {
        if (sessionStorage.getItem("came")) return;
        sessionStorage.setItem("came", "yes");
        for (const [name, value] of Object.entries(remembered)) localStorage.setItem(name, value);
      }, session);
      await this.page.goto(path);
      await this.page.locator("#main h1").waitFor();
      return;
    }
    await this.page.goto(path);
    await this.page.getByLabel(/E-mail|ኢሜይል/).fill(this.#world.staffEmail);
    await this.page.getByLabel(/Password|የይለፍ ቃል/).fill(this.#world.staffPassword);
    await this.page.locator("form button[type=submit]").click();
    await this.page.locator("#main h1").waitFor();
  }

  /** No serious finding of axe on what is shown now. */
  async isAccessible(): Promise<void> {
    await this.page.evaluate(await readFile(AXE, "utf8"));
    const found = await this.page.evaluate(async () => {
      const { axe } = window as unknown as { axe: typeof import("axe-core") };
      const result = await axe.run(document, { resultTypes: ["violations"] });
      return result.violations
        .filter((each) => each.impact === "serious" || each.impact === "critical")
        .map((each) => `${each.id}: ${each.nodes.map((node) => node.html.slice(0, 160)).join(" | ")}`);
    });
    expect(found, this.page.url()).toEqual([]);
  }

  /** Nothing stands over the edge of the screen. */
  async fits(): Promise<void> {
    const [inner, outer] = await this.page.evaluate(() => [document.documentElement.scrollWidth, window.innerWidth]);
    expect(inner, `${this.page.url()} is wider than its screen`).toBeLessThanOrEqual(outer ?? 0);
  }

  /** Leaves, and says what happened that must not. */
  async leave(): Promise<void> {
    if (this.page.url().includes("/admin")) {
      const session = await this.page.evaluate((names) => {
        return Object.fromEntries(names.map((name) => [name, localStorage.getItem(name) ?? ""]));
      }, REMEMBERED);
      if (session[REMEMBERED[0] ?? ""]) this.#world.sessions.push(session);
    }
    await this.#context.close();
    expect(this.faults).toEqual([]);
  }
}

/** Puts a product into the cart and orders it, as a guest. Ends on the payment page. */
export async function orderAsGuest({ page }: Visitor, slug: string, name = "Selam Bekele"): Promise<void> {
  await page.goto(`/products/${slug}`);
  await page.getByRole("button", { name: "Add to cart" }).click();
  await page.getByText("In your cart.").waitFor();
  await page.goto("/checkout");
  await page.getByLabel("E-mail").fill("selam@example.com");
  await page.getByLabel("Phone").fill("0911 22 33 44");
  await page.getByLabel("Name of the recipient").fill(name);
  await page.getByLabel("Sub-city").fill("Bole");
  await page.getByLabel("Landmark").fill("Behind Edna Mall, blue gate");
  await page.getByRole("button", { name: /^Order and pay/ }).click();
  await page.waitForURL(/\/checkout\/payment|:\d+\/.*pay/);
}

/** Buys as a guest and pays; answers the order's id. */
export async function buy(of: World, slug: string, name?: string): Promise<string> {
  const visitor = await Visitor.come(of);
  await orderAsGuest(visitor, slug, name);
  await visitor.page.getByRole("button", { name: /^Pay ETB/ }).click();
  await visitor.page.getByRole("heading", { name: "Paid. Thank you!" }).waitFor();
  const id = /orders\/([0-9a-f-]+)/.exec(visitor.page.url())?.[1] ?? "";
  await visitor.leave();
  return id;
}

export interface Made {
  id: string;
  etag: string;
  body: Record<string, unknown>;
}

/** A call as the staff who is signed in on this page. */
export async function call({ page }: Visitor, method: string, path: string, body?: unknown, etag?: string): Promise<Made> {
  const answer = await page.evaluate(async ([method, path, body, etag]) => {
    const { access } = JSON.parse(localStorage.getItem("nexus.staff-session") ?? "{}") as { access: string };
    const headers = { authorization: `Bearer ${access}`, "content-type": "application/json", "idempotency-key": String(Math.random()), ...(etag ? { "if-match": etag } : {}) };
    const response = await fetch(path ?? "", { method: method ?? "GET", headers, ...(body ? { body } : {}) });
    return { status: response.status, text: await response.text(), etag: response.headers.get("etag") ?? "" };
  }, [method, path, body === undefined ? "" : JSON.stringify(body), etag ?? ""]);
  expect(answer.status, `${method} ${path}: ${answer.text}`).toBeLessThan(300);
  const made = answer.text ? (JSON.parse(answer.text) as Record<string, unknown>) : {};
  return { id: String(made.id), etag: answer.etag, body: made };
}

/** Reads what is there and puts something in its place. */
export async function replace(visitor: Visitor, path: string, document: unknown): Promise<void> {
  const { etag } = await call(visitor, "GET", path);
  await call(visitor, "PUT", path, document, etag);
}

export async function remove(visitor: Visitor, path: string): Promise<void> {
  const { etag, body } = await call(visitor, "GET", path);
  await call(visitor, "DELETE", path, undefined, etag || `"v${String(body.version)}"`);
}
