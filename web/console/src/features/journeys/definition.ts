import type { components } from "@/api/schema";
import type { Condition, Where } from "@/components/condition/condition";

export type Kind = components["schemas"]["KindShown"];
export type KindField = components["schemas"]["KindField"];
export type Kinds = components["schemas"]["Kinds"];

/** A step as it is written in JSON: docs/reference/journey-steps.md. Which fields it has, its kind says. */
export interface Step {
  id: string;
  kind: string;
  [field: string]: unknown;
}

export interface Trigger {
  kind: string;
  [field: string]: unknown;
}

export interface Pattern {
  event: string;
  where?: Where;
}

export interface Reentry {
  mode: "once" | "always" | "after";
  after?: string;
  key?: string;
}

export interface Settings {
  only_while?: Condition;
  quiet_hours?: { from: string; until: string } | "off";
  frequency_cap?: { messages: number; days: number } | "off";
  priority?: number;
  budget?: { messages: number; per?: "month" | "total" };
}

export interface Definition {
  key: string;
  name: string;
  trigger: Trigger;
  start: string;
  steps: Step[];
  reentry?: Reentry;
  exit_on?: Pattern[];
  goal?: Pattern;
  settings?: Settings;
}

/** Stands for the trigger where a step's id is asked for. No step can be called so. */
export const TRIGGER = "@trigger";

export function stepOf(definition: Definition, id: string): Step | undefined {
  return definition.steps.find((step) => step.id === id);
}

export function kindOf(kinds: readonly Kind[], name: string): Kind | undefined {
  return kinds.find(({ kind }) => kind === name);
}

/** The shortest journey that can be saved: whoever enters is at its end. Steps are put in between. */
export function blank(key: string, name: string): Definition {
  return {
    key,
    name,
    trigger: { kind: "event", event: "" },
    reentry: { mode: "once" },
    settings: {},
    start: "end",
    steps: [{ id: "end", kind: "exit" }],
  };
}
