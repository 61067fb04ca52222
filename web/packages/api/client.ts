/** The typed client of the public API. Its types come from openapi.json (`npm run client`). */
import createClient from "openapi-fetch";
import type { components, paths } from "./schema";

export type Schemas = components["schemas"];
export type Money = Schemas["Money"];
export type Problem = Schemas["Problem"];
/** A page of a list. */
export interface Page<T> {
  data: T[];
  page: Schemas["PageInfo"];
}

/** One call as it happened: what the developer strip and the `</>` panel show. */
export interface Call {
  id: number;
  method: string;
  path: string;
  body: string | null;
  headers: Record<string, string>;
  /** 0 when no answer came. */
  status: number;
  ms: number;
  requestId: string;
}

/** A refusal of the API, or the lack of an answer (`status` 0). */
export class Refusal extends Error {
  readonly status: number;
  readonly code: string;
  readonly problem: Problem | null;
  readonly requestId: string;

  constructor(status: number, problem: Problem | null, requestId: string) {
    super(problem?.detail ?? problem?.title ?? "");
    this.status = status;
    this.code = problem?.code ?? (status === 0 ? "offline" : "unknown");
    this.problem = problem;
    this.requestId = problem?.request_id ?? requestId;
  }

  /** What the API says about one member of what was sent, by its JSON pointer. */
  at(pointer: string): string | undefined {
    return this.problem?.errors?.find((part) => part.pointer === pointer)?.message;
  }
}

let calls = 0;

/** `fetch` that tells what was called; a lost connection is a `Refusal` like any other. */
export function watched(tell: (call: Call) => void): (request: Request) => Promise<Response> {
  return async (request) => {
    const startedAt = performance.now();
    const url = new URL(request.url);
    const isText = request.headers.get("content-type")?.includes("json") ?? false;
    const body = isText ? await request.clone().text() : null;
    const call: Call = {
      id: ++calls,
      method: request.method,
      path: url.pathname + url.search,
      body: body === "" ? null : body,
      headers: Object.fromEntries(request.headers),
      status: 0,
      ms: 0,
      requestId: "",
    };
    const ended = (response?: Response) => {
      tell({
        ...call,
        status: response?.status ?? 0,
        ms: performance.now() - startedAt,
        requestId: response?.headers.get("x-request-id") ?? "",
      });
    };
    try {
      const response = await fetch(request);
      ended(response);
      return response;
    } catch (error) {
      if (request.signal.aborted) throw error;
      ended();
      throw new Refusal(0, null, "");
    }
  };
}

/** A client on this origin over the given `fetch`. */
export function client(fetching: (request: Request) => Promise<Response>) {
  return createClient<paths>({ baseUrl: location.origin, fetch: fetching });
}

interface Answer<T> {
  data?: T;
  error?: unknown;
  response: Response;
}

/** What was answered, or the refusal thrown. */
export async function take<T>(answer: Promise<Answer<T>>): Promise<T> {
  return (await takeTagged(answer)).value;
}

/** What was answered with its `ETag`, to be sent back as `If-Match`. */
export async function takeTagged<T>(answer: Promise<Answer<T>>) {
  const { data, error, response } = await answer;
  if (!response.ok) {
    const problem = error && typeof error === "object" ? (error as Problem) : null;
    throw new Refusal(response.status, problem, response.headers.get("x-request-id") ?? "");
  }
  return { value: data as T, etag: response.headers.get("etag") ?? "" };
}

/** A key for `Idempotency-Key`. Also where the page has no secure context. */
export function newKey(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
