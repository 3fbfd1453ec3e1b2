/** An error as the API tells it (RFC 9457): a stable code, one sentence, the place, and the way out. */
export class Problem extends Error {
  readonly status: number;
  readonly code: string;
  readonly field: string | undefined;
  readonly wayOut: string | undefined;

  constructor(status: number, body: { title?: unknown; code?: unknown; field?: unknown; way_out?: unknown }) {
    super(typeof body.title === "string" ? body.title : `HTTP ${status}`);
    this.name = "Problem";
    this.status = status;
    this.code = typeof body.code === "string" ? body.code : "http_error";
    this.field = typeof body.field === "string" ? body.field : undefined;
    this.wayOut = typeof body.way_out === "string" ? body.way_out : undefined;
  }
}

/** The code of a problem that is no answer at all: the server could not be reached. */
export const UNREACHED = "unreached";

/** The code of a problem that names what is not there. */
export const NOT_FOUND = "not_found";

/** Read a problem out of an answer that is not 2xx. */
export async function problemOf(answer: Response): Promise<Problem> {
  try {
    return new Problem(answer.status, (await answer.json()) as Record<string, unknown>);
  } catch {
    return new Problem(answer.status, {});
  }
}
