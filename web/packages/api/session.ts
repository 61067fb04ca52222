/** A session as the browser keeps it: an access token for minutes, and the refresh token behind it. */
import { recall, remember } from "../shared/kept";
import { Refusal, newKey } from "./client";

export interface Pair {
  access: string;
  refresh: string;
  expires_in_seconds: number;
}

interface Kept {
  refresh: string;
  access: string;
  /** Until when the access token is good, in milliseconds; 0 once it was refused. */
  until: number;
  /** The key of a refresh that was begun: a page that was left before it heard the answer asks the same again. */
  key?: string;
}

const MARGIN_MS = 5_000;

/** All tabs of a browser share one session and take turns at refreshing it. */
export class Session {
  readonly #name: string;
  readonly #ask: (body: { refresh: string; key: string }) => Promise<Pair>;

  constructor(name: string, ask: (body: { refresh: string; key: string }) => Promise<Pair>) {
    this.#name = name;
    this.#ask = ask;
  }

  get refreshToken(): string | null {
    return recall<Kept | null>(this.#name, null)?.refresh ?? null;
  }

  keep(pair: Pair): void {
    const kept: Kept = { refresh: pair.refresh, access: pair.access, until: Date.now() + pair.expires_in_seconds * 1000 };
    remember(this.#name, kept);
  }

  forget(): void {
    remember(this.#name, null);
  }

  /** An access token was refused: it is not sent again, unless another one has come by now. */
  refuse(access: string): void {
    const kept = recall<Kept | null>(this.#name, null);
    if (kept?.access === access) remember(this.#name, { ...kept, until: 0 });
  }

  /** A token that is good, renewed if need be; null when the session is over. */
  async bearer(): Promise<string | null> {
    const known = this.#good();
    if (known) return known;
    const turn = () => this.#renew();
    return navigator.locks ? navigator.locks.request(`nexus.${this.#name}`, turn) : turn();
  }

  #good(): string | null {
    const kept = recall<Kept | null>(this.#name, null);
    return kept && kept.until > Date.now() + MARGIN_MS ? kept.access : null;
  }

  async #renew(): Promise<string | null> {
    // Another tab may have been faster.
    const known = this.#good();
    if (known) return known;
    const kept = recall<Kept | null>(this.#name, null);
    if (!kept?.refresh) return null;
    const key = kept.key ?? newKey();
    remember(this.#name, { ...kept, key });
    try {
      const pair = await this.#ask({ refresh: kept.refresh, key });
      // Somebody may have signed out, or in, meanwhile.
      if (this.refreshToken === kept.refresh) this.keep(pair);
      return pair.access;
    } catch (error) {
      // Only a clear "no" ends the session; a lost connection is another refusal.
      if (!(error instanceof Refusal) || error.status < 400 || error.status >= 500 || error.status === 429) throw error;
      if (this.refreshToken === kept.refresh) this.forget();
      return null;
    }
  }
}
