/** The shop's way to the API: who is asking, and a record of every call. */
import { signal } from "@preact/signals";
import { type Call, type Schemas, client, newKey, take, watched } from "../../../packages/api/client";
import { recall, remember } from "../../../packages/shared/kept";

export type Cart = Schemas["CartView"];
export type Order = Schemas["OrderView"];
export type Product = Schemas["ProductView"];
export type Summary = Schemas["ProductSummary"];
export type Category = Schemas["CategoryNode"];
export type Customer = Schemas["CustomerView"];

/** The newest calls, newest first. */
export const calls = signal<Call[]>([]);
export const customer = signal<Customer | null>(recall("customer", null));

interface Session {
  refresh: string;
}

let access: { token: string; until: number } | null = null;

const raw = watched((call) => {
  calls.value = [call, ...calls.value].slice(0, 50);
});
const anonymous = client(raw);

/** Tokens live for minutes; the one that renews them is used once, by one tab at a time. */
async function token(): Promise<string | null> {
  if (access && access.until > Date.now() + 5_000) return access.token;
  if (!recall<Session | null>("session", null)) return null;
  const renew = async () => {
    const session = recall<Session | null>("session", null);
    if (!session) return null;
    try {
      const pair = await take(anonymous.POST("/auth/jwt/refresh/", { body: session }));
      keep(pair);
      return pair.access;
    } catch {
      signedOut();
      return null;
    }
  };
  return navigator.locks ? navigator.locks.request("nexus.session", renew) : renew();
}

function keep(pair: { access: string; refresh: string; expires_in_seconds: number }): void {
  access = { token: pair.access, until: Date.now() + pair.expires_in_seconds * 1000 };
  remember("session", { refresh: pair.refresh });
}

function signedOut(): void {
  access = null;
  customer.value = null;
  remember("session", null);
  remember("customer", null);
}

const api = client(async (request) => {
  const bearer = await token();
  if (bearer) request.headers.set("authorization", `Bearer ${bearer}`);
  const guest = recall<string | null>("shopper", null);
  if (guest) request.headers.set("x-shopper-token", guest);
  return raw(request);
});
export { api };

export async function signIn(email: string, password: string, cartId: string | null) {
  const guest = recall<string | null>("shopper", null);
  const headers = guest ? { "x-shopper-token": guest } : {};
  const body = { email, password, cart_id: cartId };
  const answer = await take(anonymous.POST("/auth/jwt/create/", { body, headers }));
  keep(answer);
  customer.value = answer.customer;
  remember("customer", answer.customer);
  return answer.merge?.cart ?? null;
}

export async function register(body: Schemas["Registration"]): Promise<void> {
  await take(anonymous.POST("/auth/users/", { body }));
}

export async function signOut(): Promise<void> {
  const session = recall<Session | null>("session", null);
  if (session) await take(anonymous.POST("/auth/jwt/revoke/", { body: session })).catch(() => {});
  signedOut();
}

export { newKey, take };
