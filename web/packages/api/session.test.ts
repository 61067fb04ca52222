import { beforeEach, expect, test, vi } from "vitest";
import { recall, remember } from "../shared/kept";
import { Refusal } from "./client";
import { type Pair, Session } from "./session";

const pair = (n: number, seconds = 300): Pair => ({ access: `access ${n}`, refresh: `refresh ${n}`, expires_in_seconds: seconds });

beforeEach(() => {
  remember("tested", null);
  vi.stubGlobal("navigator", {});
});

test("a token that is good is not asked for", async () => {
  const ask = vi.fn();
  const session = new Session("tested", ask);
  expect(await session.bearer()).toBeNull();
  session.keep(pair(1));
  expect(await session.bearer()).toBe("access 1");
  expect(ask).not.toHaveBeenCalled();
});

test("a page that was left before it heard the answer asks the same again", async () => {
  const left = new Session("tested", () => new Promise(() => {}));
  left.keep(pair(1, 0));
  void left.bearer();
  const begun = recall<{ key: string } | null>("tested", null);
  expect(begun?.key).toMatch(/^[0-9a-f]{32}$/);
  const ask = vi.fn(async () => pair(2));
  const next = new Session("tested", ask);
  expect(await next.bearer()).toBe("access 2");
  expect(ask).toHaveBeenCalledExactlyOnceWith({ refresh: "refresh 1", key: begun?.key });
  expect(recall<{ key?: string } | null>("tested", null)?.key).toBeUndefined();
});

test.each([0, 429, 500, 503])("an answer of %i ends no session", async (status) => {
  const session = new Session("tested", () => Promise.reject(new Refusal(status, null, "")));
  session.keep(pair(1, 0));
  await expect(session.bearer()).rejects.toThrow(Refusal);
  expect(session.refreshToken).toBe("refresh 1");
});

test.each([401, 409])("an answer of %i ends it", async (status) => {
  const session = new Session("tested", () => Promise.reject(new Refusal(status, null, "")));
  session.keep(pair(1, 0));
  expect(await session.bearer()).toBeNull();
  expect(session.refreshToken).toBeNull();
});

test("what was refused is not sent again, and a newer one stays", async () => {
  const session = new Session("tested", async () => pair(2));
  session.keep(pair(1));
  session.refuse("access 1");
  expect(await session.bearer()).toBe("access 2");
  session.refuse("access 1");
  expect(await session.bearer()).toBe("access 2");
});

test("who signs out while a refresh is under way stays signed out", async () => {
  let answer: (pair: Pair) => void = () => {};
  const session = new Session("tested", () => new Promise((go) => { answer = go; }));
  session.keep(pair(1, 0));
  const asked = session.bearer();
  session.forget();
  answer(pair(2));
  await asked;
  expect(session.refreshToken).toBeNull();
});
