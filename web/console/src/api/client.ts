import createClient, { type Middleware } from "openapi-fetch";
import { Problem, problemOf, UNREACHED } from "@/api/problem";
import type { paths } from "@/api/schema";
import { csrfToken, sessionEnded } from "@/api/session";
import { hearTime } from "@/lib/format";

const WRITES = new Set(["POST", "PUT", "PATCH", "DELETE"]);

async function send(request: Request): Promise<Response> {
  const token = csrfToken();
  if (token && WRITES.has(request.method)) request.headers.set("X-CSRF-Token", token);
  let answer: Response;
  try {
    answer = await fetch(request);
  } catch (error) {
    if (error instanceof DOMException && error.name === "AbortError") throw error;
    throw new Problem(0, { title: "The server could not be reached.", code: UNREACHED });
  }
  // What asks about the session itself answers 401 for reasons of its own, such as a mistyped password.
  if (answer.status === 401 && !new URL(request.url).pathname.startsWith("/api/session")) sessionEnded();
  return answer;
}

/** Whatever is not 2xx is thrown, so that a query or a mutation has one way to fail. */
const refuse: Middleware = {
  async onResponse({ response }) {
    if (!response.ok) throw await problemOf(response);
  },
};

/** The API, with paths and parameters typed by its own description. */
export const api = createClient<paths>({ baseUrl: location.origin, fetch: send });
api.use(refuse);

/**
 * Return what a call answered, as the type its reader states. The description says which paths there are and what they
 * take; answers it describes as objects only, and the browser tests hold these types against the real server.
 */
export async function answer<T>(call: Promise<{ data?: unknown }>): Promise<T> {
  const { data } = await call;
  if (typeof data === "object" && data !== null && "as_of" in data && typeof data.as_of === "string") hearTime(data.as_of);
  return data as T;
}

/** Send a form: files go past the typed client, which speaks JSON. */
export async function sendForm<T>(path: string, form: FormData, signal?: AbortSignal): Promise<T> {
  const request = new Request(new URL(path, location.origin), { method: "POST", body: form, signal: signal ?? null });
  const response = await send(request);
  if (!response.ok) throw await problemOf(response);
  return (await response.json()) as T;
}
