/** The dashboard's way to the API: the session, and a record of every call. */
import { useSyncExternalStore } from "react";
import { type Call, Refusal, type Schemas, client, newKey, take, takeTagged, watched } from "../../../packages/api/client";
import { Session } from "../../../packages/api/session";
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

let waiting: (() => void)[] = [];

const raw = watched((call) => calls.set([call, ...calls.value].slice(0, 60)));
const anonymous = client(raw);
const session = new Session("staff-session", (body) => take(anonymous.POST("/auth/jwt/refresh/", { body })));

async function bearer(): Promise<string> {
  for (;;) {
    const token = await session.bearer();
    if (token) return token;
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
    session.refuse(token);
  }
}

export const api = client(send);

export async function signIn(email: string, password: string): Promise<void> {
  const answer = await take(anonymous.POST("/api/v1/admin/auth/jwt/create/", { body: { email, password } }));
  session.keep(answer);
  remember("staff", answer.staff);
  staff.set(answer.staff);
  isDoorOpen.set(false);
  const went = waiting;
  waiting = [];
  for (const go of went) go();
}

export async function signOut(): Promise<void> {
  const refresh = session.refreshToken;
  if (refresh) await take(anonymous.POST("/auth/jwt/revoke/", { body: { refresh } })).catch(() => {});
  session.forget();
  remember("staff", null);
  staff.set(null);
  isDoorOpen.set(true);
}

/** Whether a session is remembered, good or not. */
export function hasSession(): boolean {
  return session.refreshToken !== null;
}

/** Whether whoever is signed in may do this; the API decides anew at each call. */
export function may(permission: string): boolean {
  const who = staff.value;
  return who !== null && (who.is_superuser || who.permissions.includes(permission));
}

export { newKey, take, takeTagged, Refusal };
export type { Call, Schemas };
