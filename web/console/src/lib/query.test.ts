import { describe, expect, it } from "vitest";
import { Problem, UNREACHED } from "@/api/problem";
import { newQueryClient } from "@/lib/query";

/** How often a question is asked that fails each time. */
async function asked(error: Error): Promise<number> {
  let times = 0;
  const queries = newQueryClient();
  queries.setDefaultOptions({ queries: { ...queries.getDefaultOptions().queries, retryDelay: 0 } });
  const query = queries.getQueryCache().build(queries, { ...queries.defaultQueryOptions({ queryKey: ["one"] }), queryFn: () => Promise.reject((times++, error)) });
  await query.fetch().catch(() => undefined);
  return times;
}

describe("a question that fails", () => {
  it("is asked again where the server was not reached or had a fault of its own", async () => {
    expect(await asked(new Problem(0, { code: UNREACHED }))).toBe(3);
    expect(await asked(new Problem(503, { code: "unavailable" }))).toBe(3);
  });

  it("is asked once where it was refused", async () => {
    expect(await asked(new Problem(404, { code: "not_found" }))).toBe(1);
    expect(await asked(new Problem(422, { code: "invalid_input" }))).toBe(1);
  });
});
