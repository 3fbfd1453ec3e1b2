import { describe, expect, it } from "vitest";
import { stepOf, TRIGGER } from "@/features/journeys/definition";
import { change, connect, insert, move, newStep, remove } from "@/features/journeys/edit";
import { layout } from "@/features/journeys/layout";
import { CART, KINDS } from "@/features/journeys/sample";
import { waysOf } from "@/features/journeys/ways";

const ids = (definition: typeof CART) => definition.steps.map(({ id }) => id).sort();
const way = (definition: typeof CART, id: string, at: string) => {
  const step = stepOf(definition, id);
  return step && waysOf(step, KINDS).find((one) => one.at === at)?.to;
};
const kind = (name: string) => KINDS.find((one) => one.kind === name) as (typeof KINDS)[number];

describe("ways", () => {
  it("are read from branches as well as from fields", () => {
    expect(waysOf(CART.steps[3] as (typeof CART.steps)[number], KINDS)).toEqual([
      { at: "branches/0", to: "last", name: "a" },
      { at: "branches/1", to: "last", name: "b" },
    ]);
    expect(way(CART, "bought", "then")).toBeNull();
  });
});

describe("an edit", () => {
  it("puts a step between two others", () => {
    const grown = insert(CART, { from: "hour", at: "next" }, newStep(CART, kind("wait")), KINDS);
    expect(way(grown, "hour", "next")).toBe("wait-1");
    expect(way(grown, "wait-1", "next")).toBe("bought");
    expect(CART.steps[0]?.["next"]).toBe("bought");
  });

  it("puts a step before the first", () => {
    const grown = insert(CART, { from: TRIGGER, at: "start" }, newStep(CART, kind("wait")), KINDS);
    expect(grown.start).toBe("wait-1");
    expect(way(grown, "wait-1", "next")).toBe("hour");
  });

  it("ends a way, and lets go of what nothing leads to any more", () => {
    const cut = insert(CART, { from: "remind", at: "next" }, newStep(CART, kind("exit")), KINDS);
    expect(ids(cut)).toEqual(["bought", "exit-1", "hour", "remind"]);
  });

  it("closes the gap where a step is taken out", () => {
    const less = remove(CART, "bought", KINDS);
    expect(way(less, "hour", "next")).toBe("remind");
    expect(remove(CART, "hour", KINDS).start).toBe("bought");
    expect(way(remove(CART, "last", KINDS), "tone", "branches/1")).toBeNull();
  });

  it("leaves a step where the last one was taken out", () => {
    const empty = CART.steps.reduce((left, { id }) => remove(left, id, KINDS), CART);
    expect(empty.steps).toEqual([{ id: empty.start, kind: "exit" }]);
  });

  it("moves a step to another place with its fields", () => {
    const moved = move(CART, "remind", { from: TRIGGER, at: "start" }, KINDS);
    expect(moved.start).toBe("remind");
    expect(way(moved, "remind", "next")).toBe("hour");
    expect(way(moved, "bought", "else")).toBe("tone");
    expect(stepOf(moved, "remind")?.["messages"]).toEqual(CART.steps[2]?.["messages"]);
  });

  it("moves nothing onto its own way", () => {
    expect(move(CART, "hour", { from: "hour", at: "next" }, KINDS)).toBe(CART);
    expect(move(CART, "hour", { from: TRIGGER, at: "start" }, KINDS)).toBe(CART);
  });

  it("takes a new name over wherever the step is named", () => {
    const named = change(CART, "last", { id: "goodbye" }, KINDS);
    expect(way(named, "tone", "branches/0")).toBe("goodbye");
    expect(change(CART, "hour", { id: "sixty" }, KINDS).start).toBe("sixty");
  });

  it("joins two ways in one step", () => {
    const joined = connect(CART, { from: "bought", at: "then" }, "last");
    expect(way(joined, "bought", "then")).toBe("last");
  });

  it("takes no message of an example over", () => {
    expect(newStep(CART, kind("send_line"))).toEqual({
      id: "send-line-1",
      kind: "send_line",
      messages: [{ type: "text", text: "" }],
    });
  });
});

describe("the drawing", () => {
  const drawn = layout(CART, KINDS);
  const at = (id: string) => drawn.nodes.find((one) => one.id === id) as (typeof drawn.nodes)[number];

  it("shows every step once, below what leads to it", () => {
    expect(drawn.nodes.filter((one) => one.kind === "step").map(({ id }) => id).sort()).toEqual(ids(CART));
    for (const { from, to } of drawn.lines) expect(at(to).y, `${from} -> ${to}`).toBeGreaterThan(at(from).y);
  });

  it("lays no two things on each other", () => {
    const places = drawn.nodes.map(({ x, y }) => `${x},${y}`);
    expect(new Set(places).size).toBe(places.length);
  });

  it("shows where a way ends", () => {
    expect(drawn.lines.find(({ id }) => id === "bought:then")?.to).toBe("bought!then");
    expect(at("bought!then").kind).toBe("end");
  });

  it("draws a loop, and a way into nothing, without getting lost", () => {
    const loop = connect(connect(CART, { from: "last", at: "next" }, "hour"), { from: "bought", at: "then" }, "gone");
    const steps = layout(loop, KINDS).nodes.filter((one) => one.kind === "step");
    expect(steps.length).toBe(5);
  });
});
