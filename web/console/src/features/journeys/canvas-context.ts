import { createContext, useContext } from "react";
import type { Definition, Kind } from "@/features/journeys/definition";
import type { Slot } from "@/features/journeys/ways";

/** What is shown upon a step beside what it does. */
export interface Badge {
  tone: "plain" | "accent" | "good" | "warn" | "bad";
  text: string;
}

/** Numbers and faults by step, the trigger among them. */
export interface Overlay {
  problems: Record<string, number>;
  badges: Record<string, Badge[]>;
}

export interface CanvasHandlers {
  add: (slot: Slot, kind: string) => void;
  /** Say whether the step was moved. */
  move: (id: string, slot: Slot) => boolean;
  connect: (slot: Slot, to: string) => void;
  remove: (id: string) => void;
}

interface Drawn {
  definition: Definition;
  kinds: readonly Kind[];
  selected: string;
  select: (id: string) => void;
  overlay: Overlay;
  handlers: CanvasHandlers | undefined;
}

export const CanvasContext = createContext<Drawn | null>(null);

export function useCanvas(): Drawn {
  const drawn = useContext(CanvasContext);
  if (!drawn) throw new Error("A step was drawn outside of a canvas.");
  return drawn;
}
