/** The dashboard's way to the API: the session, and a record of every call. */
import { useSyncExternalStore } from "react";
import { type Call, Refusal, type Schemas, client, newKey, take, takeTagged, watched } from "../../../packages/api/client";
import { recall, remember } from "../../../packages/shared/kept";

export type Staff = Schemas["StaffView"];

/** A value that components follow. */
export class Watched<T> {
  #value: T;
  #listeners = new Set<() => void>();

  constructor(value: T) {
    this.#value = value;
  }
  get value(): T {
    return this.#value;
  }
  set(value: T): void {
    this.#value = value;
    for (const listener of this.#listeners) listener();
  }
  subscribe = (listener: () => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };
}

export function useWatched<T>(watchedValue: Watched<T>): T {
  return useSyncExternalStore(watchedValue.subscribe, () => watchedValue.value);
}

/** The newest calls, newest first. */
export const calls = new Watched<Call[]>([]);
/** Who is signed in; null before anybody was. */
export const staff = new Watched<Staff | null>(recall<Staff | null>("staff", null));
/** The session is over: somebody has to sign in, and what waits goes on then. */
export const isDoorOpen = new Watched(false);

interface Access {
  token: string;
  until: number;
}

// Kept beside the refresh token: one that is spent by a page that is left before it hears the answer
// is lost with the session, so a page that comes has no need to spend one.
let access = recall<Access | null>("staff-access", null);
let waiting: (() => void)[] = [];

const raw = watched((call) => calls.set([call, ...calls.value].slice(0, 60)));
const anonymous = client(raw);

function keep(pair: { access: string; refresh: string; expires_in_seconds: number }): void {
  access = { token: pair.access, until: Date.now() + pair.expires_in_seconds * 1000 };
  remember("staff-access", access);
  remember("staff-session", pair.refresh);
}

const isGood = (of: Access | null): of is Access => of !== null && of.until > Date.now() + 5_000;

/** Forgets an access token that was refused, unless another one has come by now. */
function forget(token: string | null): void {
  access = null;
  if (token === null || recall<Access | null>("staff-access", null)?.token === token) remember("staff-access", null);
}

/** A refresh token works once; tabs take turns. False when the session is over. */
async function renew(): Promise<boolean> {
  const turn = async () => {
    // Another tab may have been faster.
    access = recall<Access | null>("staff-access", null);
    if (isGood(access)) return true;
    const refresh = recall<string | null>("staff-session", null);
    if (!refresh) return false;
    try {
      keep(await take(anonymous.POST("/auth/jwt/refresh/", { body: { refresh } })));
      return true;
    } catch (error) {
      // Only a clear "no" ends the session; a lost connection is somebody else's refusal.
      if (error instanceof Refusal && error.status >= 400 && error.status < 500 && error.status !== 429) {
        remember("staff-session", null);
        return false;
      }
      throw error;
    }
  };
  return navigator.locks ? navigator.locks.request("nexus.staff", turn) : turn();
}

async function bearer(): Promise<string> {
  for (;;) {
    if (isGood(access)) return access.token;
    if (await renew()) continue;
    const signedIn = new Promise<void>((go) => waiting.push(go));
    isDoorOpen.set(true);
    await signedIn;
  }
}

/** Sends a request with the session's token; when the session is over, after the next sign-in. */
export async function send(request: Request): Promise<Response> {
  for (;;) {
    const attempt = request.clone();
    const token = await bearer();
    attempt.headers.set("authorization", `Bearer ${token}`);
    const response = await raw(attempt);
    if (response.status !== 401) return response;
    forget(token);
  }
}

export const api = client(send);

export async function signIn(email: string, password: string): Promise<void> {
  const answer = await take(anonymous.POST("/api/v1/admin/auth/jwt/create/", { body: { email, password } }));
  keep(answer);
  remember("staff", answer.staff);
  staff.set(answer.staff);
  isDoorOpen.set(false);
  const went = waiting;
  waiting = [];
  for (const go of went) go();
}

export async function signOut(): Promise<void> {
  const refresh = recall<string | null>("staff-session", null);
  if (refresh) await take(anonymous.POST("/auth/jwt/revoke/", { body: { refresh } })).catch(() => {});
  forget(null);
  remember("staff-session", null);
  remember("staff", null);
  staff.set(null);
  isDoorOpen.set(true);
}

/** Whether a session is remembered, good or not. */
export function hasSession(): boolean {
  return recall<string | null>("staff-session", null) !== null;
}

/** Whether whoever is signed in may do this; the API decides anew at each call. */
export function may(permission: string): boolean {
  const who = staff.value;
  return who !== null && (who.is_superuser || who.permissions.includes(permission));
}

export { newKey, take, takeTagged, Refusal };
export type { Call, Schemas };
