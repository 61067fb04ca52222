/** The shop's way to the API: who is asking, and a record of every call. */
import { signal } from "@preact/signals";
import { type Call, type Schemas, client, newKey, take, watched } from "../../../packages/api/client";
import { Session } from "../../../packages/api/session";
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

const raw = watched((call) => {
  calls.value = [call, ...calls.value].slice(0, 50);
});
const anonymous = client(raw);
const session = new Session("session", (body) => take(anonymous.POST("/auth/jwt/refresh/", { body })));

/** The session's token; null for a guest, and when the session is over. */
async function token(): Promise<string | null> {
  const bearer = await session.bearer();
  if (!bearer && customer.value) signedOut();
  return bearer;
}

function signedOut(): void {
  session.forget();
  customer.value = null;
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
  session.keep(answer);
  customer.value = answer.customer;
  remember("customer", answer.customer);
  return answer.merge?.cart ?? null;
}

export async function register(body: Schemas["Registration"]): Promise<void> {
  await take(anonymous.POST("/auth/users/", { body }));
}

export async function signOut(): Promise<void> {
  const refresh = session.refreshToken;
  if (refresh) await take(anonymous.POST("/auth/jwt/revoke/", { body: { refresh } })).catch(() => {});
  signedOut();
}

export { newKey, take };
