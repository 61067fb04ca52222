/** What a first visit costs, and what the lock file may hold. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { expect, test } from "vitest";

const WEB = join(import.meta.dirname, "..");

interface Chunk {
  file: string;
  css?: string[];
  imports?: string[];
  isEntry?: boolean;
}

/** The page, its entry and whatever that imports at once, as gzip. */
function firstLoad(app: string): number {
  const folder = join(WEB, "dist", app);
  const manifest = JSON.parse(readFileSync(join(folder, "manifest.json"), "utf8")) as Record<string, Chunk>;
  const files = new Set(["index.html"]);
  const walk = (chunk: Chunk | undefined) => {
    if (!chunk || files.has(chunk.file)) return;
    files.add(chunk.file);
    for (const style of chunk.css ?? []) files.add(style);
    for (const name of chunk.imports ?? []) walk(manifest[name]);
  };
  for (const chunk of Object.values(manifest)) if (chunk.isEntry) walk(chunk);
  expect(files.size).toBeGreaterThan(2);
  return [...files].reduce((sum, file) => sum + gzipSync(readFileSync(join(folder, file))).length, 0);
}

test.each([["admin", 200_000], ["shop", 30_000]])("the first load of %s is at most %i bytes", (app, most) => {
  const bytes = firstLoad(app);
  console.log(`${app}: ${bytes} bytes`);
  expect(bytes).toBeLessThanOrEqual(most);
});

test("nothing in the pages names another origin", () => {
  for (const app of ["admin", "shop"]) {
    const page = readFileSync(join(WEB, "dist", app, "index.html"), "utf8");
    expect(page).not.toMatch(/(src|href)="(https?:)?\/\//);
  }
});

test("the lock file holds checksums and no address", () => {
  const lock = JSON.parse(readFileSync(join(WEB, "package-lock.json"), "utf8")) as { packages: Record<string, { resolved?: string; integrity?: string }> };
  const own = Object.entries(lock.packages).filter(([name]) => name !== "");
  expect(own.filter(([, entry]) => entry.resolved).map(([name]) => name)).toEqual([]);
  expect(own.filter(([, entry]) => !entry.integrity).map(([name]) => name)).toEqual([]);
});
