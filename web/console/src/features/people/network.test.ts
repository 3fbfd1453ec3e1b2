import { describe, expect, it } from "vitest";
import { edgesOf, type Network, placed } from "@/features/people/network";

const node = (node_id: string, profile_id = "p") => ({
  node_id,
  profile_id,
  namespace: "phone",
  value: node_id,
  first_at: "2026-01-01T00:00:00Z",
});
const link = (a: string, b: string, source: string) => ({
  a,
  b,
  source,
  proof: "stated" as const,
  first_at: "2026-01-01T00:00:00Z",
  last_at: "2026-01-02T00:00:00Z",
});
const network: Network = {
  profile_id: "p",
  nodes: [node("1"), node("2"), node("3", "q")],
  links: [link("1", "2", "web"), link("2", "1", "crm"), link("2", "3", "pos")],
  rejected: [{ a: "3", b: "2", reason: "limit", sentence: { "zh-TW": "太多了" } }],
  decisions: [],
  as_of: "2026-01-03T00:00:00Z",
};

describe("edges", () => {
  it("are one for each pair, whichever way round it was said", () => {
    expect(edgesOf(network)).toHaveLength(2);
    expect(edgesOf(network)[0]?.links.map(({ source }) => source)).toEqual(["web", "crm"]);
  });

  it("know that a link was rejected", () => {
    expect(edgesOf(network)[1]?.rejected?.reason).toBe("limit");
  });
});

describe("places", () => {
  it("are within the picture and apart", () => {
    const places = [...placed(network, 700, 420).values()];

    expect(places).toHaveLength(3);
    for (const { x, y } of places) {
      expect(x).toBeGreaterThan(0);
      expect(x).toBeLessThan(700);
      expect(y).toBeGreaterThan(0);
      expect(y).toBeLessThan(420);
    }
    const [one, two] = places;
    expect(Math.hypot((one?.x ?? 0) - (two?.x ?? 0), (one?.y ?? 0) - (two?.y ?? 0))).toBeGreaterThan(40);
  });

  it("are the same every time", () => {
    expect([...placed(network, 700, 420)]).toEqual([...placed(network, 700, 420)]);
  });

  it("do not mind a link to somebody who is not in the picture", () => {
    expect(placed({ ...network, links: [link("1", "gone", "web")] }, 700, 420).size).toBe(3);
  });
});
